"""What other frameworks call things: named in the help of a diagnostic, never taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from archc.diagnostics import nearest, suggest

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
OPS = {
    "conv": "conv2d convolution conv_2d depthwise_conv separable_conv",
    "linear": "dense fc fully_connected inner_product innerproduct gemm affine",
    "batch_norm": "bn batch_normalization batchnormalization",
    "layer_norm": "ln layer_normalization",
    "group_norm": "gn group_normalization",
    "local_response_norm": "lrn local_response_normalization",
    "max_pool": "pool pooling max_pooling",
    "avg_pool": "average_pool average_pooling mean_pool",
    "adaptive_avg_pool": "global_avg_pool global_average_pool global_average_pooling gap",
    "adaptive_max_pool": "global_max_pool global_max_pooling",
    "concat": "cat concatenate stack filter_concat",
    "add": "sum eltwise elementwise_add residual",
    "multiply": "mul product",
    "silu": "swish",
    "hardswish": "hard_swish h_swish",
    "hardsigmoid": "hard_sigmoid h_sigmoid",
    "leaky_relu": "lrelu leaky",
    "zero_pad": "pad zero_padding",
    "upsample": "interpolate resize upsampling",
    "dropout": "drop",
    "drop_path": "stochastic_depth",
    "identity": "noop pass nothing skip linear_activation",
    "sequence": "sequential block",
}
"""The same for ops."""
FLAGS = {"true": "yes on y", "false": "no off n"}
"""The same for flags."""
INFERRED = ("in_channels", "in_features", "num_features", "in_planes", "input_shape", "inp")
"""What archc works out from what arrives."""


def argument(name: str, known: Collection[str]) -> str | None:
    """The argument that somebody means by a name, if that can be told."""
    if name in known:
        return name
    return _right(name, ARGUMENTS, known) or nearest(name, known)


def help(name: str, known: Collection[str], what: str) -> str:
    """A help line for an unknown argument or param: the right one, or all there are."""
    if name in INFERRED:
        return "leave it out: it follows from what arrives"
    if right := _right(name, ARGUMENTS, known):
        return f"`{right}` is the name here"
    if name in ("name", "label") and what == "arguments":
        return "the name of a step is its `id`, which stands beside the op or block"
    if name == "activation" and what == "arguments":
        return "an activation is a step of its own, such as `- relu`"
    return suggest(name, known, what)


def op(name: str, known: Sequence[str]) -> str:
    """A help line for an unknown op or block."""
    plain = name.lower().removesuffix("2d").rstrip("_")
    if right := _right(plain, OPS, known) or _right(name.lower(), OPS, known):
        return f"`{right}` is the name here"
    if match := plain if plain in known else nearest(name, known) or nearest(plain, known):
        return f"did you mean `{match}`?"
    return "`archc ops` lists the ops, and `blocks` is where a spec defines its own"


def flag(name: str) -> str:
    """A help line for an unknown name that is a flag elsewhere; none if it is not."""
    right = _right(name, FLAGS, FLAGS)
    return f"`{right}` is the name here" if right else ""


def _right(name: str, table: dict[str, str], known: Collection[str]) -> str | None:
    found = (right for right, others in table.items() if name.lower() in others.split())
    return next((right for right in found if right in known), None)
