"""A worked page as HTML: a part of a web page, its formulas in MathML, its looks left to CSS."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from fractions import Fraction
from html import escape

from archc.document.translation import _, number
from archc.lectures.derivations.mathml import equal, mathml, symbol
from archc.lectures.derivations.worked.page import (
    Block,
    Cell,
    Chain,
    Code,
    Heading,
    Legend,
    Line,
    Table,
    Worked,
    capital,
)
from archc.ops.base import size


def write(page: Sequence[Block]) -> str:
    """Headings of level 3 and 4, so that it fits under those of a page."""
    return "".join(f"{_block(block)}\n" for block in page)


def _block(block: Block) -> str:
    match block:
        case Heading(text=words, level=level, code=code):
            names = [cell(Code(code))] if code else []
            said = [*names, *([escape(words if code else capital(words))] if words else [])]
            return f"<h{level + 2}>{_(': ').join(said)}</h{level + 2}>"
        case Line(cells=cells):
            return f"<p>{''.join(cell(each) for each in cells)}</p>"
        case Chain(name=name):
            lead = f"{cell(Code(name))}{_(': ')}" if name else ""
            return f'<p class="sum">{lead}{chain(block)}</p>'
        case Legend(entries=entries):
            said = [_entry(each) for each in entries]
            return f'<p class="letters">{_("; ").join(said)}</p>'
    return _table(block)


def chain(of: Chain) -> str:
    """Each side that follows in a `<math>` of its own: there a narrow page breaks the line."""
    sides = [_side(each, of.digits) for each in of.sides]
    names = 1  # of several that come out the same: H' = W'
    while names < len(sides) and isinstance(of.sides[names], ast.Name):
        names += 1
    first = equal(sides[:names])
    return " ".join([first, *(equal(["", side]) for side in sides[names:])])


def cell(of: Cell, digits: int = 4) -> str:
    """One thing: names as code, formulas as mathematics, numbers as they are."""
    match of:
        case Code():
            return f"<code>{escape(of)}</code>"
        case str():
            return escape(of, quote=False)
        case int() | Fraction() | float():
            return _number(of, digits)
        case tuple():
            return size(of).replace(" x ", " × ")
        case Worked(numbers=numbers, result=result):
            return equal([mathml(numbers), f"<mn>{_number(result, digits)}</mn>"])
    return f"<math>{mathml(of)}</math>"


def row(cells: Iterable[Cell], right: frozenset[int] = frozenset()) -> str:
    """A row of a table; the cells in `right` are numbers."""
    made = (_td("td", k, cell(each), right) for k, each in enumerate(cells))
    return f"<tr>{''.join(made)}</tr>"


def _td(tag: str, k: int, inside: str, right: frozenset[int]) -> str:
    side = ' class="number"' if k in right else ""
    return f"<{tag}{side}>{inside}</{tag}>"


def _side(of: Cell, digits: int) -> str:
    match of:
        case str():
            return f"<mtext>{escape(of, quote=False)}</mtext>"
        case int() | Fraction() | float():
            return f"<mn>{_number(of, digits)}</mn>"
        case tuple():
            return f"<mtext>{cell(of)}</mtext>"
        case Worked(numbers=numbers, result=result):
            return f"{mathml(numbers)}<mo>=</mo><mn>{_number(result, digits)}</mn>"
    return mathml(of)


def _number(of: float | Fraction, digits: int) -> str:
    return number(of) if isinstance(of, int) else number(float(of), digits)


def _entry(entry: tuple[tuple[str, ...], int, str]) -> str:
    names, value, meaning = entry
    letters = equal([*map(symbol, names), f"<mn>{number(value)}</mn>"])
    return f"{letters} {escape(meaning)}"


def _table(table: Table) -> str:
    head = "".join(
        _td("th", k, escape(column), table.right) for k, column in enumerate(table.columns)
    )
    rows = [row(each, table.right) for each in table.rows]
    body = f"<tbody>{''.join(rows)}</tbody>"
    foot = f"<tfoot>{row(table.total, table.right)}</tfoot>" if table.total else ""
    return f"<table><thead><tr>{head}</tr></thead>{body}{foot}</table>"
