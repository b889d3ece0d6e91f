"""Ops that act in training only: dropout and stochastic depth."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from archc.ops.base import Family, Op, Saved, Shape, numel
from archc.ops.fields import Rate


class Dropout(Op):
    """Dropout: while training, zeroes each element with probability p and scales up the others.

    Srivastava et al., 2014. Any shape passes; it does nothing at inference and costs nothing.
    """

    name: ClassVar[str] = "dropout"
    family: ClassVar[Family] = "regularise"
    random: ClassVar[bool] = True

    p: Rate = 0.5
    """Probability that an element is dropped (TensorFlow 1 named the probability to keep it)."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape, whatever it is."""
        (x,) = inputs
        return x

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """A byte for each element: whether it is kept."""
        return Saved(bytes=numel(inputs[0])) if self.p else Saved(view=True)


class DropPath(Op):
    """Stochastic depth: while training, zeroes a whole sample with probability p.

    Huang et al., 2016, arXiv:1603.09382. Put it last in a residual branch; samples that are kept
    are scaled by 1 / (1 - p), so that it does nothing at inference. Any shape passes.
    """

    name: ClassVar[str] = "drop_path"
    family: ClassVar[Family] = "regularise"
    random: ClassVar[bool] = True

    p: Annotated[float, Field(ge=0, lt=1, strict=True)]
    """Probability that the branch is dropped for a sample."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape, whatever it is."""
        (x,) = inputs
        return x

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """One element: whether the sample is kept."""
        return Saved(elements=1) if self.p else Saved(view=True)
