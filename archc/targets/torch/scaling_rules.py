"""Scaling rules of the spec as functions of the generated file, where a class still calls one."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from archc.network import Network
from archc.targets.torch.source import Symbols

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


def _real(node: ast.AST) -> bool:
    """Whether an expression may come to a fraction: it divides, and nothing rounds that."""
    if isinstance(node, ast.Call):
        return False
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
        tree = ast.unparse(body)
        for node in ast.walk(ast.parse(tree)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in ("ceil", "floor"):
                    symbols.math = True
                elif node.func.id in network.spec.functions or node.func.id == "round_to":
                    waiting.append(node.func.id)
        text = tree.replace("ceil(", "math.ceil(").replace("floor(", "math.floor(")
        given = ", ".join(f"{parameter}: float" for parameter in function.parameters)
        found[name] = [
            f"def {name}({given}) -> {'float' if _real(body) else 'int'}:",
            f'    """The spec\'s rule `{name}`, for this variant."""',
            f"    return {text}",
        ]
    return list(found.values())
