"""A block's cost as a sum: a term for each layer in it, or for each part of a large one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from archc.analyses import Place
from archc.analyses.cost import Cost, body_cost, operation_cost, times
from archc.analyses.symbols import Symbolic, symbolic
from archc.expr.formula import Expression, constant, scaled
from archc.network import Body, Instance, Operation, Repeat, join
from archc.ops import Shape
from archc.ops.labels import label

Items: TypeAlias = tuple[Operation | Instance | Repeat, ...]

MOST = 16
"""The most layers of a block that is opened by default."""
DEEPEST = 60
"""More levels of blocks than any network has."""


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a sum."""

    id: str
    what: str
    """`conv 3x3`, or the block's name."""
    output: Shape
    params: Expression
    """The multiply-adds in numbers, for all its iterations."""
    macs: Expression
    cost: Cost
    symbols: Symbolic | None = None
    """The formulas of the op; None for a block."""
    op: str = ""
    times: int = 1
    """The number of iterations that it represents."""


def terms(place: Place, items: Items, depth: int | None = None) -> tuple[Term, ...]:
    """The parts of some items of a body.

    Args:
        place: where the body is.
        items: which of its items.
        depth: levels of blocks to show; None goes down to the layers of a block that has no more
            than `MOST` of them, and else to the first level with more than one part.
    """
    if depth is not None:
        return tuple(_terms(place, items, depth - 1))
    if _few(items):
        return tuple(_terms(place, items, DEEPEST))
    for below in range(DEEPEST):
        found = tuple(_terms(place, items, below))
        if len(found) > 1:
            break
    return found


def _terms(
    place: Place, items: Iterable[Operation | Instance | Repeat], deeper: int
) -> Iterator[Term]:
    for item in items:
        match item:
            case Operation():
                yield _operation(place, item)
            case Instance() if deeper > 0:
                inner = place.inside(item)
                yield from _terms(inner, inner.body.flow(), deeper - 1)
            case Instance():
                yield _whole(join(place.path, item.name), item.body, place.count)
            case Repeat():
                for _, inner in place.iterations(item):
                    if deeper > 0:
                        yield from _terms(inner, inner.body.flow(), deeper - 1)
                    else:
                        yield _whole(inner.path, inner.body, inner.count)


def _operation(place: Place, operation: Operation) -> Term:
    one, count = operation_cost(operation), place.count
    of = symbolic(operation.op, operation.input_shapes, operation.output_shape)
    return Term(
        join(place.path, operation.name),
        label(operation.op),
        operation.output_shape,
        scaled(count, of.params(one.params).numbers),
        scaled(count, of.cost(one.macs).numbers),
        times(one, count),
        of,
        operation.op.name,
        count,
    )


def _whole(path: str, body: Body, count: int) -> Term:
    """The term of a part that is not opened: its cost as one number."""
    one, shape = body_cost(body), body.outputs[0].shape
    assert shape is not None, "a network with an unknown shape is not given out"
    params, macs = (scaled(count, constant(number)) for number in (one.params, one.macs))
    return Term(path, body.block.name, shape, params, macs, times(one, count))


def _few(items: Items) -> bool:
    """Whether the items have at most `MOST` layers, equal iterations counted once."""
    left, waiting = MOST, list(items)
    while waiting and left >= 0:
        match waiting.pop():
            case Operation() as operation:
                left -= operation.op.weighted
            case Instance(body=body):
                waiting += body.flow()
            case Repeat(iterations=iterations):
                waiting += [item for group in iterations for item in group.body.flow()]
    return left >= 0
