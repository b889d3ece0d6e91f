"""Network -> the tables of its paper and of its framework, as text for pages and print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archc.lectures.comparison.table import sheet as compared
from archc.lectures.exercises.exercise import BLANKS, Exercise, blank, key, read
from archc.lectures.exercises.grade import BadSheet, Mark, grade, marks_table
from archc.lectures.tables import html, latex, markdown, summary
from archc.lectures.tables.data import as_json, comma_separated
from archc.lectures.tables.paper import layout, table, wanted
from archc.lectures.tables.published import Notes
from archc.lectures.tables.sheet import Sheet
from archc.lectures.tables.styles import STYLES
from archc.network import Network
from archc.spec import Spec
from archc.spec.records import PaperTable

__all__ = [
    "BLANKS",
    "FORMATS",
    "STYLES",
    "BadSheet",
    "Exercise",
    "Mark",
    "Notes",
    "Sheet",
    "blank",
    "compared",
    "emit",
    "grade",
    "key",
    "layout",
    "marks_table",
    "plan",
    "read",
    "summary",
    "table",
    "wanted",
]

FORMATS: Mapping[str, Callable[[Sheet], str]] = {
    "markdown": markdown.write,
    "latex": latex.write,
    "csv": comma_separated,
    "html": html.write,
    "json": as_json,
}
"""The formats that a table may be written in."""


def plan(spec: Spec, style: str) -> PaperTable:
    """The layout of a style: `paper`, `body` or `layers`."""
    return STYLES.get(style) or layout(spec)


def emit(
    networks: Sequence[Network],
    style: str = "paper",
    format: str = "markdown",
    notes: Notes | None = None,
) -> str:
    """A table of one network, or of several variants side by side, the same text each time.

    Args:
        networks: the variants of one spec, in the order of their columns; `keras` shows the first.
        style: `paper`, `body`, `layers`, or `keras`, which has the format `text` too.
        format: one of `FORMATS`.
        notes: how much the footnotes on disputed figures say; None for what suits the language.

    Raises:
        SpecError: the spec's layout names what is not there.
    """
    if style == "keras":
        first = networks[0]
        return summary.text(first) if format == "text" else FORMATS[format](summary.sheet(first))
    return FORMATS[format](table(networks, plan(networks[0].spec, style), notes=notes))
