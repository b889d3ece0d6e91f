"""Network -> kernels beside the PyTorch code, each with the eager expression that it replaces."""

from __future__ import annotations

from archc.targets.triton.emit import emit

__all__ = ["emit"]
