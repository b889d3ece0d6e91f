"""Scaled hyperbolic tangent."""

import torch
from torch import Tensor, nn


class ScaledTanh(nn.Module):
    """amplitude * tanh(slope * x), which takes 1 to 1 and -1 to -1.

    LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998, appendix A.
    """

    def __init__(self, amplitude: float = 1.7159, slope: float = 2 / 3) -> None:
        super().__init__()
        self.amplitude = amplitude
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        return self.amplitude * torch.tanh(self.slope * x)
