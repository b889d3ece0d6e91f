"""The figure as a record: what is drawn, and what of the network each part stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from archc.ops.base import Family

Range: TypeAlias = tuple[int, int]
"""The least and the greatest of a number over the copies that a part stands for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One operation in a box."""

    family: Family
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Whatever has a place in the figure; `id` is the path of the first thing it stands for."""

    id: str
    aside: bool = False
    """It belongs to training alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Part):
    """Operations in a row, or a folded block."""

    name: str = ""
    """The id that the spec gives it."""
    block: str = ""
    times: int = 1
    """How often it stands in a row here."""
    rows: tuple[Row, ...] = ()
    inside: str = ""
    """What a folded block holds, where that is said in a few words (`bottleneck x 3`)."""
    each: Range = (0, 0)
    """The parameters of one copy."""
    last: str = ""
    """The path of the last thing that it stands for."""
    weights: int = 0
    """The parameters of all that it stands for, all copies of the clusters around it included."""
    macs: int = 0
    """Their multiply-adds."""
    activations: int = 0
    """The elements that they write."""
    ops: int = 1
    """The operations that it stands for, likewise."""
    folded: bool = False
    """It is a block that a greater depth opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Part):
    """Where branches meet."""

    symbol: str
    ops: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal(Part):
    """An end of the network, or of the block that is shown."""

    label: str
    """`input` and `output` are words of a language, other ends have names."""


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
    """A value on its way."""

    tail: str
    output: int
    """Which of the tail's outputs."""
    head: str
    shape: str
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """All of it: the parts in the order of the data, and the edges between boxes."""

    name: str
    """The network."""
    title: str
    place: str = ""
    """The path of the block that it shows, where it does not show the whole network."""
    depth: int
    weights: int
    """The parameters of the network at inference."""
    training: int
    """Those that belong to training alone."""
    end: str
    """The part that stands for the main output."""
    parts: tuple[AnyPart, ...]
    edges: tuple[Edge, ...]

    def walk(self) -> Iterator[AnyPart]:
        """Every part, a cluster before what it holds."""
        return inside(self.parts)

    def boxes(self) -> list[Box]:
        """The boxes: what a reader has to read."""
        return [part for part in self.walk() if isinstance(part, Box)]


def inside(parts: tuple[AnyPart, ...]) -> Iterator[AnyPart]:
    """The parts, and the parts inside them."""
    for part in parts:
        yield part
        if isinstance(part, Cluster):
            yield from inside(part.parts)
