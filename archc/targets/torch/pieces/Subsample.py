"""A pool with weights."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Subsample(nn.Module):
    """Adds up the cells of each window, times a weight of the map, plus a bias of the map.

    S2 and S4 of LeNet-5: LeCun et al., "Gradient-Based Learning Applied to Document Recognition",
    1998. Before training, it takes the mean.
    """

    def __init__(self, channels: int, kernel_size: int) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.weight = nn.Parameter(torch.full((channels, 1, 1), 1 / kernel_size**2))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        total = F.avg_pool2d(x, self.kernel_size, divisor_override=1)
        return self.weight * total + self.bias

    def extra_repr(self) -> str:
        return f"{len(self.weight)}, {self.kernel_size}"
