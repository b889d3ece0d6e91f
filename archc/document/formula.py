"""Helpers of all writers of formulas: exact divisions, parentheses, real numbers."""

from __future__ import annotations

import ast
from collections.abc import Callable

from archc.document.translation import localized

Expression = ast.expr
RANK = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.FloorDiv: 2, ast.Mod: 2, ast.Pow: 3}
"""How tightly an operator binds."""
EXACT = "g"
"""The symbol of a convolution's groups, which always divide the channels without a rest."""


def exact(formula: Expression) -> Expression:
    """The formula with floor divisions without a rest as divisions, others as a floor of one."""

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


def needs(node: Expression, op: ast.operator, *, right: bool = False) -> bool:
    """Whether an operand of `op` needs parentheses."""
    match node:
        case ast.BinOp(op=own):
            mine, outer = RANK[type(own)], RANK[type(op)]
            divided = isinstance(op, ast.Mult) and isinstance(own, ast.Div)
            same = right and mine == outer and not isinstance(op, ast.Add)
            return mine < outer or divided or same
        case ast.UnaryOp(op=ast.USub()):
            return right
        case ast.Constant(value=int() | float() as value):
            return right and value < 0
    return False


def operand(
    node: Expression, op: ast.operator, write: Callable[[Expression], str], right: bool = False
) -> str:
    """An operand as `write` has it, in parentheses where it needs them."""
    written = write(node)
    return f"({written})" if needs(node, op, right=right) else written


def real(value: float) -> str:
    """A real number, as short as still shows on which side of a whole number it is."""
    short = f"{value:.10g}"
    if float(short).is_integer() and not value.is_integer():
        short = repr(value)
    return localized(short)
