"""Adaptive pools: the output size is given, the windows follow from the input."""

from __future__ import annotations

import math
from typing import ClassVar

from archc.ops.base import INDEX, Family, Op, Saved, Shape, Window, need_map, numel, pair
from archc.ops.fields import Positives


class AdaptivePool(Op):
    """A map of any size to one of `output_size`, each channel by itself.

    Along an axis of n cells, output cell o of m sees those from `floor(o * n / m)` to
    `ceil((o + 1) * n / m) - 1`. Counted as one operation for each cell of the largest window and
    output element: exact where m divides n.
    """

    family: ClassVar[Family] = "pool"
    output_size: Positives
    """Height and width of the output, in cells; 1 is global pooling."""

    def shape(self, *inputs: Shape) -> Shape:
        """`(C, *output_size)`; the input must be a map."""
        (x,) = inputs
        channels, _, _ = need_map(x, self.name)
        return (channels, *pair(self.output_size))

    def extra_flops(self, *inputs: Shape) -> int:
        """The cells of the largest window, for each output element."""
        (x,) = inputs
        rows, columns = (extent(n, m) for n, m in self.axes(x))
        height, width = pair(self.output_size)
        return x[0] * height * width * rows * columns

    def window(self, *inputs: Shape) -> Window:
        """The largest window, in cells; the whole map for global pooling."""
        down, across = self.axes(inputs[0])
        strides = [n // math.gcd(n, m) for n, m in (down, across)]
        zooms = [m // math.gcd(n, m) for n, m in (down, across)]
        return Window(
            stride=(strides[0], strides[1]),
            last=(strides[0] - 1, strides[1] - 1),
            zoom=(zooms[0], zooms[1]),
            everything=pair(self.output_size) == (1, 1),
        )

    def axes(self, x: Shape) -> tuple[tuple[int, int], tuple[int, int]]:
        """The input and output size of each axis."""
        height, width = pair(self.output_size)
        return (x[1], height), (x[2], width)


class AdaptiveAvgPool(AdaptivePool):
    """The mean of each of `output_size` windows that cover the map."""

    name: ClassVar[str] = "adaptive_avg_pool"

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input; nothing for global pooling, which PyTorch computes as a mean."""
        return Saved(inputs=pair(self.output_size) != (1, 1))


class AdaptiveMaxPool(AdaptivePool):
    """The greatest value in each of `output_size` windows that cover the map."""

    name: ClassVar[str] = "adaptive_max_pool"

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The input, and an int64 index for each output element."""
        return Saved(inputs=True, bytes=INDEX * numel(self.shape(*inputs)))


def extent(cells: int, places: int) -> int:
    """Cells of the largest of the `places` windows that cover an axis of `cells` cells."""
    rest = cells % places
    if rest == 0:
        return cells // places
    # A window starts up to `places - gcd` parts of a cell late, and ends `rest` parts after that.
    return cells // places + (2 if rest > math.gcd(cells, places) else 1)
