"""Stochastic depth."""

from torch import Tensor, nn


class DropPath(nn.Module):
    """While training, drops a whole branch for some samples of the batch, each with probability p.

    Samples that are kept are scaled up, so that nothing is to be done at inference. Huang et al.,
    "Deep Networks with Stochastic Depth", 2016, arXiv:1603.09382.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        keep = x.new_empty(x.shape[0], *[1] * (x.ndim - 1)).bernoulli_(1 - self.p)
        return x * keep / (1 - self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}"
