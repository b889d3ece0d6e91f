"""Distances to codes."""

import torch
from torch import Tensor, nn


class RBF(nn.Module):
    """Squared distances to a fixed code for each class: the smallest is the answer.

    The output of LeNet-5: LeCun et al., "Gradient-Based Learning Applied to Document Recognition",
    1998. The codes are +1s and -1s; here by chance, in the paper small pictures of the characters.
    """

    codes: Tensor

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.register_buffer("codes", torch.randint(0, 2, (out_features, in_features)) * 2.0 - 1.0)

    def forward(self, x: Tensor) -> Tensor:
        return (x.unsqueeze(1) - self.codes).square().sum(dim=2)

    def extra_repr(self) -> str:
        return f"{self.codes.shape[1]}, {self.codes.shape[0]}"
