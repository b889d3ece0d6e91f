"""Documents and tables as plain text, for a terminal."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from fractions import Fraction
from textwrap import wrap

from archc.document.formula import Expression, exact, operand, real
from archc.document.records import (
    Cell,
    Content,
    Document,
    Equations,
    Heading,
    Items,
    Legend,
    Link,
    Listing,
    Picture,
    Run,
    Sentence,
    Table,
    Worked,
    size,
)
from archc.document.translation import _, comma, number

WIDTH = 96
"""Characters of a line of prose."""
_SIGNS = {ast.Add: " + ", ast.Sub: " - ", ast.Mult: "*", ast.Div: "/", ast.Pow: "^", ast.Mod: " % "}


def write(made: Document | Table) -> str:
    """Headings flush left, what is under them indented, tables aligned."""
    lines: list[str] = []
    for block in [made] if isinstance(made, Table) else made:
        match block:
            case Heading(text=words, level=level, code=code):
                head = _(": ").join(filter(None, (code, words)))
                lines += [""] * bool(lines) + [head] + ["=" * len(head)] * (level == 1)
            case Sentence(parts=parts):
                lines += _wrapped("".join(map(content, parts)))
            case Items(entries=entries):
                lines += [f"  - {content(each)}" for each in entries]
            case Picture(path=path, words=words):
                lines.append(f"  {words}{_(': ')}{path}")
            case Equations(sides=sides, name=name, digits=digits):
                said = " = ".join(content(each, digits) for each in sides)
                lines.append(f"  {name}{_(': ')}{said}" if name else f"  {said}")
            case Legend(entries=meanings):
                lines.append("  " + _("; ").join(_meaning(*each) for each in meanings))
            case Listing(text=code):
                lines += [f"      {line}" for line in code.splitlines()]
            case Table():
                lines += _table(block)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def content(of: Content, digits: int = 4) -> str:
    """One content in words."""
    match of:
        case str():
            return str(of)
        case int():
            return number(of)
        case Fraction() | float():
            return number(float(of), digits)
        case tuple():
            return size(of)
        case Link(words=words):
            return words
        case Worked(numbers=numbers, result=result):
            return f"{formula(numbers)} = {content(result)}"
        case Run(parts=parts):
            return "".join(map(content, parts))
    return formula(of) if isinstance(of, Expression) else str(of)


def formula(of: Expression) -> str:
    """A formula in one line: `floor((224 + 2*3 - 7)/2) + 1`."""
    return _formula(exact(of))


def _formula(node: Expression) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=float() as value):
            return real(value)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"-{_formula(inner)}"
        case ast.BinOp(left=left, op=op, right=right):
            sign = _SIGNS[type(op)]
            return f"{operand(left, op, _formula)}{sign}{operand(right, op, _formula, True)}"
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            given = [_formula(each) for each in args]
            given += [f"{each.arg}={_formula(each.value)}" for each in keywords]
            return f"{name}({comma().join(given)})"
        case ast.List(elts=elements):
            return f"[{comma().join(map(_formula, elements))}]"
        case ast.Compare(left=left, ops=[ast.Eq(), *_], comparators=rest):
            return " = ".join(map(_formula, (left, *rest)))
    return ast.unparse(node)


def _wrapped(words: str) -> list[str]:
    """A sentence in as many lines as it takes; no-break spaces do not break."""
    if len(words) <= WIDTH:
        return [f"  {words}"]
    return [f"  {line}" for line in wrap(words, WIDTH, break_long_words=False)]


def _meaning(letters: Sequence[str], value: int, meaning: str) -> str:
    return f"{' = '.join(letters)} = {number(value)} {meaning}"


def cell(of: Cell, room: int = 0) -> str:
    """A cell in one line, its footnotes in `room` characters at least."""
    mark = of.mark.ljust(room)
    return "; ".join(map(content, of.lines)) + (f" {mark}" if mark else "")


def _row(cells: Sequence[Cell], level: int = 0) -> list[str]:
    texts = [text for each in cells for text in (cell(each), *[""] * (each.span - 1))]
    return ["  " * level + texts[0], *texts[1:]]


def _table(table: Table) -> list[str]:
    rows = [_row(row.cells, row.level) for row in table.rows]
    foot = [_row(table.total)] if table.total else []
    headings = [column.heading for column in table.columns]
    head = [headings] if any(headings) else []
    widths = [max(map(len, column)) for column in zip(*head, *rows, *foot, strict=True)]

    def line(cells: Sequence[str]) -> str:
        parts = [
            text.rjust(width) if column.side == "right" else text.ljust(width)
            for text, width, column in zip(cells, widths, table.columns, strict=True)
        ]
        return "  " + "  ".join(parts)

    rule = "  " + "-" * (sum(widths) + 2 * (len(widths) - 1))
    made = [f"  {table.about}"] if table.about else []
    made += [line(head[0]), rule] if head else []
    made += map(line, rows)
    made += [rule, line(foot[0])] if foot else []
    return made + [f"  {letter}  {text}" for letter, text in table.notes]
