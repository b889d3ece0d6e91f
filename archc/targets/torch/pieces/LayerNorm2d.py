"""Layer normalisation of maps."""

from torch import Tensor, nn


class LayerNorm2d(nn.LayerNorm):
    """Normalises the channels of a map, at each of its cells by itself.

    Ba et al., "Layer Normalization", 2016, arXiv:1607.06450, as ConvNeXt uses it (2201.03545).
    """

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
