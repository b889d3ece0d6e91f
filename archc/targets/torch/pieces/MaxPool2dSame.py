"""Maximum pool with TensorFlow's padding."""

import torch.nn.functional as F
from torch import Tensor, nn


class MaxPool2dSame(nn.Module):
    """A maximum pool padded as TensorFlow does: the output is ceil(input / stride).

    An odd cell goes below and to the right. The padding is minus infinity, so it never wins.
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        dilation: int | tuple[int, int] = 1,
    ) -> None:
        super().__init__()
        stride = kernel_size if stride is None else stride
        self.kernel_size = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        self.stride = (stride,) * 2 if isinstance(stride, int) else stride
        self.dilation = (dilation,) * 2 if isinstance(dilation, int) else dilation

    def forward(self, x: Tensor) -> Tensor:
        pads: list[int] = []  # left, right, top, bottom
        for axis in (1, 0):
            size, stride = x.shape[2 + axis], self.stride[axis]
            reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
            total = max((-(-size // stride) - 1) * stride + reach - size, 0)
            pads += [total // 2, total - total // 2]
        x = F.pad(x, pads, value=float("-inf"))
        return F.max_pool2d(x, self.kernel_size, self.stride, dilation=self.dilation)

    def extra_repr(self) -> str:
        return f"{self.kernel_size}, stride={self.stride}, dilation={self.dilation}"
