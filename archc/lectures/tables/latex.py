"""A table for LaTeX: a tabular with booktabs' rules, to stand in an article or on a slide."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archc.lectures.tables.sheet import Bracket, Cell, Row, Sheet, Side

WIDE = 8
"""Columns from which headings take two lines, and stand closer."""
LONG = 9
"""Letters of a heading from which it stands in two lines, where a table is wide."""
SHORT = 60
"""Letters below which footnotes stand side by side."""
_PLAIN = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "×": r"$\times$",
    "≥": r"$\geq$",
    "—": "---",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
    "*": r"$*$",
    "<": r"$<$",
    ">": r"$>$",
}
_FIT = "\\noindent\\ifdim\\wd0>\\linewidth\\resizebox{\\linewidth}{!}{\\usebox0}\\else\\usebox0\\fi"
_LOW = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def write(sheet: Sheet) -> str:
    r"""The table and its footnotes; needs `\usepackage{booktabs,graphicx}` and nothing else.

    It is set as it is where it fits the line, and made smaller where it does not, so that the same
    text does for an article, a column of one, and a slide.
    """
    small = len(sheet.columns) >= WIDE
    sides = "".join(column.side[0] for column in sheet.columns)
    heads = [_heading(column.heading, small) for column in sheet.columns]
    lines = [
        f"% {sheet.title}; needs \\usepackage{{booktabs,graphicx}}",
        *([f"% {sheet.origin}"] if sheet.origin else []),
        "\\begingroup\\small",
        *([f"\\noindent {escape(sheet.about)}\\par\\medskip"] if sheet.about else []),
        *(["\\setlength{\\tabcolsep}{4pt}"] if small else []),
        "\\sbox0{%",
        f"\\begin{{tabular}}{{@{{}}{sides}@{{}}}}",
        "\\toprule",
        f"{' & '.join(heads)} \\\\",
        "\\midrule",
    ]
    apart = any(_high(row) for row in sheet.rows)
    for number, row in enumerate(sheet.rows):
        if number and apart and row.rule:
            lines.append("\\addlinespace")
        lines.append(f"{_row(row, [column.side for column in sheet.columns])} \\\\")
    lines += ["\\bottomrule", "\\end{tabular}}%", _FIT]
    if sheet.notes:
        short = all(len(text) < SHORT for _, text in sheet.notes)
        lines.append("\\par\\smallskip\\scriptsize\\raggedright\\noindent")
        notes = [f"\\textsuperscript{{{mark}}} {escape(text)}" for mark, text in sheet.notes]
        lines += [f"\\mbox{{{n}}}\\quad" if short else f"{n}\\par\\noindent" for n in notes]
        lines.append("\\par")
    return "\n".join([*lines, "\\endgroup"]) + "\n"


def escape(text: str) -> str:
    """A text as LaTeX sets it."""
    text = "".join(_PLAIN.get(letter, letter) for letter in text)
    text = re.sub(
        r"(?<=\w):(?=\w)", r"\\string:", text
    )  # a name: babel's French puts a space there
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: f"$^{{{m[0].translate(_LOW)}}}$", text)


def _row(row: Row, sides: Sequence[Side]) -> str:
    texts: list[str] = []
    for cell in row.cells:
        side: Side = "center" if cell.span > 1 else sides[len(texts)]
        text = _text(cell, side)
        texts.append(f"\\multicolumn{{{cell.span}}}{{c}}{{{text}}}" if cell.span > 1 else text)
    return " & ".join(texts)


def _text(cell: Cell, side: Side) -> str:
    parts = [escape(p) if isinstance(p, str) else _bracket(p) for p in cell.parts]
    mark = f"\\textsuperscript{{{cell.mark}}}" if cell.mark else ""
    if side == "right" and mark:
        mark = f"\\rlap{{{mark}}}"  # the digits stay in their column
    return (parts[0] if len(parts) == 1 else _stack(parts, side[0]) if parts else "") + mark


def _bracket(bracket: Bracket) -> str:
    inside = _stack([escape(line) for line in bracket.lines], "c")
    return f"$\\left[{inside}\\right]\\times {bracket.times}$"


def _stack(lines: Sequence[str], side: str) -> str:
    inside = r" \\ ".join(lines)
    return f"\\begin{{tabular}}{{@{{}}{side}@{{}}}}{inside}\\end{{tabular}}"


def _heading(text: str, small: bool) -> str:
    """A long heading of a wide table in two lines, as even as its words allow."""
    words = re.findall(r"[^ /]+/?|/", text)
    if not small or len(text) < LONG or len(words) < 2:
        return escape(text)
    cut = min(
        range(1, len(words)),
        key=lambda k: max(len(" ".join(words[:k])), len(" ".join(words[k:]))),
    )
    halves = (" ".join(part).replace("/ ", "/") for part in (words[:cut], words[cut:]))
    return _stack([escape(half) for half in halves], "c")


def _high(row: Row) -> bool:
    return any(
        len(cell.parts) > 1 or any(isinstance(part, Bracket) for part in cell.parts)
        for cell in row.cells
    )
