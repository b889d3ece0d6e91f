"""Two networks -> their changes: bodies are matched item by item, and matched blocks entered.

A change of sizes that follows from another change (an argument that the block was given, the size
of what arrives) is no change of its own: `Context` knows what differs around two items, and
`Wiring` compares where their inputs come from. Iterations of a repeat that are alike are compared
once, as a `Section`.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeAlias

from archc.analyses import Part, Place
from archc.analyses.cost import Cost
from archc.analyses.differences.changes import REPORTED, Change, Kind, Node, Setting
from archc.analyses.differences.match import (
    Element,
    Pair,
    body_shape,
    body_structure,
    fields,
    match,
    plain,
)
from archc.analyses.hierarchy import top
from archc.expr.grammar import names
from archc.network import INPUT, Body, Instance, Item, Network, Operation, Repeat, Value
from archc.ops.labels import label
from archc.spec import Argument, Block, CallStep, Expr, Spec, Step, leaves


def compare(left: Network, right: Network) -> tuple[Change, ...]:
    """The changes from one network to the other, in the order of the data."""
    names = left.params.keys() | right.params.keys()
    changed = frozenset(n for n in names if left.params.get(n) != right.params.get(n))
    return tuple(_bodies([top(left)], [top(right)], Context((left.spec, right.spec), changed)))


def _bodies(left: Places, right: Places, context: Context) -> Iterator[Change]:
    """The changes of two bodies; of several places reported as one, under the first one's names."""
    flows = [[tuple(place.body.flow()) for place in places_] for places_ in (left, right)]
    at = [{item.name: k for k, item in enumerate(flow[0])} for flow in flows]
    pairs = match(flows[0][0], flows[1][0])
    wires = Wiring(pairs)
    for a, b in pairs:
        one = Side(left, [flow[at[0][a.name]] for flow in flows[0]]) if a else None
        other = Side(right, [flow[at[1][b.name]] for flow in flows[1]]) if b else None
        if one and other:
            yield _both(one, other, context, wires)
        else:
            kind: Kind = "added" if other else "removed"
            yield Change(kind, one.node() if one else None, other.node() if other else None)


def _both(left: Side, right: Side, context: Context, wires: Wiring) -> Change:
    """The change of an item that both networks have."""
    before, after = left.item, right.item
    nodes = left.node(), right.node()
    settings_ = wires.settings(before, after)
    inner: list[Change] = []
    if isinstance(before, Operation) and isinstance(after, Operation):
        if before.op.name == after.op.name:
            settings_ += _settings(fields(before.op), fields(after.op), before, after, context)
        else:
            settings_.append(Setting("op", label(before.op), label(after.op)))
    else:
        if nodes[0].times != nodes[1].times and not context.explains_count(before, after):
            settings_.append(Setting("repeat", nodes[0].times, nodes[1].times))
        for one, other in _beside(left.sections(), right.sections()):
            inner.append(_section(one, other, before, after, context))
        if len(inner) == 1:  # a block that is used once, or over and over
            settings_ += inner[0].settings
            inner = list(inner[0].inner)
    ids = before.step.id, after.step.id
    return _change(*nodes, settings_, inner, renamed=None not in ids and ids[0] != ids[1])


def _section(left: Section, right: Section, before: Item, after: Item, context: Context) -> Change:
    """The change of iterations that both networks have."""
    left, right = _leading(left, right)
    one, other = left.body, right.body
    settings_ = []
    if one.block.name != other.block.name:
        settings_.append(Setting("block", one.block.name, other.block.name))
    args, now = (dict(zip(b.args, map(plain, b.args.values()), strict=True)) for b in (one, other))
    settings_ += _settings(args, now, before, after, context, (one.block, other.block))
    inner: list[Change] = []
    if body_structure(one) != body_structure(other):
        inner += _bodies(left.places, right.places, context.inside(args, now))
    return _change(left.node(), right.node(), settings_, inner)


def _leading(left: Section, right: Section) -> tuple[Section, Section]:
    """The sections with the first iterations that differ as their representatives."""
    for i, one in enumerate(left.ranges):
        for j, other in enumerate(right.ranges):
            meet = one.start < other.start + other.count and other.start < one.start + one.count
            if meet and body_structure(one.places[0].body) != body_structure(other.places[0].body):
                return replace(left, first=i), replace(right, first=j)
    return left, right


def _change(
    left: Node,
    right: Node,
    settings_: Sequence[Setting],
    inner: Sequence[Change],
    renamed: bool = False,
) -> Change:
    kind: Kind = "same"
    if settings_:
        kind = "changed"
    elif any(change.kind in REPORTED for change in inner):
        kind = "inside"
    elif renamed:
        kind = "renamed"
    elif left.sizes != right.sizes or any(change.kind != "same" for change in inner):
        kind = "follows"
    return Change(kind, left, right, tuple(settings_), tuple(inner))


def _settings(
    left: Mapping[str, Any],
    right: Mapping[str, Any],
    before: Item,
    after: Item,
    context: Context,
    blocks: Sequence[Block] = (),
) -> list[Setting]:
    """The settings that both have, differ, and do not follow from another change."""
    return [
        Setting(name, left[name], right[name])
        for name in left
        if name in right
        and left[name] != right[name]
        and not context.explains(before, after, name, blocks)
    ]


def _beside(left: Sequence[Section], right: Sequence[Section]) -> Iterator[tuple[Section, Section]]:
    """The iterations of both, section by section as far as both go.

    Further iterations of one show in the change of the number of iterations.
    """
    for one in left:
        for other in right:
            start, end = max(one.start, other.start), min(one.end, other.end)
            if start < end:
                yield one.cut(start, end), other.cut(start, end)


# The items of one network

FEW = 3
"""Kinds of iterations of a repeat that are compared one by one; where there are more, those that
differ in settings alone are one kind."""

Places: TypeAlias = Sequence[Place]
"""Where a body is used; several places, where they are reported as one."""


@dataclass(frozen=True, slots=True)
class IterationRange:
    """Equal iterations, in each of the places where the repeat is used."""

    start: int
    count: int
    given: Mapping[str, Any]
    places: Places

    def cut(self, start: int, end: int) -> IterationRange | None:
        """The iterations from `start` up to `end`; None for an empty range."""
        start, end = max(start, self.start), min(end, self.start + self.count)
        if (start, end - start) == (self.start, self.count):
            return self
        if start >= end:
            return None
        numbers = str(start) if end == start + 1 else f"{start}-{end - 1}"
        places = [
            replace(
                place,
                path=f"{place.path.rpartition('.')[0]}.{numbers}",
                count=place.count // self.count * (end - start),
            )
            for place in self.places
        ]
        return IterationRange(start, end - start, self.given, places)


@dataclass(frozen=True, slots=True)
class Section:
    """Consecutive iterations that are reported as one."""

    ranges: Sequence[IterationRange]
    first: int = 0
    """The index of the representative."""

    @property
    def start(self) -> int:
        """The first one's number."""
        return self.ranges[0].start

    @property
    def end(self) -> int:
        """The number after the last one's."""
        return self.ranges[-1].start + self.ranges[-1].count

    @property
    def body(self) -> Body:
        """The body of the representative."""
        return self.ranges[self.first].places[0].body

    @property
    def places(self) -> list[Place]:
        """The places of all iterations, those of the representative first."""
        ranges = (self.ranges[self.first], *self.ranges[: self.first])
        return [
            place for each in (*ranges, *self.ranges[self.first + 1 :]) for place in each.places
        ]

    def cut(self, start: int, end: int) -> Section:
        """The iterations from `start` up to `end`, at least one."""
        return Section([found for range_ in self.ranges if (found := range_.cut(start, end))])

    def node(self) -> Node:
        """The figures of all iterations together."""
        parts = [place.whole(range_.given) for range_ in self.ranges for place in range_.places]
        return _node(parts, self.end - self.start)


@dataclass(frozen=True, slots=True)
class Side:
    """An item of one network, in each of the places where its body is used."""

    places: Places
    items: Sequence[Element]

    @property
    def item(self) -> Element:
        """The item in the first place."""
        return self.items[0]

    def node(self) -> Node:
        """The figures of the item."""
        both = zip(self.places, self.items, strict=True)
        times = (
            sum(group.count for group in self.item.iterations)
            if isinstance(self.item, Repeat)
            else 1
        )
        return _node([place.part(item.name, item) for place, item in both], times)

    def sections(self) -> list[Section]:
        """The iterations of the item, section by section; a block that is used once has one."""
        ranges = list(self._ranges())
        kinds = {body_structure(range_.places[0].body) for range_ in ranges}
        form = body_structure if len(kinds) <= FEW else body_shape
        groups = groupby(ranges, lambda range_: form(range_.places[0].body))
        return [Section(list(group)) for _, group in groups]

    def _ranges(self) -> Iterator[IterationRange]:
        both = list(zip(self.places, self.items, strict=True))
        if isinstance(self.item, Instance):
            inner = [place.inside(item) for place, item in both if isinstance(item, Instance)]
            yield IterationRange(0, 1, self.item.args, inner)
            return
        start = 0
        places_ = [place.iterations(item) for place, item in both if isinstance(item, Repeat)]
        for group, *places in zip(self._runs(), *places_, strict=True):
            yield IterationRange(start, group[1], group[0], [place for _, place in places])
            start += group[1]

    def _runs(self) -> list[tuple[Mapping[str, Any], int]]:
        iterations = self.item.iterations if isinstance(self.item, Repeat) else ()
        return [(group.given, group.count) for group in iterations]


def _node(places_: Sequence[Part], times: int) -> Node:
    first, last = places_[0], places_[-1]
    cost = Cost(*map(sum, zip(*(part.cost for part in places_), strict=True)))
    shape, seen = last.output_shape, last.receptive_field
    off = first.training_only
    return Node(first.id, first.op, first.label, times, shape, cost, seen, off)


# Where inputs come from


class Wiring:
    """The matched items of two bodies, and the edges between them."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        columns = zip(*pairs, strict=True)
        self.sides = [{item.name: item for item in column if item} for column in columns]
        self.partner = {a.name: b.name for a, b in pairs if a is not None and b is not None}
        self.kept = [{*self.partner}, {*self.partner.values()}]

    def settings(self, left: Element, right: Element) -> list[Setting]:
        """The settings `inputs` or `from`, where the inputs of two items come from elsewhere."""
        before, after = self._origins(left, 0), self._origins(right, 1)
        if len(before) != len(after):
            return [Setting("inputs", len(before), len(after))]
        moved = [value._replace(node=self.partner.get(value.node, value.node)) for value in before]
        if sorted(moved) == sorted(after):
            return []
        return [Setting("from", _names(before), _names(after))]

    def _origins(self, item: Element, side: int) -> list[Value]:
        """The values that arrive; past an unmatched item, those that arrive there."""
        return [self._origin(port.value, side) for port in item.inputs]

    def _origin(self, value: Value, side: int) -> Value:
        while value.node != INPUT and value.node not in self.kept[side]:
            value = self.sides[side][value.node].inputs[0].value
        return value


def _names(values: Sequence[Value]) -> str:
    return ", ".join("input" if value.node == INPUT else value.node for value in values)


# Why settings differ


@dataclass(frozen=True, slots=True)
class Context:
    """The params and arguments that differ around the items of two bodies."""

    specs: tuple[Spec, Spec]
    params: frozenset[str]
    """Params with other values, or that only one spec has."""
    known: frozenset[str] = frozenset()
    """Arguments of the block in both bodies."""
    changed: frozenset[str] = frozenset()
    """Those of them whose values differ."""

    def inside(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> Context:
        """The context inside a block with these arguments in either network."""
        known = left.keys() & right.keys()
        changed = frozenset(name for name in known if left[name] != right[name])
        return Context(self.specs, self.params, frozenset(known), changed)

    def explains(self, left: Item, right: Item, name: str, blocks: Sequence[Block] = ()) -> bool:
        """Whether both specs write the same for a setting, which differs because its context does.

        Args:
            left: an item.
            right: its counterpart.
            name: the setting.
            blocks: the blocks that both call, whose defaults use their own arguments.
        """
        one, other = _written(left.step, name), _written(right.step, name)
        if one is not None or other is not None:
            return self._explains(one, other)
        defaults = [block.args[name].default for block in blocks if name in block.args]
        if len(defaults) < 2 or None in defaults:
            return False
        own = replace(self, known=frozenset(blocks[1].args), changed=frozenset(blocks[1].args))
        return own._explains(*defaults)

    def explains_count(self, left: Item, right: Item) -> bool:
        """As `explains`, for the number of iterations."""
        return self._explains(left.step.repeat, right.step.repeat)

    def _explains(self, left: Argument | None, right: Argument | None) -> bool:
        if left is None or right is None or _shape(left) != _shape(right):
            return False
        used = set(self._names(left))
        if used & self.changed:
            return True
        # Sizes of what arrives, or an iteration's number; a param is reported where it is used.
        return not used & self.params and bool(used - self.known - self.specs[0].params.keys())

    def _names(self, written: Argument) -> Iterator[str]:
        """The names in an argument, those in the functions that it calls included."""
        waiting = [each.tree for each in leaves(written)]
        seen: set[str] = set()
        while waiting:
            for node, role in names(waiting.pop()):
                function = self.specs[0].functions.get(node.id) if role == "function" else None
                if function and node.id not in seen:
                    seen.add(node.id)
                    waiting.append(function.body)
                elif role != "function":
                    yield node.id


def _written(step: Step, name: str) -> Argument | None:
    return step.args.get(name) if isinstance(step, CallStep) else None


def _shape(written: Argument) -> Hashable:
    if isinstance(written, Expr):
        return ast.dump(written.tree)
    return tuple(_shape(part) for part in written)
