"""Documents and tables as Markdown, as GitHub, Jupyter and Pandoc read it; formulas in dollars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from urllib.parse import quote

from archc.document import latex
from archc.document.records import (
    Bracket,
    Cell,
    Code,
    Column,
    Content,
    Document,
    Equations,
    Heading,
    Items,
    Legend,
    Link,
    Listing,
    Picture,
    Prose,
    Run,
    Sentence,
    Table,
    Worked,
    size,
)
from archc.document.translation import _, number

INDENT = "&emsp;"
RULES = {"left": "---", "right": "---:", "center": ":-:"}


def write(made: Document | Table, top: int = 3) -> str:
    """A table by itself, its columns aligned; or a document whose first heading has level `top`."""
    if isinstance(made, Table):
        return _alone(made)
    parts: list[str] = []
    for block in made:
        match block:
            case Heading(text=words, level=level, code=name):
                said = code(name) if name else "", escape(words)
                title = _(": ").join(filter(None, said))
                parts.append(f"{'#' * (level + top - 1)} {title}")
            case Sentence(parts=contents):
                parts.append("".join(map(content, contents)))
            case Items(entries=entries):
                parts.append("\n".join(f"- {content(each)}" for each in entries))
            case Picture(path=path, words=words):
                parts.append(f"!{content(Link(words, path))}")
            case Equations(name=name):
                lead = f"{code(name)}{_(': ').rstrip()}\n\n" if name else ""
                parts.append(f"{lead}$$\n{latex.aligned(block, 'aligned')}\n$$")
            case Legend(entries=meanings):
                parts.append(_("; ").join(_meaning(*each) for each in meanings))
            case Listing(text=lines, language=language):
                fence = "`" * max(3, 1 + max(map(len, re.findall("`+", lines)), default=0))
                parts.append(f"{fence}{language}\n{lines.rstrip()}\n{fence}")
            case Table():
                parts.append(_inside(block))
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Words that mean nothing but themselves, in a sentence as in a cell.

    An underscore inside a word has no meaning.
    """
    text = re.sub(r"\s*[\r\n]\s*", " ", text)
    return re.sub(r"[\\`*|<~$]|\](?=\()|(?<![^\W_])_|_(?![^\W_])", r"\\\g<0>", text)


def prose(text: str) -> str:
    """Words that may be Markdown, as the docs of a spec are, but neither HTML nor links."""
    return re.sub(r"<|\](?=\()", r"\\\g<0>", text)


def code(name: str) -> str:
    """A name between backticks, more of them than the name contains."""
    ticks = "`" * (1 + max(map(len, re.findall("`+", name)), default=0))
    room = " " if "`" in name else ""
    return f"{ticks}{room}{name}{room}{ticks}"


def content(of: Content, digits: int = 4) -> str:
    """One content: names as code, formulas as mathematics, numbers as they are."""
    match of:
        case Code():
            return code(of)
        case Prose():
            return prose(of)
        case Link(words=words, address=address):
            return _link(words, address)
        case str():
            return escape(of)
        case int():
            return number(of)
        case Fraction() | float():
            return number(float(of), digits)
        case tuple():
            return size(of).replace(" x ", " × ")
        case Worked(numbers=numbers, result=result):
            return f"${latex.formula(numbers)} = {latex.content(result, math=True)}$"
        case Run(parts=parts):
            return "".join(map(content, parts))
        case Bracket(lines=lines, times=times):
            return f"[{'<br>'.join(map(escape, lines))}] × {times}"
    return f"${latex.formula(of)}$"


def _link(words: str, address: str) -> str:
    """Words and an address that cannot end the link before its end."""
    shown = re.sub(r"(?<!\\)[\[\]]", r"\\\g<0>", escape(words))
    return f"[{shown}]({quote(address, safe='/:?#[]@!$&*+,;=%~')})"


def _meaning(letters: Sequence[str], value: int, meaning: str) -> str:
    names = " = ".join(map(latex.symbol, letters))
    return f"${names} = {latex.content(value, math=True)}$ {escape(meaning)}"


def _cell(of: Cell) -> str:
    """The lines of a cell; a bar inside code or a formula would end it."""
    lines = (re.sub(r"(?<!\\)\|", r"\|", content(each)) for each in of.lines)
    return "<br>".join(lines) + (f"<sup>{of.mark}</sup>" if of.mark else "")


def _row(cells: Sequence[Cell], level: int = 0) -> list[str]:
    """The texts of a row; a cell that spans columns stands in the first of them."""
    texts = [text for each in cells for text in (_cell(each), *[""] * (each.span - 1))]
    return [INDENT * level + texts[0], *texts[1:]]


def _inside(table: Table) -> str:
    """A table in a document: a line a row, as short as it is."""
    rows = [_row(row.cells, row.level) for row in table.rows]
    if table.total:
        rows.append([f"**{text}**" if text else "" for text in _row(table.total)])
    head = [escape(column.heading) for column in table.columns]
    rule = [RULES[column.side] for column in table.columns]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _alone(table: Table) -> str:
    """A table by itself, readable as it is, with its footnotes."""
    head = [escape(column.heading) for column in table.columns]
    body = [_row(row.cells, row.level) for row in table.rows]
    widths = [max(3, *(len(line[k]) for line in [head, *body])) for k in range(len(head))]
    rule = [_rule(column, width) for column, width in zip(table.columns, widths, strict=True)]
    lines = [_line(head, table.columns, widths), f"| {' | '.join(rule)} |"]
    lines += (_line(line, table.columns, widths) for line in body)
    notes = [f"<sup>{mark}</sup> {escape(text)}  " for mark, text in table.notes]
    about = [escape(table.about), ""] if table.about else []
    origin = [f"<!-- {comment(table.origin)} -->", ""] if table.origin else []
    return "\n".join([*origin, *about, *lines, *([""] if notes else []), *notes]).rstrip() + "\n"


def comment(text: str) -> str:
    """Words inside `<!-- -->`, which they cannot end."""
    return re.sub(r"\s*[\r\n]\s*", " ", text).replace("--", "- -").replace(">", "&gt;")


def _rule(column: Column, width: int) -> str:
    mark = {"left": "-", "right": "-:", "center": ":-:"}[column.side]
    return mark.replace("-", "-" * (width - len(mark) + 1))


def _line(texts: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    cells = [
        text.rjust(width) if column.side == "right" else text.ljust(width)
        for text, column, width in zip(texts, columns, widths, strict=True)
    ]
    return f"| {' | '.join(cells)} |"
