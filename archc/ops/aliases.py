"""The names of ops, arguments and flags in other frameworks, for help in diagnostics."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from archc.diagnostics import nearest, suggest
from archc.ops import OPS
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
from archc.ops.table import OpTable

ARGUMENTS = {
    "out_channels": "filters num_filters num_output nout channels planes oup c_out num_channels",
    "out_features": "units num_units out_dim hidden_units num_output out_channels",
    "kernel_size": "size ksize kernel pool_size filter_size window window_shape",
    "output_size": "size out_size target_size",
    "stride": "strides subsample",
    "padding": "pad pads",
    "dilation": "dilation_rate dilate rate",
    "groups": "group num_groups cardinality feature_group_count",
    "bias": "use_bias bias_term with_bias",
    "p": "rate prob drop_prob dropout dropout_ratio drop_rate",
    "eps": "epsilon",
    "momentum": "decay",
    "negative_slope": "alpha slope",
    "num_classes": "nc classes nclass n_classes nb_classes",
    "drop_rate": "dropout dropout_rate drop_prob",
}
"""The right name, and others for the same thing."""
NAMES: OpTable[str] = OpTable(
    "list of other names",
    {
        Conv: "conv2d convolution conv_2d depthwise_conv separable_conv",
        Linear: "dense fc fully_connected inner_product innerproduct gemm affine",
        BatchNorm: "bn batch_normalization batchnormalization",
        LayerNorm: "ln layer_normalization",
        GroupNorm: "gn group_normalization",
        LocalResponseNorm: "lrn local_response_normalization",
        MaxPool: "pool pooling max_pooling",
        AvgPool: "average_pool average_pooling mean_pool",
        AdaptiveAvgPool: "global_avg_pool global_average_pool global_average_pooling gap",
        AdaptiveMaxPool: "global_max_pool global_max_pooling",
        Concat: "cat concatenate stack filter_concat",
        Add: "sum eltwise elementwise_add residual",
        Multiply: "mul product",
        SiLU: "swish",
        Hardswish: "hard_swish h_swish",
        Hardsigmoid: "hard_sigmoid h_sigmoid",
        LeakyReLU: "lrelu leaky",
        PReLU: "parametric_relu p_re_lu",
        LogSigmoid: "log_sigmoid",
        LogSoftmax: "logsoftmax",
        Hardtanh: "hard_tanh clip clamp",
        Softsign: "soft_sign",
        Softplus: "soft_plus",
        Pad: "padding reflection_pad replication_pad",
        ZeroPad: "zero_padding",
        Crop: "center_crop centre_crop cropping",
        PixelShuffle: "depth_to_space subpixel",
        PixelUnshuffle: "space_to_depth focus reorg",
        Upsample: "interpolate resize upsampling",
        Dropout: "drop",
        DropPath: "stochastic_depth",
        Identity: "noop pass nothing skip linear_activation",
        **dict.fromkeys(
            (
                *(PartialConv, RBF, ReLU, ReLU6, ELU, CELU, SELU, GELU, Mish, Sigmoid, Tanh),
                *(
                    ScaledTanh,
                    OneMinus,
                    Softmax,
                    Subsample,
                    Scale,
                    Flatten,
                    PadChannels,
                    ChannelShuffle,
                ),
            ),
            "",
        ),
    },
)
"""What other frameworks call each op; empty where its name is the only one."""
STEPS = {
    **{name: names for name, op in OPS.items() if (names := NAMES.get(op))},
    "sequence": "sequential block",
}
"""The right name of an op or a form of step, and others for the same thing."""
FLAGS = {"true": "yes on y", "false": "no off n"}
"""The same for flags."""
INFERRED = ("in_channels", "in_features", "num_features", "in_planes", "input_shape", "inp")
"""What archc works out from what arrives."""


def argument(name: str, known: Collection[str]) -> str | None:
    """The argument that a name means, of another framework or by a slip; None if none is near."""
    if name in known:
        return name
    return _right(name, ARGUMENTS, known) or nearest(name, known)


def help(name: str, known: Collection[str], what: str) -> str:
    """A help line for an unknown argument or param: the right name, or all known names."""
    if name in INFERRED:
        return "leave it out: it follows from the input"
    if right := _right(name, ARGUMENTS, known):
        return f"`{right}` is the name here"
    if name in ("name", "label") and what == "arguments":
        return "the name of a step is its `id`, which belongs beside the op or block"
    if name == "activation" and what == "arguments":
        return "an activation is a step of its own, such as `- relu`"
    return suggest(name, known, what)


def op(name: str, known: Sequence[str]) -> str:
    """A help line for an unknown op or block: the right name, the nearest, or where to look."""
    plain = name.lower().removesuffix("2d").rstrip("_")
    if right := _right(plain, STEPS, known) or _right(name.lower(), STEPS, known):
        return f"`{right}` is the name here"
    if match := plain if plain in known else nearest(name, known) or nearest(plain, known):
        return f"did you mean `{match}`?"
    return "`archc ops` lists the ops, and `blocks` is where a spec defines its own"


def flag(name: str) -> str:
    """A help line for an unknown name that is a flag in other languages (`yes`); else empty."""
    right = _right(name, FLAGS, FLAGS)
    return f"`{right}` is the name here" if right else ""


def _right(name: str, table: dict[str, str], known: Collection[str]) -> str | None:
    found = (right for right, others in table.items() if name.lower() in others.split())
    return next((right for right in found if right in known), None)
