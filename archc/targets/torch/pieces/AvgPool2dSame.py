"""Average pool with TensorFlow's padding."""

import torch.nn.functional as F
from torch import Tensor, nn


class AvgPool2dSame(nn.Module):
    """An average pool padded as TensorFlow does: the output is ceil(input / stride).

    An odd cell goes below and to the right. Unless asked to, the padding does not count: each mean
    is over the cells of the window that are on the map.
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        count_include_pad: bool = False,
    ) -> None:
        super().__init__()
        stride = kernel_size if stride is None else stride
        self.kernel_size = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        self.stride = (stride,) * 2 if isinstance(stride, int) else stride
        self.count_include_pad = count_include_pad

    def forward(self, x: Tensor) -> Tensor:
        pads: list[int] = []  # left, right, top, bottom
        for size, kernel, stride in zip(
            reversed(x.shape[2:]), reversed(self.kernel_size), reversed(self.stride), strict=True
        ):
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        mean = F.avg_pool2d(F.pad(x, pads), self.kernel_size, self.stride)
        if self.count_include_pad:
            return mean
        cells = F.pad(x.new_ones(1, 1, *x.shape[2:]), pads)  # 1 on the map, 0 on the padding
        return mean / F.avg_pool2d(cells, self.kernel_size, self.stride)

    def extra_repr(self) -> str:
        return f"{self.kernel_size}, stride={self.stride}"
