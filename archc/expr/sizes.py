"""Sizes that print as Python: `4 * width`, not just 256.

The analyses work on plain integers. To write a block's class, the block is elaborated once more
with its arguments as `Size`s named after themselves; what the ops compute from them then prints as
the expression that a person would have written.

A `Size` is not a number: each operator and function of the language gives a `Size` again, and what
the language has not (`int(size)`, `range(size)`, `math.gcd`) raises. So arithmetic that would
forget where a number came from is an error, and never a constant in generated code. Two ways lead
out: `plain` takes the number, and a condition (`if stride == 1:`) takes the truth of what it asks.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from archc.expr.grammar import names

Expression: TypeAlias = ast.expr

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}


def _arithmetic(
    op: type[ast.operator],
) -> tuple[Callable[[Size, Any], Any], Callable[[Size, Any], Any]]:
    """The methods for `size op other` and `other op size`."""

    def forward(self: Size, other: Any) -> Any:
        return binary(op(), self, other) if _is_number(other) else NotImplemented

    def backward(self: Size, other: Any) -> Any:
        return binary(op(), other, self) if _is_number(other) else NotImplemented

    return forward, backward


def _comparison(op: type[ast.cmpop]) -> Callable[[Size, Any], Any]:
    def compare(self: Size, other: Any) -> Any:
        if not _is_number(other):
            return NotImplemented
        holds = COMPARISONS[op](self.value, plain(other))
        return Size(holds, ast.Compare(self.expression, [op()], [expression_of(other)]))

    return compare


def _unary(op: type[ast.unaryop]) -> Callable[[Size], Any]:
    return lambda self: Size(UNARY[op](self.value), ast.UnaryOp(op(), self.expression))


def _function(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *args: lift(name, function, self, *args)


@dataclass(frozen=True, slots=True, eq=False)
class Size:
    """A number or a truth value, and the expression it came from.

    Operators, comparisons, `abs`, `round`, `math.floor` and `math.ceil` give `Size`s. As a key of a
    dictionary or a set it is its value: where expressions matter, keys are made of `python`.
    """

    value: Any
    """An int, a float or a bool."""
    expression: Expression

    __add__, __radd__ = _arithmetic(ast.Add)
    __sub__, __rsub__ = _arithmetic(ast.Sub)
    __mul__, __rmul__ = _arithmetic(ast.Mult)
    __truediv__, __rtruediv__ = _arithmetic(ast.Div)
    __floordiv__, __rfloordiv__ = _arithmetic(ast.FloorDiv)
    __mod__, __rmod__ = _arithmetic(ast.Mod)
    __pow__, __rpow__ = _arithmetic(ast.Pow)
    __eq__ = _comparison(ast.Eq)
    __ne__ = _comparison(ast.NotEq)
    __lt__ = _comparison(ast.Lt)
    __le__ = _comparison(ast.LtE)
    __gt__ = _comparison(ast.Gt)
    __ge__ = _comparison(ast.GtE)
    __neg__ = _unary(ast.USub)
    __pos__ = _unary(ast.UAdd)
    __abs__ = _function("abs", abs)
    __round__ = _function("round", round)
    __floor__ = _function("floor", math.floor)
    __ceil__ = _function("ceil", math.ceil)

    def __bool__(self) -> bool:
        """The truth of the value: the way that a condition takes here."""
        return bool(self.value)

    def __hash__(self) -> int:
        """The hash of the value, which `==` compares."""
        return hash(self.value)

    def __str__(self) -> str:
        """The expression as Python source."""
        return ast.unparse(self.expression)


class Sizes(tuple[Any, ...]):
    """Numbers (`kernel_size: [1, 7]`) with one expression; each item is a `Size`: `kernel_size[0]`.

    Slices and sums of them are plain tuples of those items.
    """

    expression: Expression

    def __new__(cls, values: Sequence[Any], expression: Expression) -> Sizes:
        """The numbers and the expression of them all."""
        items = (
            Size(value, ast.Subscript(expression, ast.Constant(index), ast.Load()))
            for index, value in enumerate(values)
        )
        sizes = super().__new__(cls, items)
        sizes.expression = expression
        return sizes


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Size)


def traced(value: Any) -> bool:
    """Whether the value, or a part of it, has an expression."""
    if not isinstance(value, tuple | list):
        return isinstance(value, Size)
    seen: set[int] = set()  # lists may share their parts: [a, a] of [b, b] of ...
    waiting: list[Any] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Size | Sizes):
            return True
        if isinstance(part, tuple | list) and id(part) not in seen:
            seen.add(id(part))
            waiting += part
    return False


def plain(value: Any) -> Any:
    """The value without expressions: numbers and flags, in lists and tuples too."""
    if isinstance(value, Size):
        return value.value
    if not isinstance(value, tuple | list) or not traced(value):
        return value
    parts = [plain(part) for part in value]
    return parts if isinstance(value, list) else tuple(parts)


def remember(value: Any, expression: Expression | str) -> Any:
    """The value with that expression (or name), if it is a number, a flag or a list of numbers."""
    value = plain(value)
    tree = ast.Name(expression) if isinstance(expression, str) else expression
    if isinstance(value, int | float):
        return Size(value, tree)
    if isinstance(value, tuple | list) and all(isinstance(v, int | float) for v in value):
        return Sizes(value, tree)
    return value


def expression_of(value: Any) -> Expression:
    """The expression of a value; a literal for a plain number."""
    if isinstance(value, Size | Sizes):
        return value.expression
    if isinstance(value, tuple):
        return ast.Tuple([expression_of(part) for part in value], ast.Load())
    if isinstance(value, list):
        return ast.List([expression_of(part) for part in value], ast.Load())
    return ast.Constant(value)


def python(value: Any) -> str:
    """The value as Python source."""
    return ast.unparse(expression_of(value))


def lift(name: str, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """Apply a function of the language to values; a `Size` if one of them is one."""
    result = function(*map(plain, args), **{key: plain(value) for key, value in named.items()})
    if not (traced(args) or traced([*named.values()])):
        return result
    keywords = [ast.keyword(key, expression_of(value)) for key, value in named.items()]
    return remember(result, ast.Call(ast.Name(name), [*map(expression_of, args)], keywords))


def binary(op: ast.operator, left: Any, right: Any) -> Any:
    """`left op right`, a `Size` if either side is; `1 * x` and `x + 0` are just `x`."""
    result = ARITHMETIC[type(op)](plain(left), plain(right))
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
    """The factor of `right` in `left` as written: 2 for `2 * width` and `width`; else 0."""
    if not (traced(left) and traced(right)):
        return 0
    one = ast.dump(expression_of(right))
    match expression_of(left):
        case ast.BinOp(ast.Constant(int() as count), ast.Mult(), each) if ast.dump(each) == one:
            return count
        case same if ast.dump(same) == one:
            return 1
    return 0


def forget(value: Any, name: str) -> Any:
    """The value, plain if its expression uses a name: `i` means nothing outside its repeat."""
    if isinstance(value, tuple) and not isinstance(value, Sizes):
        return tuple(forget(part, name) for part in value)
    if not traced(value):
        return value
    used = {node.id for node, _ in names(expression_of(value))}
    return plain(value) if name in used else value


def growth(values: Sequence[Any]) -> Any | None:
    """The common difference of consecutive numbers, if all add the same expression."""
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
