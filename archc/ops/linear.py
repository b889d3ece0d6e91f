"""Layers on vectors: fully connected ones, and distances to codes."""

from __future__ import annotations

from typing import ClassVar

from archc.ops.base import BadShape, Family, Op, Saved, Shape, Window, size
from archc.ops.fields import Flag, Positive


class Linear(Op):
    """A fully connected layer: a vector of any length to one of out_features.

    PyTorch would apply it to the last axis of a map, its width, which no network means: a map is
    refused. A bias is 1 operation for each output feature.
    """

    name: ClassVar[str] = "linear"
    family: ClassVar[Family] = "linear"
    initialised: ClassVar[bool] = True
    weighted: ClassVar[bool] = True
    overwritable: ClassVar[bool] = True

    out_features: Positive
    """Length of the output vector."""
    bias: Flag = True
    """Whether a learned number is added to each output feature."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(out_features,)`; raises `BadShape` unless the input is a vector."""
        (x,) = inputs
        if len(x) != 1:
            raise BadShape(
                f"linear takes a vector, and a map of {size(x)} arrives",
                help="put `flatten` before it",
            )
        return (self.out_features,)

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """The matrix, `(out_features, in_features)`, and a bias, `(out_features,)`."""
        ((features,),) = inputs
        weights: dict[str, Shape] = {"weight": (self.out_features, features)}
        if self.bias:
            weights["bias"] = (self.out_features,)
        return weights

    def macs(self, *inputs: Shape) -> int:
        """Multiply-adds for one sample: each weight is used once."""
        ((features,),) = inputs
        return self.out_features * features

    def extra_flops(self, *inputs: Shape) -> int:
        """For a bias 1 addition for each output feature."""
        return self.out_features if self.bias else 0

    def window(self, *inputs: Shape) -> Window:
        """The whole vector."""
        return Window(everything=True)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input."""
        return Saved(inputs=True)


class RBF(Op):
    """Squared Euclidean distances of a vector to fixed codes of +1s and -1s, one for each class.

    The output of LeNet-5 (LeCun et al., 1998, section II-B): the smallest is the class. The codes
    are stored, not learned. 3 operations for each of their elements: difference, square, sum.
    """

    name: ClassVar[str] = "rbf"
    family: ClassVar[Family] = "linear"

    out_features: Positive
    """Number of codes: the classes."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(out_features,)`; raises `BadShape` unless the input is a vector."""
        (x,) = inputs
        if len(x) != 1:
            raise BadShape(
                f"rbf takes a vector, and a map of {size(x)} arrives",
                help="put `flatten` before it",
            )
        return (self.out_features,)

    def buffers(self, *inputs: Shape) -> dict[str, Shape]:
        """The codes, `(out_features, in_features)`."""
        ((features,),) = inputs
        return {"codes": (self.out_features, features)}

    def links(self, *inputs: Shape) -> int:
        """One connection for each element of each code."""
        ((features,),) = inputs
        return self.out_features * features

    def extra_flops(self, *inputs: Shape) -> int:
        """3 operations for each element of each code."""
        return 3 * self.links(*inputs)

    def window(self, *inputs: Shape) -> Window:
        """The whole vector."""
        return Window(everything=True)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The differences between the input and each code, which are then squared."""
        return Saved(elements=self.links(*inputs))
