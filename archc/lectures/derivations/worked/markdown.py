"""A worked page as Markdown, formulas between dollars as GitHub, Jupyter and Pandoc take them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from archc.document.translation import _, number
from archc.lectures.derivations import formula_printer as formula
from archc.lectures.derivations.worked import latex
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
    """Headings of level 3 and 4, so that it fits under those of a page of notes."""
    parts: list[str] = []
    for block in page:
        match block:
            case Heading(text=words, level=level, code=code):
                name = f"`{code}`" if code else ""
                said = words if code else capital(words)
                title = _(": ").join(words for words in (name, said) if words)
                parts.append(f"{'#' * (level + 2)} {title}")
            case Line(cells=cells):
                parts.append("".join(cell(each) for each in cells))
            case Chain(name=name):
                lead = f"`{name}`{_(': ').rstrip()}\n\n" if name else ""
                parts.append(f"{lead}$$\n{latex.aligned(block, 'aligned')}\n$$")
            case Legend(entries=entries):
                parts.append(_("; ").join(_entry(each) for each in entries))
            case Table():
                parts.append(_table(block))
    return "\n\n".join(parts) + "\n"


def cell(of: Cell, digits: int = 4) -> str:
    """One thing: names as code, formulas as mathematics, numbers as they are."""
    match of:
        case Code():
            return f"`{of}`"
        case str():
            return str(of)
        case int():
            return number(of)
        case Fraction() | float():
            return number(float(of), digits)
        case tuple():
            return size(of).replace(" x ", " × ")
        case Worked(numbers=numbers, result=result):
            return f"${formula.latex(numbers)} = {latex.cell(result, math=True)}$"
    return f"${formula.latex(of)}$"


def _entry(entry: tuple[tuple[str, ...], int, str]) -> str:
    names, value, meaning = entry
    letters = " = ".join(map(formula.symbol, names))
    return f"${letters} = {latex.cell(value, math=True)}$ {meaning}"


def _table(table: Table) -> str:
    rows = [[cell(each) for each in row] for row in table.rows]
    if table.total:
        rows.append([f"**{text}**" if (text := cell(each)) else "" for each in table.total])
    rule = ["---:" if k in table.right else "---" for k in range(len(table.columns))]
    lines = (table.columns, rule, *rows)
    return "\n".join(f"| {' | '.join(map(_escape, row))} |" for row in lines)


def _escape(written: str) -> str:
    return written.replace("|", r"\|")
