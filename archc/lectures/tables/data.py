"""A table as data: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from archc.lectures.tables.sheet import Cell, Sheet

FORMAT_VERSION = 1
"""Of the JSON: raised by a change that breaks a reader."""


def comma_separated(sheet: Sheet) -> str:
    """A line for each row; a cell that spans columns stands in each of them."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    if sheet.origin:
        out.write(f"# {sheet.origin}\n")
    lines.writerow([column.heading for column in sheet.columns])
    for row in sheet.rows:
        lines.writerow([cell.text for cell in row.cells for _ in range(cell.span)])
    return out.getvalue()


def as_json(sheet: Sheet) -> str:
    """Everything: texts, what they stand for, footnotes, brackets line by line."""
    found = {
        "format_version": FORMAT_VERSION,
        "title": sheet.title,
        "columns": [{"key": c.key, "heading": c.heading} for c in sheet.columns],
        "rows": [
            {"id": row.id, "cells": [_cell(cell) for cell in row.cells]} for row in sheet.rows
        ],
        "notes": dict(sheet.notes),
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _cell(cell: Cell) -> dict[str, Any]:
    made: dict[str, Any] = {"text": cell.text}
    if cell.value is not None:
        made["value"] = list(cell.value) if isinstance(cell.value, tuple) else cell.value
    if any(not isinstance(part, str) for part in cell.parts) or len(cell.parts) > 1:
        made["parts"] = [
            part if isinstance(part, str) else {"lines": part.lines, "times": part.times}
            for part in cell.parts
        ]
    return (
        made
        | ({"notes": cell.mark.split(",")} if cell.mark else {})
        | ({"span": cell.span} if cell.span > 1 else {})
    )
