"""Convolutions, whole and with a connection table."""

from __future__ import annotations

import math
from typing import ClassVar

from archc.ops.base import (
    INDEX,
    BadShape,
    Family,
    Op,
    Saved,
    Shape,
    Window,
    need_map,
    numel,
    pair,
)
from archc.ops.fields import Flag, Naturals, Positive, Positives, Same, Table
from archc.ops.sliding import Slide, known, misfit, padded, slides, window


class Conv(Op):
    """A convolution over a map: C x H x W to out_channels x H' x W'.

    H' is `(H + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1`; multiply-adds are
    those of each output element, `kernel_size**2 * C / groups`. A bias is 1 more operation for
    each output element.
    """

    name: ClassVar[str] = "conv"
    family: ClassVar[Family] = "conv"
    initialised: ClassVar[bool] = True
    weighted: ClassVar[bool] = True
    overwritable: ClassVar[bool] = True

    out_channels: Positive
    """Channels of the output: the number of filters."""
    kernel_size: Positives
    """Height and width of a filter, in cells."""
    stride: Positives = 1
    """Cells from one place of the filter to the next."""
    padding: Naturals | Same = 0
    """Zeros on each side, in cells, or `same`: what makes the output `ceil(input / stride)`,
    with the odd cell below and to the right, as in TensorFlow and Keras."""
    dilation: Positives = 1
    """Cells from one weight of the filter to the next."""
    groups: Positive = 1
    """Parts of the channels that do not see each other; as many as channels is depthwise."""
    bias: Flag = True
    """Whether a learned number is added to each output channel."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(out_channels, H', W')`; `BadShape` if the kernel or `groups` do not fit."""
        (x,) = inputs
        channels, _, _ = need_map(x, "conv")
        for count, what in ((channels, "input channels"), (self.out_channels, "out_channels")):
            if count % self.groups:
                raise BadShape(
                    f"groups: {self.groups} does not divide {count} {what}",
                    "groups",
                    divisors(math.gcd(channels, self.out_channels), self.groups),
                )
        down, across = axes = self.axes(x)
        if down.count() < 1 or across.count() < 1:
            raise misfit(axes)
        return (self.out_channels, down.count(), across.count())

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """Filters, `(out_channels, C / groups, height, width)`, and a bias, `(out_channels,)`."""
        (x,) = inputs
        weights: dict[str, Shape] = {
            "weight": (self.out_channels, x[0] // self.groups, *pair(self.kernel_size))
        }
        if self.bias:
            weights["bias"] = (self.out_channels,)
        return weights

    def macs(self, *inputs: Shape) -> int:
        """Multiply-adds for one sample: each weight is used once for each output cell."""
        _, height, width = self.shape(*inputs)
        return numel(self.weights(*inputs)["weight"]) * height * width

    def extra_flops(self, *inputs: Shape) -> int:
        """For a bias 1 addition for each output element."""
        return numel(self.shape(*inputs)) if self.bias else 0

    def window(self, *inputs: Shape) -> Window:
        """The filter's extent in cells, the holes of a dilation included."""
        return window(self.axes(inputs[0]))

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; a padded copy of it where the padding is a step of its own."""
        (x,) = inputs
        return Saved(elements=padded(x, self.axes(x))) if self.pads_apart(x) else Saved(inputs=True)

    def depthwise(self, x: Shape) -> bool:
        """Whether each of the input's channels, of which there are several, is a group."""
        return bool(self.groups == x[0] > 1)

    @property
    def pointwise(self) -> bool:
        """Whether it only mixes channels: 1x1, at stride 1, in one group."""
        return self.groups == 1 and {pair(self.kernel_size), pair(self.stride)} == {(1, 1)}

    def pads_apart(self, x: Shape) -> bool:
        """Whether the padding is a step of its own, as PyTorch's convolution pads both sides alike.

        Only `same` padding may be: where it is uneven, or depends on sizes that may differ between
        the uses of a block.
        """
        down, across = axes = self.axes(x)
        even = down.before == down.after and across.before == across.after
        return self.padding == "same" and not (even and known(axes))

    def axes(self, x: Shape) -> tuple[Slide, Slide]:
        """The filter along height and width of a map `x`."""
        _, height, width = x
        return slides((height, width), self.kernel_size, self.stride, self.padding, self.dilation)


class PartialConv(Op):
    """A convolution with a connection table: each output channel sees the input channels it names.

    C3 of LeNet-5 (LeCun et al., 1998, Table I). Counted as a convolution to one channel for each
    row of the table.
    """

    name: ClassVar[str] = "partial_conv"
    family: ClassVar[Family] = "conv"
    weighted: ClassVar[bool] = True

    connections: Table
    """For each output channel the input channels that it sees, numbered from 0."""
    kernel_size: Positives
    """Height and width of a filter, in cells."""
    stride: Positives = 1
    """Cells from one place of the filter to the next."""
    padding: Naturals = 0
    """Zeros on each side, in cells."""
    bias: Flag = True
    """Whether a learned number is added to each output channel."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(rows of the table, H', W')`; `BadShape` if the kernel or the table does not fit."""
        channels, _, _ = need_map(inputs[0], "partial_conv")
        last = max(max(row) for row in self.connections)
        if last >= channels:
            raise BadShape(
                f"the table names channel {last}, and {channels} channels arrive",
                "connections",
                f"channels are numbered from 0 to {channels - 1}",
            )
        down, across = axes = self.axes(inputs[0])
        if down.count() < 1 or across.count() < 1:
            raise misfit(axes)
        return (len(self.connections), down.count(), across.count())

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """For each output channel a filter, `(1, seen channels, height, width)`, and a bias."""
        weights: dict[str, Shape] = {}
        for number, row in enumerate(self.connections):
            weights[f"maps.{number}.weight"] = (1, len(row), *pair(self.kernel_size))
            if self.bias:
                weights[f"maps.{number}.bias"] = (1,)
        return weights

    def macs(self, *inputs: Shape) -> int:
        """Multiply-adds for one sample: each weight is used once for each output cell."""
        _, height, width = self.shape(*inputs)
        rows, columns = pair(self.kernel_size)
        return sum(len(row) for row in self.connections) * rows * columns * height * width

    def extra_flops(self, *inputs: Shape) -> int:
        """For a bias 1 addition for each output element."""
        return numel(self.shape(*inputs)) if self.bias else 0

    def window(self, *inputs: Shape) -> Window:
        """The filter's extent in cells."""
        return window(self.axes(inputs[0]))

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """For each output channel a copy of the channels that it sees, and their int64 indices."""
        _, height, width = inputs[0]
        seen = sum(len(row) for row in self.connections)
        return Saved(elements=seen * height * width, fixed=INDEX * seen)

    def axes(self, x: Shape) -> tuple[Slide, Slide]:
        """The filter along height and width of a map `x`."""
        _, height, width = x
        return slides((height, width), self.kernel_size, self.stride, self.padding)


def divisors(number: int, wanted: int) -> str:
    """A help line with the divisors of `number` nearest to `wanted`, below and above it."""
    small = [n for n in range(1, math.isqrt(number) + 1) if number % n == 0]
    every = {*small, *(number // n for n in small)}
    below = max(n for n in every if n <= wanted)
    above = min((n for n in every if n > wanted), default=None)
    return f"groups: {below}" + (f" or {above}" if above else "") + " would do"
