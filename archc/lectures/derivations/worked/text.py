"""A worked page as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from textwrap import wrap

from archc.document.translation import _, number
from archc.lectures.derivations import formula_printer as formula
from archc.lectures.derivations.worked.page import (
    Block,
    Cell,
    Chain,
    Heading,
    Legend,
    Line,
    Table,
    Worked,
    capital,
)
from archc.ops.base import size

WIDE = 96
"""Letters of a line of prose."""


def write(page: Sequence[Block]) -> str:
    """Headings flush left, what is under them indented, tables aligned."""
    lines: list[str] = []
    for block in page:
        match block:
            case Heading(text=words, level=level, code=code):
                said = words if code else capital(words)
                head = _(": ").join(part for part in (code, said) if part)
                lines += [""] * bool(lines) + [head] + ["=" * len(head)] * (level == 1)
            case Line(cells=cells):
                lines += _wrapped("".join(cell(each) for each in cells))
            case Chain(sides=sides, name=name, digits=digits):
                said = " = ".join(cell(each, digits) for each in sides)
                lines.append(f"  {name}{_(': ')}{said}" if name else f"  {said}")
            case Legend(entries=entries):
                lines.append("  " + _("; ").join(_entry(each) for each in entries))
            case Table():
                lines += _table(block)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def cell(of: Cell, digits: int = 4) -> str:
    """One thing in words."""
    match of:
        case str():
            return str(of)
        case int():
            return number(of)
        case Fraction() | float():
            return number(float(of), digits)
        case tuple():
            return size(of)
        case Worked(numbers=numbers, result=result):
            return f"{formula.text(numbers)} = {cell(result)}"
    return formula.text(of)


def _wrapped(words: str) -> list[str]:
    """A sentence in as many lines as it takes; no-break spaces do not break."""
    if len(words) <= WIDE:
        return [f"  {words}"]
    return [f"  {line}" for line in wrap(words, WIDE, break_long_words=False)]


def _entry(entry: tuple[tuple[str, ...], int, str]) -> str:
    names, value, meaning = entry
    return f"{' = '.join(names)} = {number(value)} {meaning}"


def _table(table: Table) -> list[str]:
    rows = [[cell(each) for each in row] for row in table.rows]
    foot = [[cell(each) for each in table.total]] if table.total else []
    head = [list(table.columns)] if any(table.columns) else []
    widths = [max(map(len, column)) for column in zip(*head, *rows, *foot, strict=True)]

    def line(cells: Sequence[str]) -> str:
        parts = [
            each.rjust(width) if k in table.right else each.ljust(width)
            for k, (each, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  " + "  ".join(parts)

    rule = "  " + "-" * (sum(widths) + 2 * (len(widths) - 1))
    made = [line(head[0]), rule] if head else []
    made += map(line, rows)
    return [*made, rule, line(foot[0])] if foot else made
