"""A compiler for neural-network architectures: YAML specs to PyTorch, figures and tables.

```python
import archc

model = archc.load("googlenet").elaborate(num_classes=10)
model.analyze().totals
archc.build_module("resnet", variant="resnet50")
```
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archc.api import Architecture, Model, build_module, compare, diff, load
    from archc.diagnostics import SpecError

    __version__: str

__all__ = [
    "Architecture",
    "Model",
    "SpecError",
    "__version__",
    "build_module",
    "compare",
    "diff",
    "load",
]


def __getattr__(name: str) -> Any:
    """The API, imported when it is first asked for: commands start without it."""
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("archc")
        except PackageNotFoundError:  # run from a checkout
            return "0+unknown"
    if name in __all__:
        from archc import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keeps `archc.load` the function, though there is a step, and so a module, of that name."""

    @property
    def load(self) -> Any:
        """Read a spec."""
        from archc import api

        return api.load

    @load.setter
    def load(self, module: ModuleType) -> None:
        """Importing the module `archc.load` would set it."""


sys.modules[__name__].__class__ = _Package
