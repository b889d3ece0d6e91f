"""The middle of a map."""

from torch import Tensor, nn


class CenterCrop(nn.Module):
    """Keeps the middle of a map; of an odd rest the greater part goes below and to the right."""

    def __init__(self, size: int | tuple[int, int]) -> None:
        super().__init__()
        self.height, self.width = size if isinstance(size, tuple) else (size, size)

    def forward(self, x: Tensor) -> Tensor:
        top = (x.shape[2] - self.height) // 2
        left = (x.shape[3] - self.width) // 2
        return x.narrow(2, top, self.height).narrow(3, left, self.width)

    def extra_repr(self) -> str:
        return f"{self.height}, {self.width}"
