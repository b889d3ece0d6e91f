"""Documents and tables as HTML: parts of a web page, formulas in MathML.

A table by itself needs no style sheet; the looks of a document are left to the page's CSS.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from html import escape as escaped

from archc.document.formula import Expression, exact, needs, real
from archc.document.records import (
    Block,
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
    size,
)
from archc.document.translation import _, comma, number

INDENT = "\N{EM SPACE}"
_PAIR = "display:inline-block;vertical-align:middle;line-height:1.25;text-align:center"
_EDGE = "display:inline-block;vertical-align:middle;width:.3em;align-self:stretch"
_LEFT = f"{_EDGE};border:solid;border-width:1px 0 1px 1px"
_RIGHT = f"{_EDGE};border:solid;border-width:1px 1px 1px 0"
_BOTH = "display:inline-flex;vertical-align:middle;padding:.15em 0"
_RULE = "1px solid currentColor"
_TABLE = f"border-collapse:collapse;border-top:{_RULE};border-bottom:{_RULE}"
_HEAD = f"padding:.1em .5em;border-bottom:{_RULE};text-align"
_CELL = "padding:.1em .5em;white-space:nowrap;text-align"
_SIGNS = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Mod: "mod"}


def write(made: Document | Table, top: int = 3) -> str:
    """A table by itself; or a document whose first heading has level `top`."""
    if isinstance(made, Table):
        return _alone(made)
    return "".join(f"{_block(block, top)}\n" for block in made)


def escape(text: str) -> str:
    """Words that mean nothing but themselves, between tags."""
    return escaped(text, quote=False)


def _block(block: Block, top: int) -> str:
    match block:
        case Heading(text=words, level=level, code=name):
            names = [content(Code(name))] if name else []
            said = [*names, *([escape(words)] if words else [])]
            return f"<h{level + top - 1}>{_(': ').join(said)}</h{level + top - 1}>"
        case Sentence(parts=parts):
            return f"<p>{''.join(map(content, parts))}</p>"
        case Items(entries=entries):
            return f"<ul>{''.join(f'<li>{content(each)}</li>' for each in entries)}</ul>"
        case Picture(path=path, words=words):
            return f'<img src="{escaped(path)}" alt="{escaped(words)}">'
        case Equations(name=name):
            lead = f"{content(Code(name))}{_(': ')}" if name else ""
            return f'<p class="sum">{lead}{equations(block)}</p>'
        case Legend(entries=meanings):
            said = [_meaning(*each) for each in meanings]
            return f'<p class="letters">{_("; ").join(said)}</p>'
        case Listing(text=lines):
            return f"<pre><code>{escape(lines.rstrip())}</code></pre>"
    return _inside(block)


def equations(of: Equations) -> str:
    """Each side that follows in a `<math>` of its own: there a narrow page breaks the line."""
    sides = [_side(each, of.digits) for each in of.sides]
    names = 1  # of several that come out the same: H' = W'
    while names < len(sides) and isinstance(of.sides[names], ast.Name):
        names += 1
    first = equal(sides[:names])
    return " ".join([first, *(equal(["", side]) for side in sides[names:])])


def content(of: Content, digits: int = 4) -> str:
    """One content: names as code, formulas as mathematics, numbers as they are."""
    match of:
        case Code():
            return f"<code>{escape(of)}</code>"
        case str():
            return escape(of)
        case Link(words=words, address=address):
            return f'<a href="{escaped(address)}">{escape(words)}</a>'
        case int() | Fraction() | float():
            return _number(of, digits)
        case tuple():
            return size(of).replace(" x ", " × ")
        case Worked(numbers=numbers, result=result):
            return equal([mathml(numbers), f"<mn>{_number(result, digits)}</mn>"])
        case Run(parts=parts):
            return "".join(map(content, parts))
        case Bracket(lines=lines, times=times):
            edge = '<span style="{}"></span>'.format
            inside = f'<span style="{_PAIR}">{"<br>".join(map(escape, lines))}</span>'
            return f'<span style="{_BOTH}">{edge(_LEFT)}{inside}{edge(_RIGHT)}</span> × {times}'
    return f"<math>{mathml(of)}</math>"


def row(cells: Iterable[Content]) -> str:
    """A row of a table, words to the left."""
    return f"<tr>{''.join(f'<td>{content(each)}</td>' for each in cells)}</tr>"


def _side(of: Content, digits: int) -> str:
    match of:
        case str():
            return f"<mtext>{escape(of)}</mtext>"
        case int() | Fraction() | float():
            return f"<mn>{_number(of, digits)}</mn>"
        case Worked(numbers=numbers, result=result):
            return f"{mathml(numbers)}<mo>=</mo><mn>{_number(result, digits)}</mn>"
        case tuple() | Run() | Bracket() | Link():
            return f"<mtext>{content(of)}</mtext>"
    return mathml(of)


def _number(of: float | Fraction, digits: int) -> str:
    return number(of) if isinstance(of, int) else number(float(of), digits)


def _meaning(letters: Sequence[str], value: int, meaning: str) -> str:
    return f"{equal([*map(symbol, letters), f'<mn>{number(value)}</mn>'])} {escape(meaning)}"


def _inside(table: Table) -> str:
    """A table in a document."""
    sides = [' class="number"' if column.side == "right" else "" for column in table.columns]

    def line(tag: str, cells: Iterable[Cell], level: int = 0) -> str:
        made, place, indent = "", 0, INDENT * level
        for each in cells:
            span = f' colspan="{each.span}"' if each.span > 1 else sides[place]
            made += f"<{tag}{span}>{'' if made else indent}{_lines(each)}</{tag}>"
            place += each.span
        return f"<tr>{made}</tr>"

    head = line("th", (Cell((column.heading,)) for column in table.columns))
    rows = "".join(line("td", row.cells, row.level) for row in table.rows)
    foot = f"<tfoot>{line('td', table.total)}</tfoot>" if table.total else ""
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody>{foot}</table>"


def _alone(table: Table) -> str:
    """A table by itself, with its footnotes."""
    sides = [column.side for column in table.columns]
    head = "".join(
        f'<th style="{_HEAD}:{side}">{escape(column.heading)}</th>'
        for column, side in zip(table.columns, sides, strict=True)
    )
    rows = "\n".join(_row(row, sides) for row in table.rows)
    notes = "<br>\n".join(f"{_raised(mark)} {escape(text)}" for mark, text in table.notes)
    about = f"<p>{escape(table.about)}</p>\n" if table.about else ""
    about = (f"<!-- {comment(table.origin)} -->\n" if table.origin else "") + about
    made = f'<table class="archc" style="{_TABLE}">\n<thead><tr>{head}</tr></thead>\n'
    body = f"<tbody>\n{rows}\n</tbody>\n</table>\n"
    return about + made + body + (f"<small>{notes}</small>\n" if notes else "")


def comment(text: str) -> str:
    """Words inside `<!-- -->`, which they cannot end."""
    return re.sub(r"\s*[\r\n]\s*", " ", escape(text)).replace("--", "- -")


def _row(row: Row, sides: Sequence[Side]) -> str:
    cells: list[str] = []
    place = 0
    for each in row.cells:
        side: Side = "center" if each.span > 1 else sides[place]
        span = f' colspan="{each.span}"' if each.span > 1 else ""
        indent = "" if cells else INDENT * row.level
        cells.append(f'<td{span} style="{_CELL}:{side}">{indent}{_lines(each)}</td>')
        place += each.span
    return f"<tr>{''.join(cells)}</tr>"


def _raised(mark: str) -> str:
    return f'<sup style="line-height:0">{mark}</sup>'


def _lines(of: Cell) -> str:
    return "<br>".join(map(content, of.lines)) + (_raised(of.mark) if of.mark else "")


def mathml(formula: Expression) -> str:
    """The inside of a `<math>`: divisions as fractions, roundings as brackets."""
    return _Writer().write(exact(formula))


def equal(sides: list[str]) -> str:
    """Sides that are equal, in one `<math>`."""
    return f"<math>{'<mo>=</mo>'.join(sides)}</math>"


def symbol(name: str) -> str:
    """A letter, what is below it (`k_h`), its prime; a word upright."""
    head, __, below = name.partition("_")
    letter, prime = head.removesuffix("'"), head.endswith("'")
    made = f"<mi>{escape(letter)}</mi>"
    if below:
        made = f"<msub>{made}<mi>{escape(below)}</mi></msub>"
    return f"<msup>{made}<mi>′</mi></msup>" if prime else made


def around(inside: str) -> str:
    """In parentheses, which stay as small as they are."""
    left, right = (f'<mo stretchy="false">{sign}</mo>' for sign in "()")
    return f"<mrow>{left}{inside}{right}</mrow>"


class _Writer:
    """Writes formulas as MathML."""

    def write(self, node: Expression) -> str:
        match node:
            case ast.Name(id=name):
                return symbol(name)
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int() as value):
                return f"<mn>{value}</mn>"
            case ast.Constant(value=float() as value):
                return f"<mn>{real(value)}</mn>"
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return f"<mo>−</mo>{self.write(inner)}"
            case ast.List(elts=elements):
                inside = self._listed(map(self.write, elements))
                return f"<mrow><mo>[</mo>{inside}<mo>]</mo></mrow>"
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return f"<mfrac>{self._row(left)}{self._row(right)}</mfrac>"
            case ast.BinOp(left=left, op=ast.Pow() as op, right=right):
                return f"<msup><mrow>{self._operand(left, op)}</mrow>{self._row(right)}</msup>"
            case ast.BinOp(left=ast.Constant() as left, op=ast.Mult(), right=ast.Name() as right):
                return self.write(left) + self.write(right)
            case ast.BinOp(left=left, op=op, right=right):
                sign = f"<mo>{_SIGNS[type(op)]}</mo>"
                return self._operand(left, op) + sign + self._operand(right, op, right=True)
            case ast.Call(func=ast.Name(id="floor" | "ceil" as name), args=[inner]):
                opening, closing = "⌊⌋" if name == "floor" else "⌈⌉"
                return f"<mrow><mo>{opening}</mo>{self.write(inner)}<mo>{closing}</mo></mrow>"
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                given = [self.write(each) for each in args]
                given += [f"{symbol(str(k.arg))}<mo>=</mo>{self.write(k.value)}" for k in keywords]
                return f"<mi>{escape(name)}</mi>{around(self._listed(given))}"
            case ast.Compare(left=left, ops=[ast.Eq(), *_], comparators=rest):
                return "<mo>=</mo>".join(map(self.write, (left, *rest)))
        return f"<mtext>{escape(ast.unparse(node))}</mtext>"

    def _row(self, node: Expression) -> str:
        """As the one child that a fraction's half has to be."""
        written = self.write(node)
        single = isinstance(node, ast.Name | ast.Constant)
        return written if single else f"<mrow>{written}</mrow>"

    def _listed(self, written: Iterable[str]) -> str:
        return f"<mo>{comma().strip()}</mo>".join(written)

    def _operand(self, node: Expression, op: ast.operator, *, right: bool = False) -> str:
        """An operand, in parentheses where they are needed; a fraction never needs them."""
        written = self.write(node)
        fraction = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        bare = fraction and not isinstance(op, ast.Pow)
        if bare or not needs(node, op, right=right):
            return written
        return around(written)
