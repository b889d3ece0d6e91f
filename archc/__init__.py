"""A compiler for neural-network architectures: YAML specs to PyTorch, figures and tables.

```python
import archc

model = archc.load("googlenet").elaborate(num_classes=10)
model.analyze().totals
archc.build_module("resnet", variant="resnet50")
```
"""

from __future__ import annotations

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
