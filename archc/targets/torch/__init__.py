"""Network -> one PyTorch file that imports torch alone and reads as if written by hand.

The stages, each a file: `classes` decides which classes there are, `merge` makes one class of the
uses of a block, `generalise` finds the expression that is right in all of them, `constructor` and
`forward` write a class's two methods (`variables` names what the forward pass computes, `kernels`
replaces steps by calls of fused kernels), `initialise` and `scaling_rules` write functions, and
`emit` lays out the file. `lowering` is the table from ops to PyTorch's calls; `source` prints
Python.
"""

from __future__ import annotations

from archc.targets.torch.emit import emit
from archc.targets.torch.names import class_name

__all__ = ["class_name", "emit"]
