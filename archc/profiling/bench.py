"""Kernels against eager PyTorch and torch.compile on a CUDA machine: medians, and the roofline."""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from archc import compiler as build
from archc.analyses.devices import devices
from archc.analyses.kernel_prices import time
from archc.network import Network
from archc.profiling.roofline import layers
from archc.targets.torch import class_name

if TYPE_CHECKING:
    import torch

REPEATS, WARM_UP = 50, 10


class NoDevice(Exception):
    """There is nothing here to measure on."""


def device() -> str:
    """The name of the GPU.

    Raises:
        NoDevice: no such device exists; nothing is estimated in its place.
    """
    import torch

    if not torch.cuda.is_available():
        raise NoDevice("no GPU was found, so nothing was measured")
    return torch.cuda.get_device_name()


def modules(network: Network, folder: Path) -> tuple[torch.nn.Module, torch.nn.Module]:
    """The generated model with kernels and without, with the same weights."""
    found = []
    for kernels in (True, False):
        place = folder / str(kernels)
        place.mkdir()
        for file, data in build.make(network, ["torch"], kernels).files.items():
            (place / file).write_bytes(data)
        sys.path.insert(0, str(place))
        try:
            made = _module(place / f"{network.stem}.py", f"bench_{network.stem}_{kernels}")
        finally:
            sys.path.remove(str(place))
        found.append(getattr(made, class_name(network))().eval())
    found[1].load_state_dict(found[0].state_dict())
    return found[0], found[1]


def _module(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def measure(network: Network, batch: int) -> Iterator[tuple[str, float]]:
    """Milliseconds of a forward pass in float16, the median of many, for each way to run it."""
    import torch

    with tempfile.TemporaryDirectory() as place, torch.no_grad():
        fused, plain = modules(network, Path(place))
        for model in (fused, plain):
            model.cuda().half().to(memory_format=torch.channels_last)
        x = torch.randn(batch, *network.input, device="cuda", dtype=torch.float16)
        x = x.contiguous(memory_format=torch.channels_last)
        for name, run in ways(fused, plain):
            yield name, timed(partial(run, x))


def ways(
    fused: torch.nn.Module, plain: torch.nn.Module
) -> Iterator[tuple[str, Callable[[torch.Tensor], object]]]:
    """Each way to run a network."""
    import torch

    yield "kernels", fused
    yield "kernels, torch.compile", torch.compile(fused, mode="max-autotune")
    yield "eager, channels last", plain
    torch.backends.cudnn.benchmark = True
    yield "eager, cuDNN autotuned", plain
    yield "torch.compile, max-autotune", torch.compile(plain, mode="max-autotune")


def timed(run: Callable[[], object]) -> float:
    """The median time of a call on the GPU, in milliseconds."""
    import torch

    for _ in range(WARM_UP):
        run()
    event: Callable[..., Any] = torch.cuda.Event
    found: list[float] = []
    for _ in range(REPEATS):
        start, end = (event(enable_timing=True) for _ in range(2))
        start.record()
        run()
        end.record()
        end.synchronize()
        found.append(start.elapsed_time(end))
    return statistics.median(found)


def bound(network: Network, batch: int, gpu: str) -> float | None:
    """The model's bound for our kernels in milliseconds, on a GPU that it knows."""
    known = [each for name, each in devices().items() if name.upper() in gpu.upper()]
    if not known:
        return None
    prices = [price for row in layers(network) for price in row.ways["ours"]]
    return sum(time(price, known[0], batch, 2).seconds for price in prices) * 1e3
