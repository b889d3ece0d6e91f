"""A worked page as Markdown, formulas between dollars as GitHub, Jupyter and Pandoc take them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from archc.document.words import Lang, number, sign
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


def write(page: Sequence[Block], lang: Lang) -> str:
    """Headings of level 3 and 4, so that it fits under those of a page of notes."""
    parts: list[str] = []
    for block in page:
        match block:
            case Heading(text=words, level=level, code=code):
                name = f"`{code}`" if code else ""
                said = words if code else capital(words)
                title = sign(":", lang).join(words for words in (name, said) if words)
                parts.append(f"{'#' * (level + 2)} {title}")
            case Line(cells=cells):
                parts.append("".join(cell(each, lang) for each in cells))
            case Chain(name=name):
                lead = f"`{name}`{sign(':', lang).rstrip()}\n\n" if name else ""
                parts.append(f"{lead}$$\n{latex.aligned(block, lang, 'aligned')}\n$$")
            case Legend(entries=entries):
                parts.append(sign(";", lang).join(_entry(each, lang) for each in entries))
            case Table():
                parts.append(_table(block, lang))
    return "\n\n".join(parts) + "\n"


def cell(of: Cell, lang: Lang, digits: int = 4) -> str:
    """One thing: names as code, formulas as mathematics, numbers as they are."""
    match of:
        case Code():
            return f"`{of}`"
        case str():
            return str(of)
        case int():
            return number(of, lang)
        case Fraction() | float():
            return number(float(of), lang, digits)
        case tuple():
            return size(of).replace(" x ", " × ")
        case Worked(numbers=numbers, result=result):
            return f"${formula.latex(numbers, lang)} = {latex.cell(result, lang, math=True)}$"
    return f"${formula.latex(of, lang)}$"


def _entry(entry: tuple[tuple[str, ...], int, str], lang: Lang) -> str:
    names, value, meaning = entry
    letters = " = ".join(map(formula.symbol, names))
    return f"${letters} = {latex.cell(value, lang, math=True)}$ {meaning}"


def _table(table: Table, lang: Lang) -> str:
    rows = [[cell(each, lang) for each in row] for row in table.rows]
    if table.total:
        rows.append([f"**{text}**" if (text := cell(each, lang)) else "" for each in table.total])
    rule = ["---:" if k in table.right else "---" for k in range(len(table.columns))]
    lines = (table.columns, rule, *rows)
    return "\n".join(f"| {' | '.join(map(_escape, row))} |" for row in lines)


def _escape(written: str) -> str:
    return written.replace("|", r"\|")
