"""Walks two networks side by side, body by body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from archc.analyses.differences.align import align
from archc.analyses.differences.anatomy import body_form, fields, plain
from archc.analyses.differences.cause import Around
from archc.analyses.differences.changes import TOLD, Change, Kind, Node, Setting
from archc.analyses.differences.side import Copies, Side, Stretch
from archc.analyses.differences.wires import Wires
from archc.analyses.hierarchy import top
from archc.network import Item, Network, Operation
from archc.ops.labels import label
from archc.spec import Block


def compare(left: Network, right: Network) -> tuple[Change, ...]:
    """The parts of two networks, one beside the other."""
    names = left.params.keys() | right.params.keys()
    changed = frozenset(n for n in names if left.params.get(n) != right.params.get(n))
    return tuple(_bodies([top(left)], [top(right)], Around((left.spec, right.spec), changed)))


def _bodies(left: Copies, right: Copies, around: Around) -> Iterator[Change]:
    """The parts of two bodies; of copies that are told as one, under the first one's names."""
    flows = [[tuple(place.body.flow()) for place in copies] for copies in (left, right)]
    at = [{item.name: k for k, item in enumerate(flow[0])} for flow in flows]
    pairs = align(flows[0][0], flows[1][0])
    wires = Wires(pairs)
    for a, b in pairs:
        one = Side(left, [flow[at[0][a.name]] for flow in flows[0]]) if a else None
        other = Side(right, [flow[at[1][b.name]] for flow in flows[1]]) if b else None
        if one and other:
            yield _both(one, other, around, wires)
        else:
            kind: Kind = "added" if other else "removed"
            yield Change(kind, one.node() if one else None, other.node() if other else None)


def _both(left: Side, right: Side, around: Around, wires: Wires) -> Change:
    """An item of both networks."""
    before, after = left.item, right.item
    nodes = left.node(), right.node()
    told = wires.settings(before, after)
    inner: list[Change] = []
    if isinstance(before, Operation) and isinstance(after, Operation):
        if before.op.name == after.op.name:
            told += _settings(fields(before.op), fields(after.op), before, after, around)
        else:
            told.append(Setting("op", label(before.op), label(after.op)))
    else:
        if nodes[0].times != nodes[1].times and not around.explains_count(before, after):
            told.append(Setting("repeat", nodes[0].times, nodes[1].times))
        for one, other in _beside(left.stretches(), right.stretches()):
            inner.append(_stretch(one, other, before, after, around))
        if len(inner) == 1:  # a block that is used once, or over and over
            told += inner[0].settings
            inner = list(inner[0].inner)
    ids = before.step.id, after.step.id
    return _change(*nodes, told, inner, renamed=None not in ids and ids[0] != ids[1])


def _stretch(left: Stretch, right: Stretch, before: Item, after: Item, around: Around) -> Change:
    """Iterations of both networks."""
    left, right = _leading(left, right)
    one, other = left.body, right.body
    told = []
    if one.block.name != other.block.name:
        told.append(Setting("block", one.block.name, other.block.name))
    args, now = (dict(zip(b.args, map(plain, b.args.values()), strict=True)) for b in (one, other))
    told += _settings(args, now, before, after, around, (one.block, other.block))
    inner: list[Change] = []
    if body_form(one) != body_form(other):
        inner += _bodies(left.places, right.places, around.inside(args, now))
    return _change(left.node(), right.node(), told, inner)


def _leading(left: Stretch, right: Stretch) -> tuple[Stretch, Stretch]:
    """The same, the first iterations that differ standing for all."""
    for i, one in enumerate(left.pieces):
        for j, other in enumerate(right.pieces):
            meet = one.start < other.start + other.count and other.start < one.start + one.count
            if meet and body_form(one.places[0].body) != body_form(other.places[0].body):
                return replace(left, first=i), replace(right, first=j)
    return left, right


def _change(
    left: Node,
    right: Node,
    told: Sequence[Setting],
    inner: Sequence[Change],
    renamed: bool = False,
) -> Change:
    kind: Kind = "same"
    if told:
        kind = "changed"
    elif any(change.kind in TOLD for change in inner):
        kind = "inside"
    elif renamed:
        kind = "renamed"
    elif left.sizes != right.sizes or any(change.kind != "same" for change in inner):
        kind = "follows"
    return Change(kind, left, right, tuple(told), tuple(inner))


def _settings(
    left: Mapping[str, Any],
    right: Mapping[str, Any],
    before: Item,
    after: Item,
    around: Around,
    blocks: Sequence[Block] = (),
) -> list[Setting]:
    """What both have and is not told above."""
    return [
        Setting(name, left[name], right[name])
        for name in left
        if name in right
        and left[name] != right[name]
        and not around.explains(before, after, name, blocks)
    ]


def _beside(left: Sequence[Stretch], right: Sequence[Stretch]) -> Iterator[tuple[Stretch, Stretch]]:
    """The iterations of one beside those of the other, from the first one on.

    Those that one of them has beyond the last of the other are told by their number.
    """
    for one in left:
        for other in right:
            start, end = max(one.start, other.start), min(one.end, other.end)
            if start < end:
                yield one.cut(start, end), other.cut(start, end)
