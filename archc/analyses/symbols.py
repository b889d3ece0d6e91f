"""The formulas of one op in symbols (`k`, `s`, `C`): output size, parameters, multiply-adds.

The op's own methods are called with sizes that carry their symbols, so that the formulas are those
by which the analysis counts.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archc.document.translation import N_
from archc.expr.formula import (
    Equation,
    Expression,
    as_cost,
    as_weights,
    call,
    equation,
    product,
    total,
)
from archc.expr.sizes import expression_of, remember
from archc.ops import Op, Shape
from archc.ops.join import Join

SYMBOLS: Mapping[str, str] = {
    "out_channels": "N",
    "out_features": "N",
    "kernel_size": "k",
    "stride": "s",
    "padding": "p",
    "dilation": "d",
    "groups": "g",
    "output_size": "m",
    "scale_factor": "z",
}
"""The symbols of fields as on slides; other fields keep their names."""
MEANINGS: Mapping[str, str] = N_(
    {
        "C": "input channels",
        "H": "input height",
        "W": "input width",
        "F": "input features",
        "N": "output channels",
        "k": "kernel size",
        "k_h": "kernel height",
        "k_w": "kernel width",
        "s": "stride",
        "p": "padding",
        "d": "dilation",
        "g": "groups",
        "m": "output size",
        "z": "scale",
    }
)
"""The meanings of the symbols, for a legend."""
QUIET = {"dilation": 1, "groups": 1}
"""Fields that a formula leaves out at these values."""


@dataclass(frozen=True, slots=True)
class Symbolic:
    """The formulas of an op on given input shapes, and the values of their names."""

    op: Op
    inputs: tuple[Shape, ...]
    output: Shape
    values: Mapping[str, int]
    sizes: tuple[Expression, ...]
    """The formula of each axis of the output."""
    weights: Expression
    macs: Expression

    def size(self) -> tuple[Equation, ...]:
        """The equation of each axis of the output that the op changes."""
        names = ("C'", "H'", "W'") if len(self.output) == 3 else ("F'",)
        made: list[Equation] = []
        for name, formula, result in zip(names, self.sizes, self.output, strict=True):
            if isinstance(formula, ast.Name | ast.Constant):
                continue
            one = equation((name,), formula, self.values, result)
            if made and ast.dump(made[-1].numbers) == ast.dump(one.numbers):
                made[-1] = Equation((*made[-1].symbols, name), made[-1].formula, *_rest(one))
            else:
                made.append(one)
        return tuple(made)

    def params(self, counted: int) -> Equation:
        """The equation of its number of parameters, which is `counted`."""
        return equation((), self.weights, self.values, counted)

    def cost(self, counted: int) -> Equation:
        """The equation of its multiply-adds, which are `counted`."""
        maps = dict(zip(("C'", "H'", "W'"), self.output, strict=False))
        return equation((), self.macs, {**self.values, **maps}, counted)

    def legend(self) -> tuple[tuple[str, str, int], ...]:
        """The names in these formulas with their meanings and values."""
        whole = (*self.sizes, self.weights, self.macs)
        used = {n.id for each in whole for n in ast.walk(each) if isinstance(n, ast.Name)}
        return tuple(
            (name, meaning, self.values[name])
            for name, meaning in MEANINGS.items()
            if name in used and name in self.values
        )


def _rest(one: Equation) -> tuple[Expression, Any]:
    return one.numbers, one.result


def symbolic(op: Op, inputs: tuple[Shape, ...], output: Shape) -> Symbolic:
    """An op as formulas."""
    values: dict[str, int] = {}

    def named(number: int, name: str) -> Any:
        values[name] = number
        return remember(number, name)

    traced = type(op)(**{**dict(op), **_fields(op, named)})
    arriving = _arriving(op, inputs, named)
    made = tuple(expression_of(size) for size in traced.shape(*arriving))
    sizes = tuple(_rounded_up(size) for size in made)
    if getattr(op, "padding", None) == "same":
        # `same` padding is chosen so that this holds; the formula of the padding itself is longer.
        sizes = (sizes[0], *(_covering(op, axis, inputs[0], values) for axis in (0, 1)))
    learned = traced.weights(*arriving).values()
    weights = total([as_weights(product(map(expression_of, shape))) for shape in learned])
    macs: Expression = ast.Constant(0)
    if op.weighted:
        macs = expression_of(traced.macs(*arriving))
        if len(output) == 3:
            macs = _with_output_named(macs, made[1], made[2])
        macs = as_cost(macs)
    return Symbolic(op, inputs, output, values, sizes, weights, macs)


def _with_output_named(formula: Expression, height: Expression, width: Expression) -> Expression:
    """The formula with `H'` and `W'` for the output's height and width.

    Of a square map both are the same expression: then the first that is found is the height.
    """
    names = [(ast.dump(height), "H'"), (ast.dump(width), "W'")]
    same = names[0][0] == names[1][0]

    def named(node: Expression) -> Expression:
        text = ast.dump(node)
        for place, (size, name) in enumerate(names):
            if size == text:
                if same and len(names) > 1:
                    del names[place]
                return ast.Name(name)
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                return ast.BinOp(named(left), op, named(right))
            case ast.Call(func=func, args=args, keywords=keywords):
                return ast.Call(func, [named(each) for each in args], keywords)
        return node

    return named(formula)


def _fields(op: Op, named: Any) -> dict[str, Any]:
    """The op's numbers, each carrying its symbol."""
    fields: dict[str, Any] = {}
    for field in type(op).model_fields:
        given = getattr(op, field)
        if field == "stride" and given is None:
            given = getattr(op, "kernel_size")  # noqa: B009 (mypy: not every op has it)
        name = SYMBOLS.get(field, field)
        match given:
            case bool() | str() | float() | None:
                continue
            case int() if QUIET.get(field) != given:
                fields[field] = named(given, name)
            case (int() as height, int() as width):
                fields[field] = named(height, f"{name}_h"), named(width, f"{name}_w")
            case (int(), int(), int(), int()):
                sides = zip(given, "lrtb", strict=True)
                fields[field] = tuple(named(pad, f"{name}_{side}") for pad, side in sides)
    return fields


def _arriving(op: Op, inputs: tuple[Shape, ...], named: Any) -> list[tuple[Any, ...]]:
    """The input shapes, each size carrying its symbol."""
    made: list[tuple[Any, ...]] = []
    for number, shape in enumerate(inputs, 1):
        names = ("C", "H", "W") if len(shape) == 3 else ("F",)
        if isinstance(op, Join) and len(inputs) > 1:
            names = (f"{names[0]}_{number}", *names[1:])
        made.append(tuple(named(size, name) for size, name in zip(shape, names, strict=True)))
    return made


def _covering(op: Op, axis: int, shape: Shape, values: Mapping[str, int]) -> Expression:
    """`ceil(H/s)`: the output size with `padding: same`."""
    side = ("H", "W")[axis]
    if side == "W" and shape[1] == shape[2]:
        side = "H"
    step = "s" if "s" in values else ("s_h", "s_w")[axis]
    return call("ceil", ast.BinOp(ast.Name(side), ast.Div(), ast.Name(step)))


def _rounded_up(formula: Expression) -> Expression:
    """`(x + (s - 1)) // s` as `ceil(x/s)`, which is what it means."""
    match formula:
        case ast.BinOp(
            left=ast.BinOp(left=room, op=ast.Add(), right=ast.BinOp(left=less, op=ast.Sub())),
            op=ast.FloorDiv(),
            right=step,
        ) if ast.dump(less) == ast.dump(step):
            return call("ceil", ast.BinOp(room, ast.Div(), step))
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(_rounded_up(left), op, _rounded_up(right))
    return formula
