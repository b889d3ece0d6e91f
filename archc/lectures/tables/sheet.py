"""A table as a record: headings, cells of one or more lines, footnotes; no format yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

Side: TypeAlias = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Bracket:
    """Lines in brackets: what is done `times` times in a row."""

    lines: tuple[str, ...]
    times: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines and brackets, one below the other."""

    parts: tuple[str | Bracket, ...] = ()
    value: Any = None
    """What the text stands for: a count, or a shape in the order of PyTorch."""
    mark: str = ""
    """The letters of its footnotes."""
    span: int = 1
    """The columns that it fills; those to the right have no cell."""

    @property
    def text(self) -> str:
        """All in one line: `[1×1, 64; 3×3, 64] × 3`."""
        return "; ".join(part if isinstance(part, str) else flat(part) for part in self.parts)

    def marked(self, letters: str) -> Cell:
        """The same with more footnotes."""
        return replace(self, mark=",".join(filter(None, (self.mark, letters))))


EMPTY = Cell()


def cell(text: str, value: Any = None) -> Cell:
    """A cell of one line, empty for no text."""
    return Cell((text,) if text else (), value)


def flat(bracket: Bracket) -> str:
    """A bracket in one line."""
    return f"[{'; '.join(bracket.lines)}] × {bracket.times}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands in it, and its heading."""

    key: str
    heading: str
    side: Side = "left"


@dataclass(frozen=True, slots=True)
class Row:
    """Its cells, and the id of the step it is about."""

    cells: tuple[Cell, ...]
    id: str = ""
    rule: bool = True
    """Whether it stands apart from the row above."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole table."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[tuple[str, str], ...] = ()
    """Footnotes: letter and text."""
    about: str = ""
    """A line above it."""
    origin: str = ""
    """What an exercise was made from, for `archc grade`: a comment in every format."""

    def column(self, key: str) -> int:
        """The place of a column; raises `KeyError`."""
        for place, column in enumerate(self.columns):
            if column.key == key:
                return place
        raise KeyError(key)


def letter(number: int) -> str:
    """The footnote's mark: a, b, ..., z, aa, ab."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("a") + digit) + text
    return text
