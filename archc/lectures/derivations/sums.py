"""A block's cost as a sum: a term for each layer in it, or for each part of a large one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from archc.analyses import Place
from archc.analyses.cost import Cost, body_cost, leaf_cost, times
from archc.expr.formula import Expression, constant, scaled
from archc.lectures.derivations.symbols import Symbolic, symbolic
from archc.network import Body, Call, Leaf, Repeat, join
from archc.ops import Shape

Items: TypeAlias = tuple[Leaf | Call | Repeat, ...]

MOST = 16
"""Layers that a block may have to be counted layer by layer without being asked."""
DEEPEST = 60
"""Levels of blocks that there are at most."""


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a sum."""

    id: str
    what: str
    """`conv 3x3`, or the block's name."""
    output: Shape
    params: Expression
    """In numbers, for all its iterations."""
    macs: Expression
    cost: Cost
    symbols: Symbolic | None = None
    """Of one op."""
    op: str = ""
    times: int = 1
    """Iterations that it stands for."""


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


def _terms(place: Place, items: Iterable[Leaf | Call | Repeat], deeper: int) -> Iterator[Term]:
    for item in items:
        match item:
            case Leaf():
                yield _leaf(place, item)
            case Call() if deeper > 0:
                inner = place.inside(item)
                yield from _terms(inner, inner.body.flow(), deeper - 1)
            case Call():
                yield _whole(join(place.path, item.name), item.body, place.count)
            case Repeat():
                for _, inner in place.runs(item):
                    if deeper > 0:
                        yield from _terms(inner, inner.body.flow(), deeper - 1)
                    else:
                        yield _whole(inner.path, inner.body, inner.count)


def _leaf(place: Place, leaf: Leaf) -> Term:
    one, count = leaf_cost(leaf), place.count
    of = symbolic(leaf.op, leaf.input_shapes, leaf.output_shape)
    return Term(
        join(place.path, leaf.name),
        leaf.op.look().label,
        leaf.output_shape,
        scaled(count, of.params(one.params).numbers),
        scaled(count, of.cost(one.macs).numbers),
        times(one, count),
        of,
        leaf.op.name,
        count,
    )


def _whole(path: str, body: Body, count: int) -> Term:
    """A part that is not opened: what it comes to, as one number."""
    one, shape = body_cost(body), body.outputs[0].shape
    assert shape is not None, "a network with an unknown shape is not given out"
    params, macs = (scaled(count, constant(number)) for number in (one.params, one.macs))
    return Term(path, body.block.name, shape, params, macs, times(one, count))


def _few(items: Items) -> bool:
    """Whether no more than `MOST` layers stand here, equal iterations counted once."""
    left, waiting = MOST, list(items)
    while waiting and left >= 0:
        match waiting.pop():
            case Leaf() as leaf:
                left -= leaf.op.weighted
            case Call(body=body):
                waiting += body.flow()
            case Repeat(runs=runs):
                waiting += [item for run in runs for item in run.body.flow()]
    return left >= 0
