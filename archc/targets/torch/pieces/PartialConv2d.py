"""Convolution with a connection table."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class PartialConv2d(nn.Module):
    """A convolution whose output maps see some of the input maps each: those that a table names.

    C3 of LeNet-5: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998,
    Table I.
    """

    def __init__(
        self,
        in_channels: int,
        connections: Sequence[Sequence[int]],
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if max(map(max, connections)) >= in_channels:
            raise ValueError(f"the table names a map that is not among the {in_channels}")
        self.connections = [list(seen) for seen in connections]
        self.maps = nn.ModuleList(
            nn.Conv2d(len(seen), 1, kernel_size, stride=stride, padding=padding, bias=bias)
            for seen in connections
        )

    def forward(self, x: Tensor) -> Tensor:
        maps = zip(self.maps, self.connections, strict=True)
        return torch.cat([conv(x[:, seen]) for conv, seen in maps], dim=1)
