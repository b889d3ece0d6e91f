"""A worked page as LaTeX, for an article or a beamer frame (amsmath, booktabs, graphicx)."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from fractions import Fraction

from archc.document.translation import _, number
from archc.lectures.derivations import formula_printer as formula
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

THIN = "\N{NARROW NO-BREAK SPACE}"
LONG, WRAPPED = 36, r"p{0.3\linewidth}"
"""Letters of prose that a column takes, and the column that breaks longer ones."""
NEEDS = "% needs \\usepackage{amsmath, booktabs, graphicx}"
FIT = r"\ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi"
"""A table that the line has no room for is made smaller: articles, columns and slides differ."""


def write(page: Sequence[Block]) -> str:
    """Headings as run-in paragraphs, which articles and beamer both have room for."""
    parts: list[str] = [NEEDS]
    for block in page:
        match block:
            case Heading(text=words, level=level, code=code):
                name = [code_(code)] if code else []
                title = _signs(_(": ")).join(
                    [*name, *([_prose(words if code else capital(words))] if words else [])]
                )
                size = r"\large" if level == 1 else ""
                parts.append(rf"\par\medskip\noindent{{{size}\textbf{{{title}}}}}\par")
            case Line(cells=cells):
                parts.append(r"\noindent " + "".join(cell(each) for each in cells) + r"\par")
            case Chain(name=name):
                lead = rf"\noindent {code_(name)}{_signs(_(': ')).rstrip()}" + "\n" if name else ""
                parts.append(lead + aligned(block, "align*"))
            case Legend(entries=entries):
                said = _signs(_("; ")).join(_entry(each) for each in entries)
                parts.append(rf"\noindent {said}\par")
            case Table():
                parts.append(_table(block))
    return "\n".join(parts) + "\n"


def aligned(chain: Chain, environment: str) -> str:
    """A chain of equations, aligned where they are equal; the result stands with its numbers."""
    said = [cell(each, chain.digits, math=True) for each in chain.sides]
    names = 0  # of several that come out the same: H' = W'
    while names < len(said) - 1 and isinstance(chain.sides[names], ast.Name):
        names += 1
    left = " = ".join(said[: max(names, 1)])
    rest = said[max(names, 1) :]
    if len(rest) > 1:
        rest[-2:] = [f"{rest[-2]} = {rest[-1]}"]
    lines = [f"{left} &= {rest[0]}"] if rest else [left]
    lines += [f"&= {side}" for side in rest[1:]]
    body = " \\\\\n  ".join(lines)
    return f"\\begin{{{environment}}}\n  {body}\n\\end{{{environment}}}"


def cell(of: Cell, digits: int = 4, math: bool = False) -> str:
    """One thing, in text or inside a formula."""
    match of:
        case Code():
            made = code_(of)
            return rf"\text{{{made}}}" if math else made
        case str():
            return rf"\text{{{_prose(of)}}}" if math else _prose(of)
        case int():
            return _number(number(of), math)
        case Fraction() | float():
            return _number(number(float(of), digits), math)
        case tuple():
            written = r" \times ".join(map(str, of))
            return written if math else f"${written}$"
        case Worked(numbers=numbers, result=result):
            written = f"{formula.latex(numbers)} = {cell(result, digits, True)}"
            return written if math else f"${written}$"
    written = formula.latex(of)
    return written if math else f"${written}$"


def _number(written: str, math: bool) -> str:
    """Thousands apart: a comma would be followed by a space in a formula."""
    written = written.replace(",", "{,}") if math else written
    return written.replace(THIN, r"\,")


def code_(name: str) -> str:
    """A name as the spec has it."""
    return rf"\texttt{{{formula.escape(name)}}}"


def _signs(words: str) -> str:
    return words.replace(THIN, r"\,")


def _prose(words: str) -> str:
    written = formula.escape(words).replace(" x ", r" $\times$ ").replace("^", r"\^{}")
    return written.replace(THIN, r"\,")


def _entry(entry: tuple[tuple[str, ...], int, str]) -> str:
    names, value, meaning = entry
    letters = " = ".join(map(formula.symbol, names))
    return f"${letters} = {cell(value, math=True)}$ {_prose(meaning)}"


def _table(table: Table) -> str:
    sides = []
    for k in range(len(table.columns)):
        prose = [row[k] for row in table.rows if type(row[k]) is str]
        wide = any(len(str(words)) > LONG for words in prose)
        sides.append(WRAPPED if wide else "r" if k in table.right else "l")
    columns = "".join(sides)
    rows = [" & ".join(cell(each) for each in row) for row in table.rows]
    lines = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule"]
    if any(table.columns):
        lines += [" & ".join(map(_prose, table.columns)) + r" \\", r"\midrule"]
    lines += [rf"{row} \\" for row in rows]
    if table.total:
        lines += [r"\midrule", " & ".join(cell(each) for each in table.total) + r" \\"]
    start = r"\begin{center}" + r"\footnotesize\setlength{\tabcolsep}{4pt}" * (len(sides) > 6)
    end = [r"\bottomrule", r"\end{tabular}}%", FIT, r"\end{center}"]
    return "\n".join([start, r"\sbox0{%", *lines, *end])
