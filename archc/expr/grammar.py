"""The expression grammar: Python's arithmetic over a spec's names, and nothing else of Python."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from archc.diagnostics import nearest, suggest

LONGEST = 1_000
"""Characters of an expression."""
GREATEST = 2**63
"""No number and no result is larger."""
SHAPE = ("channels", "height", "width")
"""The sizes of a map that expressions can read: `input.channels`, `x.height`."""

_BLANK = re.compile(r"\s")
_OTHER = re.compile(r"&&|\|\||[?$]|!(?!=)|(?<![=!<>:])=(?!=)")
"""Signs of other languages."""
_INSTEAD = {
    "&&": "write `and`",
    "||": "write `or`",
    "?": "write `a if condition else b`",
    "!": "write `not`",
    "=": "`==` compares",
}
_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_UNARY = (ast.USub, ast.UAdd, ast.Not)
_COMPARE = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)


_PYTHON: dict[type[ast.expr], str] = {
    ast.Lambda: "`lambda`",
    ast.NamedExpr: "`:=`",
    ast.Starred: "`*` before a list",
    ast.Slice: "a slice",
    ast.Dict: "a mapping",
    ast.Set: "a set",
    ast.JoinedStr: "a text with values in it",
    ast.SetComp: "a set",
    ast.DictComp: "a mapping",
}
"""The names of Python's syntax beyond the grammar, in words."""


class BadExpression(Exception):
    """An expression that is not one, or has no value; `offset` counts from its first character."""

    def __init__(
        self, rule: str, message: str, offset: int = 0, length: int = 1, help: str = ""
    ) -> None:
        self.rule, self.message, self.help = rule, message, help
        self.offset, self.length = offset, length
        super().__init__(message)


class Mistake(ast.expr):
    """Takes the place of an expression that cannot be read, which was reported: it has no value."""


def parse(text: str) -> ast.expr:
    """The tree of an expression; raises `BadExpression` for anything that the grammar has not."""
    if len(text) > LONGEST:
        raise BadExpression("bad-expression", f"an expression has at most {LONGEST} characters")
    lead = len(text) - len(text.lstrip())
    line = _BLANK.sub(" ", text).strip()
    try:
        with warnings.catch_warnings(action="ignore"):  # Python's advice on odd numbers
            tree = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        raise _unreadable(line, error, lead) from None
    except (ValueError, MemoryError, RecursionError):
        raise BadExpression("bad-expression", "this is no expression", lead, len(line)) from None
    if "#" in line and "#" not in ast.unparse(tree):
        start = line.index("#")
        rest = len(line) - start
        raise BadExpression("bad-expression", "a comment is not allowed here", lead + start, rest)
    if "for" in line or "true" in line or "false" in line:
        try:
            tree = _Simpler().visit(tree)
        except RecursionError:
            raise BadExpression("bad-expression", "this is nested too deeply", lead) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            node.col_offset = lead + _column(line, node.col_offset)
            node.end_col_offset = lead + _column(line, node.end_col_offset or 0)
            if reason := _refused(node):
                if isinstance(node, ast.BinOp):
                    raise _between(text, node.left, node.right, *reason)
                large = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
                raise at_node(node, "bad-value" if large else "bad-expression", *reason)
    return tree


def _between(text: str, left: ast.expr, right: ast.expr, message: str, help: str) -> BadExpression:
    """An error at the operator between two operands, whose places are not moved yet."""
    line = _BLANK.sub(" ", text)
    lead = len(text) - len(text.lstrip())
    start = lead + (left.end_col_offset or 0)
    end = lead + right.col_offset
    sign = line[start:end].strip(" ()")
    offset = line.find(sign, start, end)
    return BadExpression("bad-expression", message, offset, len(sign), help)


def _column(line: str, offset: int) -> int:
    """Python counts the bytes of UTF-8; a span counts characters."""
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))


class _Simpler(ast.NodeTransformer):
    """Writes YAML's `true` and `false` as flags, and `sum(x for ...)` as `sum([x for ...])`."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A flag, or the name as it is."""
        if node.id not in ("true", "false"):
            return node
        return ast.copy_location(ast.Constant(node.id == "true"), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call; over a generator it takes the list of it."""
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Name(id="sum" | "min" | "max"), args=[ast.GeneratorExp() as each]
            ):
                node.args = [ast.copy_location(ast.ListComp(each.elt, each.generators), each)]
        return node


def _unreadable(line: str, error: SyntaxError, lead: int) -> BadExpression:
    """The error for an expression that Python cannot read either, at its place."""
    offset = error.offset or len(line) + 1  # 0 means the end
    start = min(offset - 1, max(0, len(line) - 1))
    length = max(1, (error.end_offset or 0) - offset)
    found = line[start:]
    said, help = error.msg, ""
    if not line:
        said = "an expression is missing here"
    elif "never closed" in said:
        said = f"this `{found[0]}` is never closed"
    elif "unterminated string" in said:
        said = "this quote is never closed"
    elif said.startswith("unmatched") or "does not match" in said:
        said, length = f"`{found[0]}` closes nothing", 1
    elif other := _OTHER.search(line):
        start, length = other.start(), len(other[0])
        said, help = f"`{other[0]}` is not in the language", _INSTEAD.get(other[0], "")
    elif number := re.search(r"\b\d+[a-zA-Z_]\w*", line):
        start, length = number.start(), len(number[0])
        said, help = f"`{number[0]}` is neither a number nor a name", "write `*` between factors"
    elif offset > len(line):
        said, length = "something is missing after this", 1
    elif "'else'" in said:
        said = "this `if` needs an `else`"
    elif "comma" in said:
        said = "an operator is missing between these"
    elif said.startswith("invalid syntax"):
        word = re.match(r"\w+", found)
        said, length = "this is not allowed here", len(word[0]) if word else 1
    return BadExpression("bad-expression", said, lead + start, length, help)


def _refused(node: ast.expr) -> tuple[str, str] | None:
    """Why the grammar does not have this node, and what it has instead; or None."""
    match node:
        case ast.Constant(value=bool() | str()):
            return None
        case ast.Constant(value=int() | float() as value):
            return None if abs(value) <= GREATEST else ("this number is too large", "")
        case ast.BinOp(op=ast.BitXor()):
            return "`^` is not in the language", "`**` is the power"
        case ast.BinOp(op=op) if isinstance(op, _BINARY):
            return None
        case ast.UnaryOp(op=unary) if isinstance(unary, _UNARY):
            return None
        case ast.Compare(ops=ops) if all(isinstance(op, _COMPARE) for op in ops):
            return None
        case ast.BinOp() | ast.UnaryOp() | ast.Compare():
            return "this operator is not in the language", ""
        case ast.Attribute(value=ast.Name(), attr=attr) if attr in SHAPE:
            return None
        case ast.Attribute(attr=attr):
            asked = f"did you mean `{match}`?" if (match := nearest(attr, SHAPE)) else ""
            return f"a map has only the sizes {', '.join(SHAPE)}", asked
        case ast.Call(func=ast.Name(), keywords=keywords):
            return None if all(k.arg for k in keywords) else ("`**` is not allowed here", "")
        case ast.Call():
            return "only functions can be called", ""
        case ast.GeneratorExp():
            said = "only `sum`, `min` and `max` take a comprehension without brackets"
            return said, "write `[... for ... in ...]`"
        case ast.ListComp(generators=[ast.comprehension(target=ast.Name(), ifs=ifs, is_async=0)]):
            many = "a comprehension has one `if`", "join the conditions with `and`"
            return many if len(ifs) > 1 else None
        case ast.ListComp(generators=[_]):
            return "`for` takes one name here", ""
        case ast.ListComp():
            return "a comprehension has one `for`", "nest one in another: `[... for ... in [...]]`"
        case ast.Name() | ast.BoolOp() | ast.IfExp() | ast.List() | ast.Tuple() | ast.Subscript():
            return None
    return f"{_PYTHON.get(type(node), 'this')} is not in the language", ""


def at_node(node: ast.expr, rule: str, message: str, help: str = "") -> BadExpression:
    """An error at a part of an expression."""
    start = getattr(node, "col_offset", 0)  # an expression that archc made has no place
    end = getattr(node, "end_col_offset", None) or start + 1
    return BadExpression(rule, message, start, end - start, help)


def names(tree: ast.expr) -> Iterator[tuple[ast.Name, str]]:
    """Each name of an expression and what it is used as: `value`, `function` or `map`.

    The variable of a comprehension is none of them: it means something inside of it alone.
    """
    roles: dict[ast.expr, str] = {}
    bound: set[ast.AST] = set()
    for node in ast.walk(tree):  # from the outside in
        if isinstance(node, ast.ListComp):
            bound.update(
                each
                for part in inner(node)
                for each in ast.walk(part)
                if isinstance(each, ast.Name) and each.id == variable(node)
            )
        elif node in bound:
            pass
        elif isinstance(node, ast.Call):
            roles[node.func] = "function"
        elif isinstance(node, ast.Attribute):
            roles[node.value] = "map"
        elif isinstance(node, ast.Name):
            yield node, roles.get(node, "value")


def variable(node: ast.ListComp) -> str:
    """The name that a comprehension gives each item."""
    target = node.generators[0].target
    assert isinstance(target, ast.Name)
    return target.id


def inner(node: ast.ListComp) -> list[ast.expr]:
    """The parts of a comprehension in which its variable means an item."""
    (loop,) = node.generators
    return [loop.target, *loop.ifs, node.elt]


def unknown_name(node: ast.Name, role: str, known: list[str]) -> BadExpression:
    """The error for a name that nothing in reach has."""
    what = {"function": "function", "map": "map"}.get(role, "name")
    return at_node(
        node, "unknown-name", f"unknown {what} `{node.id}`", suggest(node.id, known, f"{what}s")
    )
