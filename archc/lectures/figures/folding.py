"""Folds what is alike into one part: copies of a body, iterations, branches; rows of its box."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeAlias, TypeVar, cast

from archc.analyses.cost import body_cost
from archc.lectures.figures.figure import Row
from archc.network import (
    INPUT,
    Body,
    Branch,
    Instance,
    Item,
    IterationGroup,
    Operation,
    Repeat,
    Value,
)
from archc.ops import Shape
from archc.ops.labels import label

T = TypeVar("T")
U = TypeVar("U")

FEW = 3
"""Runs of a repeat that are drawn one by one; more are folded where only sizes differ."""


@dataclass(frozen=True, slots=True)
class Copies(Generic[T]):
    """Things that are drawn as one, each with its number of occurrences in the network."""

    things: tuple[tuple[T, int], ...]

    @property
    def first(self) -> T:
        """The first thing, whose path and inputs represent all."""
        return self.things[0][0]

    def map(self, function: Callable[[T], U]) -> Copies[U]:
        """The results of a function on each."""
        return Copies(tuple((function(thing), count) for thing, count in self.things))

    def times(self, count: int) -> Copies[T]:
        """The same things, each `count` times as often."""
        return Copies(tuple((thing, count * each) for thing, each in self.things))

    def total(self, function: Callable[[T], int]) -> int:
        """The sum over all copies."""
        return sum(function(thing) * count for thing, count in self.things)

    def range(self, function: Callable[[T], int]) -> tuple[int, int]:
        """The least and the greatest."""
        found = [function(thing) for thing, _ in self.things]
        return min(found), max(found)

    def text(self, function: Callable[[T], str]) -> str:
        """The text of all: where its words differ, from the first one's to the last one's."""
        texts = dict.fromkeys(function(thing) for thing, _ in self.things)
        words = [text.split(" ") for text in texts]
        if len(words[0]) != len(words[-1]):
            return " … ".join((*texts,)[:: len(texts) - 1])
        columns = zip(words[0], words[-1], strict=True)
        return " ".join(a if a == b else f"{a}–{b}" for a, b in columns)


@dataclass(frozen=True, slots=True)
class Fold:
    """Iterations in a row that are drawn once."""

    copies: Copies[Body]
    entry: Copies[Body]
    """The first iteration alone, of each of the repeats that are drawn as one."""
    start: int
    times: int


@dataclass(frozen=True, slots=True)
class Twins:
    """Equal branches of one join, of which only the first is drawn."""

    name: str
    """The name that they share; each branch adds its number."""
    branches: tuple[tuple[str, ...], ...]
    """The names of the items of each branch."""

    def __len__(self) -> int:
        return len(self.branches)


Twin: TypeAlias = tuple[Twins, int, int]
"""The branches, the index of one of them, and the index of one of its items."""


def twins(copies: Copies[Body]) -> dict[str, Twin]:
    """The items of equal repeated branches, by their names."""
    found, *others = ([*_twins(body)] for body, _ in copies.things)
    return {
        name: (each, number, place)
        for each in found
        if all(each in other for other in others)
        for number, names in enumerate(each.branches)
        for place, name in enumerate(names)
    }


def _twins(body: Body) -> Iterator[Twins]:
    for item in body.flow():
        repeated: dict[str, list[Branch]] = {}
        for branch in item.branches.values() if isinstance(item, Operation) else ():
            if branch.twin:
                repeated.setdefault(branch.twin, []).append(branch)
        for name, branches in repeated.items():
            alike = len({(branch.chain, *map(_does, branch.items)) for branch in branches}) == 1
            if alike and branches[0].chain and len(branches) > 1:
                items = (tuple(item.name for item in branch.items) for branch in branches)
                yield Twins(name, tuple(items))


def _does(item: Item) -> Any:
    """A key that items with the same function share, whatever their place."""
    match item:
        case Operation():
            return item.op, item.input_shapes
        case Instance():
            return item.body
        case Repeat():
            return tuple((group.body, group.count) for group in item.iterations)
    return item.name  # sequences and tables are never merged


def split(copies: Copies[Body]) -> list[Copies[Any]]:
    """The items of alike bodies, side by side."""
    flows = [tuple(body.flow()) for body, _ in copies.things]
    counts = [count for _, count in copies.things]
    return [Copies(tuple(zip(items, counts, strict=True))) for items in zip(*flows, strict=True)]


def folds(repeats: Copies[Repeat]) -> list[Fold]:
    """The iterations of a repeat in as few groups as their figures allow."""
    groups = _group(repeats.first.iterations, _measures)
    if len(groups) > FEW:
        groups = _group(repeats.first.iterations, skeleton)
    found, start, first = [], 0, 0
    for group in groups:
        copies = tuple(
            (repeat.iterations[k].body, repeat.iterations[k].count * count)
            for repeat, count in repeats.things
            for k in range(first, first + len(group))
        )
        times = sum(member.count for member in group)
        entry = tuple((repeat.iterations[first].body, count) for repeat, count in repeats.things)
        found.append(Fold(Copies(copies), Copies(entry), start, times))
        start, first = start + times, first + len(group)
    return found


def chain(body: Body) -> tuple[Operation, ...] | None:
    """The operations of a body that is a plain chain of them; None for any other body."""
    leaves: list[Operation] = []
    current = Value(INPUT)
    for item in body.flow():
        if isinstance(item, Repeat) or [port.value for port in item.inputs] != [current]:
            return None
        inner = (item,) if isinstance(item, Operation) else chain(item.body)
        if inner is None or len(item.outputs) != 1:
            return None
        leaves += inner
        current = Value(item.name)
    return tuple(leaves) if [port.value for port in body.outputs] == [current] else None


def shape_text(shape: Shape | None) -> str:
    """`256 × 28 × 28`; networks with unknown shapes are never drawn."""
    return " × ".join(str(int(n)) for n in shape or ())


def _kept(function: Callable[[Body], T]) -> Callable[[Body], T]:
    """Memoise a function of a body on the body, so that results are freed with the network."""

    @wraps(function)
    def found(body: Body) -> T:
        if function not in body.facts:
            body.facts[function] = function(body)
        return cast(T, body.facts[function])

    return found


@_kept
def skeleton(body: Body) -> Any:
    """The structure of a body, which bodies that differ only in sizes share."""
    outputs = tuple(port.value for port in body.outputs)
    return (body.block.name, tuple(_bones(item) for item in body.flow()), outputs)


@_kept
def _measures(body: Body) -> Any:
    """The skeleton with every shape: bodies with equal ones have the same figures everywhere."""
    sizes = tuple(
        (tuple(port.shape for port in item.outputs), _inner(item, _measures))
        for item in body.flow()
    )
    return skeleton(body), body.inputs, body_cost(body).params, sizes


def _bones(item: Operation | Instance | Repeat) -> Any:
    wires = tuple(port.value for port in item.inputs)
    if isinstance(item, Operation):
        return (item.name, wires, item.op.name, re.sub(r"[\d.]+", "#", label(item.op)))
    return (item.name, wires, _inner(item, skeleton))


def _inner(item: Operation | Instance | Repeat, of: Callable[[Body], Any]) -> Any:
    if isinstance(item, Instance):
        return of(item.body)
    return tuple((of(r.body), r.count) for r in item.iterations) if isinstance(item, Repeat) else ()


def _group(
    iterations: tuple[IterationGroup, ...], key: Callable[[Body], Any]
) -> list[list[IterationGroup]]:
    groups: list[list[IterationGroup]] = []
    for each in iterations:
        if groups and key(groups[-1][0].body) == key(each.body):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


ROWS = 8
"""The most operations that fit a box."""


def row(leaves: Copies[Operation]) -> Row:
    """The row of an operation: its label; a convolution's has the output channels, as in papers."""

    def text(operation: Operation) -> str:
        text = label(operation.op)
        return f"{text}, {operation.output_shape[0]}" if operation.op.family == "conv" else text

    return Row(leaves.first.op.family, leaves.text(text))


def rows(copies: Copies[Body]) -> tuple[Row, ...]:
    """The rows of a short chain of operations; empty for any other body."""
    chains = [(chain(copy), count) for copy, count in copies.things]
    leaves = [(found, count) for found, count in chains if found and len(found) <= ROWS]
    if len(leaves) < len(chains):
        return ()
    counts = [count for _, count in leaves]
    steps = zip(*(found for found, _ in leaves), strict=True)
    return tuple(row(Copies(tuple(zip(step, counts, strict=True)))) for step in steps)


def gist(copies: Copies[Body]) -> tuple[Row, ...]:
    """The row of the one weighted operation of a short chain; empty if it has none or several."""
    heavy = [line for line in rows(copies) if line.family in ("conv", "linear")]
    return tuple(heavy) if len(heavy) == 1 else ()


def summary(body: Body) -> str:
    """`bottleneck × 3` for a body that only repeats one block; else empty."""
    names: list[str] = []
    for item in body.flow():
        match item:
            case Instance():
                names.append(item.body.block.name)
            case Repeat():
                names += [
                    name
                    for group in item.iterations
                    for name in [group.body.block.name] * group.count
                ]
            case Operation():
                return ""
    return f"{names[0]} × {len(names)}" if len(set(names)) == 1 else ""
