"""Numbers that remember the expression they came from: `4 * width`, not just 256.

The analyses work on plain integers. To write a block's class, it is placed once more with its
arguments as `Dim`s and `Real`s named after themselves; what the ops compute from them then prints
as the expression that a person would have written.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

Expression: TypeAlias = ast.expr

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


class Dim(int):
    """An integer (or a truth value) with the expression it came from."""

    expression: Expression
    flag: bool

    def __new__(cls, value: int, expression: Expression | str) -> Dim:
        """The value, and the expression (or the name) it came from."""
        dim = super().__new__(cls, value)
        dim.flag = isinstance(value, bool)
        dim.expression = ast.Name(expression) if isinstance(expression, str) else expression
        return dim

    def __add__(self, other: Any) -> Any:
        return binary(ast.Add(), self, other)

    def __radd__(self, other: Any) -> Any:
        return binary(ast.Add(), other, self)

    def __sub__(self, other: Any) -> Any:
        return binary(ast.Sub(), self, other)

    def __rsub__(self, other: Any) -> Any:
        return binary(ast.Sub(), other, self)

    def __mul__(self, other: Any) -> Any:
        return binary(ast.Mult(), self, other)

    def __rmul__(self, other: Any) -> Any:
        return binary(ast.Mult(), other, self)

    def __floordiv__(self, other: Any) -> Any:
        return binary(ast.FloorDiv(), self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return binary(ast.FloorDiv(), other, self)

    def __mod__(self, other: Any) -> Any:
        return binary(ast.Mod(), self, other)

    def __truediv__(self, other: Any) -> Any:
        return binary(ast.Div(), self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return binary(ast.Div(), other, self)


class Real(float):
    """A real number with the expression it came from."""

    expression: Expression

    def __new__(cls, value: float, expression: Expression | str) -> Real:
        """The value, and the expression (or the name) it came from."""
        real = super().__new__(cls, value)
        real.expression = ast.Name(expression) if isinstance(expression, str) else expression
        return real


class Vector(tuple[Any, ...]):
    """Some numbers (`kernel_size: [1, 7]`) with the expression they came from."""

    expression: Expression

    def __new__(cls, values: Sequence[Any], expression: Expression | str) -> Vector:
        """The value, and the expression (or the name) it came from."""
        vector = super().__new__(cls, values)
        vector.expression = ast.Name(expression) if isinstance(expression, str) else expression
        return vector


def traced(value: Any) -> bool:
    """Whether the value, or a part of it, remembers an expression."""
    if isinstance(value, Dim | Real | Vector):
        return True
    return isinstance(value, tuple | list) and any(traced(part) for part in value)


def plain(value: Any) -> Any:
    """The value without its memory."""
    if isinstance(value, Dim):
        return bool(value) if value.flag else int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, list):
        return [plain(part) for part in value]
    return tuple(plain(part) for part in value) if isinstance(value, tuple) else value


def remember(value: Any, expression: Expression | str) -> Any:
    """The value with that expression, where it is of a kind that can remember one."""
    value = plain(value)
    if isinstance(value, bool | int):
        return Dim(value, expression)
    if isinstance(value, tuple | list) and all(isinstance(v, int | float) for v in value):
        return Vector(value, expression)
    return Real(value, expression) if isinstance(value, float) else value


def expression_of(value: Any) -> Expression:
    """The expression of a value; a literal for one that remembers none."""
    if isinstance(value, Dim | Real | Vector):
        return value.expression
    if isinstance(value, tuple):
        return ast.Tuple([expression_of(part) for part in value], ast.Load())
    if isinstance(value, list):
        return ast.List([expression_of(part) for part in value], ast.Load())
    return ast.Constant(value)


def python(value: Any) -> str:
    """The value as Python source."""
    return ast.unparse(expression_of(value))


def binary(op: ast.operator, left: Any, right: Any) -> Any:
    """`left op right`, remembered if either side is; `1 * x` and `x + 0` are just `x`."""
    result = _OPERATORS[type(op)](plain(left), plain(right))
    if not (traced(left) or traced(right)):
        return result
    if isinstance(op, ast.Mult) and not traced(left) and left == 1:
        return right
    if isinstance(op, ast.Mult | ast.FloorDiv | ast.Div) and not traced(right) and right == 1:
        return left if type(result) is type(plain(left)) else remember(result, expression_of(left))
    if isinstance(op, ast.Add) and not traced(left) and left == 0:
        return right
    if isinstance(op, ast.Add) and (times := _times(left, right)):
        return binary(ast.Mult(), times + 1, right)
    if isinstance(op, ast.Add | ast.Sub) and not traced(right) and right == 0:
        return left
    return remember(result, ast.BinOp(expression_of(left), op, expression_of(right)))


def _times(left: Any, right: Any) -> int:
    """How many times `right` makes `left`, as written: 2 for `2 * width` and `width`; else 0."""
    one = ast.dump(expression_of(right))
    match expression_of(left) if traced(left) and traced(right) else None:
        case ast.BinOp(ast.Constant(int() as count), ast.Mult(), each) if ast.dump(each) == one:
            return count
        case ast.expr() as same if ast.dump(same) == one:
            return 1
    return 0


def forget(value: Any, name: str) -> Any:
    """The value, without its memory where that speaks of a name: an `i` means nothing outside."""
    if isinstance(value, tuple) and not isinstance(value, Vector):
        return tuple(forget(part, name) for part in value)
    names = (node.id for node in ast.walk(expression_of(value)) if isinstance(node, ast.Name))
    return plain(value) if traced(value) and name in names else value


def growth(values: Sequence[Any]) -> Any | None:
    """What each of these numbers adds to the one before it, if all add the same expression."""
    steps = []
    for before, after in pairwise(values):
        match expression_of(after):
            case ast.BinOp(left=left, op=ast.Add(), right=right) if ast.dump(left) == ast.dump(
                expression_of(before)
            ):
                steps.append((plain(after) - plain(before), right))
            case _:
                return None
    if len({(step, ast.dump(right)) for step, right in steps}) != 1:
        return None
    step, right = steps[0]
    return step if isinstance(right, ast.Constant) else remember(step, right)


def extrapolate(shapes: Sequence[Any], count: Any) -> tuple[Any, ...] | None:
    """The shapes after `count` iterations from those before the first few; None if unclear.

    Sizes must stay as they are from the second iteration on, or grow by the same expression.
    """

    def ahead(sizes: Sequence[Any]) -> Any:
        last, before = expression_of(sizes[-1]), expression_of(sizes[-2])
        if plain(sizes[-1]) == plain(sizes[-2]) and ast.dump(last) == ast.dump(before):
            return sizes[-1]
        step = growth(sizes)
        return (
            None if step is None else binary(ast.Add(), sizes[0], binary(ast.Mult(), count, step))
        )

    result = []
    for flows in zip(*shapes, strict=True):
        if any(flow is None for flow in flows):
            return None
        result.append(tuple(ahead(sizes) for sizes in zip(*flows, strict=True)))
    return None if any(size is None for shape in result for size in shape) else tuple(result)
