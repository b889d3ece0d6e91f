"""The sizes in points that the parts of a figure need for their text."""

from __future__ import annotations

from typing import NamedTuple

from archc.document.drawing import Line, line_height, line_width, words
from archc.lectures.figures import text
from archc.lectures.figures.figure import Box, Cluster, Join, Terminal
from archc.lectures.figures.style import Style

MARGIN = (8.0, 4.0)
"""The margins between a box's border and its text, across and down."""
LEAST = (54.0, 21.6)
"""The least width and height of a box."""
ROW = 6.0
"""The margin of a row of a box, added to the height of its text."""
ROUND = 20.0
"""The diameter of a sign; that of a number where a figure goes on in another column is less."""
GOTO = 17.0


class Size(NamedTuple):
    """Width and height, in points."""

    width: float
    height: float


def text_size(lines: list[Line], style: Style) -> Size:
    """The size of lines of text, one below the other."""
    size, small = style.theme.size, style.theme.small
    width = max((line_width(line, size, small) for line in lines), default=0.0)
    return Size(width, sum(line_height(line, size, small) for line in lines))


def part_size(part: Box | Join | Terminal, style: Style, least: float = 0) -> Size:
    """The size of a part; `least` is the width in points that the title above it needs."""
    match part:
        case Join(symbol=symbol) if len(symbol) == 1:
            return Size(ROUND, ROUND)
        case Join(symbol=symbol):
            return _padded([words(symbol)], style)
        case Terminal():
            return _padded([words(text.end(part, style))], style)
        case Box() if len(part.rows) < 2:
            return _padded(text.box(part, style), style, least)
    lines = row_lines(part, style)
    width = text_size(lines, style).width + 2 * MARGIN[0]
    return Size(max(LEAST[0], least, width), sum(row_height(line, style) for line in lines))


def row_lines(part: Box, style: Style) -> list[Line]:
    """The lines of a box of several operations, its heading first if it has one."""
    heading = text.heading(part, style)
    return [*([heading] if heading else []), *map(words, text.rows(part, style))]


def row_height(line: Line, style: Style) -> float:
    """The height of one of these rows."""
    return text_size([line], style).height + ROW


def title_size(part: Cluster, style: Style) -> Size:
    """The size of the title of an opened block."""
    return text_size([cluster_title(part, style)], style)


def cluster_title(part: Cluster, style: Style) -> Line:
    """The title in the corner of an opened block, with its note."""
    return [*text.head(part, style), *text.small(text.note(part, style))]


def shape_size(shape: str, style: Style) -> Size:
    """The size of a value's shape, in small print on its line."""
    small = style.theme.small
    return Size(line_width(words(shape), small, small) + 6, line_height(words(shape), small, small))


def _padded(lines: list[Line], style: Style, least: float = 0) -> Size:
    width, height = text_size(lines, style)
    across, down = MARGIN
    return Size(max(LEAST[0], least, width + 2 * across), max(LEAST[1], height + 2 * down))
