"""The lowering of each op to PyTorch: the call of a module or a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from archc.ops import Op, Shape
from archc.ops.activation import (
    CELU,
    ELU,
    GELU,
    SELU,
    Activation,
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
from archc.ops.conv import Conv, PartialConv
from archc.ops.join import Add, Concat, Multiply
from archc.ops.linear import RBF, Linear
from archc.ops.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from archc.ops.pool import AvgPool, MaxPool, Pool, Subsample, torch_ceil_mode
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
from archc.ops.table import OpTable


@dataclass(frozen=True)
class Call:
    """The call that makes an op in PyTorch: `target(*args, **options)`.

    An option is `(value, PyTorch's default)`; the code leaves it out where the two are equal.
    A target that begins with `nn.` is a module; with `torch.`, a function of the list of inputs;
    `+` and `*` are infix; a name without a dot is a module class of `pieces/`, which the generated
    file contains (`DropPath`).
    """

    target: str
    args: tuple[Any, ...] = ()
    options: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


Lowering: TypeAlias = Callable[..., Call]
"""From an op and the shapes of its inputs to the call that makes it."""


def lower(op: Op, *inputs: Shape) -> Call:
    """The call that makes an op for inputs of these shapes; raises `UnsupportedOp`."""
    return LOWERINGS[op](op, *inputs)


def activation(target: str) -> Callable[[Activation, Shape], Call]:
    """The module, with the op's fields as options of the same names and defaults."""

    def lowered(op: Activation, x: Shape) -> Call:
        fields = type(op).model_fields.items()
        return Call(target, (), {name: (getattr(op, name), of.default) for name, of in fields})

    return lowered


def conv(op: Conv, x: Shape) -> Call:
    """`nn.Conv2d`, or `Conv2dSame` where the padding is not the same on both sides."""
    down, across = op.axes(x)
    same = (down.before, across.before)
    options = {
        "stride": (single(op.stride), 1),
        "padding": (single(same if op.padding == "same" else op.padding), 0),
        "dilation": (single(op.dilation), 1),
        "groups": (op.groups, 1),
        "bias": (op.bias, True),
    }
    if op.pads_apart(x):
        del options["padding"]
    target = "Conv2dSame" if op.pads_apart(x) else "nn.Conv2d"
    return Call(target, (x[0], op.out_channels, single(op.kernel_size)), options)


def partial_conv(op: PartialConv, x: Shape) -> Call:
    """`PartialConv2d(in_channels, connections, kernel_size)`."""
    options = {
        "stride": (single(op.stride), 1),
        "padding": (single(op.padding), 0),
        "bias": (op.bias, True),
    }
    return Call("PartialConv2d", (x[0], op.connections, single(op.kernel_size)), options)


def linear(op: Linear, x: Shape) -> Call:
    """`nn.Linear(in_features, out_features)`."""
    return Call("nn.Linear", (x[0], op.out_features), {"bias": (op.bias, True)})


def batch_norm(op: BatchNorm, x: Shape) -> Call:
    """`nn.BatchNorm2d` on a map, `nn.BatchNorm1d` on a vector."""
    options = {
        "eps": (op.eps, 1e-5),
        "momentum": (op.momentum, 0.1),
        "affine": (op.affine, True),
    }
    return Call("nn.BatchNorm2d" if len(x) == 3 else "nn.BatchNorm1d", (x[0],), options)


def local_response_norm(op: LocalResponseNorm, x: Shape) -> Call:
    """`nn.LocalResponseNorm(size)`."""
    options = {"alpha": (op.alpha, 1e-4), "beta": (op.beta, 0.75), "k": (op.k, 1.0)}
    return Call("nn.LocalResponseNorm", (op.size,), options)


def layer_norm(op: LayerNorm, x: Shape) -> Call:
    """`nn.LayerNorm` on a vector, `LayerNorm2d` on a map."""
    options = {
        "eps": (op.eps, 1e-5),
        "elementwise_affine": (op.elementwise_affine, True),
        "bias": (op.bias, True),
    }
    return Call("LayerNorm2d" if len(x) == 3 else "nn.LayerNorm", (x[0],), options)


def group_norm(op: GroupNorm, x: Shape) -> Call:
    """`nn.GroupNorm(num_groups, num_channels)`."""
    options = {"eps": (op.eps, 1e-5), "affine": (op.affine, True)}
    return Call("nn.GroupNorm", (op.num_groups, x[0]), options)


def max_pool(op: MaxPool, x: Shape) -> Call:
    """`nn.MaxPool2d`, or `MaxPool2dSame`."""
    return _pool("MaxPool2d", op, x, dilation=(single(op.dilation), 1))


def avg_pool(op: AvgPool, x: Shape) -> Call:
    """`nn.AvgPool2d`, or `AvgPool2dSame`."""
    if op.padding != "same":
        counted = True if op.count_include_pad is None else op.count_include_pad
        return _pool("AvgPool2d", op, x, count_include_pad=(counted, True))
    axes = op.axes(x)
    # Where it counts, PyTorch can say so of even padding alone: not of what sticks out.
    if op.count_include_pad and torch_ceil_mode(axes) is not False:
        options = _pool("AvgPool2d", op, x, count_include_pad=(True, False)).options
        kept = {name: options[name] for name in ("stride", "count_include_pad") if name in options}
        return Call("AvgPool2dSame", (single(op.kernel_size),), kept)
    # AvgPool2dSame never counts the padding, so without padding the option is left out.
    padded = any(axis.padding for axis in axes)
    if op.count_include_pad or torch_ceil_mode(axes) is None or not padded:
        return _pool("AvgPool2d", op, x)
    return _pool("AvgPool2d", op, x, count_include_pad=(False, True))


def _pool(name: str, op: Pool, x: Shape, **more: tuple[Any, Any]) -> Call:
    """`nn.<name>` with the padding that `same` comes to; `<name>Same` where it cannot say it."""
    kernel = single(op.kernel_size)
    options: dict[str, tuple[Any, Any]] = {}
    if op.stride is not None:
        options["stride"] = (single(op.stride), kernel)
    if op.padding != "same":
        options |= {"padding": (single(op.padding), 0), "ceil_mode": (op.ceil_mode, False)}
        return Call(f"nn.{name}", (kernel,), options | more)
    down, across = axes = op.axes(x)
    ceil_mode = torch_ceil_mode(axes)
    if ceil_mode is None:
        return Call(f"{name}Same", (kernel,), options | more)
    before = single((down.before, across.before))
    options |= {"padding": (before, 0), "ceil_mode": (ceil_mode, False)}
    return Call(f"nn.{name}", (kernel,), options | more)


def upsample(op: Upsample, x: Shape) -> Call:
    """`nn.Upsample(scale_factor=2)`; the corners are spoken of where the mode interpolates."""
    options: dict[str, tuple[Any, Any]] = {}
    for name, value in (("size", op.size), ("scale_factor", op.scale_factor)):
        if value is not None:
            options[name] = (single(value), None)
    options["mode"] = (op.mode, "nearest")
    if op.mode != "nearest" or op.align_corners:
        options["align_corners"] = (op.align_corners, None)
    return Call("nn.Upsample", (), options)


def pad(op: Pad, x: Shape) -> Call:
    """`nn.ZeroPad2d(padding)`, `nn.ReflectionPad2d(padding)` or `nn.ReplicationPad2d(padding)`."""
    kind = {"zeros": "Zero", "reflect": "Reflection", "replicate": "Replication"}[op.mode]
    return Call(f"nn.{kind}Pad2d", (op.padding,))


LOWERINGS: OpTable[Lowering] = OpTable(
    "lowering to PyTorch",
    {
        Conv: conv,
        PartialConv: partial_conv,
        Linear: linear,
        RBF: lambda op, x: Call("RBF", (x[0], op.out_features)),
        BatchNorm: batch_norm,
        LocalResponseNorm: local_response_norm,
        LayerNorm: layer_norm,
        GroupNorm: group_norm,
        ReLU: activation("nn.ReLU"),
        ReLU6: activation("nn.ReLU6"),
        LeakyReLU: activation("nn.LeakyReLU"),
        PReLU: activation("nn.PReLU"),
        ELU: activation("nn.ELU"),
        CELU: activation("nn.CELU"),
        SELU: activation("nn.SELU"),
        SiLU: activation("nn.SiLU"),
        GELU: activation("nn.GELU"),
        Mish: activation("nn.Mish"),
        Softplus: activation("nn.Softplus"),
        Hardswish: activation("nn.Hardswish"),
        Sigmoid: activation("nn.Sigmoid"),
        Hardsigmoid: activation("nn.Hardsigmoid"),
        LogSigmoid: activation("nn.LogSigmoid"),
        Tanh: activation("nn.Tanh"),
        Hardtanh: activation("nn.Hardtanh"),
        Softsign: activation("nn.Softsign"),
        ScaledTanh: activation("ScaledTanh"),
        OneMinus: activation("OneMinus"),
        Softmax: lambda op, x: Call("nn.Softmax", (), {"dim": (1, None)}),
        LogSoftmax: lambda op, x: Call("nn.LogSoftmax", (), {"dim": (1, None)}),
        MaxPool: max_pool,
        AvgPool: avg_pool,
        Subsample: lambda op, x: Call("Subsample", (x[0], op.kernel_size)),
        AdaptiveAvgPool: lambda op, x: Call("nn.AdaptiveAvgPool2d", (single(op.output_size),)),
        AdaptiveMaxPool: lambda op, x: Call("nn.AdaptiveMaxPool2d", (single(op.output_size),)),
        Concat: lambda op, *inputs: Call("torch.cat", (), {"dim": (1, 0)}),
        Add: lambda op, *inputs: Call("+"),
        Multiply: lambda op, *inputs: Call("*"),
        Scale: lambda op, x: Call("Scale", (op.factor,)),
        Flatten: lambda op, x: Call("nn.Flatten"),
        Pad: pad,
        Crop: lambda op, x: Call("CenterCrop", (single(op.size),)),
        ZeroPad: lambda op, x: Call("nn.ZeroPad2d", (op.padding,)),
        PadChannels: lambda op, x: Call("PadChannels", (op.out_channels,)),
        ChannelShuffle: lambda op, x: Call("nn.ChannelShuffle", (op.groups,)),
        Upsample: upsample,
        PixelShuffle: lambda op, x: Call("nn.PixelShuffle", (op.upscale_factor,)),
        PixelUnshuffle: lambda op, x: Call("nn.PixelUnshuffle", (op.downscale_factor,)),
        Dropout: lambda op, x: Call("nn.Dropout", (op.p,)),
        DropPath: lambda op, x: Call("DropPath", (op.p,)),
        Identity: lambda op, x: Call("nn.Identity"),
    },
)
