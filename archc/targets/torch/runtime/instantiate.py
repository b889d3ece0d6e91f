"""Builds the generated module in memory; the only place that executes generated code."""

from __future__ import annotations

import hashlib
import inspect
import linecache
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from archc.analyses import analyze
from archc.network import Network
from archc.targets import torch as backend

if TYPE_CHECKING:
    from torch import nn


def instantiate(network: Network) -> nn.Module:
    """The generated module of a network, its weights drawn as the spec says.

    It can be pickled in this process, and `inspect.getsource` shows its code.

    Raises:
        ModuleNotFoundError: torch is not installed.
    """
    source = backend.emit(network, analyze(network))
    made = getattr(_module(source, network.label), backend.class_name(network))
    free = inspect.signature(made).parameters.keys() & network.params.keys()
    built: nn.Module = made(**{name: network.params[name] for name in free})
    return built


def _module(source: str, label: str) -> ModuleType:
    """The source as an imported module; the same source is one module."""
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    name = f"archc_generated_{label.replace(':', '_')}_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    file = f"<archc {label} {digest}>"
    module = ModuleType(name)
    module.__file__ = file
    # An entry without a time is never dropped as stale.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    sys.modules[name] = module
    try:
        namespace: dict[str, Any] = module.__dict__
        exec(compile(source, file, "exec"), namespace)
    except BaseException:
        del sys.modules[name]
        raise
    return module
