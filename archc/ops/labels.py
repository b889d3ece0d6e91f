"""The label of an op: a few words that name it in figures, listings and derivations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from archc.ops.activation import Activation
from archc.ops.adaptive import AdaptiveAvgPool, AdaptiveMaxPool, AdaptivePool
from archc.ops.arithmetic import Scale
from archc.ops.base import Op, Pair, pair, times
from archc.ops.conv import Conv, PartialConv
from archc.ops.join import Add, Concat, Multiply
from archc.ops.linear import RBF, Linear
from archc.ops.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from archc.ops.pool import AvgPool, MaxPool, Pool, Subsample
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
from archc.ops.sliding import single
from archc.ops.table import OpTable, Unsupported

Label: TypeAlias = Callable[..., str]
"""From an op to its label."""


def label(op: Op) -> str:
    """An op in a few words, such as `conv 7x7 / 2`; its YAML name if no label is known."""
    found = LABELS.find(op)
    return op.name if isinstance(found, Unsupported) else found(op)


def conv(op: Conv) -> str:
    """`conv 3x3 / 2`; `dw` (depthwise) where each output channel has a group of its own."""
    text = f"conv {times(op.kernel_size)}{by(op.stride)}"
    if op.groups > 1:
        text += ", dw" if op.groups == op.out_channels else f", {op.groups} groups"
    if pair(op.dilation) != (1, 1):
        text += f", dilation {single(op.dilation)}"
    return text


def pool(kind: str) -> Callable[[Pool], str]:
    """`max pool 3x3 / 2`."""
    return lambda op: f"{kind} {times(op.kernel_size)}{by(op.step)}"


def adaptive(kind: str) -> Callable[[AdaptivePool], str]:
    """`global avg pool`, or `avg pool to 7x7`."""
    return lambda op: (
        f"global {kind}" if pair(op.output_size) == (1, 1) else f"{kind} to {times(op.output_size)}"
    )


def zero_pad(op: ZeroPad) -> str:
    """`zero pad 3`, `zero pad 0 1 0 1`."""
    pads = op.padding if isinstance(op.padding, tuple) else (op.padding,)
    return "zero pad " + " ".join(str(n) for n in pads)


def upsample(op: Upsample) -> str:
    """`upsample 2x`, `upsample 2x, bilinear`, `upsample to 7x7`."""
    if op.scale_factor is None:
        text = f"upsample to {times(op.size)}" if op.size is not None else "upsample"
    else:
        down, across = pair(op.scale_factor)
        text = "upsample " + (f"{down}x" if down == across else times(op.scale_factor))
    return text + (f", {op.mode}" if op.mode != "nearest" else "")


def pad(op: Pad) -> str:
    """`pad 1`, `pad 1 1 0 0, reflect`."""
    pads = op.padding if isinstance(op.padding, tuple) else (op.padding,)
    return f"pad {' '.join(map(str, pads))}" + (f", {op.mode}" if op.mode != "zeros" else "")


def by(stride: Pair) -> str:
    """The end of a label: ` / 2`, ` / 2x1`, or nothing for a stride of 1."""
    height, width = pair(stride)
    if height == width:
        return f" / {height}" if height > 1 else ""
    return f" / {times(stride)}"


LABELS: OpTable[Label] = OpTable(
    "label",
    {
        Conv: conv,
        PartialConv: lambda op: f"partial conv {times(op.kernel_size)}{by(op.stride)}",
        Linear: lambda op: f"linear {op.out_features}",
        RBF: lambda op: f"RBF {op.out_features}",
        BatchNorm: lambda op: "batch norm",
        LocalResponseNorm: lambda op: f"LRN {op.size}",
        LayerNorm: lambda op: "layer norm",
        GroupNorm: lambda op: f"group norm {op.num_groups}",
        Activation: lambda op: op.name.replace("_", " "),
        MaxPool: pool("max pool"),
        AvgPool: pool("avg pool"),
        Subsample: lambda op: f"subsample {times(op.kernel_size)}{by(op.kernel_size)}",
        AdaptiveAvgPool: adaptive("avg pool"),
        AdaptiveMaxPool: adaptive("max pool"),
        Concat: lambda op: "concat",
        Add: lambda op: "+",
        Multiply: lambda op: "×",
        Scale: lambda op: f"× {op.factor:g}",
        Flatten: lambda op: "flatten",
        Pad: pad,
        ZeroPad: zero_pad,
        Crop: lambda op: f"crop to {times(op.size)}",
        PadChannels: lambda op: f"pad to {op.out_channels} channels",
        ChannelShuffle: lambda op: f"shuffle, {op.groups} groups",
        Upsample: upsample,
        PixelShuffle: lambda op: f"pixel shuffle {op.upscale_factor}x",
        PixelUnshuffle: lambda op: f"pixel unshuffle {op.downscale_factor}x",
        Dropout: lambda op: f"dropout {op.p:g}",
        DropPath: lambda op: f"drop path {op.p:g}",
        Identity: lambda op: "identity",
    },
)
