"""The parts of a network by their paths: ops, uses of blocks, branches, iterations of a repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as field_
from functools import cached_property
from typing import Any

from archc.analyses.cost import Cost, cost, times
from archc.analyses.depth import depth
from archc.analyses.folds import Matrix, Row
from archc.analyses.receptive_field import FOOTPRINTS, Footprint, ReceptiveField, field
from archc.network import (
    Body,
    Branch,
    Group,
    Instance,
    Item,
    Network,
    Operation,
    Port,
    Repeat,
    Skipped,
    Value,
    flow,
    join,
)
from archc.ops import Shape
from archc.ops.labels import label as op_label
from archc.spec import AsideStep, TableStep


class UnknownId(KeyError):
    """A path that names no part of a network."""

    def __init__(self, path: str, known: Iterable[str]) -> None:
        super().__init__(path)
        self.path = path
        self.known = tuple(known)
        """The paths that exist below the last body that the path reaches."""

    def __str__(self) -> str:
        return f"no part of the network is called `{self.path}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a network: its kind, costs, output shape and receptive field."""

    id: str
    """`inception_3a.branch2`; a run of equal iterations is `conv4_x.1-35`."""
    op: str
    """The op or the block; for other steps `branch`, `table`, `sequence`, `aside`, `skip`."""
    label: str
    """The op with its settings as figures label it, `conv 3x3 / 2`; else the same as `op`."""
    cost: Cost
    """The cost of all its `count` iterations."""
    depth: int
    """Weighted layers on its longest path (in one iteration)."""
    output_shape: Shape
    receptive_field: ReceptiveField | None
    """The receptive field of its output, on the network's input."""
    training_only: bool
    count: int
    """The number of iterations that it represents."""
    level: int
    """Its level in the tree of blocks, 1 at the top."""
    args: Mapping[str, Any]
    """A block's arguments as its step gave them."""
    items: tuple[Operation | Instance | Repeat, ...] = field_(default=(), compare=False, repr=False)
    """The items of one of its iterations."""


@dataclass(frozen=True)
class Place:
    """A body at a path of the network; `arriving` holds the footprints of its inputs."""

    body: Body
    path: str
    arriving: Matrix[Footprint]
    input: Shape
    """The network's."""
    training_only: bool = False
    count: int = 1
    """The number of iterations that it represents, with the footprint of the last one."""
    level: int = 1

    @cached_property
    def made(self) -> dict[Value, Row[Footprint]]:
        """The footprint of every value of the body on the network's input."""
        return FOOTPRINTS.fold(self.body.flow(), self.arriving)

    @cached_property
    def passing(self) -> frozenset[str]:
        """The nodes that act in training only."""
        lasting = {item.name for item in self.body.flow(asides=False)}
        return frozenset(item.name for item in self.body.flow()) - lasting

    def part(self, name: str, item: Item | Branch) -> Part:
        """An item or a branch of the body as a `Part`."""
        items = tuple(inner(item))
        port = item.output if isinstance(item, Branch) else item.outputs[0]
        label = op_label(item.op) if isinstance(item, Operation) else _what(item)
        args = item.args if isinstance(item, Instance) else {}
        return self._part(name, _what(item), label, items, port, args)

    def whole(self, args: Mapping[str, Any]) -> Part:
        """The body itself as a part, one level up."""
        items = tuple(self.body.flow())
        block = self.body.block.name
        return self._part("", block, block, items, self.body.outputs[0], args, up=1)

    def inside(self, item: Instance) -> Place:
        """A block used in this body."""
        arriving = tuple(self.made[port.value] for port in item.inputs)
        return self._inside(item.name, item.name, item.body, arriving)

    def iterations(self, item: Repeat) -> Iterator[tuple[Mapping[str, Any], Place]]:
        """The iteration groups of a repeat: the arguments of each, the place of its last one."""
        arriving = tuple(self.made[port.value] for port in item.inputs)
        for numbers, group in item.numbered():
            last = FOOTPRINTS.iterate(group.body, group.count - 1, arriving)
            name = join(item.name, numbers)
            yield group.given, self._inside(item.name, name, group.body, last, group.count)
            arriving = FOOTPRINTS.iterate(group.body, group.count, arriving)

    def iteration(self, item: Repeat, number: int) -> tuple[Mapping[str, Any], Place]:
        """One iteration of a repeat, from 0: its arguments and its place.

        Raises:
            IndexError: the repeat has fewer iterations.
        """
        arriving = tuple(self.made[port.value] for port in item.inputs)
        name, left = join(item.name, str(number)), number
        for group in item.iterations:
            before = FOOTPRINTS.iterate(group.body, min(left, group.count), arriving)
            if left < group.count:
                return group.given, self._inside(item.name, name, group.body, before)
            arriving, left = before, left - group.count
        raise IndexError(number)

    def _inside(
        self, item: str, name: str, body: Body, arriving: Matrix[Footprint], count: int = 1
    ) -> Place:
        return Place(
            body,
            join(self.path, name),
            arriving[: len(body.inputs)],
            self.input,
            self.training_only or item in self.passing,
            self.count * count,
            # The iterations of a body that is just one repeat are the body's steps.
            self.level + bool(item) + (name != item),
        )

    def _part(
        self,
        name: str,
        what: str,
        label: str,
        items: tuple[Operation | Instance | Repeat, ...],
        port: Port,
        args: Mapping[str, Any],
        up: int = 0,
    ) -> Part:
        assert port.shape is not None, "a network with an unknown shape is not given out"
        passing = bool(items) and self.passing.issuperset(item.name for item in items)
        return Part(
            id=join(self.path, name),
            op=what,
            label=label,
            cost=times(cost(items), self.count),
            depth=depth(items),
            output_shape=port.shape,
            receptive_field=field(self.made[port.value][0], self.input),
            training_only=self.training_only or passing,
            count=self.count,
            level=self.level - up,
            args=args,
            items=items,
        )


def top(network: Network) -> Place:
    """The network's own body."""
    return Place(network.root, "", FOOTPRINTS.sources(len(network.root.inputs)), network.input)


def rows(place: Place, deepest: int | None) -> Iterator[Part]:
    """The parts in the order of the data, blocks opened down to level `deepest`.

    Equal iterations in a row are one part, with the cost of all of them.
    """
    for item in place.body.flow():
        if item.name:
            yield place.part(item.name, item)
        below = place.level + bool(item.name)
        if deepest is not None and below > deepest:
            continue
        if isinstance(item, Instance):
            yield from rows(place.inside(item), deepest)
        elif isinstance(item, Repeat):
            for given, inner in place.iterations(item):
                yield inner.whole(given)
                if deepest is None or inner.level <= deepest:
                    yield from rows(inner, deepest)


def find(place: Place, path: str) -> Part:
    """The part at a path below a place; raises `UnknownId`."""
    parts = dict(named(place.body.items))
    lost = UnknownId(join(place.path, path), (join(place.path, name) for name in parts if name))
    for name in sorted(parts, key=len, reverse=True):
        item = parts[name]
        if name and path == name:
            return place.part(name, item)
        if name and not path.startswith(name + "."):
            continue
        rest = path.removeprefix(name + ".") if name else path
        try:
            if isinstance(item, Instance):
                return find(place.inside(item), rest)
            if isinstance(item, Repeat):
                return _find_iteration(place, item, rest)
        except UnknownId as error:
            lost = error
    raise lost


def _find_iteration(place: Place, item: Repeat, path: str) -> Part:
    number, _, rest = path.partition(".")
    count = sum(group.count for group in item.iterations)
    if not number.isdecimal() or int(number) >= count:
        start = join(place.path, item.name)
        raise UnknownId(join(start, path), (join(start, str(i)) for i in range(count)))
    given, inner = place.iteration(item, int(number))
    return find(inner, rest) if rest else inner.whole(given)


def named(items: Iterable[Item]) -> Iterator[tuple[str, Item | Branch]]:
    """The parts of a body that have a name; of two with one name the later one counts."""
    for item in items:
        match item:
            case Operation():
                for name, branch in item.branches.items():
                    yield name, branch
                    yield from named(branch.items)
                yield item.name, item
            case Group():
                if item.step.id:
                    yield item.step.id, item
                yield from named(item.items)
            case _:
                yield item.name, item


def inner(item: Item | Branch) -> Iterable[Operation | Instance | Repeat]:
    """The nodes that an item or a branch is made of."""
    if isinstance(item, Group | Branch):
        return flow(item.items)
    return (item,) if isinstance(item, Operation | Instance | Repeat) else ()


def _what(item: Item | Branch) -> str:
    match item:
        case Operation():
            return item.op.name
        case Instance():
            return item.body.block.name
        case Repeat():
            return item.iterations[0].body.block.name if item.iterations else "skip"
        case Group():
            table = "table" if isinstance(item.step, TableStep) else "sequence"
            return "aside" if isinstance(item.step, AsideStep) else table
        case Skipped():
            return "skip"
    return "branch"
