"""Network -> the tables of its paper and of its framework, as text for pages and print."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archc.backends.tables import html, latex, markdown
from archc.backends.tables.data import as_json, comma_separated
from archc.backends.tables.paper import layout, table, wanted
from archc.backends.tables.sheet import Sheet

__all__ = ["FORMATS", "Sheet", "layout", "table", "wanted"]

FORMATS: Mapping[str, Callable[[Sheet], str]] = {
    "markdown": markdown.write,
    "latex": latex.write,
    "csv": comma_separated,
    "html": html.write,
    "json": as_json,
}
"""The formats that a table may be written in."""
