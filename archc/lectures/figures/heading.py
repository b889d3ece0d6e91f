"""The heading above a figure: its title and a legend of its colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from archc.document.drawing import AnyShape, Box, Line, Text, line_height, line_width, words
from archc.lectures.figures.theme import Theme

GAP = 4.0
"""From one colour to the next, and below the title and each row of the legend."""
PAD = 3.0
"""The margin around the word on a colour, in points."""
NARROW = 235.0
"""The width in points that a legend may always have, even above a narrower figure."""


class Heading:
    """A title and a legend, as wide as they need to be.

    Args:
        title: the title; an empty line for no title.
        keys: the style of each colour, and what it means.
        room: the width of the figure.
        theme: its sizes of text.
    """

    def __init__(
        self, title: Line, keys: Sequence[tuple[str, str]], room: float, theme: Theme
    ) -> None:
        size, small = theme.size, theme.small
        self.title = title
        self.first = line_height(title, size, small) + GAP if title else 0.0
        wide = line_width(title, size, small)
        sized = [(key, line_width(words(key[1]), small, small) + 2 * PAD) for key in keys]
        total = sum(width + GAP for _, width in sized)
        count = ceil(total / max(room, wide, NARROW))
        each = ceil(len(sized) / count) if count else 1
        self.rows = [sized[k : k + each] for k in range(0, len(sized), each)]
        self.key = line_height(words(""), small, small) + 2 * PAD
        self.width = max(wide, *(sum(width + GAP for _, width in row) for row in self.rows), 0.0)
        self.height = self.first + (self.key + GAP) * len(self.rows)

    def shapes(self, middle: float, top: float) -> Iterator[AnyShape]:
        """The shapes of the heading, centred on the vertical `middle`, from `top` down."""
        if self.title:
            yield Text(at=(middle, top + (self.first - GAP) / 2), text=self.title, style=("title",))
        y = top + self.first + self.key / 2
        for row in self.rows:
            x = middle - (sum(width + GAP for _, width in row) - GAP) / 2
            for (style, word), width in row:
                at = (x + width / 2, y)
                text, height = (words(word),), self.key
                yield Box(at=at, width=width, height=height, text=text, style=(style, "key"))
                x += width + GAP
            y += self.key + GAP
