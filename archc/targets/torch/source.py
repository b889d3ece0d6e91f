"""Python source: values as expressions, laid out as `ruff format` lays them out."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from archc.expr import grammar
from archc.expr.sizes import expression_of, traced

WIDTH = 100
INDENT = "    "
METHOD = INDENT
"""The indent of a `def` in a class."""
BODY = 2 * INDENT
"""The indent of the statements of a method."""

_BUILTINS = ("round", "min", "max", "abs", "len", "sum", "range")
_MATH = ("ceil", "floor", "sqrt", "exp", "log", "log2")


@dataclass(frozen=True)
class Group:
    """Brackets around parts: a call, a list, a comprehension.

    On several lines, the parts are on one indented line if they fit there, else on a line each.
    """

    opening: str
    parts: tuple[Doc, ...]
    closing: str = ")"
    comma: bool = True
    """Whether commas separate the parts; a comprehension has spaces."""


Doc: TypeAlias = str | Group
"""An expression that can be laid out: text that stays on one line, or a group."""


def call(function: str, parts: Sequence[Doc]) -> Group:
    """`function(part, part)`."""
    return Group(f"{function}(", tuple(parts))


def flat(doc: Doc) -> str:
    """The expression on one line."""
    if isinstance(doc, str):
        return doc
    between = ", " if doc.comma else " "
    return doc.opening + between.join(flat(part) for part in doc.parts) + doc.closing


def lines(doc: Doc, indent: str, before: str = "", after: str = "") -> list[str]:
    """The expression as lines at an indent, with text before the first and after the last."""
    one = f"{indent}{before}{flat(doc)}{after}"
    if len(one) <= WIDTH or isinstance(doc, str) or not doc.parts:
        return [one]
    inner = indent + INDENT
    between = ", " if doc.comma else " "
    body = inner + between.join(flat(part) for part in doc.parts)
    opened = [f"{indent}{before}{doc.opening}"]
    if len(body) <= WIDTH:
        opened.append(body)
    else:
        comma = "," if doc.comma and len(doc.parts) > 1 else ""
        for part in doc.parts:
            opened += lines(part, inner, after=comma)
    return [*opened, f"{indent}{doc.closing}{after}"]


def docstring(text: str) -> list[str]:
    """A docstring at a method's indent: one line, or its first sentence and the rest below."""
    text = escaped(text.strip())
    text += "." if text.endswith('"') else ""  # else it would close the docstring
    if len(text) + 10 <= WIDTH:
        return [f'{INDENT}"""{text}"""']
    first, _, rest = text.partition(". ")
    if not rest or len(first) + 8 > WIDTH:
        first, *more = textwrap.wrap(text, WIDTH - 8)
        return [f'{INDENT}"""{first}', *(f"{INDENT}{line}" for line in more), f'{INDENT}"""']
    more = textwrap.wrap(rest, WIDTH - 5)
    return [f'{INDENT}"""{first}.', "", *(f"{INDENT}{line}" for line in more), f'{INDENT}"""']


def escaped(text: str) -> str:
    """Text that cannot end a docstring, or escape a character in it."""
    return text.replace("\\", "/").replace('"""', "'''")


@dataclass
class Symbols:
    """The names that the source so far refers to: arguments, imports, functions, classes."""

    names: Counter[str] = field(default_factory=Counter)
    """Names of arguments and params, and how often each occurs."""
    inline: dict[str, ast.expr] = field(default_factory=dict)
    """Names that are printed as their expression."""
    math: bool = False
    torch: bool = False
    functions: set[str] = field(default_factory=set)
    """Scaling rules of the spec, and `round_to`."""
    pieces: set[str] = field(default_factory=set)
    """Module classes of `pieces/`, which PyTorch does not have."""
    kernels: set[str] = field(default_factory=set)
    """Functions of the kernels file."""

    def source(self, value: Any) -> str:
        """A value as Python source; what it refers to is noted."""
        if isinstance(value, str):
            return json.dumps(value)
        if not traced(value):
            if isinstance(value, list):
                value = tuple(value)  # the type of the argument's annotation, and PyTorch's own
            return repr(value)
        expression = expression_of(value)
        if isinstance(expression, ast.Name) and expression.id not in self.inline:
            self.names[expression.id] += 1
            return expression.id
        tree = Printed(self).visit(ast.parse(ast.unparse(expression), mode="eval").body)
        if isinstance(tree, ast.ListComp) or _is_range(tree):
            tree = ast.Call(ast.Name("tuple"), [tree], [])
        return unparsed(tree)


def unparsed(tree: ast.expr) -> str:
    """The text of an expression, powers of names and numbers without blanks."""
    return re.sub(r"\b([\w.]+) \*\* ([\w.]+)\b", r"\1**\2", ast.unparse(tree))


def _is_range(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"
    )


class Printed(ast.NodeTransformer):
    """Turns an expression of the spec's language into Python's, and notes its symbols."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.bound: tuple[str, ...] = ()
        """The variables of the comprehensions around."""

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        """A comprehension; its variable is no argument of the class."""
        (loop,) = node.generators
        items, before = self.visit(loop.iter), self.bound
        self.bound = (*before, grammar.variable(node))
        tests, element = [self.visit(test) for test in loop.ifs], self.visit(node.elt)
        self.bound = before
        return ast.ListComp(element, [ast.comprehension(loop.target, items, tests, 0)])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A function of the language."""
        assert isinstance(node.func, ast.Name)
        args = [self.visit(argument) for argument in node.args]
        name = node.func.id
        function: ast.expr = ast.Name(name)
        if name in _MATH:
            self.symbols.math = True
            function = ast.Attribute(ast.Name("math"), name)
        elif name not in _BUILTINS:
            self.symbols.functions.add(name)
        return ast.Call(function, args, node.keywords)

    def visit_List(self, node: ast.List) -> ast.expr:
        """A list is a tuple in Python."""
        return ast.Tuple([self.visit(part) for part in node.elts], ast.Load())

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """An argument, a param or `i`."""
        if node.id in self.bound:
            return node
        if node.id in self.symbols.inline:
            return self.visit(self.symbols.inline[node.id])  # type: ignore[no-any-return]
        self.symbols.names[node.id] += 1
        return node
