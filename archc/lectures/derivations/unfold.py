"""An expression evaluated step by step: `ceil(3 * depth_mult) = ceil(3*1.4) = ceil(4.2) = 5`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from archc import expr
from archc.expr import Function

Sides: TypeAlias = tuple[ast.expr, ...]
"""Equal expressions, from the expression as written to its value."""


@dataclass
class Unfolder:
    """Evaluates expressions step by step in a scope; values of calls of functions are kept."""

    scope: Mapping[str, Any]
    """Params and functions."""
    calls: dict[str, Sides] = field(default_factory=dict)
    """The steps of each call of a function, `width(32)`, the innermost call first."""

    def unfold(self, tree: ast.expr, local: Mapping[str, Any] | None = None) -> Sides:
        """Every step from an expression to its value; calls of functions become their values.

        Args:
            tree: the expression.
            local: names that mean something here alone: a function's or a block's arguments.
        """
        scope = {**self.scope, **(local or {})}
        sides = [tree]
        self._add(sides, self._numbers(tree, scope, calls=False))
        self._add(sides, self._numbers(tree, scope, calls=True))
        while not _value(sides[-1]):
            self._add(sides, _once(sides[-1], scope))
        return tuple(sides)

    def _add(self, sides: list[ast.expr], step: ast.expr) -> None:
        if ast.dump(step) != ast.dump(sides[-1]):
            sides.append(step)

    def _numbers(self, node: ast.expr, scope: Mapping[str, Any], calls: bool) -> ast.expr:
        """The expression with numbers for names, and (`calls`) for the spec's functions."""

        def inner(part: ast.expr) -> ast.expr:
            return self._numbers(part, scope, calls)

        match node:
            case ast.Name(id=name):
                return _literal(scope.get(name, name))  # a block is its name
            case ast.Subscript() | ast.Attribute() | ast.Compare() | ast.BoolOp():
                return _literal(expr.evaluate(node, scope))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return inner(body if expr.evaluate(test, scope) else orelse)
            case ast.BinOp(left=left, op=op, right=right):
                return ast.BinOp(inner(left), op, inner(right))
            case ast.UnaryOp(op=op, operand=operand):
                return ast.UnaryOp(op, inner(operand))
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return ast.List([inner(each) for each in elements], ast.Load())
            case ast.Call(func=ast.Name(id=name) as func, args=args, keywords=keywords):
                given = [inner(each) for each in args]
                if isinstance(function := scope.get(name), Function):
                    return self._call(function, func, given, scope, calls)
                named = [ast.keyword(each.arg, inner(each.value)) for each in keywords]
                return ast.Call(func, given, named)
        return node

    def _call(
        self,
        function: Function,
        name: ast.Name,
        args: list[ast.expr],
        scope: Mapping[str, Any],
        calls: bool,
    ) -> ast.expr:
        """The value of a call of one of the spec's functions, which is evaluated once."""
        values = [expr.evaluate(each, scope) for each in args]
        call = ast.Call(name, [_literal(value) for value in values], [])
        if not calls:
            return call
        key = ast.unparse(call)
        if key not in self.calls:
            local = dict(zip(function.parameters, values, strict=True))
            sides = self.unfold(function.body, local)
            self.calls[key] = (call, *(side for side in sides if ast.dump(side) != ast.dump(call)))
        return self.calls[key][-1]


def _value(node: ast.expr) -> bool:
    """Whether the expression is a plain value."""
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return True
        case ast.List(elts=elements):
            return all(map(_value, elements))
    return False


def _once(node: ast.expr, scope: Mapping[str, Any]) -> ast.expr:
    """The expression with every operation on numbers replaced by its value."""
    match node:
        case ast.BinOp(left=left, op=op, right=right) if not (_value(left) and _value(right)):
            return ast.BinOp(_once(left, scope), op, _once(right, scope))
        case ast.UnaryOp(op=op, operand=operand) if not _value(operand):
            return ast.UnaryOp(op, _once(operand, scope))
        case ast.Call(func=func, args=args, keywords=keywords) if not all(
            map(_value, (*args, *(each.value for each in keywords)))
        ):
            named = [ast.keyword(each.arg, _once(each.value, scope)) for each in keywords]
            return ast.Call(func, [_once(each, scope) for each in args], named)
        case ast.List(elts=elements):
            return ast.List([_once(each, scope) for each in elements], ast.Load())
    return node if _value(node) else _literal(expr.evaluate(node, scope))


def _literal(value: Any) -> ast.expr:
    """A value as an expression."""
    if isinstance(value, list | tuple):
        return ast.List([_literal(part) for part in value], ast.Load())
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)
