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
from archc.ops.fields import Flag, Integer, Natural, Positive, Positives


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
        start = (-pads[2], -pads[0]) if isinstance(pads, tuple) else (-pads, -pads)
        return Window(first=start, last=start)


class Pad(Op):
    """Cells around a map: zeros, or those of the map mirrored or repeated."""

    name: ClassVar[str] = "pad"
    family: ClassVar[Family] = "reshape"

    padding: Natural | tuple[Natural, Natural, Natural, Natural]
    """Rows and columns: one number for all sides, or `[left, right, top, bottom]`."""
    mode: Literal["zeros", "reflect", "replicate"] = "zeros"
    """`reflect` mirrors the map at its outermost cells, `replicate` repeats these."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C, H + top + bottom, W + left + right)`; `BadShape` if it mirrors too far."""
        channels, height, width = need_map(inputs[0], "pad")
        pads = self.padding
        left, right, top, bottom = pads if isinstance(pads, tuple) else (pads,) * 4
        for size, before, after in ((height, top, bottom), (width, left, right)):
            if self.mode == "reflect" and (before >= size or after >= size):
                raise BadShape(
                    f"mode: reflect mirrors less than the map, which is {height}x{width}",
                    "padding",
                    f"padding: {min(height, width) - 1} is the most for all sides",
                )
        if not isinstance(pads, tuple):
            return (channels, height + 2 * pads, width + 2 * pads)
        return (channels, height + top + bottom, width + left + right)

    def window(self, *inputs: Shape) -> Window:
        """One cell, moved by the padding above and to the left; what is mirrored is padding."""
        pads = self.padding
        start = (-pads[2], -pads[0]) if isinstance(pads, tuple) else (-pads, -pads)
        return Window(first=start, last=start)

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input, where more than zeros are put around it."""
        return Saved(inputs=self.mode != "zeros")


class Crop(Op):
    """The middle of a map: the copy that a U-Net without padding joins to its decoder.

    Ronneberger et al., 2015, arXiv:1505.04597. Of an odd rest the greater part is cut off below
    and to the right.
    """

    name: ClassVar[str] = "crop"
    family: ClassVar[Family] = "reshape"

    size: Positives
    """Height and width of what is kept, in cells."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C, *size)`; raises `BadShape` for a map that is smaller."""
        channels, height, width = need_map(inputs[0], "crop")
        down, across = pair(self.size)
        if down > height or across > width:
            raise BadShape(f"a {height}x{width} map has no {down}x{across} cells to keep", "size")
        return (channels, down, across)

    def window(self, *inputs: Shape) -> Window:
        """One cell, moved by what is cut off above and to the left."""
        (x,) = inputs
        start = tuple((n - m) // 2 for n, m in zip(x[1:], self.shape(x)[1:], strict=True))
        return Window(first=(start[0], start[1]), last=(start[0], start[1]))

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """Nothing: the output is a view of the input."""
        return Saved(view=True)


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
    """A map resized by whole factors, or to a size; every mode as PyTorch's `nn.Upsample` has it.

    `nearest` copies cells and costs nothing; `bilinear` is 4 multiplications and 3 additions for
    each output element, `bicubic` 16 and 15. Nothing is filtered first where a map shrinks.
    """

    name: ClassVar[str] = "upsample"
    family: ClassVar[Family] = "reshape"

    scale_factor: Positives | None = None
    """Output cells for each input cell, along each axis; this or `size`."""
    size: Positives | None = None
    """Height and width of the output, in cells; this or `scale_factor`."""
    mode: Literal["nearest", "bilinear", "bicubic"] = "nearest"
    """`nearest` copies the cell; `bilinear` weighs the 2x2 nearest, `bicubic` the 4x4 nearest."""
    align_corners: Flag = False
    """Whether the centres of the corner cells lie on each other, rather than their outer edges."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C, H * scale_factor, W * scale_factor)` or `(C, *size)`; the input must be a map."""
        channels, height, width = need_map(inputs[0], "upsample")
        if self.align_corners and self.mode == "nearest":
            raise BadShape(
                "align_corners means nothing for mode: nearest",
                "align_corners",
                "leave align_corners out, or use mode: bilinear",
            )
        if self.size is not None and self.scale_factor is None:
            return (channels, *pair(self.size))
        if self.scale_factor is None or self.size is not None:
            found = "neither arrives" if self.size is None else "both arrive"
            raise BadShape(
                f"upsample takes scale_factor or size, and {found}",
                help="scale_factor: 2 makes a map twice as high and wide; size: 56 makes it 56x56",
            )
        down, across = pair(self.scale_factor)
        return (channels, height * down, width * across)

    def extra_flops(self, *inputs: Shape) -> int:
        """Operations for each output element: 7 if bilinear, 31 if bicubic, none if nearest."""
        each = {"nearest": 0, "bilinear": 7, "bicubic": 31}[self.mode]
        return each * numel(self.shape(*inputs)) if each else 0

    def window(self, *inputs: Shape) -> Window:
        """The cells around the place where an output cell falls on the input.

        A cell of `bicubic` that falls on an input cell exactly sees that alone; the window is that
        of the cells beside it.
        """
        (x,) = inputs
        axes = [self._window(*sizes) for sizes in zip(x[1:], self.shape(x)[1:], strict=True)]
        (s, first, last, zoom), (s_, first_, last_, zoom_) = axes
        return Window((s, s_), (first, first_), (last, last_), (zoom, zoom_))

    def _window(self, cells: int, places: int) -> tuple[int, int, int, int]:
        """Stride, first, last and zoom along an axis of so many cells, resized to `places`."""
        if self.mode == "nearest":
            return (cells, 0, 0, places)
        # Output cell `o` falls on `(stride * o + start) / zoom`.
        stride, start, zoom = 2 * cells, cells - places, 2 * places
        if self.align_corners:
            stride, start, zoom = cells - 1, 0, max(places - 1, 1)
        if stride % zoom == 0 and start % zoom == 0:  # each cell on one of the input
            return (stride, start, start, zoom)
        beside = zoom if self.mode == "bicubic" else 0
        return (stride, start - beside, start + zoom - 1 + beside, zoom)


class PixelShuffle(Op):
    """Channels dealt out over cells: C x H x W to C / r^2 x r * H x r * W (Shi et al., 2016).

    arXiv:1609.05158; the step from channels to a larger map in super-resolution.
    """

    name: ClassVar[str] = "pixel_shuffle"
    family: ClassVar[Family] = "reshape"

    upscale_factor: Positive
    """Output cells for each input cell, along each axis: r; r^2 must divide the channels."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C / r^2, H * r, W * r)`; raises `BadShape` unless r^2 divides the channels."""
        channels, height, width = need_map(inputs[0], "pixel_shuffle")
        r = self.upscale_factor
        if channels % (r * r):
            raise BadShape(
                f"upscale_factor: {r} needs a multiple of {r * r} channels, and {channels} arrive",
                "upscale_factor",
            )
        return (channels // (r * r), height * r, width * r)

    def window(self, *inputs: Shape) -> Window:
        """The one cell that an output cell is a part of."""
        return Window(zoom=(self.upscale_factor, self.upscale_factor))


class PixelUnshuffle(Op):
    """Cells gathered as channels: C x H x W to C * r^2 x H / r x W / r; undoes `pixel_shuffle`.

    Also called space to depth, or focus (YOLOv5).
    """

    name: ClassVar[str] = "pixel_unshuffle"
    family: ClassVar[Family] = "reshape"

    downscale_factor: Positive
    """Input cells for each output cell, along each axis: r; must divide height and width."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C * r^2, H / r, W / r)`; raises `BadShape` unless r divides height and width."""
        channels, height, width = need_map(inputs[0], "pixel_unshuffle")
        r = self.downscale_factor
        if height % r or width % r:
            raise BadShape(
                f"downscale_factor: {r} does not divide a {height}x{width} map", "downscale_factor"
            )
        return (channels * (r * r), height // r, width // r)

    def window(self, *inputs: Shape) -> Window:
        """The r x r cells that become channels."""
        r = self.downscale_factor
        return Window(stride=(r, r), last=(r - 1, r - 1))


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
