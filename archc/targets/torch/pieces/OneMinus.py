"""The rest of a gate."""

from torch import Tensor, nn


class OneMinus(nn.Module):
    """1 - x: what a gate that lets x through keeps back."""

    def forward(self, x: Tensor) -> Tensor:
        return 1 - x
