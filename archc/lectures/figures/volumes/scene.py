"""Volumes -> where each stands: plain geometry, the same for every writer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt
from typing import NamedTuple

from archc.document.words import Lang, op_label, say
from archc.lectures.figures.volumes.solids import Solid

HIGHEST = 110.0
"""Points for the side of the greatest map."""
POWER = 0.55
"""Sides grow as this power of their cells: true to scale, 7 cells beside 224 could not be seen."""
SLANT = 0.38
"""How much of a side goes into the depth, both along and up."""
NAME, SMALL = 9.0, 8.0
"""Sizes of the letters."""
WIDE = 0.58
"""The width of a letter, of its size."""
GAP, LINE = 16.0, 34.0
"""Between volumes, and between lines of them."""
LONGEST = 800.0
"""A longer row goes on in a line below."""

Point = tuple[float, float]
"""To the right, and up."""


class Placed(NamedTuple):
    """A volume, in its place: the front lower left corner, and the sides."""

    solid: Solid
    x: float
    y: float
    width: float
    height: float
    slant: float
    name: str
    """What is written below it, in bold."""
    shape: str

    @property
    def front(self) -> list[Point]:
        """The face of the channels."""
        x, y, w, h = self.x, self.y, self.width, self.height
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]

    @property
    def top(self) -> list[Point]:
        """The face above."""
        x, y, w, s = self.x, self.y + self.height, self.width, self.slant
        return [(x, y), (x + w, y), (x + w + s, y + s), (x + s, y + s)]

    @property
    def side(self) -> list[Point]:
        """The last map: what the next step sees."""
        x, y, h, s = self.x + self.width, self.y, self.height, self.slant
        return [(x, y), (x + s, y + s), (x + s, y + s + h), (x, y + h)]

    @property
    def leaves(self) -> Point:
        """The middle of the last map."""
        return self.x + self.width + self.slant / 2, self.y + (self.height + self.slant) / 2

    @property
    def enters(self) -> Point:
        """Where a line to it ends: on its left edge, as high as the middle."""
        return self.x, self.y + min(self.height, (self.height + self.slant) / 2)

    @property
    def below(self) -> Point:
        """The middle of the words below it."""
        return self.x + (self.width + self.slant) / 2, self.y

    def window(self, cells: int) -> list[Point]:
        """A square of so many cells on the last map, in its middle."""
        across = min(1.0, (cells / self.solid.side[0]) ** POWER)
        (x, y), h, s = self.leaves, self.height * across / 2, self.slant * across / 2
        return [(x - s, y - h - s), (x + s, y - h + s), (x + s, y + h + s), (x - s, y + h - s)]


class Scene(NamedTuple):
    """All volumes, in lines from the top."""

    lines: tuple[tuple[Placed, ...], ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Size:
    """What a volume needs."""

    solid: Solid
    width: float
    height: float
    slant: float
    name: str
    shape: str

    @property
    def room(self) -> float:
        """The width of it with its words."""
        return max(self.width + self.slant, self.words)

    @property
    def words(self) -> float:
        """The width of its words."""
        return WIDE * max(NAME * 1.08 * len(self.name), SMALL * len(self.shape))


def arrange(solids: Iterable[Solid], lang: Lang = Lang.en) -> Scene:
    """Put volumes side by side on a common axis, in as many lines as they need."""
    found = list(solids)
    most = max(max(solid.side) for solid in found)
    sizes = [_size(solid, most, lang) for solid in found]
    total = sum(size.room + GAP for size in sizes)
    per = total / ceil(total / LONGEST)
    rows: list[list[_Size]] = [[]]
    reached = 0.0
    for size in sizes:
        if rows[-1] and reached + size.room / 2 > per * len(rows):
            rows.append([])
        rows[-1].append(size)
        reached += size.room + GAP
    lines: list[tuple[Placed, ...]] = []
    low = 0.0
    for row in reversed(rows):
        half = max(size.height + size.slant for size in row) / 2
        axis = low + 2 * SMALL + NAME + half
        lines.append(tuple(_line(row, axis)))
        low = axis + half + LINE
    width = max(placed.below[0] + _room(placed) / 2 for line in lines for placed in line)
    return Scene(tuple(reversed(lines)), width, low - LINE)


def _line(row: list[_Size], axis: float) -> Iterable[Placed]:
    x = 0.0
    for size in row:
        middle = x + size.room / 2
        left = middle - (size.width + size.slant) / 2
        bottom = axis - (size.height + size.slant) / 2
        yield Placed(
            size.solid, left, bottom, size.width, size.height, size.slant, size.name, size.shape
        )
        x += size.room + GAP


def _room(placed: Placed) -> float:
    words = WIDE * max(NAME * 1.08 * len(placed.name), SMALL * len(placed.shape))
    return max(placed.width + placed.slant, words)


def _size(solid: Solid, most: int, lang: Lang) -> _Size:
    times = f" × {solid.times}" if solid.times > 1 else ""
    name = op_label(solid.name, lang) if solid.name else say("input", lang)
    shape = " × ".join(str(int(n)) for n in solid.shape)
    high, wide = solid.side
    if (high, wide) == (1, 1):  # a vector stands upright
        tall = min(HIGHEST, 2 * sqrt(solid.channels))
        return _Size(solid, 5, tall, 3, name + times, shape)
    slant = SLANT * HIGHEST * (wide / most) ** POWER
    height = HIGHEST * (high / most) ** POWER
    return _Size(solid, 2 + sqrt(solid.channels), height, slant, name + times, shape)


def arrows(line: tuple[Placed, ...]) -> list[tuple[Placed, Placed]]:
    """What follows what in a line."""
    return list(pairwise(line))
