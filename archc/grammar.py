"""The expression grammar: Python's arithmetic over a spec's names, and nothing else of Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from archc.diagnostics import suggest

LONGEST = 1_000
"""Characters of an expression."""
GREATEST = 2**63
"""No number and no result is larger."""
SIZES = ("channels", "height", "width")
"""What can be asked of a map: `input.channels`, `x.height`."""

_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_UNARY = (ast.USub, ast.UAdd, ast.Not)
_COMPARE = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)


class BadExpression(Exception):
    """An expression that is not one, or has no value; `offset` counts from its first character."""

    def __init__(
        self, rule: str, message: str, offset: int = 0, length: int = 1, help: str = ""
    ) -> None:
        self.rule, self.message, self.help = rule, message, help
        self.offset, self.length = offset, length
        super().__init__(message)


def parse(text: str) -> ast.expr:
    """The tree of an expression; raises `BadExpression` for anything that the grammar has not."""
    if len(text) > LONGEST:
        raise BadExpression("bad-expression", f"an expression has at most {LONGEST} characters")
    lead = len(text) - len(text.lstrip())
    try:
        tree = ast.parse(text.strip().replace("\n", " "), mode="eval").body
    except SyntaxError as error:
        offset = lead + max(0, (error.offset or 1) - 1)
        raise BadExpression(
            "bad-expression", f"this is no expression: {error.msg}", min(offset, len(text) - 1)
        ) from None
    except (ValueError, MemoryError, RecursionError):
        raise BadExpression("bad-expression", "this is no expression") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            node.col_offset += lead
            node.end_col_offset = (node.end_col_offset or 0) + lead
            if reason := _refused(node):
                raise at_node(node, "bad-expression", reason)
    return tree


def _refused(node: ast.expr) -> str | None:
    """Why the grammar does not have this node, or None."""
    match node:
        case ast.Constant(value=bool() | str()):
            return None
        case ast.Constant(value=int() | float() as value):
            return None if abs(value) <= GREATEST else "the number is too large"
        case ast.BinOp(op=op):
            return None if isinstance(op, _BINARY) else "this operator is not in the language"
        case ast.UnaryOp(op=unary):
            return None if isinstance(unary, _UNARY) else "this operator is not in the language"
        case ast.Compare(ops=ops):
            known = all(isinstance(op, _COMPARE) for op in ops)
            return None if known else "this comparison is not in the language"
        case ast.Attribute(value=ast.Name(), attr=attr) if attr in SIZES:
            return None
        case ast.Attribute():
            return f"only the sizes of a map can be asked for: {', '.join(SIZES)}"
        case ast.Call(func=ast.Name(), keywords=keywords):
            return None if all(k.arg for k in keywords) else "`**` is not in the language"
        case ast.Call():
            return "only functions can be called"
        case ast.Subscript(slice=ast.Slice()):
            return "slices are not in the language"
        case ast.Name() | ast.BoolOp() | ast.IfExp() | ast.List() | ast.Tuple() | ast.Subscript():
            return None
    return f"{type(node).__name__.lower()} is not in the language"


def at_node(node: ast.expr, rule: str, message: str, help: str = "") -> BadExpression:
    """An error at a part of an expression."""
    length = (node.end_col_offset or node.col_offset + 1) - node.col_offset
    return BadExpression(rule, message, node.col_offset, length, help)


def names(tree: ast.expr) -> Iterator[tuple[ast.Name, str]]:
    """Each name of an expression and what it is used as: `value`, `function` or `map`."""
    roles: dict[ast.expr, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            roles[node.func] = "function"
        elif isinstance(node, ast.Attribute):
            roles[node.value] = "map"
        elif isinstance(node, ast.Name):
            yield node, roles.get(node, "value")


def unknown_name(node: ast.Name, role: str, known: list[str]) -> BadExpression:
    """The error for a name that nothing in reach has."""
    what = {"function": "function", "map": "map"}.get(role, "name")
    return at_node(
        node, "unknown-name", f"unknown {what} `{node.id}`", suggest(node.id, known, f"{what}s")
    )
