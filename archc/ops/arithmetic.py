"""Arithmetic with constants."""

from __future__ import annotations

from typing import ClassVar

from archc.ops.base import Family, Op, Shape, numel
from archc.ops.fields import Real


class Scale(Op):
    """Multiplies each element by a constant: a residual is scaled down before it is added.

    Szegedy et al., 2016, arXiv:1602.07261, section 3.3, where it steadies training. Any shape
    passes, at 1 operation an element.
    """

    name: ClassVar[str] = "scale"
    family: ClassVar[Family] = "other"

    factor: Real
    """The constant; it is not learned."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape, whatever it is."""
        (x,) = inputs
        return x

    def extra_flops(self, *inputs: Shape) -> int:
        """1 multiplication an element."""
        (x,) = inputs
        return numel(x)
