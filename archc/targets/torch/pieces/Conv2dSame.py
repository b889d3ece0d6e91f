"""Convolution with TensorFlow's padding."""

import torch.nn.functional as F
from torch import Tensor, nn


class Conv2dSame(nn.Conv2d):
    """A convolution padded as TensorFlow does: the output is ceil(input / stride).

    What is needed follows from the input's size; an odd cell goes below and to the right, where
    `padding` of nn.Conv2d would need one on both sides.
    """

    def forward(self, x: Tensor) -> Tensor:
        pads: list[int] = []  # left, right, top, bottom
        for axis in (1, 0):
            size, stride = x.shape[2 + axis], self.stride[axis]
            reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
            total = max((-(-size // stride) - 1) * stride + reach - size, 0)
            pads += [total // 2, total - total // 2]
        return super().forward(F.pad(x, pads))
