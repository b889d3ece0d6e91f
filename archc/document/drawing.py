"""The record of a drawing: shapes with styles by name, which a writer for each format draws.

Lengths are points (1/72 inch); a point is (x, y) from the top left corner, y downwards. What a
style looks like, and the value of a colour, is in the drawing's own tables, so that SVG has the
attributes and TikZ has the names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple, TypeAlias

from archc.document.metrics import CAP_HEIGHT, LINE_HEIGHT, text_width

Point: TypeAlias = tuple[float, float]

SANS = "Helvetica,Arial,Liberation Sans,DejaVu Sans,sans-serif"
"""The font families of a drawing: faces of the widths that `text_width` has, then any other."""


class Run(NamedTuple):
    """A stretch of text in one face."""

    text: str
    bold: bool = False
    small: bool = False
    struck: bool = False


Line: TypeAlias = Sequence[Run]
"""Runs with a space between them."""


class Frames(NamedTuple):
    """The animation steps in which a shape is seen, counted from 1; `last` None is the end."""

    first: int = 1
    last: int | None = None

    def has(self, frame: int) -> bool:
        """Whether a step is one of them."""
        return self.first <= frame and (self.last is None or frame <= self.last)


ALWAYS = Frames()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The attributes that a style sets; None leaves an attribute to the shape's other styles.

    Colours are names of the drawing's colours, "" for none.
    """

    fill: str | None = None
    line: str | None = None
    width: float | None = None
    """The width of the line."""
    dashes: tuple[float, ...] | None = None
    radius: float | None = None
    """The radius of the corners of a box."""
    opacity: float | None = None
    """The opacity of the fill, from 0 to 1."""
    ink: str | None = None
    """The colour of text."""
    size: float | None = None
    """The font size of text."""
    bold: bool | None = None


FIELDS = tuple(field.name for field in fields(Look))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The attributes of every shape."""

    style: tuple[str, ...] = ()
    """Names of styles; a later one wins."""
    frames: Frames = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Shape):
    """A rectangle or an ellipse with lines of text in its middle."""

    at: Point
    """Its middle."""
    width: float
    height: float
    text: tuple[Line, ...] = ()
    round: bool = False
    """An ellipse."""
    name: str = ""
    """The name by which a path's `ends` refer to it."""
    title: str = ""
    """The tooltip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon(Shape):
    """A closed line."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Shape):
    """An open line, with arrow heads where it has tips."""

    points: tuple[Point, ...]
    """The corners; if `curved`, the points of cubic Bézier curves (3 n + 1 of them)."""
    curved: bool = False
    tips: tuple[Point | None, Point | None] = (None, None)
    """Where arrow heads that begin at the first and at the last point end."""
    ends: tuple[str, str] | None = None
    """The names of two boxes, where the line goes straight from middle to middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Shape):
    """A line of text."""

    at: Point
    """The middle of its height, at its start, middle or end."""
    text: Line
    anchor: str = "middle"
    tex: str = ""
    """The text in LaTeX, where that differs from the escaped text."""


AnyShape: TypeAlias = Box | Polygon | Path | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture: the shapes, the lowest first, and the tables that they are drawn by."""

    title: str
    caption: str = ""
    """The title and a description for readers who cannot see the picture."""
    width: float
    height: float
    shapes: tuple[AnyShape, ...]
    colours: Mapping[str, str]
    """`#rrggbb` by name; `paper` is below everything, `ink` is the colour of text."""
    looks: Mapping[str, Look]
    size: float
    """The default font size of text."""
    small: float
    """The font size of small runs."""
    steps: tuple[str, ...] = ("",)
    """The name of each animation step."""
    scale: float = 1.0
    """The factor from these lengths to those on a printed page."""

    def look(self, style: Iterable[str]) -> Look:
        """The attributes that the styles of a shape set together."""
        found = Look()
        for name in style:
            if look := self.looks.get(name):
                given = {key: value for key in FIELDS if (value := getattr(look, key)) is not None}
                found = replace(found, **given)
        return found

    def seen(self, frame: int | None) -> Iterator[AnyShape]:
        """The shapes that an animation step shows; None is the last step."""
        number = len(self.steps) if frame is None else frame
        return (shape for shape in self.shapes if shape.frames.has(number))

    def baselines(self, box: Box) -> Iterator[tuple[float, Line]]:
        """The baseline of each line of text of a box; the lines are centred in the box."""
        look = self.look(box.style)
        size = look.size or self.size
        heights = [line_height(line, size, self.small) for line in box.text]
        top = box.at[1] - sum(heights) / 2
        for line, height in zip(box.text, heights, strict=True):
            yield top + height / 2 + CAP_HEIGHT / 2 * height / LINE_HEIGHT, line
            top += height


def line_width(line: Line, size: float, small: float) -> float:
    """The width of a line of text."""
    widths = (text_width(run.text, small if run.small else size, bold=run.bold) for run in line)
    return sum(widths) + text_width(" ", size) * max(0, len(line) - 1)


def line_height(line: Line, size: float, small: float) -> float:
    """The height of a line of text, that of its largest run."""
    return LINE_HEIGHT * max((small if run.small else size for run in line), default=size)


def words(text: str) -> tuple[Run, ...]:
    """A line in one face."""
    return (Run(text),)


def rectangle(x: float, y: float, width: float = 1, height: float = 1) -> tuple[Point, ...]:
    """The corners of a rectangle from its top left one."""
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def arrow_head(base: Point, tip: Point) -> tuple[Point, Point, Point]:
    """The corners of an arrow head."""
    (x, y), (to, down) = base, tip
    across, up = 0.35 * (down - y), 0.35 * (to - x)
    return tip, (x - across, y + up), (x + across, y - up)
