"""Scaling rules of the spec as functions of the generated file, where a class still calls one."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from archc.expr.grammar import names
from archc.network import Network
from archc.targets.torch.source import Printed, Symbols, unparsed

_ROUND_TO = '''\
def round_to(value: float, divisor: int, keep: float = 0.0) -> int:
    """The multiple of `divisor` nearest to `value`, not below `keep * value`."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < keep * value else rounded'''


class _Substitution(ast.NodeTransformer):
    """Replaces names by the values of params."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A param's value, or the name as it is."""
        return ast.Constant(self.params[node.id]) if node.id in self.params else node


_REAL = ("sqrt", "exp", "log", "log2")
"""Functions that come to a fraction."""


def _real(node: ast.AST) -> bool:
    """Whether an expression may come to a fraction: it divides, and nothing rounds that."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        picks = name in ("sum", "min", "max", "abs")  # of what they are given
        return name in _REAL or (picks and any(map(_real, node.args)))
    if isinstance(node, ast.ListComp):
        return _real(node.elt)
    if isinstance(node, ast.Div) or (
        isinstance(node, ast.Constant) and isinstance(node.value, float)
    ):
        return True
    return any(_real(child) for child in ast.iter_child_nodes(node))


def scaling_rules(network: Network, symbols: Symbols) -> list[list[str]]:
    """The scaling rules that the classes call, and those that these call."""
    found: dict[str, list[str]] = {}
    waiting = sorted(symbols.functions)
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        if name == "round_to":
            found[name] = _ROUND_TO.splitlines()
            continue
        function = network.spec.functions[name]
        shadowed = {n: v for n, v in network.params.items() if n not in function.parameters}
        body = ast.parse(ast.unparse(function.body), mode="eval").body
        body = _Substitution(shadowed).visit(body)
        printed = Symbols()
        text = unparsed(Printed(printed).visit(body))
        symbols.math |= printed.math
        waiting += sorted(printed.functions)
        kind = "float" if _real(body) else "int"
        if listed := isinstance(body, ast.List | ast.ListComp):
            text = text if isinstance(body, ast.List) else f"tuple({text})"
        counts = {
            each.id
            for call in ast.walk(body)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "range"
            for each, _ in names(call)
        }
        given = ", ".join(
            f"{parameter}: {'int' if parameter in counts else 'float'}"
            for parameter in function.parameters
        )
        found[name] = [
            f"def {name}({given}) -> {f'tuple[{kind}, ...]' if listed else kind}:",
            f'    """The spec\'s rule `{name}`, for this variant."""',
            f"    return {text}",
        ]
    return list(found.values())
