"""A difference in Markdown: a table of totals, then a table of changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archc.analyses.differences import Difference
from archc.document.markdown import escape
from archc.document.translation import _
from archc.lectures.diff_report.lines import COLUMNS, NUMBERS, lines, remark, totals

INDENT = "&emsp;"


def write(found: Difference, *, every: bool = False) -> str:
    """The page: a heading, two tables."""
    left, right = found.left.label, found.right.label
    parts = [f"## {left} → {right}", ""]
    parts += _table(("", left, right, _("difference")), totals(found), (left, right))
    rows = lines(found, every=every)
    if not rows:
        return "\n".join([*parts, "", _("no differences")]) + "\n"
    heads = [_(column) for column in COLUMNS]
    cells = [
        (f"{INDENT * line.level}{line.cells[0]}", *line.cells[1:])
        for line in lines(found, every=every)
    ]
    parts += ["", *_table(heads, cells, [_(column) for column in NUMBERS])]
    if not every and (more := remark(found)):
        parts += ["", more]
    return "\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str]) -> list[str]:
    rule = ["---:" if head in right or (head and head == heads[-1]) else "---" for head in heads]
    return [_row(heads), _row(rule, plain=True), *map(_row, rows)]


def _row(cells: Sequence[str], plain: bool = False) -> str:
    return f"| {' | '.join(cells if plain else map(escape, cells))} |"
