"""The value of an expression, and how it follows from what its names remember."""

from __future__ import annotations

import ast
import math
import operator
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from archc.expr.functions import BUILTINS, USAGE
from archc.expr.grammar import GREATEST, SIZES, BadExpression, Mistake, at_node, unknown_name
from archc.expr.sizes import binary, expression_of, plain, remember, traced

DEEPEST = 20
"""Functions inside functions."""
MOST_CALLS = 10_000
"""Calls of the spec's functions that one expression may come to."""


class Unknown(Exception):
    """A value that depends on something that an earlier mistake left open."""


@dataclass(frozen=True)
class Function:
    """A scaling rule of the spec: `width(c): round_to(c * width_mult, 8, keep=0.9)`."""

    name: str
    parameters: tuple[str, ...]
    body: ast.expr
    scope: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    """What its other names mean: the spec's params, whatever a block calls its arguments."""


_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}


def evaluate(tree: ast.expr, scope: Mapping[str, Any]) -> Any:
    """The value of an expression.

    Args:
        tree: what `parse` gave.
        scope: numbers, flags, texts, lists, shapes (as tuples) and `Function`s by name; None for
            what a mistake left open. Where a value remembers an expression, so does the result.

    Raises:
        BadExpression: an unknown name, a division by zero, a result out of bounds.
        Unknown: it depends on something that an earlier mistake left open.
    """
    try:
        return _evaluate(tree, scope, _Depth())
    except RecursionError:
        raise BadExpression("bad-value", "the expression is nested too deeply") from None


@dataclass(slots=True)
class _Depth:
    """How many functions are open, and how many were called in all."""

    open: int = 0
    calls: int = 0


def _evaluate(node: ast.expr, scope: Mapping[str, Any], depth: _Depth) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            if name not in scope:
                raise unknown_name(node, "value", list(scope))
            if (value := scope[name]) is None:
                raise Unknown
            if isinstance(value, Function):
                raise at_node(
                    node, "unknown-name", f"`{name}` is a function", f"call it: `{name}(...)`"
                )
            return value
        case Mistake():
            raise Unknown
        case ast.IfExp():
            return _choose(node, scope, depth)
        case ast.BoolOp():
            return _connect(node, scope, depth)
        case ast.Attribute(value=ast.Name(id=name)):
            return _size(node, name, scope)
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_evaluate(element, scope, depth) for element in elements]
    try:
        result = _compute(node, scope, depth)
    except ZeroDivisionError:
        raise at_node(node, "bad-value", "division by zero") from None
    except (TypeError, ValueError, IndexError, OverflowError) as error:
        raise at_node(node, "bad-value", f"this has no value: {error}") from None
    if isinstance(result, complex):
        raise at_node(node, "bad-value", "the root of a negative number is no size")
    if isinstance(result, int | float) and not abs(result) <= GREATEST:
        raise at_node(node, "bad-value", "the result is too large to be a size")
    return result


def _compute(node: ast.expr, scope: Mapping[str, Any], depth: _Depth) -> Any:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _evaluate(left, scope, depth), _evaluate(right, scope, depth)
            if not isinstance(a, int | float) or not isinstance(b, int | float):
                raise TypeError("arithmetic is for numbers")
            if isinstance(op, ast.Pow) and abs(b) * math.log2(max(2, abs(a))) > 64:
                raise OverflowError("the power is too large")
            return binary(op, a, b)
        case ast.UnaryOp(op=unary, operand=operand):
            value = _evaluate(operand, scope, depth)
            if not isinstance(unary, ast.Not) and not isinstance(value, int | float):
                raise TypeError("arithmetic is for numbers")
            return _lift(
                _UNARY[type(unary)](plain(value)), lambda e: ast.UnaryOp(unary, e[0]), value
            )
        case ast.Compare(left=left, ops=ops, comparators=rest):
            values = [_evaluate(part, scope, depth) for part in (left, *rest)]
            bare = [plain(value) for value in values]
            try:
                holds = all(
                    _COMPARE[type(op)](a, b) for op, a, b in zip(ops, bare, bare[1:], strict=False)
                )
            except TypeError:
                raise TypeError("these can not be compared with each other") from None
            return _lift(holds, lambda e: ast.Compare(e[0], ops, e[1:]), *values)
        case ast.Subscript(value=items, slice=index):
            values = [_evaluate(items, scope, depth), _evaluate(index, scope, depth)]
            picked = _item(*map(plain, values))
            return _lift(picked, lambda e: ast.Subscript(e[0], e[1]), *values)
        case ast.Call(func=ast.Name() as func, args=args, keywords=keywords):
            values = [_evaluate(argument, scope, depth) for argument in args]
            named = {str(k.arg): _evaluate(k.value, scope, depth) for k in keywords}
            return _call(func, values, named, scope, depth)
    raise AssertionError(f"parse lets no {type(node).__name__} through")


def _call(
    func: ast.Name,
    values: list[Any],
    named: dict[str, Any],
    scope: Mapping[str, Any],
    depth: _Depth,
) -> Any:
    bare = [plain(value) for value in values]
    bare_named = {name: plain(value) for name, value in named.items()}
    function = scope.get(func.id)
    if isinstance(function, Function):
        if len(bare) != len(function.parameters) or named:
            expected = ", ".join(function.parameters)
            raise at_node(func, "bad-value", f"`{func.id}` is called as {func.id}({expected})")
        depth.calls += 1
        if depth.open >= DEEPEST:
            raise at_node(func, "bad-value", f"functions call each other more than {DEEPEST} deep")
        if depth.calls > MOST_CALLS:
            raise at_node(func, "bad-value", f"functions are called more than {MOST_CALLS} times")
        outer = scope if function.scope is None else function.scope
        inner = ChainMap(dict(zip(function.parameters, bare, strict=True)), outer)  # type: ignore[arg-type]
        depth.open += 1
        try:
            result = _evaluate(function.body, inner, depth)
        except BadExpression as error:
            if error.rule == "unknown-name":
                raise Unknown from None  # the name check reports it, in the function itself
            inside = f"in `{func.id}`: "  # said once where a function calls itself
            message = inside + error.message.removeprefix(inside)
            raise at_node(func, "bad-value", message, error.help) from None
        finally:
            depth.open -= 1
    elif func.id in BUILTINS:
        try:
            result = BUILTINS[func.id](*bare, **bare_named)
        except (TypeError, ValueError):
            raise TypeError(f"`{func.id}` is called as {USAGE[func.id]}") from None
    else:
        raise unknown_name(func, "function", [*BUILTINS, *scope])
    return _lift(
        result,
        lambda e: ast.Call(
            ast.Name(func.id),
            e[: len(values)],
            [ast.keyword(name, value) for name, value in zip(named, e[len(values) :], strict=True)],
        ),
        *values,
        *named.values(),
    )


def _item(items: Any, index: Any) -> Any:
    if not isinstance(items, list | tuple):
        raise TypeError("only a list has items")
    if isinstance(index, bool) or not isinstance(index, int):
        raise TypeError(f"an item has a whole number, not {index}")
    if not -len(items) <= index < len(items):
        raise IndexError(f"there is no item {index} in a list of {len(items)}, counted from 0")
    return items[index]


def _size(node: ast.Attribute, name: str, scope: Mapping[str, Any]) -> Any:
    if name not in scope:
        maps = [key for key in scope if isinstance(scope[key], tuple)]
        raise unknown_name(ast.copy_location(ast.Name(name), node.value), "map", maps)
    shape = scope[name]
    if shape is None:
        raise Unknown
    if not isinstance(shape, tuple):
        raise at_node(node.value, "unknown-name", f"`{name}` is no map: it has no {node.attr}")
    index = SIZES.index(node.attr)
    if index >= len(shape):
        raise at_node(
            node, "bad-value", f"`{name}` is a vector of {shape[0]}: it has no {node.attr}"
        )
    return shape[index]


def _choose(node: ast.IfExp, scope: Mapping[str, Any], depth: _Depth) -> Any:
    """`a if test else b`; both sides are kept where the test depends on what is remembered."""
    test = _evaluate(node.test, scope, depth)
    taken, other = (node.body, node.orelse) if plain(test) else (node.orelse, node.body)
    value = _evaluate(taken, scope, depth)
    if not traced(test):
        return value
    try:
        left = _evaluate(other, scope, depth)
    except BadExpression:  # the side that is not taken here need not have a value
        return value
    sides = (value, left) if plain(test) else (left, value)
    body, orelse = (expression_of(side) for side in sides)
    if ast.dump(body) == ast.dump(orelse):
        return value
    return remember(value, ast.IfExp(expression_of(test), body, orelse))


def _connect(node: ast.BoolOp, scope: Mapping[str, Any], depth: _Depth) -> Any:
    """`and`, `or`; what is remembered of a side that did not decide is kept for the text."""
    deciding = isinstance(node.op, ast.Or)
    kept: list[ast.expr] = []
    result: bool | None = None
    for operand in node.values:
        if result is not None and not kept:
            break
        try:
            value = _evaluate(operand, scope, depth)
        except BadExpression:
            if result is None:
                raise
            continue
        if result is None and bool(value) is deciding:
            result = deciding
        if traced(value):
            kept.append(expression_of(value))
        elif bool(value) is deciding:
            return deciding
    value = (not deciding) if result is None else result
    if not kept:
        return value
    return remember(value, kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept))


def _lift(result: Any, rebuild: Callable[[list[ast.expr]], ast.expr], *operands: Any) -> Any:
    """The result, remembering the rebuilt expression if an operand remembers one."""
    if not any(traced(operand) for operand in operands):
        return result
    return remember(result, rebuild([expression_of(operand) for operand in operands]))
