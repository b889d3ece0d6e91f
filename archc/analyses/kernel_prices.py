"""The cost model of GPU kernels: bytes, multiply-adds, instructions and launches of each op."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from archc.analyses.devices import Device
from archc.network import Node
from archc.ops.activation import Activation
from archc.ops.adaptive import AdaptivePool
from archc.ops.arithmetic import Scale
from archc.ops.base import Op, Shape, numel, pair
from archc.ops.conv import Conv, PartialConv
from archc.ops.join import Join
from archc.ops.linear import RBF, Linear
from archc.ops.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from archc.ops.pool import Pool, Subsample
from archc.ops.regularise import Dropout, DropPath
from archc.ops.reshape import (
    ChannelShuffle,
    Crop,
    Flatten,
    Identity,
    Pad,
    PadChannels,
    PixelShuffle,
    PixelUnshuffle,
    Upsample,
    ZeroPad,
)
from archc.ops.table import OpTable

ELEMENTWISE = 6
"""Instructions an output element of an operation that loads, computes and stores. An estimate."""

SINGLE = 4
"""Bytes of a float32."""
TILES = {32: (38.0, 5.6), 64: (30.5, 2.9), 128: (24.0, 1.6)}
"""Instructions for each result of the 1x1 kernels, and for each 32 input channels of it, by the
output channels of a tile."""
EXCITE = {16: (43, 34, 30, 28), 32: (34, 24, 20, 18), 64: (52, 32, 23, 20), 128: (47, 31, 22, 18)}
"""Instructions of the gate's kernel for each gate value and hidden value, by the hidden values that
its registers have room for, and by which of 1, 2, 4 and 8 divides them: that many load at once."""


class Price(NamedTuple):
    """The resources of one or several kernels, in elements: the type gives their width in bytes."""

    maps: int = 0
    """Elements of feature maps, read and written; they grow with the batch."""
    weights: int = 0
    """Elements of weights, read once whatever the batch."""
    sums: int = 0
    """Elements of feature maps that are float32 whatever the type."""
    singles: int = 0
    """Elements of weights that are float32 whatever the type."""
    macs: int = 0
    """Multiply-adds that matrix units can do."""
    instructions: int = 0
    """Instructions of one thread that are issued for everything else."""
    launches: int = 0
    programs: int = 0
    """Programs for each sample, where these are too few to keep every multiprocessor busy."""

    def bytes(self, batch: int, width: int) -> int:
        """Bytes that cross the memory bus at the least, each map once where it is made and read."""
        moved = (self.maps * batch + self.weights) * width
        return moved + (self.sums * batch + self.singles) * SINGLE

    def flops(self, batch: int) -> int:
        """The FLOPs of a batch on matrix units: two for each multiply-add."""
        return 2 * self.macs * batch


def total(prices: Iterable[Price]) -> Price:
    """The sum of prices: kernels that run one after the other."""
    return Price(*map(sum, zip(Price(), *prices, strict=True)))


class Time(NamedTuple):
    """The bounds of one kernel, in seconds; a model, nothing was measured."""

    memory: float
    issue: float
    matrix: float
    launch: float

    @property
    def seconds(self) -> float:
        """The time of the kernel: its greatest bound, in seconds."""
        return max(self.memory, self.issue, self.matrix, self.launch)

    @property
    def bound(self) -> str:
        """The resource that limits the kernel: the name of its greatest bound."""
        return max(zip(self, self._fields, strict=True))[1]


def time(price: Price, device: Device, batch: int, width: int) -> Time:
    """The roofline of a kernel: the time that each resource takes if it is used in full."""
    peak = device.matrix_flops if width == 2 else device.matrix_flops_32
    busy = min(1.0, price.programs * batch / device.sms) if price.programs else 1.0
    return Time(
        price.bytes(batch, width) / device.bandwidth,
        price.instructions * batch / (device.issue * busy),
        price.flops(batch) / peak,
        price.launches * device.launch,
    )


def eager(node: Node) -> Price:
    """One operation as a kernel of its own, as eager PyTorch runs it; raises `UnsupportedOp`."""
    return EAGER[node.op](node)


def free(node: Node) -> Price:
    """An operation that does nothing at inference."""
    return Price()


def kernel(node: Node) -> Price:
    """One launch that reads the inputs and the weights once, and writes the output."""
    op, shapes, out = node.op, node.operation.input_shapes, node.operation.output_shape
    moved = sum(map(numel, shapes)) + numel(out)
    weights = sum(map(numel, op.weights(*shapes).values()))
    weights += sum(numel(shape) for shape in op.buffers(*shapes).values() if shape)
    macs = op.macs(*shapes)
    return Price(moved, weights, macs=macs, instructions=each(out), launches=1)


def convolution(node: Node) -> Price:
    """A convolution's kernel, and the kernel that pads its input where padding is separate."""
    ours, out = kernel(node), node.operation.output_shape
    (x,) = node.operation.input_shapes
    if depthwise(node):
        taps = numel(node.op.weights(x)["weight"]) // out[0]
        ours = ours._replace(instructions=numel(out) * depthwise_instructions(taps), macs=0)
    elif pointwise(node):
        ours = ours._replace(instructions=pointwise_instructions(x[0], out))
    return total((ours, padded(node)))


EAGER: OpTable[Callable[[Node], Price]] = OpTable(
    "price as a kernel",
    {
        Conv: convolution,
        **dict.fromkeys((Flatten, Crop, Dropout, DropPath, Identity), free),
        **dict.fromkeys(
            (
                *(PartialConv, Linear, RBF, BatchNorm, LocalResponseNorm, LayerNorm, GroupNorm),
                *(
                    Activation,
                    Pool,
                    Subsample,
                    AdaptivePool,
                    Join,
                    Scale,
                    Pad,
                    ZeroPad,
                    PadChannels,
                ),
                *(ChannelShuffle, Upsample, PixelShuffle, PixelUnshuffle),
            ),
            kernel,
        ),
    },
)
"""The price of each op as a kernel of its own."""


def padded(node: Node) -> Price:
    """The kernel that pads a map with zeros where the sides differ; no kernel elsewhere."""
    shapes = node.operation.input_shapes
    if not isinstance(node.op, Conv) or not node.op.pads_apart(shapes[0]):
        return Price()
    return Price(2 * numel(shapes[0]), instructions=each(shapes[0]), launches=1)


def depthwise(node: Node) -> bool:
    """Whether an operation gives each channel a filter of its own."""
    return (
        isinstance(node.op, Conv)
        and node.op.depthwise(node.operation.input_shapes[0])
        and node.op.groups == node.op.out_channels
    )


def pointwise(node: Node) -> bool:
    """Whether an operation is a plain 1x1 convolution of a map of more than one cell."""
    return plain(node.op) and node.operation.input_shapes[0][1:] != (1, 1)


def plain(op: Op) -> bool:
    """Whether this is a plain 1x1 convolution."""
    return (
        isinstance(op, Conv)
        and op.pointwise
        and (op.padding == "same" or pair(op.padding) == (0, 0))
    )


def each(shape: Shape) -> int:
    """The instructions of an elementwise operation: a load, a few sums, and a store."""
    return numel(shape) * ELEMENTWISE


def depthwise_instructions(taps: int) -> int:
    """Thread instructions for each output of our depthwise kernel, epilogue included.

    Counted in what triton makes for sm_90 in float16 (`archc kernels report`), and a line through
    k = 3, 5 and 7; other people's kernels are priced the same, for want of anything better.
    """
    return 38 + 9 * taps // 2


def pointwise_instructions(channels: int, out: Shape) -> int:
    """Thread instructions of our 1x1 kernel, epilogue included, counted in the same way."""
    once, step = TILES[tile(out[0])]
    return round(numel(out) * (once + step * -(-channels // 32)))


def together_instructions(between: Shape, taps: int, out: Shape) -> int:
    """Thread instructions of our depthwise kernel with a 1x1 one in it, counted in the same way."""
    once, _ = TILES[tile(out[0])]
    return round(numel(between) * (28 + 9 * taps // 2) + numel(out) * once)


def excite_instructions(channels: int, hidden: int) -> int:
    """Thread instructions of the kernel that makes a gate, counted in the same way."""
    room = next((size for size in EXCITE if hidden <= size), 1 << (hidden - 1).bit_length())
    step = next(power for power in (3, 2, 1, 0) if hidden % 2**power == 0)
    return channels * room * EXCITE[min(room, 128)][step]


def tile(channels: int) -> int:
    """The number of output channels in a tile of the 1x1 kernels."""
    return 32 if channels <= 32 else 64 if channels <= 64 else 128
