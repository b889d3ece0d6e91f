"""The drawing of an illustration while it is made, measured in cells of a grid.

The origin is the top left corner, y goes down, and a cell has the side 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from archc.document.drawing import (
    AnyShape,
    Drawing,
    Frames,
    Look,
    Path,
    Point,
    Polygon,
    Text,
    rectangle,
    words,
)

Corners: TypeAlias = tuple[Point, ...]
CELL = 24.0
"""The side of a cell in points."""
MARGIN = 0.3
"""The margin around the drawing, in cells."""
TIP = 0.19
"""The length of an arrow head, in cells."""
SCALE = 0.78
"""Print: a cell is 6.6 mm there."""

COLOURS = {
    "paper": "#ffffff",
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


def polygon(
    corners: Iterable[Point],
    fill: str | None = None,
    line: str | None = "line",
    *,
    thick: bool = False,
    dashed: bool = False,
    clear: bool = False,
) -> Polygon:
    """A closed line; what is below a clear one shines through."""
    names = (
        fill,
        line and f"{line} line",
        thick and "thick",
        dashed and "dashes",
        clear and "clear",
    )
    return Polygon(points=tuple(map(_at, corners)), style=tuple(name for name in names if name))


def stroke(
    start: Point, end: Point, colour: str = "line", *, dashed: bool = False, arrows: bool = False
) -> Path:
    """A straight line; with arrows, both ends have a head, as a measure has."""
    style = (f"{colour} line", *(("dashes",) if dashed else ()))
    if not arrows:
        return Path(points=(_at(start), _at(end)), style=style)
    (x, y), (to, down) = start, end
    length = max(abs(to - x), abs(down - y))
    across, along = TIP * (to - x) / length, TIP * (down - y) / length
    inner = (_at((x + across, y + along)), _at((to - across, down - along)))
    return Path(points=inner, tips=(_at(start), _at(end)), style=style)


def label(
    at: Point,
    written: str,
    tex: str = "",
    *,
    size: float = 0.42,
    anchor: str = "middle",
    colour: str = "ink",
) -> Text:
    """A text; `tex` is its LaTeX form, `size` the font size."""
    style = (f"size {size:g}", *((f"{colour} text",) if colour != "ink" else ()))
    signs = written.replace("-", "\N{MINUS SIGN}").replace("*", "\N{MULTIPLICATION SIGN}")
    return Text(at=_at(at), text=words(signs), tex=tex, anchor=anchor, style=style)


def box(x: float, y: float, width: float = 1, height: float = 1) -> Corners:
    """The corners of a rectangle of cells."""
    return rectangle(x, y, width, height)


@dataclass(slots=True)
class Scene:
    """The shapes of an illustration, the lowest first."""

    width: float = 0
    height: float = 0
    shapes: list[AnyShape] = field(default_factory=list)
    frames: int = 1

    def add(self, *shapes: AnyShape, frames: Frames | None = None) -> None:
        """Draw on top of the shapes so far."""
        self.shapes += shapes if frames is None else (replace(s, frames=frames) for s in shapes)

    def drawing(self, title: str = "") -> Drawing:
        """The finished drawing."""
        used = {name for each in self.shapes for name in each.style}
        return Drawing(
            title=title,
            width=(self.width + 2 * MARGIN) * CELL,
            height=(self.height + 2 * MARGIN) * CELL,
            shapes=tuple(self.shapes),
            colours=COLOURS,
            looks={name: _look(name) for name in sorted(used)},
            size=0.42 * CELL,
            small=0.36 * CELL,
            steps=("",) * self.frames,
            scale=SCALE,
        )


def _look(name: str) -> Look:
    """A style by its name."""
    if found := re.fullmatch(r"size (.*)", name):
        return Look(size=float(found[1]) * CELL)
    colour, _, of = name.partition(" ")
    looks = {
        "thick": Look(width=1.9),
        "dashes": Look(dashes=(4, 3)),
        "clear": Look(opacity=0.6),
        "line": Look(line=colour, width=0.75),
        "text": Look(ink=colour),
    }
    return looks[of] if of else looks.get(name) or Look(fill=name)


def _at(point: Point) -> Point:
    return (point[0] + MARGIN) * CELL, (point[1] + MARGIN) * CELL
