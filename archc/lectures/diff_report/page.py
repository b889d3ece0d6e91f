"""A difference as a document: what both networks cost in all, then what changed."""

from __future__ import annotations

from collections.abc import Iterable

from archc.analyses.differences import Difference
from archc.document import markdown as writer
from archc.document.records import (
    Block,
    Column,
    Document,
    Heading,
    Row,
    Sentence,
    Table,
    cell,
    table,
)
from archc.document.translation import _
from archc.lectures.diff_report.lines import COLUMNS, NUMBERS, Line, lines, remark, totals


def markdown(found: Difference, *, every: bool = False) -> str:
    """The document in Markdown, under a heading of level 2."""
    return writer.write(page(found, every=every), top=2)


def page(found: Difference, *, every: bool = False) -> Document:
    """A heading and two tables; `every` as in `lines`."""
    head: Block = Heading(f"{found.left.label} → {found.right.label}", 1)
    changed = lines(found, every=every)
    if not changed:
        return [head, totals_table(found), Sentence((_("no differences"),))]
    more = "" if every else remark(found)
    made: list[Block] = [head, totals_table(found), changes_table(changed)]
    return [*made, Sentence((more,))] if more else made


def totals_table(found: Difference) -> Table:
    """What each network costs in all, and the difference."""
    headings = ("", found.left.label, found.right.label, _("difference"))
    return table(headings, totals(found), {1, 2, 3})


def changes_table(changed: Iterable[Line]) -> Table:
    """What was added, removed and changed; what is in a block is indented below it."""
    columns = (Column(key, _(key), "right" if key in NUMBERS else "left") for key in COLUMNS)
    rows = (Row(tuple(map(cell, line.cells)), level=line.level) for line in changed)
    return Table(tuple(columns), tuple(rows))
