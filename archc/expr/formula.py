"""Formulas: a symbol, its expression, and the same with numbers in place of the names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from typing import TypeAlias

Expression: TypeAlias = ast.expr
Number: TypeAlias = int | Fraction

_ORDER = ("H'", "W'", "F'", "N", "k", "k_h", "k_w", "C", "F")
"""The order of factors in a product of multiply-adds, as on the slides: `112*112*64*7*7*3`."""
_FILTERS = ("k", "k_h", "k_w", "C", "F", "N")
"""The order of factors in the number of a layer's weights: `7*7*3*64`."""


class Disagreement(AssertionError):
    """A formula that does not give what the analysis gives: a fault of archc's own."""


@dataclass(frozen=True, slots=True)
class Equation:
    """`H' = floor((H + 2*p - k)/s) + 1 = floor((224 + 2*3 - 7)/2) + 1 = 112`."""

    symbols: tuple[str, ...]
    """The symbols on the left side; several if their values are equal (`H' = W'`)."""
    formula: Expression | None
    """With names; None where the numbers say it all."""
    numbers: Expression
    result: Number

    def __post_init__(self) -> None:
        if (found := value(self.numbers)) != self.result:
            raise Disagreement(f"{ast.unparse(self.numbers)} is {found}, not {self.result}")


def equation(
    symbols: Sequence[str], formula: Expression, values: Mapping[str, int], result: Number
) -> Equation:
    """A formula with its numbers; raises `Disagreement` if these do not give the result."""
    return Equation(tuple(symbols), formula, substitute(formula, values), result)


def constant(number: Number) -> Expression:
    """A number as an expression."""
    if isinstance(number, int):
        return ast.Constant(number)
    parts = ast.Constant(number.numerator), ast.Constant(number.denominator)
    return ast.BinOp(parts[0], ast.Div(), parts[1])


def binary(left: Expression, op: ast.operator, right: Expression) -> Expression:
    """`left op right`."""
    return ast.BinOp(left, op, right)


def call(name: str, *args: Expression) -> Expression:
    """`floor(x)`, `min(a, b)`."""
    return ast.Call(ast.Name(name), list(args), [])


def substitute(formula: Expression, values: Mapping[str, int]) -> Expression:
    """The formula with numbers for the names that have a value."""
    match formula:
        case ast.Name(id=name) if name in values:
            return ast.Constant(values[name])
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(substitute(left, values), op, substitute(right, values))
        case ast.Call(func=func, args=args):
            return ast.Call(func, [substitute(each, values) for each in args], [])
    return formula


def value(numbers: Expression) -> Number:
    """The exact value of a formula without names."""
    match numbers:
        case ast.Constant(value=int() as number):
            return number
        case ast.BinOp(left=left, op=op, right=right):
            a, b = value(left), value(right)
            match op:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.FloorDiv():
                    return a // b
                case ast.Div():
                    return _whole(Fraction(a) / Fraction(b))
                case ast.Mod():
                    return a % b
                case ast.Pow():
                    return _whole(Fraction(a) ** int(b))
        case ast.Call(func=ast.Name(id=name), args=args):
            parts = [value(each) for each in args]
            if name in ("floor", "ceil"):
                return floor(parts[0]) if name == "floor" else ceil(parts[0])
            return min(parts) if name == "min" else max(parts)
    raise ValueError(f"{ast.unparse(numbers)} is no formula with numbers")


def _whole(number: Fraction) -> Number:
    return int(number) if number.denominator == 1 else number


def factors(formula: Expression) -> list[Expression]:
    """The factors of a product, ones left out."""
    match formula:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return factors(left) + factors(right)
        case ast.Constant(value=1):
            return []
    return [formula]


def product(parts: Iterable[Expression]) -> Expression:
    """The product of formulas; 1 for none."""
    parts = [factor for part in parts for factor in factors(part)]
    return reduce(lambda a, b: ast.BinOp(a, ast.Mult(), b), parts) if parts else ast.Constant(1)


def scaled(count: int, formula: Expression) -> Expression:
    """Several times a formula; a product takes the count in front, and keeps its ones."""
    match formula:
        case _ if count == 1:
            return formula
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return ast.BinOp(scaled(count, left), ast.Mult(), right)
        case ast.Constant(value=0):
            return formula
    return ast.BinOp(constant(count), ast.Mult(), formula)


def total(parts: Sequence[Expression]) -> Expression:
    """The sum of formulas, equal ones as a multiple: `C + C` is `2*C`; 0 for none."""
    counts = Counter(map(ast.dump, parts))
    first = {ast.dump(part): part for part in reversed(parts)}
    terms = [
        first[key] if count == 1 else product([ast.Constant(count), first[key]])
        for key, count in counts.items()
    ]
    terms.sort(key=lambda term: isinstance(term, ast.Constant))
    return reduce(lambda a, b: ast.BinOp(a, ast.Add(), b), terms) if terms else ast.Constant(0)


def as_cost(formula: Expression) -> Expression:
    """A product of multiply-adds in the order of the slides: where, which filter, its weights."""
    return _ordered(formula, _ORDER)


def as_weights(formula: Expression) -> Expression:
    """A product of weights in the order of the slides: a filter's weights, how many filters."""
    return _ordered(formula, _FILTERS)


def _ordered(formula: Expression, order: Sequence[str]) -> Expression:
    def rank(factor: Expression) -> int:
        name = next((n.id for n in ast.walk(factor) if isinstance(n, ast.Name)), None)
        return -1 if name is None else order.index(name) if name in order else len(order)

    return product(sorted(factors(formula), key=rank))
