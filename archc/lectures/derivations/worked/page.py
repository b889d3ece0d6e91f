"""What a worked page is made of, whatever it is written in."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from archc.expr.formula import Equation, Expression
from archc.ops import Shape


class Code(str):
    """A name as the spec has it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Worked:
    """A formula in numbers and what it comes to, in one cell."""

    numbers: Expression
    result: int | Fraction


Cell: TypeAlias = str | Code | int | float | Fraction | Shape | Expression | Worked


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of the page (level 1) or of a part of it."""

    text: str
    level: int = 2
    code: str = ""
    """The name of what it is about."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence; its cells stand one after the other."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`left = side = side`, on a line of its own."""

    sides: tuple[Cell, ...]
    name: str = ""
    """The layer that it is about, where several are."""
    digits: int = 4
    """Of a fraction at its end."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    right: frozenset[int] = frozenset()
    """The columns that stand to the right."""
    total: tuple[Cell, ...] | None = None


@dataclass(frozen=True, slots=True)
class Legend:
    """What the letters mean: `k = 7 kernel size`."""

    entries: tuple[tuple[tuple[str, ...], int, str], ...]


Block: TypeAlias = Heading | Line | Chain | Table | Legend


def chain(of: Equation, name: str = "", *left: Cell) -> Chain:
    """An equation as one line."""
    sides: list[Cell] = [*left]
    if of.symbols:
        sides += [ast.Name(symbol) for symbol in of.symbols]
    if of.formula is not None and ast.dump(of.formula) != ast.dump(of.numbers):
        sides.append(of.formula)
    if not isinstance(of.numbers, ast.Constant):
        sides.append(of.numbers)
    sides.append(of.result)
    return Chain(tuple(sides), name)


def capital(words: str) -> str:
    """A heading: its first letter large."""
    return words[:1].upper() + words[1:]
