"""Normalisations: of batches, of neighbouring channels, of cells, of groups of channels."""

from __future__ import annotations

from typing import ClassVar

from archc.ops.base import FLOAT, BadShape, Family, Op, Saved, Shape, Window, need_map, numel
from archc.ops.conv import divisors
from archc.ops.fields import Flag, Positive, Rate, Real, Small


class BatchNorm(Op):
    """Batch normalisation of each channel of a map, or of each feature of a vector.

    Ioffe and Szegedy, "Batch normalization", 2015, arXiv:1502.03167. Counted as at inference,
    where the statistics are constants: a multiplication and an addition for each element.
    """

    name: ClassVar[str] = "batch_norm"
    family: ClassVar[Family] = "norm"
    initialised: ClassVar[bool] = True
    overwritable: ClassVar[bool] = True

    eps: Small = 1e-5
    """Added to the variance before the root."""
    momentum: Rate = 0.1
    """Weight of the new batch in the running statistics (Keras' is 1 minus this one)."""
    affine: Flag = True
    """Whether each channel is then scaled and shifted by learned numbers."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape, whatever it is."""
        (x,) = inputs
        return x

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """A scale and a shift for each channel, `(C,)` each; none if `affine` is false."""
        (x,) = inputs
        return {"weight": (x[0],), "bias": (x[0],)} if self.affine else {}

    def buffers(self, *inputs: Shape) -> dict[str, Shape]:
        """Running mean and variance of the channels, `(C,)` each, and a count of batches."""
        (x,) = inputs
        return {"running_mean": (x[0],), "running_var": (x[0],), "num_batches_tracked": ()}

    def extra_flops(self, *inputs: Shape) -> int:
        """2 operations an element."""
        (x,) = inputs
        return 2 * numel(x)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input, and the batch's mean and deviation of each channel in float32."""
        (x,) = inputs
        return Saved(inputs=True, fixed=2 * FLOAT * x[0])


class LocalResponseNorm(Op):
    """Local response normalisation across neighbouring channels of a map.

    `x / (k + alpha / size * sum of squares of size neighbours) ** beta`: Krizhevsky et al., 2012,
    section 3.3, but with alpha divided by size, as PyTorch and Caffe have it. `size + 4` operations
    an element: a square, size - 1 additions, scale, add, power, division.
    """

    name: ClassVar[str] = "local_response_norm"
    family: ClassVar[Family] = "norm"

    size: Positive
    """Neighbouring channels in the sum, the channel itself included."""
    alpha: Real = 1e-4
    """Weight of the sum, divided by `size`."""
    beta: Real = 0.75
    """The exponent."""
    k: Real = 1.0
    """Added to the weighted sum; the paper has 2."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape; raises `BadShape` unless it is a map."""
        (x,) = inputs
        return need_map(x, "local_response_norm")

    def extra_flops(self, *inputs: Shape) -> int:
        """`size + 4` operations an element."""
        (x,) = inputs
        return (self.size + 4) * numel(x)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; the squares with `size - 1` channels of zeros; the divisor and its base."""
        channels, height, width = inputs[0]
        squares = (channels + self.size - 1) * height * width
        return Saved(inputs=True, elements=squares + 2 * numel(inputs[0]))


class LayerNorm(Op):
    """Layer normalisation of a vector, or of the channels of a map at each of its cells.

    Ba et al., 2016, arXiv:1607.06450; on maps as in ConvNeXt (Liu et al., 2022, arXiv:2201.03545).
    To normalise a whole map at once, use `group_norm` with one group. 5 operations an element
    (mean, difference, square, mean, scale) and 1 each for a learned scale and shift.
    """

    name: ClassVar[str] = "layer_norm"
    family: ClassVar[Family] = "norm"

    eps: Small = 1e-5
    """Added to the variance before the root."""
    elementwise_affine: Flag = True
    """Whether each channel is then scaled by a learned number (and shifted, with `bias`)."""
    bias: Flag = True
    """Whether there is a learned shift; without `elementwise_affine` there is none."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape, whatever it is."""
        (x,) = inputs
        return x

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """A scale and a shift for each channel, `(C,)` each, as far as the fields ask for them."""
        (x,) = inputs
        names = ("weight", "bias") if self.bias else ("weight",)
        return dict.fromkeys(names, (x[0],)) if self.elementwise_affine else {}

    def extra_flops(self, *inputs: Shape) -> int:
        """5 operations an element, and 1 for each kind of weight."""
        (x,) = inputs
        return (5 + len(self.weights(x))) * numel(x)

    def window(self, *inputs: Shape) -> Window:
        """A cell of a map sees its own channels; a feature of a vector sees the whole vector."""
        (x,) = inputs
        return Window(everything=len(x) == 1)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input, and mean and deviation of each cell."""
        (x,) = inputs
        return Saved(inputs=True, elements=2 * numel(x[1:]))


class GroupNorm(Op):
    """Group normalisation: each group of channels by its own mean and variance over the map.

    Wu and He, 2018, arXiv:1803.08494. Operations as for `layer_norm`.
    """

    name: ClassVar[str] = "group_norm"
    family: ClassVar[Family] = "norm"

    num_groups: Positive
    """Groups that the channels are split into; must divide their number."""
    eps: Small = 1e-5
    """Added to the variance before the root."""
    affine: Flag = True
    """Whether each channel is then scaled and shifted by learned numbers."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape; raises `BadShape` unless `num_groups` divides its channels."""
        (x,) = inputs
        if x[0] % self.num_groups:
            raise BadShape(
                f"num_groups: {self.num_groups} does not divide {x[0]} channels",
                "num_groups",
                f"num_{divisors(x[0], self.num_groups)}",
            )
        return x

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """A scale and a shift for each channel, `(C,)` each; none if `affine` is false."""
        (x,) = inputs
        return {"weight": (x[0],), "bias": (x[0],)} if self.affine else {}

    def extra_flops(self, *inputs: Shape) -> int:
        """5 operations an element, and 1 for each kind of weight."""
        (x,) = inputs
        return (5 + len(self.weights(x))) * numel(x)

    def window(self, *inputs: Shape) -> Window:
        """The whole map, whose mean and variance each cell depends on."""
        return Window(everything=True)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input, and mean and deviation of each group."""
        return Saved(inputs=True, elements=2 * self.num_groups)
