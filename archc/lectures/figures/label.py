"""The words of a figure as DOT: HTML-like labels, quoted strings, attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from math import ceil
from typing import TypeAlias

from archc.document.drawing import Line, Run
from archc.lectures.figures import text
from archc.lectures.figures.figure import Box, Cluster, Figure
from archc.lectures.figures.sizes import Size, cluster_title
from archc.lectures.figures.style import Style
from archc.lectures.figures.theme import Theme

Look: TypeAlias = dict[str, str | float]
"""DOT attributes."""

FEW = 4
"""The least number of colours for a legend that may be as wide as the title."""


def title(figure: Figure, style: Style) -> str:
    """The network's name and size, and the colours that the figure uses."""
    theme, keys = style.theme, text.legend(figure, style)
    cells = "".join(
        f'<td bgcolor="{key.fill}">'
        f"{ink(markup([Run(key.word, small=True)], theme), key.fill, theme)}</td>"
        for key in keys
    )
    look, wide = '<table border="0" cellborder="0" cellspacing="4" cellpadding="3">', len(keys)
    if 0 < wide < FEW:
        cells, wide = f"<td>{look}<tr>{cells}</tr></table></td>", 1
    legend = f"<tr>{cells}</tr>" if cells else ""
    name = markup(text.title(figure, style), theme)
    return f'<{look}<tr><td colspan="{max(1, wide)}">{name}</td></tr>{legend}</table>>'


def box(part: Box, style: Style) -> str:
    """The label of a box of one colour."""
    lines = (markup(line, style.theme) for line in text.box(part, style))
    rows = "".join(f"<tr><td>{line}</td></tr>" for line in lines)
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{rows}</table>>'


def rows(part: Box, style: Style, least: float) -> str:
    """The label of a box of several operations, a row in its family's colour for each."""
    theme = style.theme
    name = markup(text.heading(part, style), theme)
    lines = [(name, theme.paper)] if name else []
    found = zip(text.rows(part, style), style.fills(part), style.gone(part), strict=True)
    lines += [
        (ink(markup([Run(line, struck=gone)], theme), fill, theme), fill)
        for line, fill, gone in found
    ]
    wide = f' width="{least * 72:.0f}"' if least else ""
    cells = "".join(f'<tr><td{wide} bgcolor="{fill}">{line}</td></tr>' for line, fill in lines)
    mark = style.mark(part.id)
    look = f'border="{2 if mark else 1}" cellborder="0" cellspacing="0" cellpadding="3"'
    look += f' color="{theme.marks[mark] if mark else theme.line}"'
    look += ' style="dashed"' * (part.aside or mark == "removed")
    return f"<<table {look}>{cells}</table>>"


def head(part: Cluster, style: Style) -> str:
    """The title of an opened block."""
    return markup(cluster_title(part, style), style.theme)


def room_for(size: Size) -> str:
    """An empty label of a fixed size."""
    width, height = (ceil(value) for value in size)
    look = 'border="0" cellborder="0" cellspacing="0" cellpadding="0" fixedsize="true"'
    return f'<table {look} width="{width}" height="{height}"><tr><td></td></tr></table>'


def room(part: Cluster, theme: Theme) -> float:
    """The width in inches that keeps a line into a cluster's middle clear of its title."""
    letters = len(f"{part.name} {part.block} x{part.times}")
    return round(letters * theme.size * 0.6 * 2 / 72, 1)


def markup(line: Line, theme: Theme) -> str:
    """A line with its faces."""
    return " ".join(_run(run, theme) for run in line)


def ink(marked: str, fill: str, theme: Theme) -> str:
    """Text in another ink where the theme's is not readable."""
    colour = theme.ink_on(fill)
    return marked if colour == theme.ink else f'<font color="{colour}">{marked}</font>'


def attributes(look: Mapping[str, str | float]) -> str:
    """`a=1, b="two words"`; a label with markup is not quoted."""
    return ", ".join(f"{name}={_value(value)}" for name, value in look.items())


def quote(text: str) -> str:
    """A DOT string of exactly this text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def statement(subject: Iterable[str], look: Look) -> str:
    """A node, or an edge between two."""
    names = " -> ".join(quote(name) for name in subject)
    return f"{names} [{attributes(look)}];" if look else f"{names};"


def _run(run: Run, theme: Theme) -> str:
    found = escape(run.text)
    if run.struck:
        found = f"<s>{found}</s>"
    if run.bold:
        found = f"<b>{found}</b>"
    return f'<font point-size="{theme.small}">{found}</font>' if run.small else found


def _value(value: str | float) -> str:
    if not isinstance(value, str):
        return f"{value:g}"
    return value if value.startswith("<<table") else quote(value)
