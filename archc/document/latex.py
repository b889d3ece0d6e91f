r"""Documents and tables as LaTeX, for an article or a beamer frame.

They need `\usepackage{amsmath,booktabs,graphicx}`, and come without a preamble.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from fractions import Fraction

from archc.document.formula import Expression, exact, operand, real
from archc.document.records import (
    Bracket,
    Cell,
    Code,
    Content,
    Document,
    Equations,
    Heading,
    Items,
    Legend,
    Link,
    Listing,
    Picture,
    Row,
    Run,
    Sentence,
    Side,
    Table,
    Worked,
)
from archc.document.translation import _, comma, number

PROSE, WRAPPED = 36, r"p{0.3\linewidth}"
"""Characters of prose that a column takes, and the column that breaks longer ones."""
INDENT = r"\quad "
WIDE = 8
"""The number of columns from which headings take two lines and columns are closer."""
LONG = 9
"""The characters of a heading from which it takes two lines in a wide table."""
SHORT = 60
"""The length of a footnote below which footnotes share lines."""
FIT = r"\ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi"
"""TeX that shrinks a table wider than the line, as columns and slides need."""
THIN = "\N{NARROW NO-BREAK SPACE}"
SPECIAL = {
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
}
"""The characters that mean something to TeX, and what prints them."""
SIGNS = {
    "×": r"$\times$",
    "≥": r"$\geq$",
    "—": "---",
    THIN: r"\,",
    "*": r"$*$",
    "<": r"$<$",
    ">": r"$>$",
}
"""Characters that some of TeX's fonts lack, or print as others."""
_TEX = {ast.Add: " + ", ast.Sub: " - ", ast.Mult: r" \times ", ast.Mod: r" \bmod "}
_LOW = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def write(made: Document | Table) -> str:
    """A table by itself; or a document with headings as run-in paragraphs, which beamer has too."""
    if isinstance(made, Table):
        return _alone(made)
    parts: list[str] = [r"% needs \usepackage{amsmath, booktabs, graphicx}"]
    for block in made:
        match block:
            case Heading(text=words, level=level, code=name):
                said = code(name) if name else "", escape(words)
                title = _sign(": ").join(filter(None, said))
                large = r"\large" if level == 1 else ""
                parts.append(rf"\par\medskip\noindent{{{large}\textbf{{{title}}}}}\par")
            case Sentence(parts=contents):
                parts.append(r"\noindent " + "".join(map(content, contents)) + r"\par")
            case Items(entries=entries):
                lines = (rf"\item {content(each)}" for each in entries)
                parts.append("\n".join([r"\begin{itemize}", *lines, r"\end{itemize}"]))
            case Picture(path=path):
                name = path.rpartition(".")[0] or path  # LaTeX takes the .pdf or .png beside it
                parts.append(rf"\noindent\includegraphics[width=\linewidth]{{{special(name)}}}\par")
            case Equations(name=name):
                lead = rf"\noindent {code(name)}{_sign(': ').rstrip()}" + "\n" if name else ""
                parts.append(lead + aligned(block, "align*"))
            case Legend(entries=meanings):
                letters = _sign("; ").join(_meaning(*each) for each in meanings)
                parts.append(rf"\noindent {letters}\par")
            case Listing(text=lines):
                rows = [code(line).replace(" ", r"\ ") for line in lines.rstrip().splitlines()]
                parts.append(r"\noindent " + r"\\ ".join(rows) + r"\par")
            case Table():
                parts.append(_inside(block))
    return "\n".join(parts) + "\n"


def escape(text: str) -> str:
    """A text as LaTeX prints it, in one line."""
    signs = SPECIAL | SIGNS
    text = "".join(signs.get(letter, letter) for letter in one_line(text))
    # A name: babel's French puts a space before a colon.
    text = re.sub(r"(?<=\w):(?=\w)", r"\\string:", text).replace(" x ", r" $\times$ ")
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: f"$^{{{m[0].translate(_LOW)}}}$", text)


def code(name: str) -> str:
    """A name in the typewriter face."""
    return rf"\texttt{{{special(name)}}}"


def special(text: str) -> str:
    """A text in one line, in which the characters that mean something to TeX print themselves."""
    return "".join(SPECIAL.get(letter, letter) for letter in one_line(text))


def one_line(text: str) -> str:
    """The text without line breaks: one would end a TeX comment, two a paragraph."""
    return re.sub(r"\s*[\r\n\v\f\x85\u2028\u2029]\s*", " ", text)


def content(of: Content, digits: int = 4, math: bool = False) -> str:
    """One content, in a sentence or (`math`) inside a formula."""
    match of:
        case Code():
            return rf"\text{{{code(of)}}}" if math else code(of)
        case str():
            return rf"\text{{{escape(of)}}}" if math else escape(of)
        case int():
            return _number(number(of), math)
        case Fraction() | float():
            return _number(number(float(of), digits), math)
        case Link(words=words):
            return escape(words)
        case Run(parts=parts):
            return "".join(map(content, parts))
        case Bracket(lines=lines, times=times):
            inside = _stack([escape(line) for line in lines], "c")
            return rf"$\left[{inside}\right]\times {times}$"
        case tuple():
            written = r" \times ".join(map(str, of))
        case Worked(numbers=numbers, result=result):
            written = f"{formula(numbers)} = {content(result, digits, True)}"
        case _:
            written = formula(of)
    return written if math else f"${written}$"


def formula(of: Expression) -> str:
    r"""A formula for LaTeX's mathematics, with `\left\lfloor` and `\frac`."""
    return _formula(exact(of))


def _formula(node: Expression) -> str:
    match node:
        case ast.Name(id=name):
            return symbol(name)
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() as value):
            return str(value)
        case ast.Constant(value=float() as value):
            return real(value).replace(",", "{,}")
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"-{_formula(inner)}"
        case ast.List(elts=elements):
            return f"[{comma().join(map(_formula, elements))}]"
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return rf"\frac{{{_formula(left)}}}{{{_formula(right)}}}"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return rf"{{{operand(left, ast.Pow(), _formula)}}}^{{{_formula(right)}}}"
        case ast.BinOp(left=ast.Constant() as left, op=ast.Mult(), right=ast.Name() as right):
            return f"{_formula(left)}{_formula(right)}"
        case ast.BinOp(left=left, op=op, right=right):
            sign = _TEX[type(op)]
            return f"{_operand(left, op)}{sign}{_operand(right, op, True)}"
        case ast.Call(func=ast.Name(id="floor" | "ceil" as name), args=[inner]):
            return rf"\left\l{name} {_formula(inner)} \right\r{name}"
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            given = [_formula(each) for each in args]
            given += [rf"\text{{{each.arg}}} = {_formula(each.value)}" for each in keywords]
            function = (
                rf"\{name}" if name in ("min", "max") else rf"\operatorname{{{special(name)}}}"
            )
            return rf"{function}({comma().join(given)})"
        case ast.Compare(left=left, ops=[ast.Eq(), *_], comparators=rest):
            return " = ".join(map(_formula, (left, *rest)))
    return rf"\text{{{special(ast.unparse(node))}}}"


def _operand(node: Expression, op: ast.operator, right: bool = False) -> str:
    """An operand; a fraction is as good as in parentheses."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _formula(node)
    return operand(node, op, _formula, right)


def symbol(name: str) -> str:
    """A letter; what is below it (`k_h`, `C_1`, `D_K`), and a word upright."""
    head, _, below = name.partition("_")
    prime = "'" if name.endswith("'") else ""
    head = head.removesuffix("'")
    if len(head) > 1:
        return rf"\mathrm{{{special(name)}}}"
    return head + prime + (f"_{{{below}}}" if below else "")


def aligned(of: Equations, environment: str) -> str:
    """Equations aligned at their equal signs; the result is on the line of its numbers."""
    said = [content(each, of.digits, math=True) for each in of.sides]
    names = 0  # of several that come out the same: H' = W'
    while names < len(said) - 1 and isinstance(of.sides[names], ast.Name):
        names += 1
    left = " = ".join(said[: max(names, 1)])
    rest = said[max(names, 1) :]
    if len(rest) > 1:
        rest[-2:] = [f"{rest[-2]} = {rest[-1]}"]
    lines = [f"{left} &= {rest[0]}"] if rest else [left]
    lines += [f"&= {side}" for side in rest[1:]]
    body = " \\\\\n  ".join(lines)
    return f"\\begin{{{environment}}}\n  {body}\n\\end{{{environment}}}"


def _number(written: str, math: bool) -> str:
    """Thousands apart: a comma would be followed by a space in a formula."""
    written = written.replace(",", "{,}") if math else written
    return written.replace(THIN, r"\,")


def _sign(message: str) -> str:
    return _(message).replace(THIN, r"\,")


def _meaning(letters: Sequence[str], value: int, meaning: str) -> str:
    names = " = ".join(map(symbol, letters))
    return f"${names} = {content(value, math=True)}$ {escape(meaning)}"


def _inside(table: Table) -> str:
    """A table in a document, centred."""
    sides = [str(column.side[0]) for column in table.columns]
    for row in table.rows:
        place = 0
        for each in row.cells:
            prose = [line for line in each.lines if type(line) is str and each.span == 1]
            if any(len(words) > PROSE for words in prose):
                sides[place] = WRAPPED
            place += each.span
    lines = [rf"\begin{{tabular}}{{{''.join(sides)}}}", r"\toprule"]
    if any(column.heading for column in table.columns):
        heads = " & ".join(escape(column.heading) for column in table.columns)
        lines += [rf"{heads} \\", r"\midrule"]
    lines += [rf"{INDENT * row.level}{_row(row.cells, table)} \\" for row in table.rows]
    if table.total:
        lines += [r"\midrule", rf"{_row(table.total, table)} \\"]
    start = r"\begin{center}" + r"\footnotesize\setlength{\tabcolsep}{4pt}" * (len(sides) > 6)
    end = [r"\bottomrule", r"\end{tabular}}%", FIT, r"\end{center}"]
    return "\n".join([start, r"\sbox0{%", *lines, *end])


def _alone(table: Table) -> str:
    """A table by itself, with its footnotes.

    It is set as it is where it fits the line, and made smaller where it does not, so that the same
    text does for an article, a column of one, and a slide.
    """
    small = len(table.columns) >= WIDE
    sides = "".join(column.side[0] for column in table.columns)
    heads = [_heading(column.heading, small) for column in table.columns]
    lines = [
        f"% {one_line(table.title)}; needs \\usepackage{{booktabs,graphicx}}",
        *([f"% {one_line(table.origin)}"] if table.origin else []),
        "\\begingroup\\small",
        *([f"\\noindent {escape(table.about)}\\par\\medskip"] if table.about else []),
        *(["\\setlength{\\tabcolsep}{4pt}"] if small else []),
        "\\sbox0{%",
        f"\\begin{{tabular}}{{@{{}}{sides}@{{}}}}",
        "\\toprule",
        f"{' & '.join(heads)} \\\\",
        "\\midrule",
    ]
    apart = any(_high(row) for row in table.rows)
    for number_, row in enumerate(table.rows):
        if number_ and apart and row.rule:
            lines.append("\\addlinespace")
        lines.append(rf"{INDENT * row.level}{_row(row.cells, table)} \\")
    lines += ["\\bottomrule", "\\end{tabular}}%", f"\\noindent{FIT}"]
    if table.notes:
        short = all(len(text) < SHORT for _letter, text in table.notes)
        lines.append("\\par\\smallskip\\scriptsize\\raggedright\\noindent")
        notes = [f"\\textsuperscript{{{mark}}} {escape(text)}" for mark, text in table.notes]
        lines += [f"\\mbox{{{n}}}\\quad" if short else f"{n}\\par\\noindent" for n in notes]
        lines.append("\\par")
    return "\n".join([*lines, "\\endgroup"]) + "\n"


def _row(cells: Sequence[Cell], table: Table) -> str:
    texts: list[str] = []
    place = 0
    for each in cells:
        side: Side = "center" if each.span > 1 else table.columns[place].side
        text = _cell(each, side)
        texts.append(f"\\multicolumn{{{each.span}}}{{c}}{{{text}}}" if each.span > 1 else text)
        place += each.span
    return " & ".join(texts)


def _cell(of: Cell, side: Side) -> str:
    lines = [content(each) for each in of.lines]
    mark = f"\\textsuperscript{{{of.mark}}}" if of.mark else ""
    if side == "right" and mark:
        mark = f"\\rlap{{{mark}}}"  # the digits stay in their column
    return (lines[0] if len(lines) == 1 else _stack(lines, side[0]) if lines else "") + mark


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
        len(each.lines) > 1 or any(isinstance(line, Bracket) for line in each.lines)
        for each in row.cells
    )
