"""The steps of a network as rows of a table: which steps have a row, and the ops inside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from archc.analyses import Part, Place
from archc.analyses.depth import depth
from archc.network import (
    Body,
    Branch,
    Group,
    Instance,
    Item,
    Network,
    Operation,
    Repeat,
    Skipped,
    flow,
)
from archc.ops import Shape
from archc.ops.join import Multiply
from archc.ops.norm import LocalResponseNorm
from archc.spec import AsideStep

SHOWN = ("conv", "linear", "pool", "join")
"""The families of ops that always have a row; others only where the paper's table has one."""
ENDS = ("input", "softmax")
"""Rows that papers have and specs do not: the input, and the softmax of the loss."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A step of the network at its path; one of `ENDS` has no item."""

    place: Place
    name: str
    item: Item | None
    shape: Shape
    """The output shape."""

    @property
    def id(self) -> str:
        """The path of the step: `inception_3a.branch1.conv`."""
        return f"{self.place.path}.{self.name}" if self.place.path else self.name

    @cached_property
    def part(self) -> Part | None:
        """The step as a part of the analysis; None for one of `ENDS`."""
        return None if self.item is None else self.place.part(self.name, self.item)

    @property
    def arriving(self) -> Shape:
        """The input shape."""
        port = self.item.inputs[0] if self.item is not None else None
        return self.shape if port is None or port.shape is None else port.shape

    @property
    def body(self) -> Body | None:
        """The body of a block; of a repeat that of its first iteration."""
        if isinstance(self.item, Instance):
            return self.item.body
        repeated = isinstance(self.item, Repeat) and self.item.iterations
        return repeated[0].body if repeated else None

    @property
    def args(self) -> Mapping[str, Any]:
        """The arguments of a block, defaults included."""
        return {} if self.body is None else self.body.args

    @cached_property
    def inside(self) -> tuple[Inner, ...]:
        """The operations on its main path: see `inner`."""
        return () if self.item is None else tuple(inner((self.item,)))

    @property
    def main(self) -> Operation | None:
        """The op that names the step: itself, or the last one of a block without branches."""
        if isinstance(self.item, Operation):
            return self.item
        leaves = [operation for operation in self.inside if isinstance(operation, Operation)]
        straight = isinstance(self.item, Instance) and _straight(self.item.body)
        alike = leaves and all(operation.op.weighted for operation in leaves)
        return leaves[-1] if straight and alike else None

    @property
    def shown(self) -> bool:
        """Whether the step has a row even if the layout does not list it."""
        if isinstance(self.item, Operation):
            return self.item.op.family in SHOWN
        return bool(self.inside)


@dataclass(frozen=True, slots=True)
class Times:
    """Iterations that do the same."""

    count: int
    inside: tuple[Inner, ...]


Inner = Operation | Instance | Times
"""The parts of a main path; a use of a block only where the block is to stay closed."""


@dataclass(frozen=True)
class Line:
    """The steps of one row of a table."""

    label: str
    entries: list[Entry] = field(default_factory=list)
    times: int = 1


def steps(place: Place, items: Sequence[Item]) -> Iterator[Entry]:
    """The steps of a body as written; asides left out.

    Those of tables, of sequences and of the branches of a join come one by one.
    """
    for item in items:
        if isinstance(item, Operation):
            for branch in item.branches.values():
                yield from steps(place, branch.items)
        if isinstance(item, Group):
            if not isinstance(item.step, AsideStep):
                yield from steps(place, item.items)
        elif not isinstance(item, Skipped):
            yield Entry(place, item.name, item, item.outputs[0].shape or ())


def end(network: Network, top: Place, name: str) -> Entry:
    """The step of one of `ENDS`."""
    shape = network.input if name == "input" else network.outputs[0].port.shape or ()
    return Entry(top, name, None, shape)


def inner(items: Sequence[Item], closed: frozenset[str] = frozenset()) -> Iterator[Inner]:
    """The convolutions, pools and linear layers of some items on their main path.

    Of branches that is the deepest, of a product the first: the other is what it is weighed with.
    Blocks that are `closed` are given as they are.
    """
    for item in items:
        match item:
            case Operation() if not item.branches:
                if item.op.family in SHOWN[:3]:
                    yield item
            case Operation():
                ways = [branch for branch in item.branches.values() if branch.items]
                if isinstance(item.op, Multiply):
                    ways = list(item.branches.values())[:1]
                if ways:
                    yield from inner(max(ways, key=_depth).items, closed)
            case Instance():
                if item.body.block.name in closed:
                    yield item
                else:
                    yield from inner(item.body.items, closed)
            case Repeat():
                for group in item.iterations:
                    yield Times(group.count, tuple(inner(group.body.items, closed)))
            case Group():
                if not isinstance(item.step, AsideStep):
                    yield from inner(item.items, closed)


def opened(place: Place, unrolled: bool = False) -> Iterator[Line]:
    """A row for each convolution, pool and linear layer below a place, in the order of the data.

    Equal iterations share one, unless they are `unrolled`.
    """
    for item in place.body.flow(asides=False):
        match item:
            case Operation() if not item.branches:
                family = item.op.family
                if family in SHOWN[:3] or isinstance(item.op, LocalResponseNorm):
                    entry = Entry(place, item.name, item, item.output_shape)
                    yield Line(entry.id, [entry])
            case Instance():
                yield from _called(place.inside(item), unrolled)
            case Repeat():
                if unrolled:
                    for number in range(sum(group.count for group in item.iterations)):
                        yield from _called(place.iteration(item, number)[1], unrolled)
                else:
                    for _, group in place.iterations(item):
                        yield from _run(group, group.count // place.count)


def _called(place: Place, unrolled: bool) -> Iterator[Line]:
    """The rows of a block; a single row has the block's id."""
    lines = list(opened(place, unrolled))
    if len(lines) == 1:
        yield replace(lines[0], label=place.path)
    else:
        yield from lines


def _run(place: Place, count: int) -> Iterator[Line]:
    lines = list(opened(place))
    if count == 1 or any(line.times > 1 for line in lines):
        yield from (Line(line.label, line.entries, line.times * count) for line in lines)
    elif lines:
        yield Line(place.path, [entry for line in lines for entry in line.entries], count)


def arrange(entries: Sequence[Entry], rows: Mapping[str, Sequence[str]]) -> list[Line]:
    """The rows of a network: the steps that are shown, and those that a paper names or groups."""
    owner = {name: label for label, names in rows.items() for name in names}
    made: dict[str, Line] = {}
    for entry in entries:
        label = owner.get(entry.name)
        below = {owner[name]: name for name in owner if name.startswith(f"{entry.name}.")}
        if label is None and not below:
            if entry.shown:
                made[f"\0{entry.name}"] = Line(entry.name, [entry])
        elif label is not None:
            made.setdefault(label, Line(label)).entries.append(entry)
        for label in below:
            made.setdefault(label, Line(label))
            for name in rows[label]:
                if name.startswith(f"{entry.name}."):
                    made[label].entries.append(descend(entry, name.split(".")[1:]))
    return [line for line in made.values() if line.entries]


def descend(entry: Entry, names: Sequence[str]) -> Entry:
    """The step at a path inside a block; raises `KeyError` if the block has no such step."""
    for name in names:
        if not isinstance(entry.item, Instance):
            raise KeyError(name)
        place = entry.place.inside(entry.item)
        found = {each.name: each for each in steps(place, place.body.items)}
        entry = found[name]
    return entry


def _straight(body: Body) -> bool:
    return all(
        not item.branches
        if isinstance(item, Operation)
        else isinstance(item, Instance) and _straight(item.body)
        for item in body.flow()
    )


def _depth(branch: Branch) -> int:
    return depth(flow(branch.items))
