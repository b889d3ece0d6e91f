"""The ops: one class answers every question about one operation; `OPS` lists them all."""

from __future__ import annotations

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
from archc.ops.adaptive import AdaptiveAvgPool, AdaptiveMaxPool
from archc.ops.arithmetic import Scale
from archc.ops.base import BadShape, Family, Op, Shape, Window
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

__all__ = ["INITIALISED", "OPS", "BadShape", "Family", "Op", "Shape", "Window"]

_CLASSES: tuple[type[Op], ...] = (
    # layers with weights
    Conv,
    PartialConv,
    Linear,
    RBF,
    BatchNorm,
    LocalResponseNorm,
    LayerNorm,
    GroupNorm,
    # activations
    ReLU,
    ReLU6,
    LeakyReLU,
    PReLU,
    ELU,
    CELU,
    SELU,
    SiLU,
    GELU,
    Mish,
    Softplus,
    Hardswish,
    Sigmoid,
    Hardsigmoid,
    LogSigmoid,
    Tanh,
    Hardtanh,
    Softsign,
    ScaledTanh,
    OneMinus,
    Softmax,
    LogSoftmax,
    # pools
    MaxPool,
    AvgPool,
    Subsample,
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    # joins
    Concat,
    Add,
    Multiply,
    # constants
    Scale,
    # shapes
    Flatten,
    Pad,
    ZeroPad,
    Crop,
    PadChannels,
    ChannelShuffle,
    Upsample,
    PixelShuffle,
    PixelUnshuffle,
    # training only, and nothing at all
    Dropout,
    DropPath,
    Identity,
)

OPS: dict[str, type[Op]] = {op.name: op for op in _CLASSES}
"""Every op by its YAML name, in the order in which documentation lists them."""
INITIALISED = tuple(name for name, op in OPS.items() if op.initialised)
"""The ops whose first weights `init` may state."""
