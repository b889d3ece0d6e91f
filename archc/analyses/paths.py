"""Counts the paths from the input to the output by length, also with a part deleted.

A polynomial for each stretch of the network: the coefficient of x^k counts the paths that go
through k weighted layers. One after the other they multiply, side by side they add up.

Source: Veit et al., "Residual networks behave like ensembles of relatively shallow networks", 2016,
arXiv:1605.06431; `without` is their experiment of section 4.1, on paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from math import sqrt
from typing import Any, TypeAlias

from archc.analyses.folds import Matrix, PathFold, Row
from archc.analyses.hierarchy import find, inner, named, top
from archc.network import (
    INPUT,
    Body,
    Branch,
    Instance,
    Item,
    Network,
    Operation,
    Port,
    Repeat,
    Value,
)
from archc.ops.base import size
from archc.ops.join import Add, Multiply

Counts: TypeAlias = Mapping[int, int]
"""How many paths there are of each length: the polynomial, by exponent; empty for none."""


class PathLengths:
    """The algebra of path lengths: a path is a polynomial, its coefficients exact integers."""

    def __init__(self, layer: Counts) -> None:
        self.one: Counts = {0: 1}
        self.layer = layer
        """The polynomial of a weighted layer: x, or 0 where it is deleted."""

    def step(self, operation: Operation, index: int) -> Counts:
        """The polynomial of an operation: x for a convolution or a linear layer, else 1."""
        return self.layer if operation.op.weighted else self.one

    def then(self, first: Counts, second: Counts) -> Counts:
        """The product: every path of the first continues with every path of the second."""
        if second is self.one:
            return first
        if first is self.one:
            return second
        made: dict[int, int] = {}
        for i, ways in first.items():
            for k, others in second.items():
                made[i + k] = made.get(i + k, 0) + ways * others
        return made

    def join(self, left: Counts, right: Counts) -> Counts:
        """The paths of both, by length."""
        made = dict(left)
        for k, ways in right.items():
            made[k] = made.get(k, 0) + ways
        return made


PATHS: PathFold[Counts] = PathFold(PathLengths({1: 1}))


@dataclass(frozen=True)
class Distribution:
    """The paths from the network's input to its main output, at inference."""

    counts: Counts

    @property
    def total(self) -> int:
        """The number of paths."""
        return sum(self.counts.values())

    @property
    def shortest(self) -> int:
        """The number of weighted layers on the shortest path; 0 without a path."""
        return min(self.counts, default=0)

    @property
    def longest(self) -> int:
        """The number of weighted layers on the longest path: the depth of the main output."""
        return max(self.counts, default=0)

    @property
    def mean(self) -> Fraction:
        """The mean length of the paths, exactly; 0 without a path."""
        if not self.total:
            return Fraction(0)
        return Fraction(sum(k * ways for k, ways in self.counts.items()), self.total)

    @property
    def deviation(self) -> float:
        """The standard deviation of the lengths of the paths."""
        if not self.total:
            return 0.0
        squares = Fraction(sum(k * k * ways for k, ways in self.counts.items()), self.total)
        return sqrt(squares - self.mean**2)

    def share(self, length: int) -> Fraction:
        """The part of all paths that have this length."""
        return Fraction(self.counts.get(length, 0), self.total or 1)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON; counts are exact integers of any size."""
        return {
            "total": self.total,
            "shortest": self.shortest,
            "longest": self.longest,
            "mean": float(self.mean),
            "deviation": self.deviation,
            "lengths": {str(k): self.counts[k] for k in sorted(self.counts)},
        }


def distribution(network: Network) -> Distribution:
    """All paths from the input to the main output, at inference."""
    made = PATHS.fold(network.root.flow(asides=False), PATHS.sources(len(network.root.inputs)))
    return ending(network, made)


def ending(network: Network, made: Mapping[Value, Row[Counts]]) -> Distribution:
    """The paths of a fold of the network's own body that end in its main output."""
    (counts,) = made[network.outputs[0].port.value]
    return Distribution({length: ways for length, ways in (counts or {}).items() if ways})


# Deleting a part

PAST: PathFold[Counts] = PathFold(PathLengths({}))
"""Keeps only the paths without a weighted layer: those that a deleted part lets through."""


class CannotDelete(Exception):
    """A part that cannot be deleted: the shapes of the remaining parts do not fit."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"the network does not fit together without `{path}`: {why}")


def without(network: Network, path: str) -> Distribution:
    """The paths that remain when a part is deleted: those that avoid its weighted layers.

    What arrives at the part goes on in the place of what leaves it, so both must have the same
    shape; a branch is left out of its sum or product.

    Raises:
        UnknownId: there is no such part.
        CannotDelete: the shapes do not fit.
    """
    find(top(network), path)
    made = _fold(network.root, path, PATHS.sources(1), path, asides=False)
    return ending(network, made)


def _fold(
    body: Body, path: str, arriving: Matrix[Counts], whole: str, asides: bool = True
) -> dict[Value, Row[Counts]]:
    """Every value of a body without the part at a path in it, of which `whole` is the full one."""
    name, item = _first(body, path)
    rest = path.removeprefix(name).removeprefix(".")
    deleted = frozenset[str]()
    if not rest and not isinstance(item, Branch):
        _check(whole, item.inputs, item.outputs)
        if isinstance(item, Operation) and len(item.inputs) > 1:
            raise CannotDelete(whole, "several flows join in it")
        deleted = frozenset(each.name for each in inner(item))
    made = {Value(INPUT, i): row for i, row in enumerate(arriving)}
    for each in body.flow(asides=asides):
        rows = tuple(made[port.value] for port in each.inputs)
        if rest and each is item:
            leaving = _inside(each, rest, rows, whole)
        elif isinstance(each, Operation) and item in each.branches.values():
            leaving = _less(each, item, rows, whole)
        else:
            leaving = (PAST if each.name in deleted else PATHS).leave(each, rows)
        made.update({Value(each.name, i): row for i, row in enumerate(leaving)})
    return made


def _first(body: Body, path: str) -> tuple[str, Item | Branch]:
    """The part of a body that a path leads to or into."""
    parts = dict(named(body.items))
    steps = dict(parts)
    for each in body.flow():  # of a branch and the one step in it, the branch
        parts |= each.branches if isinstance(each, Operation) else {}
    for name in sorted(parts, key=len, reverse=True):
        if not name or path == name:
            return name, parts[name]
        if path.startswith(f"{name}.") and isinstance(steps.get(name), Instance | Repeat):
            return name, steps[name]
    raise AssertionError(f"{path} was found before")


def _inside(item: Item, path: str, arriving: Matrix[Counts], whole: str) -> Matrix[Counts]:
    """The outputs of a block or a repeat with a part inside it deleted."""
    if isinstance(item, Instance):
        made = _fold(item.body, path, arriving, whole)
        return tuple(made[port.value] for port in item.body.outputs)
    assert isinstance(item, Repeat)
    number, _, rest = path.partition(".")
    left = int(number)
    for group in item.iterations:
        if not 0 <= left < group.count:
            arriving = PATHS.iterate(group.body, group.count, arriving)
        else:
            arriving = PATHS.iterate(group.body, left, arriving)[: len(group.body.inputs)]
            if rest:
                made = _fold(group.body, rest, arriving, whole)
                arriving = tuple(made[port.value] for port in group.body.outputs)
            else:
                before = tuple(Port(Value(INPUT), shape) for shape in group.body.inputs)
                _check(whole, before, group.body.outputs)
                arriving = PAST.apply(PAST.through(group.body), arriving)
            arriving = PATHS.iterate(group.body, group.count - left - 1, arriving)
        left -= group.count
    return arriving


def _less(
    operation: Operation, branch: Item | Branch, arriving: Matrix[Counts], whole: str
) -> Matrix[Counts]:
    """The output of a join with one of its branches deleted."""
    if len(operation.branches) < 2:
        raise CannotDelete(whole, "it is the only branch")
    if not isinstance(operation.op, Add | Multiply):
        raise CannotDelete(whole, f"{operation.op.name} would give fewer channels")
    kept = zip(operation.branches.values(), arriving, strict=True)
    return PATHS.leave(
        operation, tuple((None,) * len(row) if way is branch else row for way, row in kept)
    )


def _check(path: str, before: tuple[Port, ...], after: tuple[Port, ...]) -> None:
    """Check that the inputs of a deleted part can replace its outputs."""
    for arrives, leaves in zip_longest(before[: len(after)], after):
        if arrives is None or arrives.shape != leaves.shape:
            what = size(arrives.shape) if arrives and arrives.shape else "nothing"
            needed = size(leaves.shape or ())
            raise CannotDelete(path, f"{what} would go on in the place of {needed}")
