"""The cost of depthwise separable convolutions: `1/N + 1/D_K^2` of the full convolution's."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from archc.expr.formula import (
    Equation,
    Expression,
    binary,
    constant,
    product,
    substitute,
    value,
)
from archc.lectures.derivations.sums import Term
from archc.ops.base import pair
from archc.ops.conv import Conv


@dataclass(frozen=True, slots=True)
class Separable:
    """A depthwise convolution and the 1x1 convolution after it, against one that does both."""

    depthwise: str
    pointwise: str
    kernel: tuple[int, int]
    channels: tuple[int, int]
    """The numbers of input and output channels."""
    side: int
    """The height and width of the output map."""
    square: bool
    """Whether kernel and output map are square."""
    parts: Equation
    """The multiply-adds of both."""
    standard: Equation
    """The multiply-adds of the full convolution that they replace."""
    ratio: Equation


def separable(found: Sequence[Term]) -> Iterator[Separable]:
    """The pairs among the layers of a block."""
    layers = [term for term in found if term.symbols is not None and term.symbols.op.weighted]
    for first, second in pairwise(layers):
        assert first.symbols is not None
        assert second.symbols is not None
        dw, pw = first.symbols, second.symbols
        if not isinstance(dw.op, Conv) or not isinstance(pw.op, Conv):
            continue
        depthwise = dw.op.depthwise(dw.inputs[0]) and dw.op.groups == dw.op.out_channels
        if (
            depthwise
            and pw.op.pointwise
            and pw.inputs[0] == dw.output
            and pair(dw.op.kernel_size) > (1, 1)
        ):
            yield _pair(first, second, dw.output, pair(dw.op.kernel_size), pw.output[0])


def _pair(
    first: Term, second: Term, shape: tuple[int, ...], kernel: tuple[int, int], out: int
) -> Separable:
    channels, height, width = shape
    # The paper's letters: D_F is the side of the output map, M and N channels, D_K the kernel.
    names = {"M": channels, "N": out}
    square = kernel[0] == kernel[1] and height == width
    sides = ("D_K", "D_K") if square else ("k_h", "k_w")
    area = ("D_F", "D_F") if square else ("H'", "W'")
    names |= dict(zip((*sides, *area), (*kernel, height, width), strict=True))

    def times(*letters: str) -> Expression:
        return product(ast.Name(letter) for letter in letters)

    both = binary(times(*sides, "M", *area), ast.Add(), times("M", "N", *area))
    one = times(*sides, "M", "N", *area)
    cells: Expression = times(*sides)
    if square:
        cells = binary(ast.Name("D_K"), ast.Pow(), constant(2))
    less = binary(
        binary(constant(1), ast.Div(), ast.Name("N")),
        ast.Add(),
        binary(constant(1), ast.Div(), cells),
    )

    def equation(formula: Expression) -> Equation:
        numbers = substitute(formula, names)
        return Equation((), formula, numbers, value(numbers))

    parts, standard = equation(both), equation(one)
    share = Fraction(parts.result) / Fraction(standard.result)
    ratio = Equation((), less, substitute(less, names), share)
    return Separable(
        first.id, second.id, kernel, (channels, out), height, square, parts, standard, ratio
    )
