"""The records of a document without a format: `Document`, its blocks, `Table` and its cells.

The folders of `archc.lectures` build these records; `archc.document.text`, `markdown`, `latex`,
`html` and `data` (CSV and JSON) write any of them.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal, TypeAlias

Side: TypeAlias = Literal["left", "right", "center"]


class Code(str):
    """A name of the spec, which writers set as code."""

    __slots__ = ()


class Prose(str):
    """Words of a spec that may be Markdown, as its docs are; other formats write them as text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an address."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Worked:
    """A formula in numbers and what it comes to: `7*7*3*64 = 9,408`."""

    numbers: ast.expr
    result: int | Fraction


@dataclass(frozen=True, slots=True)
class Run:
    """Contents one after the other, in one line: a name and the words after it."""

    parts: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Bracket:
    """Lines in brackets, which are done `times` times in a row: `[1×1, 64; 3×3, 64] × 3`."""

    lines: tuple[str, ...]
    times: int

    def __str__(self) -> str:
        return f"[{'; '.join(self.lines)}] × {self.times}"


Content: TypeAlias = (
    str
    | Code
    | Prose
    | Link
    | int
    | float
    | Fraction
    | tuple[int, ...]
    | ast.expr
    | Worked
    | Run
    | Bracket
)
"""A content of a sentence, an equation or a cell: a tuple is a shape, `ast.expr` a formula."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: lines, one below the other."""

    lines: tuple[Content, ...] = ()
    value: Any = None
    """The value that its text shows: a count, or a shape in the order of PyTorch."""
    mark: str = ""
    """The letters of its footnotes, separated by commas."""
    span: int = 1
    """The number of columns that it spans; the row has no cells for the others."""

    @property
    def text(self) -> str:
        """The lines of the bracket as one: `[1×1, 64; 3×3, 64] × 3`."""
        return "; ".join(map(str, self.lines))

    def marked(self, letters: str) -> Cell:
        """The cell with more footnotes."""
        return replace(self, mark=",".join(filter(None, (self.mark, letters))))


EMPTY = Cell()


def cell(content: Content, value: Any = None) -> Cell:
    """A cell of one line; the empty text makes an empty cell."""
    return Cell((content,) if content != "" else (), value)


@dataclass(frozen=True, slots=True)
class Column:
    """The name of a column for programs, its heading, and the side that its cells lean to."""

    key: str
    heading: str
    side: Side = "left"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    cells: tuple[Cell, ...]
    id: str = ""
    """The id of the step that it is about."""
    rule: bool = True
    """Whether space separates it from the row above, where rows have several lines."""
    level: int = 0
    """How deep its first cell is indented: a row of the parts that the row above is made of."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, rows, and the footnotes that their cells refer to."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: tuple[Cell, ...] | None = None
    """A last row below a rule."""
    title: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    """Footnotes: letter and text."""
    about: str = ""
    """A line above the table."""
    origin: str = ""
    """The parameters of an exercise for `archc grade`, a comment in every format."""

    def column(self, key: str) -> int:
        """The index of a column; raises `KeyError`."""
        for index, column in enumerate(self.columns):
            if column.key == key:
                return index
        raise KeyError(key)


def table(
    headings: Iterable[str],
    rows: Iterable[Iterable[Content]],
    right: Container[int] = (),
    total: Iterable[Content] | None = None,
) -> Table:
    """A table of one-line cells; the columns whose index is in `right` lean to the right."""
    return Table(
        tuple(
            Column(heading, heading, "right" if k in right else "left")
            for k, heading in enumerate(headings)
        ),
        tuple(Row(tuple(map(cell, row))) for row in rows),
        None if total is None else tuple(map(cell, total)),
    )


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a document (level 1) or of a part of it."""

    text: str
    level: int = 2
    code: str = ""
    """The name of what it is about."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Contents one after the other, in a paragraph of their own."""

    parts: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list: a line each, with a mark in front of it."""

    entries: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure in a file of its own."""

    path: str
    """Relative to the document."""
    words: str
    """What it shows, for readers who do not see it."""


@dataclass(frozen=True, slots=True)
class Equations:
    """`left = side = side`, on a line of its own."""

    sides: tuple[Content, ...]
    name: str = ""
    """The layer that it is about, where there are several."""
    digits: int = 4
    """After the decimal mark, of a fraction at its end."""


@dataclass(frozen=True, slots=True)
class Legend:
    """The meanings of letters, `k = 7 kernel size`: letters, value and meaning of each."""

    entries: tuple[tuple[tuple[str, ...], int, str], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of code, as they are."""

    text: str
    language: str = "yaml"


Block: TypeAlias = Listing | Heading | Sentence | Items | Picture | Equations | Legend | Table
Document: TypeAlias = Sequence[Block]


def footnote(index: int) -> str:
    """The letters of a footnote by its index from 0: a, b, ..., z, aa, ab."""
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(ord("a") + digit) + letters
    return letters


def size(shape: Iterable[int]) -> str:
    """`(64, 112, 112)` as `64 x 112 x 112`."""
    return " x ".join(map(str, shape))


def capital(words: str) -> str:
    """The words with a capital first letter, the others as they are."""
    return words[:1].upper() + words[1:]
