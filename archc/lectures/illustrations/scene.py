"""A drawing before it is SVG or TikZ: boxes, lines and words, each in some of its frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]
"""From the left and from the top, in cells."""


class Frames(NamedTuple):
    """The frames in which a thing is seen, counted from 1."""

    first: int = 1
    last: int | None = None
    """None for the end."""

    def has(self, frame: int) -> bool:
        """Whether a frame is one of them."""
        return self.first <= frame and (self.last is None or frame <= self.last)


ALWAYS = Frames()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What everything in a drawing has."""

    frames: Frames = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Thing):
    """A closed line through some points."""

    points: tuple[Point, ...]
    fill: str | None = None
    line: str | None = "line"
    thick: bool = False
    dashed: bool = False
    clear: bool = False
    """Whether what is below shines through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke(Thing):
    """A line from here to there."""

    start: Point
    end: Point
    colour: str = "line"
    dashed: bool = False
    arrows: bool = False
    """Whether both ends have a point, as a measure has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Thing):
    """Something written; `tex` is the same in LaTeX, where that is another thing."""

    at: Point
    text: str
    tex: str | None = None
    size: float = 0.42
    """Height of the letters' line, in cells."""
    anchor: str = "middle"
    """Or `start`, or `end`: which part of it stands at the point."""
    colour: str = "ink"
    bold: bool = False


Item: TypeAlias = Shape | Stroke | Words

COLOURS = {
    "ink": "#000000",
    "line": "#4d4d4d",
    "faint": "#777777",
    "padding": "#e6e6e6",
    "window": "#a9cbec",
    "edge": "#1f5f99",
    "second": "#b2541a",
    "weight": "#f4d3a1",
    "response": "#8fd6c0",
    "map": "#f4f8fc",
    "cone": "#dbe9f6",
}
"""Tints that stay apart for every kind of colour vision, black text on each, and in grey print."""


@dataclass(slots=True)
class Scene:
    """A drawing; its origin is at the top left."""

    width: float = 0
    height: float = 0
    items: list[Item] = field(default_factory=list)
    frames: int = 1

    def add(self, *items: Item, frames: Frames | None = None) -> None:
        """Draw on top of what is there."""
        self.items += items if frames is None else (replace(i, frames=frames) for i in items)

    def seen(self, frame: int | None) -> Iterator[Item]:
        """What a frame shows; None is the last one."""
        number = self.frames if frame is None else frame
        return (item for item in self.items if item.frames.has(number))


def box(x: float, y: float, width: float = 1, height: float = 1) -> tuple[Point, ...]:
    """The corners of a rectangle."""
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
