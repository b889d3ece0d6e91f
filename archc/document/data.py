"""Tables as data: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

from archc.document.records import Bracket, Cell, Document, Table
from archc.document.text import content

FORMAT_VERSION = 1
"""The version of the JSON: a change that breaks its readers raises it."""


def comma_separated(made: Document | Table) -> str:
    """A line a row, the tables of a document one after the other with an empty line between.

    A cell that spans columns is repeated in each of them.
    """
    tables = [made] if isinstance(made, Table) else [b for b in made if isinstance(b, Table)]
    return "\n".join(map(_lines, tables))


def cells(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV, escaped so that a spreadsheet computes no cell as a formula."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerows([escape(str(each)) for each in row] for row in rows)
    return out.getvalue()


def escape(text: str) -> str:
    """The text of a cell, with an apostrophe where a spreadsheet would compute it."""
    opens = text[:1] in ("=", "+", "-", "@", "\t", "\r") and len(text) > 1
    return f"'{text}" if opens and not re.fullmatch(r"[+-][\d.,  ]+%?", text) else text


def as_json(made: Document | Table) -> str:
    """The record as JSON: texts with their values, footnotes, brackets line by line."""
    tables = [made] if isinstance(made, Table) else [b for b in made if isinstance(b, Table)]
    found = [_table(table) for table in tables]
    whole = found[0] if isinstance(made, Table) else found
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _lines(table: Table) -> str:
    head = [column.heading for column in table.columns]
    rows = [[_text(each) for each in row.cells for _ in range(each.span)] for row in table.rows]
    origin = " ".join(table.origin.split())
    return (f"# {origin}\n" if origin else "") + cells([head, *rows])


def _text(of: Cell) -> str:
    return "; ".join(map(content, of.lines))


def _table(table: Table) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "title": table.title,
        "columns": [{"key": c.key, "heading": c.heading} for c in table.columns],
        "rows": [
            {"id": row.id, "cells": [_cell(each) for each in row.cells]} for row in table.rows
        ],
        "notes": dict(table.notes),
    }


def _cell(of: Cell) -> dict[str, Any]:
    made: dict[str, Any] = {"text": _text(of)}
    if of.value is not None:
        made["value"] = list(of.value) if isinstance(of.value, tuple) else of.value
    if any(isinstance(line, Bracket) for line in of.lines) or len(of.lines) > 1:
        made["parts"] = [
            {"lines": line.lines, "times": line.times}
            if isinstance(line, Bracket)
            else content(line)
            for line in of.lines
        ]
    return (
        made
        | ({"notes": of.mark.split(",")} if of.mark else {})
        | ({"span": of.span} if of.span > 1 else {})
    )
