"""Windows that slide over a map: the arithmetic that convolutions and pools share."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from archc.expr.functions import maximum
from archc.expr.sizes import python, traced
from archc.ops.base import BadShape, Pair, Shape, Window, pair, times
from archc.ops.fields import Same


class Slide(NamedTuple):
    """A window that slides along one axis of a map; all sizes in cells."""

    size: int
    """The axis before padding."""
    kernel: int
    stride: int
    dilation: int
    before: int
    """Padding above or to the left."""
    after: int
    """Padding below or to the right."""

    @property
    def reach(self) -> int:
        """Cells from the first one in the window to the last, both counted."""
        # The case of 1 keeps a remembered `kernel_size` from printing as `kernel_size - 1 + 1`.
        return self.kernel if self.dilation == 1 else self.dilation * (self.kernel - 1) + 1

    @property
    def padding(self) -> int:
        """Cells of padding at both ends together."""
        return 2 * self.before if self.before == self.after else self.before + self.after

    def count(self, ceil_mode: bool = False) -> int:
        """The number of places of the window: the output size; below 1 if the window does not fit.

        With `ceil_mode` the last place may stick out beyond the padding, but must start inside
        the input or the padding before it (as PyTorch has it).
        """
        room = self.size + self.padding - self.reach
        if not ceil_mode:
            return room // self.stride + 1
        places = (room + (self.stride - 1)) // self.stride + 1
        if (places - 1) * self.stride >= self.size + self.before:
            return places - 1
        return places


def slides(
    area: tuple[int, int], kernel: Pair, stride: Pair, padding: Pair | Same, dilation: Pair = 1
) -> tuple[Slide, Slide]:
    """The windows down and across a map of `area` (height, width), `same` padding worked out."""

    def slide(axis: int) -> Slide:
        length, k, s, d = area[axis], kernels[axis], strides[axis], dilations[axis]
        before, after = same(length, k, s, d) if pads is None else (pads[axis], pads[axis])
        return Slide(length, k, s, d, before, after)

    kernels, strides, dilations = pair(kernel), pair(stride), pair(dilation)
    pads = None if padding == "same" else pair(padding)
    down = slide(0)
    square = area[0] == area[1] and not any(
        isinstance(value, tuple) for value in (kernel, stride, padding, dilation)
    )
    across = down if square else slide(1)
    return down, across


def same(length: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """TensorFlow's padding before and after an axis: the output is `ceil(length / stride)`.

    The odd cell goes after. Source: the notes on convolution in TensorFlow's `tf.nn` guide.
    """
    if stride == 1:
        total = dilation * (kernel - 1)
    else:
        places = (length + (stride - 1)) // stride
        total = maximum((places - 1) * stride + dilation * (kernel - 1) + 1 - length, 0)
    before = total // 2
    return before, (before if total % 2 == 0 else total - before)


def padded(x: Shape, axes: tuple[Slide, Slide]) -> int:
    """The number of elements of a map with its padding around it."""
    down, across = axes
    return x[0] * (down.size + down.padding) * (across.size + across.padding)


def known(axes: tuple[Slide, Slide]) -> bool:
    """Whether `same` padding is a number that holds for every use of the code being written.

    It depends on the map's size unless the stride is 1; and a size, a stride or a kernel that is
    an argument of the block may be another one at the next use. A kernel at stride 1 only matters
    by being odd or even.
    """
    return all(
        not traced(axis.stride)
        and (axis.stride == 1 or not traced((axis.size, axis.kernel, axis.dilation)))
        for axis in axes
    )


def window(axes: tuple[Slide, Slide]) -> Window:
    """The `Window` of one output cell, from the slides down and across."""
    down, across = axes
    return Window(
        stride=(down.stride, across.stride),
        first=(-down.before, -across.before),
        last=(down.reach - 1 - down.before, across.reach - 1 - across.before),
    )


def single(value: Pair) -> Pair:
    """`(3, 3)` as `3`; a pair stays one where its numbers are equal but their expressions not."""
    height, width = pair(value)
    return height if python(height) == python(width) else value


def misfit(
    axes: tuple[Slide, Slide], ceil_mode: bool = False, most: Pair | None = None
) -> BadShape:
    """The refusal of a kernel that is larger than the padded input.

    `most` is the greatest padding that the op may have, if it has such a bound.
    """
    down, across = axes
    kernel = f"a {down.kernel}x{across.kernel} kernel"
    if down.dilation > 1 or across.dilation > 1:
        kernel += f" over {down.reach}x{across.reach} cells (dilation)"
    where = f"a {down.size}x{across.size} input"
    if down.before or across.before:
        where += f" padded by {times((down.before, across.before))}"
    least = tuple(
        next(
            p
            for p in itertools.count(max(axis.before, (axis.reach - axis.size - axis.stride) // 2))
            if axis._replace(before=p, after=p).count(ceil_mode) >= 1
        )
        for axis in axes
    )
    text = str(least[0]) if least[0] == least[1] else f"[{least[0]}, {least[1]}]"
    fits = most is None or all(p <= bound for p, bound in zip(least, pair(most), strict=True))
    return BadShape(
        f"{kernel} does not fit {where}",
        "kernel_size",
        f"padding: {text} is the least that fits" if fits else "",
    )
