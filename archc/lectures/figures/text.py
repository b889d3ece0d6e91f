"""The words of a figure without markup: titles, names, operations, numbers, the legend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from archc.document.drawing import Line, Run
from archc.document.translation import N_, _, compact, number, op_label, percent
from archc.lectures.figures.figure import Box, Cluster, Figure, Range, Terminal
from archc.lectures.figures.style import MARKS, PHRASES, SIGNS, Style
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
    # White fills are invisible on white paper.
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
