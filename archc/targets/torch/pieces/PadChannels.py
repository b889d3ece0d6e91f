"""Zero channels."""

import torch.nn.functional as F
from torch import Tensor, nn


class PadChannels(nn.Module):
    """Appends channels of zeros until there are `out_channels`: a shortcut without weights.

    Option A of He et al., "Deep Residual Learning for Image Recognition", 2015, arXiv:1512.03385.
    """

    def __init__(self, out_channels: int) -> None:
        super().__init__()
        self.out_channels = out_channels

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x, (0, 0, 0, 0, 0, self.out_channels - x.shape[1]))

    def extra_repr(self) -> str:
        return f"{self.out_channels}"
