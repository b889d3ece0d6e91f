"""Multiply-adds as other tools count them: for each tool a table of rules, one for each op.

A rule does what the tool's code does, bugs included: `DIFFERENCES` says where a tool departs from
multiply-adds alone. Each was held against the tool itself on the generated modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from archc.analyses.folds import Sums
from archc.document.translation import N_
from archc.network import Instance, Network, Operation, Repeat, operations
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
from archc.ops.adaptive import AdaptiveAvgPool, AdaptiveMaxPool, AdaptivePool
from archc.ops.arithmetic import Scale
from archc.ops.base import numel
from archc.ops.conv import Conv, PartialConv
from archc.ops.join import Join
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
from archc.ops.table import OpTable, Unsupported

Convention = Literal["paper", "fvcore", "torchinfo", "ptflops", "thop"]
TOOLS: tuple[Convention, ...] = get_args(Convention)
"""`paper` is archc's own: multiply-adds of convolutions and linear layers."""
VERSIONS: Mapping[Convention, str] = {
    "fvcore": "0.1.5.post20221221",
    "torchinfo": "1.8.0",
    "ptflops": "0.7.5",
    "thop": "0.1.1.post2209072238",
}
"""The versions that these counts were held against."""


class Terms(NamedTuple):
    """A tool's count by the kind of operation, for one sample at inference."""

    convolutions: int = 0
    linear: int = 0
    biases: int = 0
    normalisation: int = 0
    activations: int = 0
    pooling: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """The sum of the terms: the number that the tool prints."""
        return sum(self)


Rule: TypeAlias = Callable[[Operation], Terms]
"""From an operation of a network to a tool's count of it."""


def multiply_adds(operation: Operation) -> Terms:
    """The op's multiply-adds, under linear layers or convolutions."""
    macs = operation.op.macs(*operation.input_shapes)
    return Terms(linear=macs) if operation.op.family == "linear" else Terms(convolutions=macs)


def with_bias(operation: Operation) -> Terms:
    """Multiply-adds, and for a bias one addition for each output element."""
    learned = operation.op.weights(*operation.input_shapes)
    biased = any(name.endswith("bias") for name in learned)
    return multiply_adds(operation)._replace(biases=numel(operation.output_shape) if biased else 0)


def unless_padded_apart(rule: Rule) -> Rule:
    """A rule for `nn.Conv2d`, which the tool does not see where archc writes `Conv2dSame`."""

    def counted(operation: Operation) -> Terms:
        assert isinstance(operation.op, Conv)
        return Terms() if operation.op.pads_apart(operation.input_shapes[0]) else rule(operation)

    return counted


def nothing(operation: Operation) -> Terms:
    """The count of an op that the tool has no rule for, and counts as free."""
    return Terms()


def normalised(learned: int, plain: int) -> Rule:
    """A rule for norms: `learned` operations an input element with weights, else `plain`."""

    def counted(operation: Operation) -> Terms:
        each = learned if operation.op.weights(*operation.input_shapes) else plain
        return Terms(normalisation=each * numel(operation.input_shapes[0]))

    return counted


def activated(each: int) -> Rule:
    """A rule for activations: `each` operations an input element."""
    return lambda operation: Terms(activations=each * numel(operation.input_shapes[0]))


def pooled(each: int) -> Rule:
    """A rule for pools: `each` operations an input element."""
    return lambda operation: Terms(pooling=each * numel(operation.input_shapes[0]))


def upsampled(nearest: int, bilinear: int, bicubic: int) -> Rule:
    """A rule for upsampling: operations an output element, by the mode."""
    each = {"nearest": nearest, "bilinear": bilinear, "bicubic": bicubic}

    def counted(operation: Operation) -> Terms:
        assert isinstance(operation.op, Upsample)
        return Terms(other=each[operation.op.mode] * numel(operation.output_shape))

    return counted


def on_vectors(rule: Rule) -> Rule:
    """A rule for `nn.LayerNorm`, which the tool does not see in `LayerNorm2d`, that of maps."""
    return lambda operation: rule(operation) if len(operation.input_shapes[0]) == 1 else Terms()


FVCORE: OpTable[Rule] = OpTable(
    "count of fvcore",
    {
        **dict.fromkeys((Conv, PartialConv, Linear), multiply_adds),
        BatchNorm: normalised(2, 1),
        GroupNorm: normalised(5, 4),
        LayerNorm: normalised(5, 4),
        AdaptiveAvgPool: pooled(1),
        Upsample: upsampled(1, 4, 0),
        **dict.fromkeys(
            (
                *(RBF, LocalResponseNorm, Activation, Pool, Subsample, AdaptiveMaxPool, Join),
                *(
                    Scale,
                    Flatten,
                    Pad,
                    ZeroPad,
                    Crop,
                    PixelShuffle,
                    PixelUnshuffle,
                    PadChannels,
                    ChannelShuffle,
                    Dropout,
                    DropPath,
                ),
                Identity,
            ),
            nothing,
        ),
    },
)
"""What `FlopCountAnalysis` has a rule for among the functions that it traces."""


def own_weights(operation: Operation) -> Terms:
    """The op's weights once, whatever the size of the map."""
    learned = sum(map(numel, operation.op.weights(*operation.input_shapes).values()))
    match operation.op.family:
        case "norm":
            return Terms(normalisation=learned)
        case "activation":
            return Terms(activations=learned)
        case "pool":
            return Terms(pooling=learned)
    return Terms(other=learned)


TORCHINFO: OpTable[Rule] = OpTable(
    "count of torchinfo",
    {
        **dict.fromkeys((Conv, PartialConv, Linear), with_bias),
        **dict.fromkeys((BatchNorm, LayerNorm, GroupNorm, LocalResponseNorm), own_weights),
        **dict.fromkeys((PReLU, Pool, Subsample, AdaptivePool), own_weights),
        **dict.fromkeys(
            (
                *(
                    RBF,
                    Activation,
                    Join,
                    Scale,
                    Flatten,
                    Pad,
                    ZeroPad,
                    Crop,
                    PixelShuffle,
                    PixelUnshuffle,
                    PadChannels,
                    ChannelShuffle,
                ),
                *(Upsample, Dropout, DropPath, Identity),
            ),
            nothing,
        ),
    },
)
"""Weights and biases, times the cells of the output where the class is called Conv."""


def ptflops_lrn(operation: Operation) -> Terms:
    """A square, a scaling, an addition, and the mean of the squares and the zeros beside them."""
    beside = operation.op.saved(*operation.input_shapes).elements
    return Terms(normalisation=beside + numel(operation.input_shapes[0]))


def ptflops_pool(operation: Operation) -> Terms:
    """2 an input element: as a module, and as the function it calls, which alone sees padding."""
    (x,), op = operation.input_shapes, operation.op
    assert isinstance(op, Pool)
    if not op.pads_apart(x):
        return Terms(pooling=2 * numel(x))
    padded = op.saved(x).elements
    # The mean's divisor is pooled too, as a map of one channel, unless the padding counts.
    divisor = isinstance(op, AvgPool) and not op.count_include_pad
    return Terms(pooling=padded + (padded // x[0] if divisor else 0))


PTFLOPS: OpTable[Rule] = OpTable(
    "count of ptflops",
    {
        Conv: unless_padded_apart(with_bias),
        PartialConv: with_bias,
        Linear: with_bias,
        BatchNorm: normalised(2, 1),
        GroupNorm: normalised(2, 1),
        LayerNorm: on_vectors(normalised(1, 1)),
        LocalResponseNorm: ptflops_lrn,
        **dict.fromkeys((ReLU, PReLU, ELU, GELU), activated(2)),
        **dict.fromkeys((ReLU6, LeakyReLU, SiLU, Softmax), activated(1)),
        Pool: ptflops_pool,
        AdaptivePool: pooled(2),
        Subsample: pooled(1),
        Upsample: upsampled(2, 2, 2),
        **dict.fromkeys(
            (
                *(RBF, CELU, SELU, Mish, Softplus, Hardswish, Sigmoid, Hardsigmoid, LogSigmoid),
                *(Tanh, Hardtanh, Softsign, ScaledTanh, OneMinus, LogSoftmax, Join, Scale, Flatten),
                *(
                    Pad,
                    ZeroPad,
                    Crop,
                    PixelShuffle,
                    PixelUnshuffle,
                    PadChannels,
                    ChannelShuffle,
                    Dropout,
                    DropPath,
                    Identity,
                ),
            ),
            nothing,
        ),
    },
)
"""What modules of the classes that it knows do, and what functions that it patches do."""


def thop_softmax(operation: Operation) -> Terms:
    """For each cell an exponential and a division a channel, and a sum."""
    (x,) = operation.input_shapes
    return Terms(activations=numel(x) // x[0] * (3 * x[0] - 1))


def thop_avg_pool(operation: Operation) -> Terms:
    """1 an output element of `nn.AvgPool2d`; nothing of `AvgPool2dSame`."""
    assert isinstance(operation.op, Pool)
    return (
        Terms()
        if operation.op.pads_apart(operation.input_shapes[0])
        else Terms(pooling=numel(operation.output_shape))
    )


def thop_adaptive_avg_pool(operation: Operation) -> Terms:
    """For each output element the number of input elements in its window, and 1."""
    (x,), out = operation.input_shapes, operation.output_shape
    return Terms(pooling=int((x[1] / out[1] * (x[2] / out[2]) + 1) * numel(out)))


THOP: OpTable[Rule] = OpTable(
    "count of thop",
    {
        Conv: unless_padded_apart(multiply_adds),
        PartialConv: multiply_adds,
        Linear: multiply_adds,
        BatchNorm: normalised(4, 2),
        LayerNorm: on_vectors(normalised(4, 2)),
        Softmax: thop_softmax,
        PReLU: activated(1),
        AvgPool: thop_avg_pool,
        AdaptiveAvgPool: thop_adaptive_avg_pool,
        Upsample: upsampled(1, 11, 259),
        **dict.fromkeys(
            (
                *(RBF, LocalResponseNorm, GroupNorm, ReLU, ReLU6, LeakyReLU, ELU, CELU, SELU, SiLU),
                *(GELU, Mish, Softplus, Hardswish, Sigmoid, Hardsigmoid, LogSigmoid, Tanh),
                *(Hardtanh, Softsign, ScaledTanh, OneMinus, LogSoftmax, MaxPool),
                *(
                    Subsample,
                    AdaptiveMaxPool,
                    Join,
                    Scale,
                    Flatten,
                    Pad,
                    ZeroPad,
                    Crop,
                    PixelShuffle,
                    PixelUnshuffle,
                    PadChannels,
                ),
                *(ChannelShuffle, Dropout, DropPath, Identity),
            ),
            nothing,
        ),
    },
)
"""What `profile` has a rule for, by the exact class of a module."""

TABLES: Mapping[Convention, OpTable[Rule]] = {
    "fvcore": FVCORE,
    "torchinfo": TORCHINFO,
    "ptflops": PTFLOPS,
    "thop": THOP,
}


def count(convention: Convention, operation: Operation) -> Terms:
    """A tool's count of an op; 0 where its table has no entry for the op."""
    if convention == "paper":
        return multiply_adds(operation) if operation.op.weighted else Terms()
    rule = TABLES[convention].get(operation.op)
    return rule(operation) if rule else Terms()


def comparable(convention: Convention, operation: Operation) -> Terms:
    """The multiply-adds of an op; 0 where the tool's table has no entry for the op."""
    known = convention == "paper" or TABLES[convention].get(operation.op)
    return count("paper", operation) if known else Terms()


SUMS: Mapping[Convention, Sums[Terms]] = {tool: Sums(Terms, partial(count, tool)) for tool in TOOLS}
COMPARABLE: Mapping[Convention, Sums[Terms]] = {
    tool: Sums(Terms, partial(comparable, tool)) for tool in TOOLS
}

DIFFERENCES: Mapping[tuple[Convention, str], str] = N_(
    {
        ("fvcore", "normalisation"): "2 for each element of batch norm, 5 of the other norms",
        ("fvcore", "pooling"): "1 for each input element of adaptive average pools; no other pool",
        (
            "fvcore",
            "other",
        ): "upsampling: 1 for each output element, 4 if bilinear, none if bicubic",
        ("torchinfo", "biases"): "1 for each output element",
        ("torchinfo", "normalisation"): "its parameters once, whatever the size of the map",
        ("torchinfo", "activations"): "its parameters once, whatever the size of the map",
        ("torchinfo", "pooling"): "its parameters once, whatever the size of the map",
        ("torchinfo", "other"): "parameters of other modules, once",
        ("ptflops", "convolutions"): "convolutions with TensorFlow's padding are not seen",
        ("ptflops", "biases"): "1 for each output element",
        ("ptflops", "normalisation"): "2 for each element with learned scale, else 1",
        (
            "ptflops",
            "activations",
        ): "1 for each element of ReLU6, leaky ReLU, SiLU and softmax; 2 of ReLU, PReLU, ELU and "
        "GELU: as a module, and as the function that it calls; no others",
        (
            "ptflops",
            "pooling",
        ): "1 for each input element, twice: as a module, and as the function that it calls",
        ("ptflops", "other"): "upsampling: 1 for each output element, twice",
        ("thop", "convolutions"): "convolutions with TensorFlow's padding are not seen",
        (
            "thop",
            "normalisation",
        ): "4 for each element with learned scale, else 2; group norm not at all",
        ("thop", "activations"): "softmax: 3 for each element, less 1 for each sum; PReLU: 1 for "
        "each element; no others",
        (
            "thop",
            "pooling",
        ): "average pools alone: 1 for each output element, adaptive ones 1 for each "
        "input element and output element",
        ("thop", "other"): "upsampling: 1 for each output element, 11 if bilinear, 259 if bicubic",
    }
)
"""Where a tool's count is not multiply-adds alone, and how it counts there."""


@dataclass(frozen=True)
class Counted:
    """A network's multiply-adds at inference, as one tool counts them, beside the paper's."""

    network: Network
    convention: Convention

    @cached_property
    def paper(self) -> Terms:
        """Multiply-adds as papers and archc count them."""
        return self._sum("paper")

    @cached_property
    def terms(self) -> Terms:
        """Multiply-adds as the tool counts them."""
        return self._sum(self.convention)

    @cached_property
    def differences(self) -> Mapping[str, str]:
        """The terms that are not the paper's, and how the tool counts them."""
        items = self.network.root.flow(asides=False)
        comparable = COMPARABLE[self.convention].of(items)
        return {
            name: DIFFERENCES[self.convention, name]
            for name, ours, theirs in zip(Terms._fields, comparable, self.terms, strict=True)
            if ours != theirs
        }

    @cached_property
    def unknown(self) -> Mapping[str, str]:
        """Why the tool's count of an op is unknown, by the op's name; such ops count as 0."""
        if self.convention == "paper":
            return {}
        table, found = TABLES[self.convention], dict[str, str]()
        for operation in operations(self.network.root, asides=False):
            entry = table.find(operation.op)
            if isinstance(entry, Unsupported):
                found[operation.op.name] = entry.why
        return found

    def of(self, items: Iterable[Operation | Instance | Repeat]) -> Terms:
        """The tool's count of some items of one body."""
        return SUMS[self.convention].of(items)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "convention": self.convention,
            "version": VERSIONS.get(self.convention),
            "total": self.terms.total,
            "paper": self.paper.total,
            "terms": self.terms._asdict(),
            "paper_terms": self.paper._asdict(),
            "differences": dict(self.differences),
            **({"unknown": dict(self.unknown)} if self.unknown else {}),
        }

    def _sum(self, convention: Convention) -> Terms:
        return SUMS[convention].of(self.network.root.flow(asides=False))
