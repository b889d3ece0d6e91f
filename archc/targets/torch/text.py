"""Values as Python source, and what a file needs for them: modules, functions, pieces."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from archc.expr.sizes import expression_of, traced

_MATH = ("ceil", "floor")


@dataclass
class Needs:
    """What the text written so far uses beyond `torch.nn`."""

    names: Counter[str] = field(default_factory=Counter)
    """Names of arguments and params, and how often each is used."""
    inline: dict[str, ast.expr] = field(default_factory=dict)
    """Names that are written as what they stand for."""
    math: bool = False
    torch: bool = False
    functions: set[str] = field(default_factory=set)
    """Scaling rules of the spec, and `round_to`."""
    pieces: set[str] = field(default_factory=set)
    """Module classes that PyTorch does not have."""
    kernels: set[str] = field(default_factory=set)
    """Functions of the kernels file."""

    def source(self, value: Any) -> str:
        """A value as Python source."""
        if isinstance(value, str):
            return json.dumps(value)
        if not traced(value):
            if isinstance(value, list):
                value = tuple(value)  # what hints call it, and what PyTorch's own modules take
            return repr(value)
        tree = _Spoken(self).visit(ast.parse(ast.unparse(expression_of(value)), mode="eval").body)
        return re.sub(r"\b([\w.]+) \*\* ([\w.]+)\b", r"\1**\2", ast.unparse(tree))


class _Spoken(ast.NodeTransformer):
    """Turns archc's functions into Python's, and notes what is used."""

    def __init__(self, needs: Needs) -> None:
        self.needs = needs

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A function of the language."""
        assert isinstance(node.func, ast.Name)
        args = [self.visit(argument) for argument in node.args]
        name = node.func.id
        function: ast.expr = ast.Name(name)
        if name in _MATH:
            self.needs.math = True
            function = ast.Attribute(ast.Name("math"), name)
        elif name not in ("round", "min", "max", "abs", "len", "sum"):
            self.needs.functions.add(name)
        return ast.Call(function, args, node.keywords)

    def visit_List(self, node: ast.List) -> ast.expr:
        """A list is written as a tuple."""
        return ast.Tuple([self.visit(part) for part in node.elts], ast.Load())

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """An argument, a param or `i`."""
        if node.id in self.needs.inline:
            return self.visit(self.needs.inline[node.id])  # type: ignore[no-any-return]
        self.needs.names[node.id] += 1
        return node
