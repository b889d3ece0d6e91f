"""Pools: windows that slide over each channel by itself."""

from __future__ import annotations

from typing import ClassVar

from archc.ops.base import (
    FLOAT,
    INDEX,
    BadShape,
    Family,
    Op,
    Pair,
    Saved,
    Shape,
    Window,
    need_map,
    numel,
    pair,
    times,
)
from archc.ops.fields import Flag, Naturals, Positive, Positives, Same
from archc.ops.sliding import Slide, known, misfit, padded, single, slides, window


class Pool(Op):
    """The base of maximum and average pools.

    Counted as one operation for each cell of the window and output element.
    """

    family: ClassVar[Family] = "pool"

    kernel_size: Positives
    """Height and width of the window, in cells."""
    stride: Positives | None = None
    """Cells from one place of the window to the next; `kernel_size` where left out."""
    padding: Naturals | Same = 0
    """Cells on each side, at most half the kernel, or `same`: what makes the output
    `ceil(input / stride)`, with the odd cell below and to the right, as in TensorFlow and Keras."""
    ceil_mode: Flag = False
    """Whether a window may stick out at the end rather than be left out."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C, H', W')`; `BadShape` if the window does not fit or is padded too far."""
        (x,) = inputs
        channels, _, _ = need_map(x, self.name)
        down, across = axes = self.axes(x)
        if self.padding == "same":
            if self.ceil_mode:
                raise BadShape(
                    "padding: same already fixes the output size, to ceil(input / stride)",
                    "ceil_mode",
                    "leave ceil_mode out",
                )
        elif 2 * down.before > down.kernel or 2 * across.before > across.kernel:
            most = single((down.kernel // 2, across.kernel // 2))
            raise BadShape(
                f"padding: {spelled(self.padding)} is more than half of a "
                f"{times(self.kernel_size)} kernel",
                "padding",
                f"padding: {spelled(most)} is the most",
            )
        sizes = down.count(self.ceil_mode), across.count(self.ceil_mode)
        if min(sizes) < 1:
            raise misfit(axes, self.ceil_mode, most=(down.kernel // 2, across.kernel // 2))
        return (channels, *sizes)

    def extra_flops(self, *inputs: Shape) -> int:
        """The cells of the window, padding included, for each output element."""
        channels, height, width = self.shape(*inputs)
        rows, columns = pair(self.kernel_size)
        return channels * height * width * rows * columns

    def window(self, *inputs: Shape) -> Window:
        """The window's extent in cells, the holes of a dilation included."""
        return window(self.axes(inputs[0]))

    @property
    def step(self) -> Pair:
        """Cells from one place of the window to the next: `stride`, or `kernel_size`."""
        return self.kernel_size if self.stride is None else self.stride

    def axes(self, x: Shape) -> tuple[Slide, Slide]:
        """The window along height and width of a map `x`."""
        _, height, width = x
        return slides((height, width), self.kernel_size, self.step, self.padding)

    def pads_apart(self, x: Shape) -> bool:
        """Whether the padding is a step of its own, as PyTorch's pool cannot do it."""
        return self.padding == "same" and torch_ceil_mode(self.axes(x)) is None


class MaxPool(Pool):
    """The greatest value in each window of a map; padding never wins."""

    name: ClassVar[str] = "max_pool"

    dilation: Positives = 1
    """Cells from one element of the window to the next."""

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input (padded, where that is a step), and an int64 index for each output element."""
        (x,) = inputs
        places = INDEX * numel(self.shape(x))
        if self.pads_apart(x):
            return Saved(elements=padded(x, self.axes(x)), bytes=places)
        return Saved(inputs=True, bytes=places)

    def axes(self, x: Shape) -> tuple[Slide, Slide]:
        """The window along height and width of a map `x`."""
        _, height, width = x
        return slides((height, width), self.kernel_size, self.step, self.padding, self.dilation)


class AvgPool(Pool):
    """The mean of each window of a map."""

    name: ClassVar[str] = "avg_pool"

    count_include_pad: Flag | None = None
    """Whether zeros of the padding count in the mean; left out, those of `padding: same` do not
    (as in TensorFlow) and others do (as in PyTorch)."""

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; padded, with the cells of each window, where the padding is a step."""
        (x,) = inputs
        if not self.pads_apart(x):
            return Saved(inputs=True)
        cells = 0 if self.count_include_pad else FLOAT * numel(self.shape(x)[1:])
        return Saved(elements=padded(x, self.axes(x)), fixed=cells)

    def pads_apart(self, x: Shape) -> bool:
        """Whether the padding is a step of its own: PyTorch's pool counts only even padding."""
        uneven = torch_ceil_mode(self.axes(x)) is not False
        return super().pads_apart(x) or bool(
            self.padding == "same" and self.count_include_pad and uneven
        )


class Subsample(Op):
    """The sum of each window of a map, times a learned weight of its channel, plus a learned bias.

    The trainable pool of LeNet-5 (LeCun et al., 1998, section II-B). The windows do not overlap;
    `kernel_size**2 + 1` operations for each output element.
    """

    name: ClassVar[str] = "subsample"
    family: ClassVar[Family] = "pool"

    kernel_size: Positive
    """Height and width of the window, and cells from one window to the next."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C, H // kernel_size, W // kernel_size)`; raises `BadShape` if no window fits."""
        channels, height, width = need_map(inputs[0], "subsample")
        axes = slides((height, width), self.kernel_size, self.kernel_size, 0)
        sizes = axes[0].count(), axes[1].count()
        if min(sizes) < 1:
            raise misfit(axes, most=0)
        return (channels, *sizes)

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """A weight and a bias for each channel, `(C, 1, 1)` each."""
        (x,) = inputs
        return {"weight": (x[0], 1, 1), "bias": (x[0], 1, 1)}

    def links(self, *inputs: Shape) -> int:
        """The cells of the window and the bias, for each output element."""
        return numel(self.shape(*inputs)) * (self.kernel_size * self.kernel_size + 1)

    def extra_flops(self, *inputs: Shape) -> int:
        """The sum, the weight and the bias, for each output element."""
        return self.links(*inputs)

    def window(self, *inputs: Shape) -> Window:
        """The window's extent in cells."""
        _, height, width = inputs[0]
        return window(slides((height, width), self.kernel_size, self.kernel_size, 0))

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input, and the sums that the weights multiply."""
        return Saved(inputs=True, elements=numel(self.shape(*inputs)))


def torch_ceil_mode(axes: tuple[Slide, Slide]) -> bool | None:
    """The `ceil_mode` with which PyTorch's own pool does what `same` padding asks; None: neither.

    PyTorch pads both sides alike. A cell more after than before is what ceil_mode gives when the
    stride is above 1: the last window sticks out, over cells that neither win nor count.
    """
    if not known(axes) or any(2 * axis.before > axis.kernel for axis in axes):
        return None
    if all(axis.before == axis.after for axis in axes):
        return False
    alike = [axis._replace(after=axis.before) for axis in axes]
    fits = all(
        even.count(ceil_mode=True) == axis.count() for even, axis in zip(alike, axes, strict=True)
    )
    return True if fits else None


def spelled(value: Pair | Same) -> str:
    """A field's value as it is written in YAML."""
    return f"[{value[0]}, {value[1]}]" if isinstance(value, tuple) else str(value)
