"""What a figure says, and the room that it takes: names, numbers, the title, the legend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from archc.document.drawing import AnyShape, Line, Run, Text, line_height, line_width, words
from archc.document.drawing import Box as Rectangle
from archc.document.translation import N_, _, compact, number, op_label, percent
from archc.lectures.figures.figure import Box, Cluster, Figure, Fork, Join, Range, Terminal
from archc.lectures.figures.style import MARKS, PHRASES, SIGNS, Style
from archc.lectures.figures.theme import Theme
from archc.ops.base import Family

FAMILIES: Mapping[Family, str] = N_(
    {
        "conv": "convolution",
        "linear": "linear",
        "norm": "normalisation",
        "activation": "activation",
        "pool": "pooling",
        "regularise": "regularisation",
        "reshape": "reshaping",
        "other": "other",
    }
)
"""The legend's words for families of ops; joins are recognised by their shape."""

ENDS = N_(("input", "output"))
"""The names of unnamed ends."""
SWATCHES = 5
"""The number of colours in the legend of a quantity."""


class Key(NamedTuple):
    """A colour of the legend, and what it means."""

    fill: str
    word: str
    name: str = ""
    """The name of the colour in the theme; empty for a step of a ramp."""


def title(figure: Figure, style: Style) -> Line:
    """The network's name and size."""
    size = f"{number(figure.weights)} {_('parameters')}"
    if style.highlight:
        before, after = style.highlight.weights
        size = size if before == after else f"{number(before)} → {size}"
    elif figure.training:
        more = _("for training")
        size += f", {_('and')} {number(figure.training)} {more}"
    name = f"{figure.name}, {figure.place}" if figure.place else figure.name
    return [Run(figure.title, bold=True), Run(f"({name}){_(': ')}{size}")]


def legend(figure: Figure, style: Style) -> list[Key]:
    """The colours that the figure uses."""
    theme = style.theme
    if style.heat:
        word = _(PHRASES[style.heat.quantity])
        steps = [k / (SWATCHES - 1) for k in range(SWATCHES)]
        values = [compact(round(style.heat.most * step)) for step in steps]
        keys = [Key(theme.heat(step), value) for step, value in zip(steps, values, strict=True)]
        return [Key(theme.paper, word), *keys]
    if style.highlight:
        marked = style.highlight.used()
        signs = [(mark, sign) for mark, sign in SIGNS.items() if mark in marked]
        return [Key(theme.tint(mark), f"{sign} {_(MARKS[mark])}") for mark, sign in signs]
    used = {row.family for box in figure.boxes() for row in box.rows}
    keys = [
        Key(theme.fills[family], _(word), family)
        for family, word in FAMILIES.items()
        if family in used
    ]
    if any(not box.rows for box in figure.boxes()):
        keys.append(Key(theme.block, _("block"), "block"))
    # White says nothing on white paper.
    return [key for key in keys if key.fill != theme.paper]


def box(part: Box, style: Style) -> list[Line]:
    """The lines of a box of one colour: its name, then its figures in small print."""
    figures = amount(part, style)
    what = op_label(part.rows[0].label) if part.rows else part.inside
    if part.block:
        lines = [head(part, style), small(" · ".join(text for text in (what, figures) if text))]
    else:
        lines = [head(part, style, what), small(figures)]
    lines.append(small(note(part, style)))
    return [line for line in lines if line]


def heading(part: Box, style: Style) -> Line:
    """The line above the rows of a box of several operations."""
    return [*head(part, style), *small(amount(part, style)), *small(note(part, style))]


def rows(part: Box, style: Style) -> list[str]:
    """The operations of a box."""
    labels = [op_label(row.label) for row in part.rows]
    if style.highlight is None:
        return labels
    marks = style.highlight.of_rows(part)
    return [
        f"{SIGNS[mark]} {label}" if mark else label
        for mark, label in zip(marks, labels, strict=True)
    ]


def head(part: Box | Cluster, style: Style, what: str = "") -> Line:
    """`conv2_x stage × 3`, of which any part may be missing; a sign before what is marked."""
    mark = style.highlight.parts.get(part.id) if style.highlight else None
    gone = mark == "removed"
    runs = [Run(part.name, bold=True, struck=gone), Run(what or part.block, struck=gone)]
    runs.append(Run(f"× {part.times}" if part.times > 1 else "", bold=True, struck=gone))
    runs = [run for run in runs if run.text]
    return [Run(SIGNS[mark], bold=True), *runs] if mark and runs else runs


def note(part: Box | Cluster, style: Style) -> str:
    """The changed settings of a part, in a figure of two networks."""
    return style.highlight.notes.get(part.id, "") if style.highlight else ""


def end(part: Terminal, style: Style) -> str:
    """An end's name, translated unless the spec gives it."""
    return _(part.label) if part.label in ENDS else part.label


def small(text: str) -> Line:
    """A line in small print; empty without text."""
    return [Run(text, small=True)] if text else []


def amount(part: Box, style: Style) -> str:
    """`9.41K params`, those of one copy; with heat the quantity, of all copies."""
    if style.highlight and part.id in style.highlight.sizes:
        return style.highlight.sizes[part.id]
    if not style.heat:
        return parameters(part.each)
    value, whole = style.heat.values[part.id], style.heat.whole
    if whole is None:
        return number(value) if value else ""
    if not value:
        return ""
    return f"{compact(value)} · {percent(value / whole, 1)}"


def parameters(each: Range) -> str:
    """`9.41K params`; empty for zero."""
    low, high = (compact(n) for n in each)
    if not each[1]:
        return ""
    return f"{low if low == high else f'{low}–{high}'} {_('params')}"


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


def part_size(part: Box | Join | Terminal | Fork, style: Style, least: float = 0) -> Size:
    """The size of a part; `least` is the width in points that the title above it needs."""
    match part:
        case Join(symbol=symbol) if len(symbol) == 1:
            return Size(ROUND, ROUND)
        case Join(symbol=symbol):
            return _padded([words(symbol)], style)
        case Fork():
            return shape_size(part.shape, style)
        case Terminal():
            return _padded([words(end(part, style))], style)
        case Box() if len(part.rows) < 2:
            return _padded(box(part, style), style, least)
    lines = row_lines(part, style)
    width = text_size(lines, style).width + 2 * MARGIN[0]
    return Size(max(LEAST[0], least, width), sum(row_height(line, style) for line in lines))


def row_lines(part: Box, style: Style) -> list[Line]:
    """The lines of a box of several operations, its heading first if it has one."""
    above = heading(part, style)
    return [*([above] if above else []), *map(words, rows(part, style))]


def row_height(line: Line, style: Style) -> float:
    """The height of one of these rows."""
    return text_size([line], style).height + ROW


def title_size(part: Cluster, style: Style) -> Size:
    """The title of an opened block."""
    return text_size([cluster_title(part, style)], style)


def cluster_title(part: Cluster, style: Style) -> Line:
    """The title in the corner of an opened block, with its note."""
    return [*head(part, style), *small(note(part, style))]


def shape_size(shape: str, style: Style) -> Size:
    """The size of a value's shape, in small print on its line."""
    small = style.theme.small
    return Size(line_width(words(shape), small, small) + 6, line_height(words(shape), small, small))


def _padded(lines: list[Line], style: Style, least: float = 0) -> Size:
    width, height = text_size(lines, style)
    across, down = MARGIN
    return Size(max(LEAST[0], least, width + 2 * across), max(LEAST[1], height + 2 * down))


GAP = 4.0
"""From one colour to the next, and below the title and each row of the legend."""
PAD = 3.0
"""The margin around the word on a colour, in points."""
NARROW = 235.0
"""The width in points that a legend may always have, even above a narrower figure."""


class Heading:
    """A title and a legend, as wide as they need to be.

    Args:
        title: the title; an empty line is none.
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
                yield Rectangle(at=at, width=width, height=height, text=text, style=(style, "key"))
                x += width + GAP
            y += self.key + GAP
