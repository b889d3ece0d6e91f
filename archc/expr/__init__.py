"""Evaluates expressions, over plain values and over `Size`s that keep their own expression.

An expression is compiled once, to closures; evaluating it is calling them. What they may do is what
the grammar lets through, no more.
"""

from __future__ import annotations

import ast
import math
from collections import ChainMap
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from archc.expr.functions import BUILTINS, USAGE
from archc.expr.grammar import (
    GREATEST,
    SHAPE,
    BadExpression,
    Mistake,
    at_node,
    names,
    unknown_name,
    variable,
)
from archc.expr.sizes import (
    ARITHMETIC,
    COMPARISONS,
    UNARY,
    Size,
    binary,
    expression_of,
    lift,
    plain,
    remember,
    traced,
)

DEEPEST = 20
"""Functions inside functions."""
MOST_CALLS = 10_000
"""The most calls of functions, and items of ranges and comprehensions, in one expression."""

Scope: TypeAlias = Mapping[str, Any]
"""Numbers, flags, texts, lists, shapes (as tuples) and `Function`s by name; None for a poisoned
value, which an earlier mistake left open."""


class Unknown(Exception):
    """A value that depends on something that an earlier mistake left open."""


class Evaluator:
    """Evaluates compiled expressions, and remembers the results of the spec's functions.

    `outer` is what the names in functions mean beside their parameters: the spec's params,
    whatever a block calls its arguments. Without it that is the scope of the caller, and nothing
    is remembered.
    """

    def __init__(self, outer: Scope | None = None) -> None:
        self.outer = outer
        self.open = 0
        """Functions that are being evaluated."""
        self.deepest = 0
        """The most that were, since this was last set."""
        self.calls = 0
        """Calls in the expression so far."""
        self.results: dict[Any, tuple[Any, int, int]] = {}
        """By function and arguments: the result, the calls it took, and how deep they went."""

    def value(self, code: Code, scope: Scope) -> Any:
        """The value of an expression; a `Size` where a name's value is one.

        Raises:
            BadExpression: an unknown name, a division by zero, a result out of bounds.
            Unknown: it depends on something that an earlier mistake left open.
        """
        self.calls = 0
        try:
            return code(scope, self)
        except RecursionError:
            return _too_deep(scope, self)

    def call(self, name: ast.Name, function: Function, args: list[Any], scope: Scope) -> Any:
        """Call one of the spec's functions on plain values."""
        if len(args) != len(function.parameters):
            expected = ", ".join(function.parameters)
            raise at_node(name, "bad-value", f"`{name.id}` is called as {name.id}({expected})")
        key = None
        if self.outer is not None and not any(type(value) is list for value in args):
            key = (function.name, *args, *map(type, args))
            result, calls, height = self.results.get(key, (None, 0, 0))
            if calls and self.calls + calls <= MOST_CALLS and self.open + height <= DEEPEST:
                self.calls += calls
                self.deepest = max(self.deepest, self.open + height)
                return result
        before, deepest = self.calls, self.deepest
        if self.open >= DEEPEST:
            message = f"functions call each other more than {DEEPEST} deep"
            raise at_node(name, "bad-value", message)
        self.spend(name, 1, f"functions are called more than {MOST_CALLS} times")
        outer = scope if self.outer is None else self.outer
        inner: Scope = ChainMap(dict(zip(function.parameters, args, strict=True)), outer)  # type: ignore[arg-type]
        self.open += 1
        self.deepest = self.open
        try:
            result = function.code(inner, self)
        except BadExpression as error:
            if error.rule == "unknown-name":
                raise Unknown from None  # the name check reports it, in the function itself
            inside = f"in `{name.id}`: "  # only once where a function calls itself
            message = inside + error.message.removeprefix(inside)
            raise at_node(name, "bad-value", message, error.help) from None
        finally:
            self.open -= 1
        if key is not None:
            self.results[key] = result, self.calls - before, self.deepest - self.open
        self.deepest = max(self.deepest, deepest)
        return result

    def spend(self, node: ast.expr, count: int, message: str) -> None:
        """Count calls or items; BadExpression with that message where they are too many."""
        self.calls += count
        if self.calls > MOST_CALLS:
            raise at_node(node, "bad-value", message)


Code: TypeAlias = Callable[[Scope, Evaluator], Any]
"""A compiled expression."""


@dataclass(frozen=True)
class Function:
    """A scaling rule of the spec: `width(c): round_to(c * width_mult, 8, keep=0.9)`."""

    name: str
    parameters: tuple[str, ...]
    body: ast.expr

    @cached_property
    def code(self) -> Code:
        """The body, compiled."""
        return compiled(self.body)


def evaluate(tree: ast.expr, scope: Scope) -> Any:
    """The value of an expression that `parse` gave; raises as `Evaluator.value`."""
    return Evaluator().value(compiled(tree), scope)


def compiled(node: ast.expr) -> Code:
    """An expression as a closure over those of its parts."""
    try:
        return _compiled(node)
    except RecursionError:
        return _too_deep


def _compiled(node: ast.expr) -> Code:
    match node:
        case ast.Constant(value=value):
            return lambda scope, evaluator: value
        case ast.Name():
            return _name(node)
        case Mistake():
            return _mistake
        case ast.IfExp():
            return _choice(node)
        case ast.BoolOp():
            return _connection(node)
        case ast.Attribute(value=ast.Name() as name):
            return _axis(node, name)
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            parts = [compiled(element) for element in elements]
            return lambda scope, evaluator: [part(scope, evaluator) for part in parts]
        case ast.ListComp():
            return _bounded(node, _comprehension(node))
        case ast.BinOp():
            return _bounded(node, _arithmetic(node))
        case ast.UnaryOp():
            return _bounded(node, _unary(node))
        case ast.Compare():
            return _bounded(node, _comparison(node))
        case ast.Subscript():
            return _bounded(node, _subscript(node))
        case ast.Call(func=ast.Name() as name):
            return _bounded(node, _call(node, name))
    raise AssertionError(f"parse lets no {type(node).__name__} through")


def _bounded(node: ast.expr, compute: Code) -> Code:
    """An operation whose failures are errors at its place, and whose result is not too large."""

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        try:
            result = compute(scope, evaluator)
        except ZeroDivisionError:
            raise at_node(node, "bad-value", "division by zero") from None
        except (TypeError, ValueError, IndexError, ArithmeticError) as error:
            raise at_node(node, "bad-value", f"this has no value: {error}") from None
        number = result.value if type(result) is Size else result
        if isinstance(number, complex):
            raise at_node(node, "bad-value", "the root of a negative number is no size")
        if isinstance(number, int | float) and not -GREATEST <= number <= GREATEST:
            raise at_node(node, "bad-value", "the result is too large to be a size")
        return result

    return run


def _mistake(scope: Scope, evaluator: Evaluator) -> Any:
    raise Unknown


def _too_deep(scope: Scope, evaluator: Evaluator) -> Any:
    raise BadExpression("bad-value", "the expression is nested too deeply")


def _name(node: ast.Name) -> Code:
    name = node.id

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        try:
            value = scope[name]
        except KeyError:
            raise unknown_name(node, "value", list(scope)) from None
        if value is None:
            raise Unknown
        if type(value) is Function:
            help = f"call it: `{name}(...)`"
            raise at_node(node, "unknown-name", f"`{name}` is a function", help)
        return value

    return run


_NUMBERS = frozenset({int, float, bool})


def _arithmetic(node: ast.BinOp) -> Code:
    left, right, op = compiled(node.left), compiled(node.right), node.op
    operate, power = ARITHMETIC[type(op)], isinstance(op, ast.Pow)

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        a, b = left(scope, evaluator), right(scope, evaluator)
        one = a.value if type(a) is Size else a
        other = b.value if type(b) is Size else b
        if type(one) not in _NUMBERS or type(other) not in _NUMBERS:
            raise TypeError("arithmetic is for numbers")
        if power and abs(other) * math.log2(max(2, abs(one))) > 64:
            raise OverflowError("the power is too large")
        return operate(a, b) if one is a and other is b else binary(op, a, b)

    return run


def _unary(node: ast.UnaryOp) -> Code:
    op, part, operate = node.op, compiled(node.operand), UNARY[type(node.op)]
    negation = isinstance(op, ast.Not)

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        value = part(scope, evaluator)
        bare = plain(value)
        if not negation and type(bare) not in _NUMBERS:
            raise TypeError("arithmetic is for numbers")
        result = operate(bare)
        return remember(result, ast.UnaryOp(op, expression_of(value))) if traced(value) else result

    return run


def _comparison(node: ast.Compare) -> Code:
    parts = [compiled(part) for part in (node.left, *node.comparators)]
    operators = [COMPARISONS[type(op)] for op in node.ops]

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        values = [part(scope, evaluator) for part in parts]
        bare = [plain(value) for value in values]
        try:
            holds = all(map(lambda op, a, b: op(a, b), operators, bare, bare[1:]))
        except TypeError:
            raise TypeError("these cannot be compared with each other") from None
        if not traced(values):
            return holds
        left, *rest = map(expression_of, values)
        return remember(holds, ast.Compare(left, node.ops, rest))

    return run


def _subscript(node: ast.Subscript) -> Code:
    items, place = compiled(node.value), compiled(node.slice)

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        values, index = items(scope, evaluator), place(scope, evaluator)
        picked = _item(plain(values), plain(index))
        if not traced(values) and not traced(index):
            return picked
        return remember(picked, ast.Subscript(expression_of(values), expression_of(index)))

    return run


def _item(items: Any, index: Any) -> Any:
    if not isinstance(items, list | tuple):
        raise TypeError("only a list has items")
    if isinstance(index, bool) or not isinstance(index, int):
        raise TypeError(f"an item has a whole number, not {index}")
    if not -len(items) <= index < len(items):
        raise IndexError(f"there is no item {index} in a list of {len(items)}, counted from 0")
    return items[index]


def _call(node: ast.Call, name: ast.Name) -> Code:
    args = [compiled(argument) for argument in node.args]
    named = {str(each.arg): compiled(each.value) for each in node.keywords}

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        values = [argument(scope, evaluator) for argument in args]
        options = {key: option(scope, evaluator) for key, option in named.items()}
        function = scope.get(name.id)
        if type(function) is Function:
            if options:
                expected = ", ".join(function.parameters)
                message = f"`{name.id}` is called as {name.id}({expected})"
                raise at_node(name, "bad-value", message)
            bare = [plain(value) for value in values]
            result = evaluator.call(name, function, bare, scope)
            return lift(name.id, lambda *_: result, *values)
        if name.id not in BUILTINS:
            raise unknown_name(name, "function", [*BUILTINS, *scope])
        try:
            result = lift(name.id, BUILTINS[name.id], *values, **options)
        except (TypeError, ValueError):
            raise TypeError(f"`{name.id}` is called as {USAGE[name.id]}") from None
        if name.id == "range":
            evaluator.spend(name, len(result), TOO_MANY)
        return result

    return run


TOO_MANY = f"ranges and comprehensions come to more than {MOST_CALLS} items"


def _comprehension(node: ast.ListComp) -> Code:
    """`[f(x) for x in items if test]`; its text is kept where a part of it is a `Size`."""
    (loop,) = node.generators
    name, items, element = variable(node), compiled(loop.iter), compiled(node.elt)
    tests = [compiled(test) for test in loop.ifs]

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        given = items(scope, evaluator)
        if not isinstance(given, list | tuple):
            raise TypeError("only a list, or a range, has items to go through")
        inside: dict[str, Any] = {}
        around: Scope = ChainMap(inside, scope)  # type: ignore[arg-type]
        found, chosen = [], traced(given)
        for item in plain(given):
            evaluator.spend(node, 1, TOO_MANY)
            inside[name] = item
            passed = [test(around, evaluator) for test in tests]
            chosen = chosen or traced(passed)
            if all(map(plain, passed)):
                found.append(element(around, evaluator))
        if not chosen and not traced(found):
            return found
        values = plain(found)
        if not all(isinstance(value, int | float) for value in values):
            if chosen:
                raise TypeError("such a list of lists or texts depends on a size")
            return found
        return remember(values, _Closed(scope, evaluator).visit(deepcopy(node)))

    return run


class _Closed(ast.NodeTransformer):
    """Writes a comprehension with the expressions of the sizes that its names stand for.

    Its own variables stay, under another name where one of those expressions uses theirs.
    """

    def __init__(self, scope: Scope, evaluator: Evaluator) -> None:
        self.scope, self.evaluator = scope, evaluator
        self.bound: dict[str, str] = {}
        """The variables around, and what they are called in the text."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A variable, or the expression of what the name stands for."""
        if node.id in self.bound:
            return ast.Name(self.bound[node.id])
        return expression_of(compiled(node)(self.scope, self.evaluator))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """The expression of a size of a shape."""
        return expression_of(compiled(node)(self.scope, self.evaluator))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call; the function keeps its name."""
        keywords = [ast.keyword(each.arg, self.visit(each.value)) for each in node.keywords]
        return ast.Call(node.func, [self.visit(each) for each in node.args], keywords)

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        """A comprehension, or one inside it."""
        (loop,) = node.generators
        items = self.visit(loop.iter)
        taken = set(self.bound.values())
        for each, role in names(node):
            if each.id not in self.bound and role != "function":
                shown = expression_of(self.scope.get(each.id))
                taken |= {part.id for part in ast.walk(shown) if isinstance(part, ast.Name)}
        name, number = variable(node), 1
        own = name
        while own in taken:
            number += 1
            own = f"{name}_{number}"
        before = dict(self.bound)
        self.bound[name] = own
        tests, element = [self.visit(test) for test in loop.ifs], self.visit(node.elt)
        self.bound = before
        return ast.ListComp(element, [ast.comprehension(ast.Name(own), items, tests, 0)])


def _axis(node: ast.Attribute, name: ast.Name) -> Code:
    index = SHAPE.index(node.attr)

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        if name.id not in scope:
            maps = [key for key in scope if isinstance(scope[key], tuple)]
            raise unknown_name(name, "map", maps)
        shape = scope[name.id]
        if shape is None:
            raise Unknown
        if not isinstance(shape, tuple):
            message = f"`{name.id}` is not a map, so it has no {node.attr}"
            raise at_node(name, "unknown-name", message)
        if index >= len(shape):
            message = f"`{name.id}` is a vector of {plain(shape[0])}: it has no {node.attr}"
            raise at_node(node, "bad-value", message)
        return shape[index]

    return run


def _choice(node: ast.IfExp) -> Code:
    """`a if test else b`; both sides are kept where the test is a `Size`."""
    test, body, orelse = compiled(node.test), compiled(node.body), compiled(node.orelse)

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        found = test(scope, evaluator)
        if not traced(found):
            return (body if found else orelse)(scope, evaluator)
        taken, other = (body, orelse) if plain(found) else (orelse, body)
        value = taken(scope, evaluator)
        try:
            left = other(scope, evaluator)
        except BadExpression:  # the side that is not taken here need not have a value
            return value
        sides = (value, left) if plain(found) else (left, value)
        first, second = (expression_of(side) for side in sides)
        if ast.dump(first) == ast.dump(second):
            return value
        return remember(value, ast.IfExp(expression_of(found), first, second))

    return run


def _connection(node: ast.BoolOp) -> Code:
    """`and`, `or`; the expressions of sides that do not decide here are kept for the text."""
    parts = [compiled(operand) for operand in node.values]
    deciding = isinstance(node.op, ast.Or)

    def run(scope: Scope, evaluator: Evaluator) -> Any:
        kept: list[ast.expr] = []
        result: bool | None = None
        for part in parts:
            if result is not None and not kept:
                break
            try:
                value = part(scope, evaluator)
            except BadExpression:
                if result is None:
                    raise
                continue
            if result is None and bool(plain(value)) is deciding:
                result = deciding
            if traced(value):
                kept.append(expression_of(value))
            elif bool(value) is deciding:
                return deciding
        holds = (not deciding) if result is None else result
        if not kept:
            return holds
        return remember(holds, kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept))

    return run
