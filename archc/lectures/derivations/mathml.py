"""Formulas as MathML, which browsers set by themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from html import escape

from archc.document.translation import comma
from archc.expr.formula import Expression
from archc.lectures.derivations.formula_printer import exact, needs, real

_SIGNS = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Mod: "mod"}


def mathml(formula: Expression) -> str:
    """The inside of a `<math>`: divisions as fractions, roundings as brackets."""
    return _Writer().write(exact(formula))


def equal(sides: list[str]) -> str:
    """Sides that are equal, in one `<math>`."""
    return f"<math>{'<mo>=</mo>'.join(sides)}</math>"


def symbol(name: str) -> str:
    """A letter, what is below it (`k_h`), its prime; a word upright."""
    head, __, below = name.partition("_")
    letter, prime = head.removesuffix("'"), head.endswith("'")
    made = f"<mi>{escape(letter)}</mi>"
    if below:
        made = f"<msub>{made}<mi>{escape(below)}</mi></msub>"
    return f"<msup>{made}<mi>′</mi></msup>" if prime else made


def around(inside: str) -> str:
    """In parentheses, which stay as small as they are."""
    left, right = (f'<mo stretchy="false">{sign}</mo>' for sign in "()")
    return f"<mrow>{left}{inside}{right}</mrow>"


class _Writer:
    def write(self, node: Expression) -> str:
        match node:
            case ast.Name(id=name):
                return symbol(name)
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int() as value):
                return f"<mn>{value}</mn>"
            case ast.Constant(value=float() as value):
                return f"<mn>{real(value)}</mn>"
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return f"<mo>−</mo>{self.write(inner)}"
            case ast.List(elts=elements):
                inside = self._listed(map(self.write, elements))
                return f"<mrow><mo>[</mo>{inside}<mo>]</mo></mrow>"
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return f"<mfrac>{self._row(left)}{self._row(right)}</mfrac>"
            case ast.BinOp(left=left, op=ast.Pow() as op, right=right):
                return f"<msup><mrow>{self._operand(left, op)}</mrow>{self._row(right)}</msup>"
            case ast.BinOp(left=ast.Constant() as left, op=ast.Mult(), right=ast.Name() as right):
                return self.write(left) + self.write(right)
            case ast.BinOp(left=left, op=op, right=right):
                sign = f"<mo>{_SIGNS[type(op)]}</mo>"
                return self._operand(left, op) + sign + self._operand(right, op, right=True)
            case ast.Call(func=ast.Name(id="floor" | "ceil" as name), args=[inner]):
                opening, closing = "⌊⌋" if name == "floor" else "⌈⌉"
                return f"<mrow><mo>{opening}</mo>{self.write(inner)}<mo>{closing}</mo></mrow>"
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                given = [self.write(each) for each in args]
                given += [f"{symbol(str(k.arg))}<mo>=</mo>{self.write(k.value)}" for k in keywords]
                return f"<mi>{escape(name)}</mi>{around(self._listed(given))}"
            case ast.Compare(left=left, ops=[ast.Eq(), *_], comparators=rest):
                return "<mo>=</mo>".join(map(self.write, (left, *rest)))
        return f"<mtext>{escape(ast.unparse(node))}</mtext>"

    def _row(self, node: Expression) -> str:
        """As the one child that a fraction's half has to be."""
        written = self.write(node)
        single = isinstance(node, ast.Name | ast.Constant)
        return written if single else f"<mrow>{written}</mrow>"

    def _listed(self, written: Iterable[str]) -> str:
        return f"<mo>{comma().strip()}</mo>".join(written)

    def _operand(self, node: Expression, op: ast.operator, *, right: bool = False) -> str:
        """An operand, in parentheses where they are needed; a fraction never needs them."""
        written = self.write(node)
        fraction = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        bare = fraction and not isinstance(op, ast.Pow)
        if bare or not needs(node, op, right=right):
            return written
        return around(written)
