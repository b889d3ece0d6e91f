"""Scene -> polygons, lines and words, in the colours of a theme: what SVG and the engine draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from archc.document.words import Lang, say
from archc.lectures.figures.text import FAMILIES
from archc.lectures.figures.theme import Theme, channels
from archc.lectures.figures.volumes.scene import NAME, SMALL, WIDE, Placed, Point, Scene

PAD = 8.0
"""Around everything."""
SHADES = {"front": 0.0, "top": 0.4, "side": -0.16}
"""How much lighter or darker than its colour a face is."""
HEAD = 4.0
"""The length of an arrow's head."""


class Polygon(NamedTuple):
    """A face; no fill is none."""

    points: list[Point]
    fill: str
    line: str


class Stroke(NamedTuple):
    """A thin line, dashed or not."""

    points: list[Point]
    line: str
    dashed: bool = False


class Words(NamedTuple):
    """A line of text, the middle of its foot at a point."""

    at: Point
    text: str
    size: float
    ink: str
    bold: bool = False


Mark: TypeAlias = Polygon | Stroke | Words


class Drawing(NamedTuple):
    """A picture: its size, and its marks, the lowest first."""

    width: float
    height: float
    marks: tuple[Mark, ...]


def draw(scene: Scene, title: str, theme: Theme, lang: Lang) -> Drawing:
    """Everything, within `PAD` from the borders."""
    keys = legend(scene, theme, lang)
    wide = max(
        scene.width,
        WIDE * 11 * len(title),
        sum(_key_width(word) for _, word in keys),
    )
    left = PAD + (wide - scene.width) / 2
    height = scene.height + 2 * PAD + 40
    marks = (
        *_title(title, keys, theme, PAD + wide / 2, height - PAD - 10),
        *(_moved(mark, left, PAD) for mark in _scene(scene, theme)),
    )
    return Drawing(wide + 2 * PAD, height, marks)


def legend(scene: Scene, theme: Theme, lang: Lang) -> list[tuple[str, str]]:
    """The names of the colours that are used, and what they mean."""
    used = {placed.solid.fill for line in scene.lines for placed in line}
    words = {str(name): word for name, word in FAMILIES.items()} | {"block": "block"}
    return [
        (name, say(word, lang))
        for name, word in words.items()
        if name in used and theme.colours()[name] != theme.paper
    ]


def shade(fill: str, by: float) -> str:
    """A colour made lighter (above 0) or darker."""
    goal = 255 if by > 0 else 0
    mixed = (round(c + (goal - c) * abs(by)) for c in channels(fill))
    return "#" + "".join(f"{c:02x}" for c in mixed)


def _title(
    title: str, keys: list[tuple[str, str]], theme: Theme, x: float, y: float
) -> Iterator[Mark]:
    yield Words((x, y), title, 11, theme.ink, bold=True)
    at = x - sum(_key_width(word) for _, word in keys) / 2
    for name, word in keys:
        fill = theme.colours()[name]
        wide = _key_width(word) - 4
        corners = [(at, y - 22), (at + wide, y - 22), (at + wide, y - 8), (at, y - 8)]
        yield Polygon(corners, fill, theme.line)
        yield Words((at + wide / 2, y - 18), word, SMALL, theme.ink_on(fill))
        at += wide + 4


def _key_width(word: str) -> float:
    return WIDE * SMALL * len(word) + 14


def _scene(scene: Scene, theme: Theme) -> Iterator[Mark]:
    for k, line in enumerate(scene.lines):
        if k:
            yield from _arrow((line[0].enters[0] - 14, line[0].enters[1]), line[0].enters, theme)
        for i, placed in enumerate(line):
            yield from _solid(placed, theme)
            if i + 1 < len(line):
                yield from _between(placed, line[i + 1], theme)
            elif k + 1 < len(scene.lines):
                x, y = placed.leaves
                yield from _arrow((x, y), (x + placed.slant / 2 + 14, y), theme)


def _solid(placed: Placed, theme: Theme) -> Iterator[Mark]:
    fill = theme.colours()[placed.solid.fill]
    for face, by in SHADES.items():
        yield Polygon(getattr(placed, face), shade(fill, by), theme.line)
    x, y = placed.below
    yield Words((x, y - NAME - 2), placed.name, NAME, theme.ink, bold=True)
    yield Words((x, y - NAME - SMALL - 4), placed.shape, SMALL, theme.ink)


def _between(placed: Placed, following: Placed, theme: Theme) -> Iterator[Mark]:
    """From a map to the next: an arrow, or the window that makes one of its cells."""
    cells = following.solid.window
    if not cells or placed.solid.side == (1, 1):
        yield from _arrow(placed.leaves, following.enters, theme)
        return
    window = placed.window(cells)
    yield Polygon(window, "", theme.ink)
    for corner in window:
        yield Stroke([corner, following.enters], theme.ink, dashed=True)


def _arrow(start: Point, end: Point, theme: Theme) -> Iterator[Mark]:
    (x, y), (to, up) = start, end
    yield Stroke([(x, y), (to - HEAD, up)], theme.line)
    yield Polygon([(to, up), (to - HEAD, up + 1.8), (to - HEAD, up - 1.8)], theme.line, theme.line)


def _moved(mark: Mark, x: float, y: float) -> Mark:
    if isinstance(mark, Words):
        return mark._replace(at=(mark.at[0] + x, mark.at[1] + y))
    return mark._replace(points=[(a + x, b + y) for a, b in mark.points])
