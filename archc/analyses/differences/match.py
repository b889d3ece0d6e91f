"""Matches the items of two bodies one to one, by the strongest evidence first.

Within a body, `match` runs difflib over the items once for each kind of evidence of `KEYS`; what
one kind leaves between two matched pairs is matched by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from archc.expr.sizes import plain as forgotten
from archc.network import Body, Instance, Item, Operation, Repeat
from archc.ops import Op

Element: TypeAlias = Operation | Instance | Repeat
"""A node of a body."""


def callee(item: Item) -> str:
    """The name of the op or block; of a repeat, that of its iterations."""
    match item:
        case Operation():
            return item.op.name
        case Instance():
            return item.body.block.name
        case Repeat(iterations=iterations):
            return iterations[0].body.block.name if iterations else ""
    raise AssertionError(f"no node: {item}")


def settings(item: Item) -> Mapping[str, Any]:
    """The fields of an op, the arguments of a block, with plain values."""
    match item:
        case Operation():
            return fields(item.op)
        case Instance():
            return {name: plain(value) for name, value in item.body.args.items()}
    return {}


def fields(op: Op) -> dict[str, Any]:
    """The fields of an op with plain values."""
    return {name: plain(getattr(op, name)) for name in type(op).model_fields}


def plain(value: Any) -> Any:
    """A value without its expression; lists as tuples."""
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else forgotten(value)


def branch(item: Item) -> str:
    """The branch that contains an item without an id: `branch2`, of `branch2.0`."""
    return item.name.rpartition(".")[0]


def structure(item: Item) -> Hashable:
    """A structural hash of an item: everything but names and sizes; equal ones compute the same."""
    match item:
        case Operation():
            return item.op.name, tuple(fields(item.op).items()), len(item.inputs)
        case Instance():
            return _structures(item.body)[0]
        case Repeat(iterations=iterations):
            return tuple((_structures(group.body)[0], group.count) for group in iterations)
    raise AssertionError(f"no node: {item}")


def body_shape(body: Body) -> Hashable:
    """The structure of a body without its settings."""
    return _structures(body)[1]


def body_structure(body: Body) -> Hashable:
    """The structure of a body, settings included."""
    return _structures(body)[0]


def operations(items: Iterable[Element]) -> tuple[str, ...]:
    """The ops in the order of the data, one iteration of each repeat."""
    found: list[str] = []
    for item in items:
        match item:
            case Operation():
                found.append(item.op.name)
            case Instance():
                found += _structures(item.body)[2]
            case Repeat(iterations=iterations):
                found += [name for group in iterations[:1] for name in _structures(group.body)[2]]
    return tuple(found)


def _structures(body: Body) -> tuple[Hashable, Hashable, tuple[str, ...]]:
    known: tuple[Hashable, Hashable, tuple[str, ...]] | None = body.facts.get(structure)
    if known is None:
        items = tuple(body.flow())
        place = {item.name: k for k, item in enumerate(items)}
        wires = tuple(
            tuple((place.get(port.value.node, -1), port.value.output) for port in item.inputs)
            for item in items
        )
        ends = tuple((place.get(p.value.node, -1), p.value.output) for p in body.outputs)
        shapes = tuple(_shape(item) for item in items)
        known = body.facts[structure] = (
            (body.block.name, tuple(map(structure, items)), wires, ends),
            (body.block.name, shapes, wires, ends),
            operations(items),
        )
    return known


def _shape(item: Element) -> Hashable:
    match item:
        case Operation():
            return item.op.name
        case Instance():
            return _structures(item.body)[1]
        case Repeat(iterations=iterations):
            return tuple((_structures(group.body)[1], group.count) for group in iterations)


# Matching

Pair: TypeAlias = tuple[Element | None, Element | None]

SIMILARITY = 0.6
"""The least share of operations in common for two blocks to count as one that was changed."""


def _id(item: Element) -> Hashable:
    """The id that the spec gives, for ops and blocks each."""
    return (item.step.id, isinstance(item, Operation)) if item.step.id else object()


def _same(item: Element) -> Hashable:
    return branch(item), structure(item)


def _call(item: Element) -> Hashable:
    return branch(item), callee(item)


def _family(item: Element) -> Hashable:
    return (branch(item), item.op.family) if isinstance(item, Operation) else object()


KEYS: tuple[Callable[[Element], Hashable], ...] = (_id, _same, _call, callee, _family)
"""What items are matched by, the strongest first: their id; branch and structure; branch and op or
block; op or block; branch and family of op."""


def match(left: Sequence[Element], right: Sequence[Element]) -> list[Pair]:
    """The items of two bodies in pairs, in order; None opposite an unmatched one."""
    return _match_by(left, right, KEYS)


def _match_by(
    left: Sequence[Element], right: Sequence[Element], keys: Sequence[Callable[[Element], Hashable]]
) -> list[Pair]:
    if not left or not right:
        return _unmatched(left, right)
    if not keys:
        return _match_renamed(left, right)
    key, *others = keys
    matcher = SequenceMatcher(None, list(map(key, left)), list(map(key, right)), autojunk=False)
    pairs: list[Pair] = []
    i = j = 0
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            a, b = block.a + k, block.b + k
            if key is _id and not _compatible(left[a], right[b]):
                continue  # different things of the same name
            pairs += [*_match_by(left[i:a], right[j:b], others), (left[a], right[b])]
            i, j = a + 1, b + 1
    return pairs + _match_by(left[i:], right[j:], others)


def _match_renamed(left: Sequence[Element], right: Sequence[Element]) -> list[Pair]:
    """Match renamed blocks one to one, where their operations are similar."""
    blocks = [
        [item for item in items if not isinstance(item, Operation)] for items in (left, right)
    ]
    if len(blocks[0]) != len(blocks[1]) or not all(map(_similar, *blocks)):
        return _unmatched(left, right)
    pairs: list[Pair] = []
    for a, b in zip(*blocks, strict=True):
        i, j = left.index(a), right.index(b)
        pairs += [*_unmatched(left[:i], right[:j]), (a, b)]
        left, right = left[i + 1 :], right[j + 1 :]
    return pairs + _unmatched(left, right)


def _unmatched(left: Sequence[Element], right: Sequence[Element]) -> list[Pair]:
    return [(item, None) for item in left] + [(None, item) for item in right]


def _compatible(one: Element, other: Element) -> bool:
    """Whether items of the same id can be two versions of one."""
    if isinstance(one, Operation) and isinstance(other, Operation):
        return one.op.family == other.op.family
    return callee(one) == callee(other) or _similar(one, other)


def _similar(one: Element, other: Element) -> bool:
    matcher = SequenceMatcher(None, operations((one,)), operations((other,)), autojunk=False)
    return matcher.ratio() >= SIMILARITY
