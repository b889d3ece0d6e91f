"""What a kernel costs, in what a GPU runs out of: bytes, multiply-adds, instructions, launches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from archc.devices import Device
from archc.network import Node
from archc.ops import OPS
from archc.ops.base import Shape, numel

FREE = ("flatten", "dropout", "drop_path", "identity")
"""Operations that do nothing at inference."""
INSTRUCTIONS = {"elementwise": 6, "conv": 8}
"""Instructions for each output element beside the taps': index, load, store. An estimate."""


class Price(NamedTuple):
    """What some kernels cost for one batch; elements, until the width of a type is known."""

    maps: int = 0
    """Elements of feature maps, read and written; they grow with the batch."""
    weights: int = 0
    """Elements of weights, read once whatever the batch."""
    macs: int = 0
    """Multiply-adds that matrix units can do."""
    instructions: int = 0
    """Instructions of one thread that are issued for everything else."""
    launches: int = 0

    def bytes(self, batch: int, width: int) -> int:
        """Bytes that cross the memory bus at the least, each map once where it is made and read."""
        return (self.maps * batch + self.weights) * width

    def flops(self, batch: int) -> int:
        """Two for each multiply-add."""
        return 2 * self.macs * batch


def total(prices: Iterable[Price]) -> Price:
    """What they cost one after the other."""
    return Price(*map(sum, zip(Price(), *prices, strict=True)))


class Time(NamedTuple):
    """The bounds of one kernel, in seconds; a model, nothing was measured."""

    memory: float
    issue: float
    matrix: float
    launch: float

    @property
    def seconds(self) -> float:
        """The greatest bound, but no less than what it takes to launch."""
        return max(self.memory, self.issue, self.matrix, self.launch)

    @property
    def bound(self) -> str:
        """What it waits for."""
        return max(zip(self, self._fields, strict=True))[1]


def time(price: Price, device: Device, batch: int, width: int) -> Time:
    """The roofline of a kernel: as if each resource were used in full."""
    peak = device.matrix_flops if width == 2 else device.matrix_flops_32
    return Time(
        price.bytes(batch, width) / device.bandwidth,
        price.instructions * batch / device.issue,
        price.flops(batch) / peak,
        price.launches * device.launch,
    )


def eager(node: Node) -> Price:
    """One operation as a kernel of its own, as eager PyTorch runs it."""
    op, shapes, out = node.op, node.leaf.input_shapes, node.leaf.output_shape
    if op.name in FREE:
        return Price()
    moved = sum(map(numel, shapes)) + numel(out)
    weights = sum(map(numel, op.weights(*shapes).values()))
    weights += sum(numel(shape) for shape in op.buffers(*shapes).values() if shape)
    macs = op.macs(*shapes)
    if depthwise(node):
        taps = numel(op.weights(*shapes)["weight"]) // out[0]
        return Price(moved, weights, 0, numel(out) * depthwise_instructions(taps), 1)
    return Price(moved, weights, macs, each(out), 1)


def depthwise(node: Node) -> bool:
    """Whether an operation gives each channel a filter of its own."""
    groups = getattr(node.op, "groups", 1)
    return (
        isinstance(node.op, OPS["conv"])
        and groups > 1
        and groups == node.leaf.input_shapes[0][0] == node.leaf.output_shape[0]
    )


def each(shape: Shape) -> int:
    """The instructions of an operation that is nothing but a load, a few sums, and a store."""
    return numel(shape) * INSTRUCTIONS["elementwise"]


def depthwise_instructions(taps: int) -> int:
    """Thread instructions for each output of our depthwise kernel, epilogue included.

    Counted in what triton makes for sm_90 in float16 (`archc kernels report`), and a line through
    k = 3, 5 and 7; other people's kernels are priced the same, for want of anything better.
    """
    return 38 + 9 * taps // 2
