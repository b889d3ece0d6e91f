"""A table in Markdown, as pages and notebooks show it; readable as it is."""

from __future__ import annotations

from collections.abc import Sequence

from archc.lectures.tables.sheet import Bracket, Cell, Column, Row, Sheet

_RULES = {"left": "-", "right": "-:", "center": ":-:"}


def write(sheet: Sheet) -> str:
    """The table and its footnotes; cells that are one in print stand in the first of them."""
    head = [_escape(column.heading) for column in sheet.columns]
    body = [_cells(row, len(head)) for row in sheet.rows]
    wide = [max(3, *(len(line[k]) for line in [head, *body])) for k in range(len(head))]
    rule = [_rule(column, width) for column, width in zip(sheet.columns, wide, strict=True)]
    lines = [_line(head, sheet.columns, wide), f"| {' | '.join(rule)} |"]
    lines += (_line(line, sheet.columns, wide) for line in body)
    notes = [f"<sup>{mark}</sup> {_escape(text)}  " for mark, text in sheet.notes]
    about = [sheet.about, ""] if sheet.about else []
    origin = [f"<!-- {sheet.origin} -->", ""] if sheet.origin else []
    return "\n".join([*origin, *about, *lines, *([""] if notes else []), *notes]).rstrip() + "\n"


def _cells(row: Row, count: int) -> list[str]:
    texts = []
    for cell in row.cells:
        texts += [_text(cell), *[""] * (cell.span - 1)]
    return texts + [""] * (count - len(texts))


def _text(cell: Cell) -> str:
    parts = (_escape(p) if isinstance(p, str) else _bracket(p) for p in cell.parts)
    return "<br>".join(parts) + (f"<sup>{cell.mark}</sup>" if cell.mark else "")


def _bracket(bracket: Bracket) -> str:
    return f"[{'<br>'.join(map(_escape, bracket.lines))}] × {bracket.times}"


def _escape(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*").replace("_", r"\_")


def _rule(column: Column, width: int) -> str:
    mark = _RULES[column.side]
    return mark.replace("-", "-" * (width - len(mark) + 1))


def _line(texts: Sequence[str], columns: Sequence[Column], wide: Sequence[int]) -> str:
    cells = [
        text.rjust(width) if column.side == "right" else text.ljust(width)
        for text, column, width in zip(texts, columns, wide, strict=True)
    ]
    return f"| {' | '.join(cells)} |"
