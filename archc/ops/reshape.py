"""Ops that move, add or repeat elements without computing on them."""

from __future__ import annotations

from typing import ClassVar, Literal

from archc.ops.base import (
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
from archc.ops.conv import divisors
from archc.ops.fields import Integer, Positive, Positives


class Flatten(Op):
    """A map as one long vector, channel by channel: C x H x W to C * H * W."""

    name: ClassVar[str] = "flatten"
    family: ClassVar[Family] = "reshape"

    def shape(self, *inputs: Shape) -> Shape:
        """`(C * H * W,)`; a vector's shape unchanged."""
        (x,) = inputs
        if len(x) == 1:
            return x
        channels, height, width = x
        # Channels first and times 1 left out: code then says `channels * 16`, or `channels`.
        cells = height * width
        return (channels,) if cells == 1 else (channels * cells,)

    def window(self, *inputs: Shape) -> Window:
        """The whole map, of more than one cell: the vector is computed on as a whole."""
        (x,) = inputs
        return Window(everything=len(x) == 3 and x[1] * x[2] > 1)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """Nothing: the output is a view of the input."""
        return Saved(view=True)


class ZeroPad(Op):
    """Zeros around a map; cells cut off where the padding is negative.

    `[-1, 1, -1, 1]` moves a map up and to the left by one cell.
    """

    name: ClassVar[str] = "zero_pad"
    family: ClassVar[Family] = "reshape"

    padding: Integer | tuple[Integer, Integer, Integer, Integer]
    """Rows and columns of zeros: one number for all sides, or `[left, right, top, bottom]`."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C, H + top + bottom, W + left + right)`; `BadShape` if nothing of the map is left."""
        channels, height, width = need_map(inputs[0], "zero_pad")
        pads = self.padding
        left, right, top, bottom = pads if isinstance(pads, tuple) else (pads,) * 4
        for size, before, after in ((height, top, bottom), (width, left, right)):
            if min(size + min(before, 0) + min(after, 0), size + before + after - 1) < 0:
                raise BadShape(f"the padding cuts off all of a {height}x{width} map", "padding")
        if not isinstance(pads, tuple):
            return (channels, height + 2 * pads, width + 2 * pads)
        return (channels, height + top + bottom, width + left + right)

    def window(self, *inputs: Shape) -> Window:
        """One cell, moved by the padding above and to the left."""
        pads = self.padding
        return Window(before=(pads[2], pads[0]) if isinstance(pads, tuple) else (pads, pads))


class PadChannels(Op):
    """Channels of zeros after those of a map: a shortcut without weights.

    ResNet's option A (He et al., 2015, arXiv:1512.03385, section 3.3).
    """

    name: ClassVar[str] = "pad_channels"
    family: ClassVar[Family] = "reshape"

    out_channels: Positive
    """Channels of the output; at least those of the input."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(out_channels, H, W)`; raises `BadShape` for an input of more channels."""
        channels, height, width = need_map(inputs[0], "pad_channels")
        if channels > self.out_channels:
            raise BadShape(
                f"pad_channels cannot make {self.out_channels} channels of {channels}",
                "out_channels",
                f"out_channels: {channels} is the least",
            )
        return (self.out_channels, height, width)


class ChannelShuffle(Op):
    """Deals out the channels: the first of each group, then the second of each.

    What lets grouped convolutions see each other's results: ShuffleNet (Zhang et al., 2017,
    arXiv:1707.01083, Figure 1).
    """

    name: ClassVar[str] = "channel_shuffle"
    family: ClassVar[Family] = "reshape"

    groups: Positive
    """Groups that the channels are in; must divide their number."""

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape; raises `BadShape` unless `groups` divides its channels."""
        (x,) = inputs
        channels, _, _ = need_map(x, "channel_shuffle")
        if channels % self.groups:
            raise BadShape(
                f"groups: {self.groups} does not divide {channels} channels",
                "groups",
                divisors(channels, self.groups),
            )
        return x


class Upsample(Op):
    """A map made larger by a whole factor.

    `nearest` repeats cells and costs nothing; `bilinear` is 4 multiplications and 3 additions for
    each output element.
    """

    name: ClassVar[str] = "upsample"
    family: ClassVar[Family] = "reshape"

    scale_factor: Positives
    """Output cells for each input cell, along each axis."""
    mode: Literal["nearest", "bilinear"] = "nearest"
    """`nearest` copies the cell; `bilinear` weighs the four nearest, corners not aligned."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C, H * scale_factor, W * scale_factor)`; the input must be a map."""
        channels, height, width = need_map(inputs[0], "upsample")
        down, across = pair(self.scale_factor)
        return (channels, height * down, width * across)

    def extra_flops(self, *inputs: Shape) -> int:
        """7 operations for each output element if bilinear, none if nearest."""
        return 7 * numel(self.shape(*inputs)) if self.mode == "bilinear" else 0

    def window(self, *inputs: Shape) -> Window:
        """One cell, or two along each axis that bilinear interpolation stretches.

        Those two are `o // scale_factor` and the one after it or before it; the window says after.
        """
        down, across = pair(self.scale_factor)
        if self.mode == "nearest":
            return Window(zoom=(down, across))
        return Window(extent=(min(down, 2), min(across, 2)), zoom=(down, across))


class Identity(Op):
    """Nothing: what comes in goes out."""

    name: ClassVar[str] = "identity"
    family: ClassVar[Family] = "other"

    def shape(self, *inputs: Shape) -> Shape:
        """The input's shape, whatever it is."""
        (x,) = inputs
        return x

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """Nothing: the output is the input."""
        return Saved(view=True)
