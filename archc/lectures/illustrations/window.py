"""A window that slides over one small map: the cells that it sees, and the output's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from archc.ops.base import Shape
from archc.ops.conv import Conv
from archc.ops.pool import AvgPool, MaxPool
from archc.ops.sliding import Slide, slides

Matrix: TypeAlias = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A cell that the window sees; rows and columns count from the map's first, padding below 0."""

    row: int
    column: int
    value: float
    weight: float
    padding: bool


@dataclass(frozen=True, slots=True)
class Sliding:
    """A convolution or a pool of one channel, on numbers."""

    op: type[Conv | MaxPool | AvgPool]
    image: Matrix
    filter: Matrix | None
    """A convolution's weights."""
    axes: tuple[Slide, Slide]
    output: tuple[int, int]
    counts_padding: bool = True
    """Whether an average counts the cells of the padding."""

    def window(self, row: int, column: int) -> tuple[Seen, ...]:
        """The cells that the window sees for an output cell, in reading order."""
        down, across = self.axes
        found: list[Seen] = []
        for i in range(down.kernel):
            for j in range(across.kernel):
                y = row * down.stride - down.before + i * down.dilation
                x = column * across.stride - across.before + j * across.dilation
                inside = 0 <= y < down.size and 0 <= x < across.size
                weight = self.filter[i][j] if self.filter else 1
                value = self.image[y][x] if inside else 0
                found.append(Seen(y, x, value, weight, not inside))
        return tuple(found)

    def counted(self, row: int, column: int) -> tuple[Seen, ...]:
        """The cells that count: for a maximum, padding never does."""
        seen = self.window(row, column)
        if self.op is Conv or (self.op is AvgPool and self.counts_padding):
            # A window may stick out beyond the padding, where there are no cells.
            down, across = self.axes
            return tuple(
                cell
                for cell in seen
                if cell.row < down.size + down.after and cell.column < across.size + across.after
            )
        return tuple(cell for cell in seen if not cell.padding)

    def value(self, row: int, column: int) -> float:
        """The value of an output cell."""
        cells = self.counted(row, column)
        if self.op is MaxPool:
            return max(cell.value for cell in cells)
        total = sum(cell.value * cell.weight for cell in cells)
        return total if self.op is Conv else total / len(cells)

    def response(self) -> Matrix:
        """The whole output."""
        rows, columns = self.output
        return tuple(tuple(self.value(r, c) for c in range(columns)) for r in range(rows))


def convolve(
    image: Matrix,
    filter: Matrix,
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
) -> Sliding:
    """A convolution of one channel, as frameworks have it: the filter is not turned round.

    Raises:
        archc.ops.BadShape: the filter does not fit.
        ValueError: rows of different lengths.
    """
    shape, size = (1, *_size(image)), _size(filter)
    op = Conv(out_channels=1, kernel_size=size, stride=stride, padding=padding, dilation=dilation)
    axes = slides(_size(image), size, stride, padding, dilation)
    return Sliding(Conv, image, filter, axes, _area(op.shape(shape)))


def pool(
    image: Matrix,
    kind: type[MaxPool | AvgPool],
    kernel: tuple[int, int],
    stride: tuple[int, int] | None = None,
    padding: tuple[int, int] = (0, 0),
    ceil_mode: bool = False,
    counts_padding: bool = True,
) -> Sliding:
    """A pool of one channel; raises as `convolve` does."""
    shape = (1, *_size(image))
    op = kind(kernel_size=kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
    axes = slides(_size(image), kernel, kernel if stride is None else stride, padding)
    return Sliding(kind, image, None, axes, _area(op.shape(shape)), counts_padding)


def _area(shape: Shape) -> tuple[int, int]:
    return shape[1], shape[2]


def _size(matrix: Sequence[Sequence[float]]) -> tuple[int, int]:
    lengths = {len(row) for row in matrix}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError("the rows of a matrix are equally long, and not empty")
    return len(matrix), lengths.pop()
