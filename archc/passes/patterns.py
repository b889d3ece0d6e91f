"""The patterns of nodes that kernels replace: a function each, tried in the order of `PATTERNS`."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, TypeAlias

from archc.analyses.kernel_prices import (
    Price,
    depthwise_instructions,
    each,
    eager,
    excite_instructions,
    padded,
    plain,
    pointwise_instructions,
    together_instructions,
    total,
)
from archc.analyses.kernel_prices import depthwise as is_depthwise
from archc.analyses.kernel_prices import pointwise as is_pointwise
from archc.network import Node
from archc.ops.activation import Activation, Hardsigmoid, Hardswish, ReLU, ReLU6, Sigmoid, SiLU
from archc.ops.adaptive import AdaptiveAvgPool, AdaptiveMaxPool
from archc.ops.arithmetic import Scale
from archc.ops.base import numel, pair
from archc.ops.conv import Conv, PartialConv
from archc.ops.join import Add, Concat, Multiply
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
from archc.ops.table import OpTable, unsupported
from archc.passes.program import Launch, Match, Program

Pattern: TypeAlias = Callable[[Program, Node], Match | None]
"""From the first node of what may be a match."""


class Role(Enum):
    """The part that an operation may play in a kernel."""

    CONVOLUTION = auto()
    NORM = auto()
    """A scale and a shift for each channel."""
    ACTIVATION = auto()
    SQUEEZE = auto()
    """The mean of each channel, from which a gate is made."""
    GATE = auto()
    """The product of a map and its gate."""
    DROP = auto()
    """Nothing at inference, at the end of a residual branch."""
    RESIDUAL = auto()
    """The addition of a residual."""


ROLES: OpTable[Role] = OpTable(
    "part in a kernel",
    {
        Conv: Role.CONVOLUTION,
        BatchNorm: Role.NORM,
        **dict.fromkeys((ReLU, ReLU6, SiLU, Hardswish, Sigmoid, Hardsigmoid), Role.ACTIVATION),
        AdaptiveAvgPool: Role.SQUEEZE,
        Multiply: Role.GATE,
        DropPath: Role.DROP,
        Add: Role.RESIDUAL,
        **dict.fromkeys(
            (LocalResponseNorm, LayerNorm, GroupNorm),
            unsupported("its statistics are those of the map, which no kernel has at hand"),
        ),
        Activation: unsupported("the kernels do not compute this function"),
        **dict.fromkeys(
            (Pool, Subsample, AdaptiveMaxPool, Concat, Upsample, Pad, ZeroPad),
            unsupported("no kernel makes it while the map is at hand"),
        ),
        **dict.fromkeys(
            (PartialConv, Linear, RBF),
            unsupported("PyTorch's own matrix product is as good"),
        ),
        **dict.fromkeys(
            (
                *(Scale, Flatten, Crop, PadChannels, ChannelShuffle, PixelShuffle, PixelUnshuffle),
                *(Dropout, Identity),
            ),
            unsupported("no pattern of the kernels has it"),
        ),
    },
)
"""Which operations take part in the kernels, and as what."""


def role(node: Node) -> Role | None:
    """The part that a node may play in a kernel; None for an operation that plays none."""
    return ROLES.get(node.op)


WIDEST, LEAST = 128, 28 * 28
"""The most output channels, and the fewest output cells, of both convolutions in one kernel, where
the kernels file has the same numbers and its reasons."""


def depthwise(program: Program, node: Node) -> Match | None:
    """Conv (depthwise) -> batch_norm? -> activation?."""
    if not small_depthwise(node):
        return None
    nodes = [node, *epilogue(program, node)]
    return Match((Launch("depthwise", tuple(nodes), (depthwise_price(nodes),)),))


def small_depthwise(node: Node) -> bool:
    """Whether the depthwise kernels do this convolution: square, 3 to 7, stride 1 or 2."""
    op: Any = node.op
    if not is_depthwise(node):
        return False
    pads = (0, 0) if op.padding == "same" else pair(op.padding)
    sizes = [pair(op.kernel_size), pair(op.stride), pads, pair(op.dilation)]
    (k, _), (s, _), _, _ = sizes
    return all(down == across for down, across in sizes) and k in (3, 5, 7) and s in (1, 2)


def epilogue(program: Program, node: Node) -> list[Node]:
    """The norm and the activation that follow an operation, as far as nobody else reads it."""
    found: list[Node] = []
    last = node
    for part in (Role.NORM, Role.ACTIVATION):
        after = program.only_reader(last)
        if after is None or role(after) != part or last.training_only != after.training_only:
            continue
        found.append(after)
        last = after
    return found


def depthwise_price(nodes: list[Node]) -> Price:
    """One launch that reads x, the filters, scale and shift, and writes y."""
    operation = nodes[0].operation
    (x,), y = operation.input_shapes, operation.output_shape
    taps = numel(operation.op.weights(x)["weight"]) // y[0]
    issued = numel(y) * depthwise_instructions(taps)
    singles = taps * y[0] + affine(nodes)
    ours = Price(numel(x) + numel(y), singles=singles, instructions=issued, launches=1)
    return total((ours, padded(nodes[0])))


def affine(nodes: list[Node]) -> int:
    """Elements of scale and shift, by what follows a convolution."""
    normed = any(role(node) == Role.NORM for node in nodes)
    biased = getattr(nodes[0].op, "bias", False)
    return (2 if normed else 1 if biased else 0) * int(nodes[0].operation.output_shape[0])


def separable(program: Program, node: Node) -> Match | None:
    """Conv (depthwise) -> batch_norm? -> activation? -> conv (1x1) -> batch_norm? -> ..."""
    first = depthwise(program, node)
    if first is None:
        return None
    (start,) = first.launches
    conv = program.only_reader(start.nodes[-1])
    if conv is None or not is_pointwise(conv):
        return None
    nodes = [conv, *epilogue(program, conv)]
    prices: tuple[Price, ...] = (*start.prices, pointwise_price(nodes))
    channels, height, width = conv.operation.output_shape
    if channels <= WIDEST and height * width >= LEAST:
        prices = (together_price(list(start.nodes), nodes),)
    launch = Launch("depthwise_pointwise", (*start.nodes, *nodes), prices)
    return Match((launch,), residual(program, node, nodes[-1]))


def together_price(first: list[Node], last: list[Node]) -> Price:
    """One launch that reads x and all weights, and writes y."""
    (x,), between = first[0].operation.input_shapes, first[0].operation.output_shape
    y, taps = last[0].operation.output_shape, numel(first[0].op.weights(x)["weight"]) // between[0]
    ours = Price(
        numel(x) + numel(y),
        between[0] * y[0],
        singles=taps * between[0] + affine(first) + affine(last),
        macs=last[0].op.macs(between),
        instructions=together_instructions(between, taps, y),
        launches=1,
    )
    return total((ours, padded(first[0])))


def residual(program: Program, start: Node, node: Node) -> tuple[Node, ...]:
    """Drop_path? -> add, of a map made before `start`; nobody else reads what is between."""
    found: list[Node] = []
    after = program.only_reader(node)
    if after is not None and role(after) == Role.DROP:
        found.append(after)
        after = program.only_reader(after)
    if after is None or role(after) != Role.RESIDUAL or after.training_only != node.training_only:
        return ()
    others = [name for name in after.inputs if name != (found or [node])[-1].id]
    early = all(program.order[name] < program.order[start.id] for name in others)
    return (*found, after) if len(others) == 1 and len(after.inputs) == 2 and early else ()


def gated(program: Program, node: Node) -> Match | None:
    """Conv (depthwise) -> batch_norm? -> activation? -> squeeze, excite, multiply -> conv (1x1) ...

    The depthwise kernel leaves the sums of its tiles, one kernel makes the gate of them, and the
    1x1 convolution multiplies by it as it reads: the map is written once and read once.
    """
    first = depthwise(program, node)
    if first is None:
        return None
    (start,) = first.launches
    readers = program.readers[start.nodes[-1].id]
    gate = next((found for r in readers if (found := gate_of(program, r))), None)
    times = program.only_reader(gate[-1]) if gate else None
    if gate is None or times is None or role(times) != Role.GATE or len(readers) != 2:
        return None
    conv = program.only_reader(times)
    if set(readers) != {gate[0], times} or conv is None or not is_pointwise(conv):
        return None
    nodes = [conv, *epilogue(program, conv)]
    middle, made = start.nodes[-1].operation.output_shape, sums(start.nodes[-1])
    depthwise_too = total((*start.prices, Price(sums=made)))
    product = total((pointwise_price(nodes), Price(middle[0])))
    return Match(
        (
            Launch("depthwise", start.nodes, (depthwise_too,)),
            Launch("squeeze_excite", tuple(gate), (excite_price(gate, made),)),
            Launch("pointwise", (times, *nodes), (product,)),
        ),
        residual(program, node, nodes[-1]),
    )


def weighed(program: Program, node: Node) -> Match | None:
    """Squeeze, excite, multiply: a sum over the cells, one kernel for the gate, and a product."""
    gate = gate_of(program, node)
    times = program.only_reader(gate[-1]) if gate else None
    if times is None or role(times) != Role.GATE:
        return None
    if sorted(times.inputs) != sorted((node.inputs[0], gate[-1].id)):
        return None
    (x,) = node.operation.input_shapes
    squeeze = Price(numel(x), sums=x[0], instructions=each(x), launches=1)
    prices = (squeeze, excite_price(gate, x[0]), eager(times))
    return Match((Launch("squeeze_excite", (*gate, times), prices),))


def gate_of(program: Program, node: Node) -> list[Node]:
    """The chain that makes a gate, if it begins here: pool, conv, activation, conv, activation."""
    if role(node) != Role.SQUEEZE or node.operation.output_shape[1:] != (1, 1):
        return []
    chain: list[Node] = [node]
    for part in (Role.CONVOLUTION, Role.ACTIVATION) * 2:
        after = program.only_reader(chain[-1])
        if after is None or role(after) != part:
            return []
        chain.append(after)
    biased = all(plain(conv.op) and getattr(conv.op, "bias", False) for conv in chain[1::2][:2])
    parts = {(name, end.isdigit()) for name, _, end in (n.id.rpartition(".") for n in chain)}
    return chain if biased and len(parts) == 1 and parts.pop()[1] else []


def pointwise(program: Program, node: Node) -> Match | None:
    """Conv (1x1) -> batch_norm? -> activation?."""
    if not is_pointwise(node):
        return None
    nodes = [node, *epilogue(program, node)]
    tail = residual(program, node, nodes[-1])
    if len(nodes) == 1 and not tail:
        return None
    return Match((Launch("pointwise", tuple(nodes), (pointwise_price(nodes),)),), tail)


def pointwise_price(nodes: list[Node]) -> Price:
    """One launch that reads x and the weights, and writes y."""
    operation = nodes[0].operation
    (x,), y = operation.input_shapes, operation.output_shape
    return Price(
        numel(x) + numel(y),
        x[0] * y[0],
        singles=affine(nodes),
        macs=operation.op.macs(x),
        instructions=pointwise_instructions(x[0], y),
        launches=1,
    )


def excite_price(gate: list[Node], sums: int) -> Price:
    """One launch that reads the sums of the tiles and both weights, and writes the gate."""
    channels, hidden = (gate[k].operation.output_shape[0] for k in (3, 1))
    weights = 2 * channels * hidden + channels + hidden
    issued = excite_instructions(channels, hidden) + sums
    macs = 2 * channels * hidden
    return Price(channels, weights, sums, 0, macs, issued, launches=1, programs=1)


def sums(node: Node) -> int:
    """Elements of the sums of tiles of a map."""
    channels, height, width = node.operation.output_shape
    return channels * -(-height * width // tile_cells(channels))


def tile_cells(channels: int) -> int:
    """The cells of a tile of the depthwise kernel."""
    return 32 if channels <= 32 else 16


PATTERNS: tuple[Pattern, ...] = (gated, separable, weighed, depthwise, pointwise)
"""Larger ones first: a node belongs to the first match that takes it."""
