"""Names in expressions: each means something where it stands."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass

from archc.diagnostics import Report, nearest
from archc.expr import Function, grammar
from archc.expr.functions import BUILTINS
from archc.expr.grammar import BadExpression
from archc.ops import OPS
from archc.ops import aliases as foreign
from archc.spec import Argument, Expr, Spec, inside, leaves


@dataclass(frozen=True, slots=True)
class Scope:
    """The names in reach of an expression, beside functions, blocks and ops."""

    values: Collection[str]
    maps: Collection[str] = frozenset()
    """Ids and inputs, whose sizes can be asked for."""
    body: Collection[str] = frozenset()
    """Every id of the body, in reach or not."""
    words: tuple[str, ...] = ()
    """What can stand here in place of an expression."""


def expressions(spec: Spec, argument: Argument, scope: Scope, report: Report) -> None:
    """Report the names in an argument's expressions that are not in reach."""
    for expression in leaves(argument):
        for node, role in grammar.names(expression.tree):
            if not _known(spec, node.id, role, scope):
                error = _unknown(spec, node, role, scope)
                span = inside(spec.document, expression, error)
                report.add(error.rule, error.message, span, help=error.help)


def function(spec: Spec, each: Function, report: Report) -> None:
    """Report what a function uses beyond its own arguments, params and other functions."""
    written = spec.document.data["functions"]
    at = next(key for key in written if key.split("(")[0].strip() == each.name)
    text = written[at] if isinstance(written[at], str) else None
    body = Expr(each.body, ("functions", at), text)
    expressions(spec, body, Scope({*spec.params, *each.parameters}), report)


def _known(spec: Spec, name: str, role: str, scope: Scope) -> bool:
    if role == "function":
        return name in BUILTINS or name in spec.functions
    if name in scope.maps:
        return True
    return role == "value" and (name in scope.values or name in spec.blocks or name in OPS)


def _unknown(spec: Spec, node: ast.Name, role: str, scope: Scope) -> BadExpression:
    """What is wrong with a name that is not in reach."""
    name, message, help = node.id, "", ""
    values = {*scope.values, *scope.maps}
    functions = {**BUILTINS, **spec.functions}
    if role != "function" and name in functions:
        message, help = f"`{name}` is a function", f"call it: `{name}(...)`"
    elif role == "function" and name in values:
        message = f"`{name}` is no function"
    elif role == "map" and name in values:
        message = f"`{name}` is no map: it has no sizes to ask for"
    elif name == "i":
        message = "`i` counts repetitions, and nothing is repeated here"
    elif name == "input":
        message = "`input` is what arrives at a step, and this is outside of all steps"
    elif name in scope.body:
        message = f"`{name}` is the id of a step that is not in reach here"
    elif role == "value" and (help := foreign.flag(name)):
        message = f"unknown name `{name}`"
    if message:
        return grammar.at_node(node, "unknown-name", message, help)
    if role == "value" and (match := nearest(name, scope.words)):
        return grammar.unknown_name(node, role, [match])
    reach = {"function": functions, "map": scope.maps}.get(role, {*values, *spec.blocks})
    return grammar.unknown_name(node, role, sorted(reach))
