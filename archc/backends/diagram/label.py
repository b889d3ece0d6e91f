"""The words of a figure: HTML-like labels, quoted strings, short numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TypeAlias

from archc.backends.diagram.figure import Box, Cluster, Figure, Range
from archc.backends.diagram.theme import Theme
from archc.ops.base import Family

Look: TypeAlias = dict[str, str | float]
"""DOT attributes."""

FAMILIES: Mapping[Family, str] = {
    "conv": "convolution",
    "linear": "linear",
    "norm": "normalisation",
    "activation": "activation",
    "pool": "pooling",
    "regularise": "regularisation",
    "reshape": "reshaping",
    "other": "other",
}
"""The legend's words; joins are told by their shape."""


def title(figure: Figure, theme: Theme) -> str:
    """The network's name and size, and the colours that the figure uses."""
    used = {row.family for box in figure.boxes() for row in box.rows}
    keys = [(theme.fills[family], word) for family, word in FAMILIES.items() if family in used]
    if any(not box.rows for box in figure.boxes()):
        keys.append((theme.block, "block"))
    cells = "".join(f'<td bgcolor="{fill}">{small(word, theme)}</td>' for fill, word in keys)
    size = f"{figure.weights:,} parameters"
    if figure.training:
        size += f", and {figure.training:,} for training"
    name = f"<b>{escape(figure.title)}</b> ({escape(figure.name)}): {size}"
    legend = f"<tr>{cells}</tr>" if cells else ""
    return (
        '<<table border="0" cellborder="0" cellspacing="4" cellpadding="3">'
        f'<tr><td colspan="{max(1, len(keys))}">{name}</td></tr>{legend}</table>>'
    )


def box(part: Box, theme: Theme) -> str:
    """The label of a box of one colour: what it is, then its figures in small print."""
    name, figures = head(part), parameters(part.each)
    what = escape(part.rows[0].label if part.rows else part.inside)
    if part.block:
        lines = [name, small(" · ".join(text for text in (what, figures) if text), theme)]
    else:
        lines = [head(part, what), small(figures, theme)]
    rows = "".join(f"<tr><td>{line}</td></tr>" for line in lines if line)
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{rows}</table>>'


def rows(part: Box, theme: Theme, least: float) -> str:
    """The label of a box of several operations, a row in its family's colour for each."""
    name = " ".join(text for text in (head(part), small(parameters(part.each), theme)) if text)
    lines = [(name, theme.paper)] if name else []
    lines += [(escape(row.label), theme.fills[row.family]) for row in part.rows]
    wide = f' width="{least * 72:.0f}"' if least else ""
    cells = "".join(f'<tr><td{wide} bgcolor="{fill}">{text}</td></tr>' for text, fill in lines)
    look = 'border="1" cellborder="0" cellspacing="0" cellpadding="3"'
    look += f' color="{theme.line}"' + ' style="dashed"' * part.aside
    return f"<<table {look}>{cells}</table>>"


def head(part: Box | Cluster, what: str = "") -> str:
    """`conv2_x stage × 3`, of which any part may be missing."""
    words = [f"<b>{escape(part.name)}</b>" if part.name else "", what or escape(part.block)]
    words.append(f"<b>× {part.times}</b>" if part.times > 1 else "")
    return " ".join(word for word in words if word)


def room(part: Cluster, theme: Theme) -> float:
    """The width in inches that keeps a line into a cluster's middle clear of its title."""
    letters = len(f"{part.name} {part.block} x{part.times}")
    return round(letters * theme.size * 0.6 * 2 / 72, 1)


def small(text: str, theme: Theme) -> str:
    """Small print, if there is any."""
    return f'<font point-size="{theme.small}">{text}</font>' if text else ""


def parameters(each: Range) -> str:
    """`9.41K params`; nothing where there are none."""
    low, high = (compact(n) for n in each)
    if not each[1]:
        return ""
    return f"{low} params" if low == high else f"{low}–{high} params"


def compact(number: int) -> str:
    """Three digits: `320`, `9.41K`, `25.6M`."""
    for power, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "K")):
        if number >= 0.9995 * power:
            value = number / power
            return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}{letter}"
    return str(number)


def attributes(look: Mapping[str, str | float]) -> str:
    """`a=1, b="two words"`; a label with markup stands as it is."""
    return ", ".join(f"{name}={_value(value)}" for name, value in look.items())


def quote(text: str) -> str:
    """A DOT string that stands for exactly this text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def statement(subject: Iterable[str], look: Look) -> str:
    """A node, or an edge between two."""
    names = " -> ".join(quote(name) for name in subject)
    return f"{names} [{attributes(look)}];" if look else f"{names};"


def _value(value: str | float) -> str:
    if not isinstance(value, str):
        return f"{value:g}"
    return value if value.startswith("<<table") else quote(value)
