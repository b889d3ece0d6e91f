"""Network -> PyTorch: a file that reads as if a good teacher had written it."""

from __future__ import annotations

from archc.targets.torch.module import emit
from archc.targets.torch.naming import class_name

__all__ = ["class_name", "emit"]
