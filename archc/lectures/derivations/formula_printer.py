"""Formulas as text (`floor((224 + 2*3 - 7)/2) + 1`) and as LaTeX; MathML is beside."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archc.document.translation import comma, localized
from archc.expr.formula import Expression

_SIGNS = {ast.Add: " + ", ast.Sub: " - ", ast.Mult: "*", ast.Div: "/", ast.Pow: "^", ast.Mod: " % "}
_TEX = {ast.Add: " + ", ast.Sub: " - ", ast.Mult: r" \times ", ast.Mod: r" \bmod "}
_RANK = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.FloorDiv: 2, ast.Mod: 2, ast.Pow: 3}
EXACT = "g"
"""The groups of a convolution: they always divide the channels, so that nothing is cut off."""


def text(formula: Expression) -> str:
    """The formula in one line of plain text."""
    return _text(exact(formula))


def latex(formula: Expression) -> str:
    r"""The formula in LaTeX's mathematics, with `\left\lfloor` and `\frac`."""
    return _latex(exact(formula))


def real(value: float) -> str:
    """A real number, short where that does not hide on which side of a whole one it is."""
    short = f"{value:.10g}"
    if float(short).is_integer() and not value.is_integer():
        short = repr(value)
    return localized(short)


def exact(formula: Expression) -> Expression:
    """Divisions that leave no rest as such, and the others as the floor of one."""

    class Divisions(ast.NodeTransformer):
        def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
            left, right = self.visit(node.left), self.visit(node.right)
            if not isinstance(node.op, ast.FloorDiv):
                return ast.BinOp(left, node.op, right)
            quotient = ast.BinOp(left, ast.Div(), right)
            plain = isinstance(left, ast.Constant | ast.Name)
            grouped = plain and (isinstance(left, ast.Constant) or _name(right) == EXACT)
            return quotient if grouped else ast.Call(ast.Name("floor"), [quotient], [])

    made: Expression = Divisions().visit(formula)
    return made


def _name(node: Expression) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: Expression) -> str:
    def write(inner: Expression) -> str:
        return _text(inner)

    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=float() as value):
            return real(value)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"-{write(inner)}"
        case ast.BinOp(left=left, op=op, right=right):
            sign = _SIGNS[type(op)]
            return f"{_inside(left, op, write)}{sign}{_inside(right, op, write, True)}"
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            given = [write(each) for each in args]
            given += [f"{each.arg}={write(each.value)}" for each in keywords]
            return f"{name}({comma().join(given)})"
        case ast.List(elts=elements):
            return f"[{comma().join(map(write, elements))}]"
        case ast.Compare(left=left, ops=[ast.Eq(), *_], comparators=rest):
            return " = ".join(map(write, (left, *rest)))
    return ast.unparse(node)


def _inside(
    node: Expression, op: ast.operator, write: Callable[[Expression], str], right: bool = False
) -> str:
    """An operand, in parentheses where they are needed."""
    written = write(node)
    return f"({written})" if needs(node, op, right=right) else written


def needs(node: Expression, op: ast.operator, *, right: bool = False) -> bool:
    """Whether an operand needs parentheses."""
    if not isinstance(node, ast.BinOp):
        return right and _text(node).startswith("-")
    mine, outer = _RANK[type(node.op)], _RANK[type(op)]
    divided = isinstance(op, ast.Mult) and isinstance(node.op, ast.Div)
    return mine < outer or divided or (right and mine == outer and not isinstance(op, ast.Add))


def _latex(node: Expression) -> str:
    def write(inner: Expression) -> str:
        return _latex(inner)

    match node:
        case ast.Name(id=name):
            return symbol(name)
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() as value):
            return str(value)
        case ast.Constant(value=float() as value):
            return real(value).replace(",", "{,}")
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"-{write(inner)}"
        case ast.List(elts=elements):
            return f"[{comma().join(map(write, elements))}]"
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return rf"\frac{{{write(left)}}}{{{write(right)}}}"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return rf"{{{_inside(left, ast.Pow(), write)}}}^{{{write(right)}}}"
        case ast.BinOp(left=ast.Constant() as left, op=ast.Mult(), right=ast.Name() as right):
            return f"{write(left)}{write(right)}"
        case ast.BinOp(left=left, op=op, right=right):
            sign = _TEX[type(op)]
            return f"{_around(left, op, write)}{sign}{_around(right, op, write, True)}"
        case ast.Call(func=ast.Name(id="floor" | "ceil" as name), args=[inner]):
            return rf"\left\l{name} {write(inner)} \right\r{name}"
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            given = [write(each) for each in args]
            given += [rf"\text{{{each.arg}}} = {write(each.value)}" for each in keywords]
            function = rf"\{name}" if name in ("min", "max") else _operator(name)
            return rf"{function}({comma().join(given)})"
        case ast.Compare(left=left, ops=[ast.Eq(), *_], comparators=rest):
            return " = ".join(map(write, (left, *rest)))
    return rf"\text{{{escape(ast.unparse(node))}}}"


def _around(
    node: Expression, op: ast.operator, write: Callable[[Expression], str], right: bool = False
) -> str:
    """An operand; a fraction is as good as in parentheses."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return write(node)
    return _inside(node, op, write, right)


def _operator(name: str) -> str:
    return rf"\operatorname{{{escape(name)}}}"


def symbol(name: str) -> str:
    """A letter; what is below it (`k_h`, `C_1`, `D_K`), and a word upright."""
    head, _, below = name.partition("_")
    prime = "'" if name.endswith("'") else ""
    head = head.removesuffix("'")
    if len(head) > 1:
        return rf"\mathrm{{{escape(name)}}}"
    return head + prime + (f"_{{{below}}}" if below else "")


def escape(words: str) -> str:
    """Words as LaTeX prints them."""
    for sign in "&%$#_{}":
        words = words.replace(sign, "\\" + sign)
    return words
