"""Arithmetic intensity and a time on a device: a model of each op as a kernel of its own.

Williams et al., "Roofline: an insightful visual performance model for multicore architectures",
2009; what a kernel costs is what the fusing passes count with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from archc.analyses.cost import operation_cost
from archc.analyses.devices import WIDTHS, Device
from archc.analyses.folds import Sums
from archc.analyses.hierarchy import Part
from archc.analyses.kernel_prices import Price, eager, time
from archc.network import Instance, Network, Node, Operation, Repeat

BOUNDS: Mapping[str, str] = {
    "memory": "memory",
    "issue": "compute",
    "matrix": "compute",
    "launch": "launch",
}
"""The bound that is reported for each resource: arithmetic is one, whichever the unit."""


class Load(NamedTuple):
    """Bytes, FLOPs and seconds of one or several kernels in sequence, for one batch."""

    bytes: int = 0
    """Bytes moved: a map for each write and each read, a weight once."""
    flops: int = 0
    """FLOPs as `CONVENTIONS` counts them: two for each multiply-add, and all other operations."""
    seconds: float = 0.0
    """The sum of the kernels' times, each that of its slowest resource."""
    memory: float = 0.0
    """The seconds of the kernels that are bound by memory."""
    compute: float = 0.0
    launch: float = 0.0
    kernels: int = 0

    @property
    def intensity(self) -> float:
        """Arithmetic intensity: FLOPs for each byte; 0 where nothing moves."""
        return self.flops / self.bytes if self.bytes else 0.0

    @property
    def bound(self) -> str:
        """The bound of most of the time: `memory`, `compute` or `launch`."""
        waits = {"memory": self.memory, "compute": self.compute, "launch": self.launch}
        return max(waits, key=lambda name: waits[name]) if self.seconds else ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {**self._asdict(), "intensity": self.intensity, "bound": self.bound}


@dataclass(frozen=True)
class Roofline:
    """The modelled time of a network on a device at inference; nothing is measured."""

    network: Network
    device: Device
    batch: int
    dtype: str

    @property
    def peak(self) -> float:
        """FLOPs a second for this type, in multiply-adds on the units that are made for them."""
        return self.device.matrix_flops if self._width == 2 else self.device.matrix_flops_32

    @property
    def ridge(self) -> float:
        """FLOPs a byte at which a multiply-add kernel stops to wait for memory."""
        return self.peak / self.device.bandwidth

    @cached_property
    def total(self) -> Load:
        """The load of the whole network."""
        return self.of(self.network.root.flow(asides=False))

    def of(self, items: Iterable[Operation | Instance | Repeat]) -> Load:
        """The load of some items of one body."""
        return self._sums.of(items)

    def part(self, part: Part) -> Load:
        """The load of a part, all its iterations included."""
        return self._sums.times(self.of(part.items), part.count)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "model": "not measured",
            "device": self.device.title,
            "source": self.device.source,
            "batch": self.batch,
            "dtype": self.dtype,
            "ridge": self.ridge,
            "total": self.total.to_dict(),
        }

    @property
    def _width(self) -> int:
        return WIDTHS[self.dtype]

    @cached_property
    def _sums(self) -> Sums[Load]:
        return Sums(Load, self._operation, ("roofline", self.device, self.batch, self.dtype))

    def _operation(self, operation: Operation) -> Load:
        price = eager(Node("", operation, "", ()))  # the same at every path
        if price == Price():
            return Load()
        taken = time(price, self.device, self.batch, self._width)
        waits = {"memory": 0.0, "compute": 0.0, "launch": 0.0, BOUNDS[taken.bound]: taken.seconds}
        moved = price.bytes(self.batch, self._width)
        flops = operation_cost(operation).flops * self.batch
        return Load(moved, flops, taken.seconds, **waits, kernels=price.launches)
