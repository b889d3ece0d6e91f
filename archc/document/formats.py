"""The formats that any document or table may be written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from archc.document import data, html, latex, markdown, text
from archc.document.records import Document, Table

Format: TypeAlias = Literal["text", "markdown", "latex", "html", "csv", "json"]
WRITERS: Mapping[Format, Callable[[Document | Table], str]] = {
    "text": text.write,
    "markdown": markdown.write,
    "latex": latex.write,
    "html": html.write,
    "csv": data.comma_separated,
    "json": data.as_json,
}


def write(made: Document | Table, format: Format = "text") -> str:
    """A document or a table in a format; it ends with a newline.

    LaTeX needs the packages amsmath, booktabs, graphicx, and comes without a preamble; HTML is a
    part of a page, with formulas in MathML.
    """
    return WRITERS[format](made)
