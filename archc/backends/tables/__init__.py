"""Network -> the tables of its paper and of its framework, as text for pages and print."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archc.backends.tables import html, latex, markdown, summary
from archc.backends.tables.data import as_json, comma_separated
from archc.backends.tables.exercise import BLANKS, Exercise, blank, key, read
from archc.backends.tables.grade import BadSheet, Mark, grade, marks_table
from archc.backends.tables.paper import layout, table, wanted
from archc.backends.tables.sheet import Sheet
from archc.backends.tables.styles import STYLES

__all__ = [
    "BLANKS",
    "FORMATS",
    "STYLES",
    "BadSheet",
    "Exercise",
    "Mark",
    "Sheet",
    "blank",
    "grade",
    "key",
    "layout",
    "marks_table",
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
