"""The layers that Keras would list for a network, with their names, order and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from archc.network import INPUT, Network, Node, Operation
from archc.ops import Shape
from archc.ops.activation import (
    CELU,
    ELU,
    GELU,
    SELU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    OneMinus,
    PReLU,
    ReLU,
    ReLU6,
    ScaledTanh,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)
from archc.ops.adaptive import AdaptiveAvgPool, AdaptiveMaxPool, AdaptivePool
from archc.ops.arithmetic import Scale
from archc.ops.base import pair
from archc.ops.conv import Conv, PartialConv
from archc.ops.join import Add, Concat, Multiply
from archc.ops.linear import RBF, Linear
from archc.ops.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from archc.ops.pool import AvgPool, MaxPool, Subsample
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
from archc.ops.table import OpTable, Unsupported, unsupported

Kind: TypeAlias = Callable[[Operation], str]
"""From an operation of a network to Keras's class of layer; empty where Keras needs no layer."""

ACTIVATION = "Activation"
"""What `activation=` of a Keras layer takes: directly after a convolution or a linear layer an
activation is its argument, elsewhere it is a layer."""
NO_LAYER = unsupported("Keras has no such layer, and a Lambda has no weights")


def named(kind: str) -> Kind:
    """A `Kind` with the same class for all fields of the op."""
    return lambda operation: kind


def convolution(operation: Operation) -> str:
    """`DepthwiseConv2D` where each input channel has a group of its own, else `Conv2D`."""
    op = operation.op
    assert isinstance(op, Conv)
    return "DepthwiseConv2D" if op.depthwise(operation.input_shapes[0]) else "Conv2D"


def adaptive_pool(whole: str, windows: str) -> Kind:
    """A `Kind` for adaptive pools: `whole` for a pool of the whole map, else `windows`."""
    return lambda operation: whole if operation.output_shape[1:] == (1, 1) else windows


def hard_tanh(operation: Operation) -> str:
    """`Activation` with Keras's own bounds, -1 and 1."""
    op = operation.op
    assert isinstance(op, Hardtanh)
    return ACTIVATION if (op.min_val, op.max_val) == (-1, 1) else "Lambda"


def softplus(operation: Operation) -> str:
    """`Activation` with Keras's own bend."""
    op = operation.op
    assert isinstance(op, Softplus)
    return ACTIVATION if op.beta == 1 else "Lambda"


def pad(operation: Operation) -> str:
    """`ZeroPadding2D`; Keras has no layer that mirrors or repeats cells."""
    op = operation.op
    assert isinstance(op, Pad)
    return "ZeroPadding2D" if op.mode == "zeros" else "Lambda"


def upsample(operation: Operation) -> str:
    """`UpSampling2D` by factors, `Resizing` to a size; neither aligns corners."""
    op = operation.op
    assert isinstance(op, Upsample)
    if op.align_corners:
        return "Lambda"
    return "Resizing" if op.scale_factor is None else "UpSampling2D"


LAYERS: OpTable[Kind] = OpTable(
    "layer of Keras",
    {
        Conv: convolution,
        Linear: named("Dense"),
        BatchNorm: named("BatchNormalization"),
        LayerNorm: named("LayerNormalization"),
        GroupNorm: named("GroupNormalization"),
        **dict.fromkeys(
            (
                *(ReLU, ReLU6, ELU, CELU, SELU, SiLU, GELU, Mish, Hardswish, Sigmoid, Hardsigmoid),
                *(LogSigmoid, Tanh, Softsign, Softmax, LogSoftmax),
            ),
            named(ACTIVATION),
        ),
        LeakyReLU: named("LeakyReLU"),
        PReLU: named("PReLU"),
        Hardtanh: hard_tanh,
        Softplus: softplus,
        MaxPool: named("MaxPooling2D"),
        AvgPool: named("AveragePooling2D"),
        AdaptiveAvgPool: adaptive_pool("GlobalAveragePooling2D", "AveragePooling2D"),
        AdaptiveMaxPool: adaptive_pool("GlobalMaxPooling2D", "MaxPooling2D"),
        Concat: named("Concatenate"),
        Add: named("Add"),
        Multiply: named("Multiply"),
        Flatten: named("Flatten"),
        Pad: pad,
        ZeroPad: named("ZeroPadding2D"),
        Crop: named("CenterCrop"),
        Upsample: upsample,
        Dropout: named("Dropout"),
        Identity: named(""),
        # Functions without weights, for which Keras has no layer.
        **dict.fromkeys(
            (
                *(LocalResponseNorm, ScaledTanh, OneMinus, Scale, PadChannels, ChannelShuffle),
                *(PixelShuffle, PixelUnshuffle, DropPath),
            ),
            named("Lambda"),
        ),
        **dict.fromkeys((PartialConv, RBF, Subsample), NO_LAYER),
    },
)
"""Keras's class for each op."""
_SNAKE = {
    "Conv2D": "conv2d",
    "DepthwiseConv2D": "depthwise_conv2d",
    "ZeroPadding2D": "zero_padding2d",
    "MaxPooling2D": "max_pooling2d",
    "AveragePooling2D": "average_pooling2d",
    "GlobalAveragePooling2D": "global_average_pooling2d",
    "GlobalMaxPooling2D": "global_max_pooling2d",
    "UpSampling2D": "up_sampling2d",
    "CenterCrop": "center_crop",
    "LeakyReLU": "leaky_re_lu",
    "PReLU": "p_re_lu",
    "BatchNormalization": "batch_normalization",
    "LayerNormalization": "layer_normalization",
    "GroupNormalization": "group_normalization",
    "InputLayer": "input_layer",
}


@dataclass(eq=False)
class Layer:
    """A row of the summary."""

    kind: str
    """Keras's class."""
    name: str
    shape: Shape
    """The output shape without the batch: height, width, channels."""
    inputs: list[Layer] = field(default_factory=list)
    params: int = 0
    fixed: int = 0
    """The parameters that training does not change: the statistics of norms."""
    note: str = ""
    """The reason why Keras has no layer for the op; empty if it has one."""

    @property
    def connected(self) -> str:
        """`conv2d_51[0][0], conv2d_53[0][0]`."""
        return ", ".join(f"{layer.name}[0][0]" for layer in self.inputs) or "-"

    @property
    def output(self) -> str:
        """`(None, 14, 14, 64)`."""
        return f"({', '.join(['None', *map(str, self.shape)])})"


class Builder:
    """Makes layers in the order of the network, which numbers their names."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.layers: list[Layer] = []

    def add(
        self,
        kind: str,
        shape: Shape,
        inputs: Iterable[Layer],
        params: int = 0,
        fixed: int = 0,
        name: str = "",
    ) -> Layer:
        """Add a layer, with a given name or the next one of its class: `conv2d`, `conv2d_1`, ..."""
        base = name or _SNAKE.get(kind, kind.lower())
        number = self.counts.get(base, 0)
        self.counts[base] = number + 1
        name = f"{base}_{number}" if number else base
        self.layers.append(Layer(kind, name, shape, list(inputs), params, fixed))
        return self.layers[-1]


def layers(network: Network) -> list[Layer]:
    """The layers of a network at inference, in the order of `model.summary()`."""
    nodes = [node for node in network.nodes() if not node.training_only]
    readers: dict[str, list[Node]] = {}
    for node in nodes:
        for source in node.inputs:
            readers.setdefault(source, []).append(node)
    build = Builder()
    made = {INPUT: build.add("InputLayer", _channels_last(network.input), [])}
    by_id = {node.id: node for node in nodes}
    for node in nodes:
        inputs = [made[source] for source in node.inputs]
        before = by_id.get(node.inputs[0])
        alone = before is not None and len(readers[before.id]) == 1
        if before is not None and alone and _absorbs(before, node):
            made[node.id] = inputs[0]
            inputs[0].shape = _channels_last(node.operation.output_shape)
        elif isinstance(node.op, Identity):
            made[node.id] = inputs[0]
        else:
            made[node.id] = _layer(build, node, inputs)
    return _ordered(build.layers, made[nodes[-1].id] if nodes else made[INPUT])


def _absorbs(before: Node, node: Node) -> bool:
    """Whether a node needs no layer: it is an argument of the layer before it, or has no effect."""
    kind = LAYERS.get(node.op)
    if kind and kind(node.operation) == ACTIVATION:
        return before.op.weighted
    pooled = isinstance(before.op, AdaptivePool) and before.operation.output_shape[1:] == (1, 1)
    return pooled and isinstance(node.op, Flatten)


def _layer(build: Builder, node: Node, inputs: list[Layer]) -> Layer:
    op, operation = node.op, node.operation
    shape = _channels_last(operation.output_shape)
    weights = op.weights(*operation.input_shapes)
    learned = sum(_size(each) for each in weights.values())
    stored = sum(_size(each) for each in op.buffers(*operation.input_shapes).values() if each)
    if padded := _padded(node):
        inputs = [build.add("ZeroPadding2D", padded, inputs)]
    found = LAYERS.find(op)
    if isinstance(found, Unsupported):
        layer = build.add("none in Keras", shape, inputs, learned + stored, stored, name=op.name)
        layer.note = f"{op.name} has no {LAYERS.name}: {found.why}"
        return layer
    return build.add(found(operation), shape, inputs, learned + stored, stored)


def _padded(node: Node) -> Shape | None:
    """The padded input of a window whose padding Keras calls neither `valid` nor `same`."""
    padding = getattr(node.op, "padding", 0)
    windowed = hasattr(node.op, "kernel_size") and len(node.operation.output_shape) == 3
    if padding in (0, (0, 0), "same") or not windowed:
        return None
    channels, height, width = node.operation.input_shapes[0]
    sides, same = pair(padding), True
    kernel, stride = pair(getattr(node.op, "kernel_size", 1)), getattr(node.op, "stride", 1)
    steps = pair(stride) if stride is not None else kernel
    spread = pair(getattr(node.op, "dilation", 1))
    for size, k, s, d, p in zip((height, width), kernel, steps, spread, sides, strict=True):
        total = max((-(-size // s) - 1) * s + d * (k - 1) + 1 - size, 0)
        same = same and total == 2 * p
    return None if same else (height + 2 * sides[0], width + 2 * sides[1], channels)


def _ordered(made: list[Layer], last: Layer) -> list[Layer]:
    """The layers in Keras's order: by longest path to the output, then by a search from there."""
    met: dict[Layer, int] = {}
    finished: list[Layer] = []
    stack: list[tuple[Layer, Iterator[Layer]]] = [(last, iter(last.inputs))]
    met[last] = 0
    while stack:
        layer, left = stack[-1]
        following = next((each for each in left if each not in met), None)
        if following is None:
            finished.append(stack.pop()[0])
        else:
            met[following] = len(met)
            stack.append((following, iter(following.inputs)))
    depth = dict.fromkeys(finished, 0)
    for layer in reversed(finished):
        for source in layer.inputs:
            depth[source] = max(depth[source], depth[layer] + 1)
    return sorted(finished, key=lambda layer: (-depth[layer], met[layer]))


def _channels_last(shape: Shape) -> Shape:
    return (*shape[1:], shape[0]) if len(shape) == 3 else shape


def _size(shape: Shape) -> int:
    count = 1
    for n in shape:
        count *= n
    return count
