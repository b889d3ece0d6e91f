"""The record of a figure: its boxes, joins, clusters and edges, and the items they represent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from archc.ops.base import Family

Range: TypeAlias = tuple[int, int]
"""The least and the greatest of a number over the copies that a part represents."""


@dataclass(frozen=True, slots=True)
class Row:
    """One operation in a box."""

    family: Family
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the figure; `id` is the path of the first item that it represents."""

    id: str
    aside: bool = False
    """Whether it exists in training only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Part):
    """Operations in a row, or a folded block."""

    name: str = ""
    """The id that the spec gives it."""
    block: str = ""
    times: int = 1
    """The number of times it is repeated in a row."""
    rows: tuple[Row, ...] = ()
    inside: str = ""
    """The contents of a folded block, where a few words tell them (`bottleneck x 3`)."""
    each: Range = (0, 0)
    """The parameters of one copy."""
    last: str = ""
    """The path of the last item that it represents."""
    weights: int = 0
    """The parameters of all items that it represents, in all copies of the clusters around it."""
    macs: int = 0
    """Their multiply-adds."""
    activations: int = 0
    """The elements that they write."""
    ops: int = 1
    """The number of operations that it represents, likewise."""
    folded: bool = False
    """Whether it is a block that a greater depth opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Part):
    """A join of branches."""

    symbol: str
    ops: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal(Part):
    """An end of the network, or of the block that is shown."""

    label: str
    """`input` and `output` are translated; other ends have names of the spec."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(Part):
    """A block, opened."""

    name: str
    block: str
    times: int
    parts: tuple[AnyPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork(Part):
    """Where an input of a repeated block goes several ways, inside of the block's frame."""

    shape: str
    """That of the input, over all iterations."""


AnyPart: TypeAlias = Box | Join | Terminal | Cluster | Fork


@dataclass(frozen=True, slots=True)
class Edge:
    """A value on its way from one part to another."""

    tail: str
    output: int
    """The index of the tail's output."""
    head: str
    shape: str
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure: the parts in the order of the data, and the edges between them."""

    name: str
    """The network."""
    title: str
    place: str = ""
    """The path of the block that it shows, where it does not show the whole network."""
    depth: int
    weights: int
    """The parameters of the network at inference."""
    training: int
    """The parameters that exist in training only."""
    end: str
    """The id of the main output's part."""
    parts: tuple[AnyPart, ...]
    edges: tuple[Edge, ...]

    def walk(self) -> Iterator[AnyPart]:
        """Every part, a cluster before what it holds."""
        return inside(self.parts)

    def boxes(self) -> list[Box]:
        """The boxes, at all levels."""
        return [part for part in self.walk() if isinstance(part, Box)]


def inside(parts: tuple[AnyPart, ...]) -> Iterator[AnyPart]:
    """The parts, and the parts inside them."""
    for part in parts:
        yield part
        if isinstance(part, Cluster):
            yield from inside(part.parts)
