"""Multiply-adds as other tools count them: for each tool what it sees of an op, in terms.

A tool is what its code does, slips included: `DIFFERENCES` says in words where it departs from
multiply-adds alone. Each was held against the tool itself on the generated modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

from archc.analyses.sums import Sums
from archc.network import Instance, Network, Operation, Repeat
from archc.ops.base import numel

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
    """What a tool counts, by the kind of operation; all for one sample, at inference."""

    convolutions: int = 0
    linear: int = 0
    biases: int = 0
    normalisation: int = 0
    activations: int = 0
    pooling: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All of it: what the tool prints."""
        return sum(self)


def paper(operation: Operation) -> Terms:
    """Multiply-adds of convolutions and linear layers, biases not counted."""
    return _multiply_adds(operation) if operation.op.weighted else Terms()


def fvcore(operation: Operation) -> Terms:
    """What `FlopCountAnalysis` has a rule for among the operations that it traces."""
    op, (x, *_), out = operation.op, operation.input_shapes, operation.output_shape
    learned = bool(op.weights(*operation.input_shapes))
    match op.name:
        case "batch_norm":
            return Terms(normalisation=(2 if learned else 1) * numel(x))
        case "group_norm" | "layer_norm":
            return Terms(normalisation=(5 if learned else 4) * numel(x))
        case "adaptive_avg_pool":
            return Terms(pooling=numel(x))
        case "upsample":
            return Terms(other=(4 if _field(op, "mode") == "bilinear" else 1) * numel(out))
    return paper(operation)


def torchinfo(operation: Operation) -> Terms:
    """Weights and biases, times the cells of the output where the class is called Conv."""
    op, shapes = operation.op, operation.input_shapes
    learned = sum(map(numel, op.weights(*shapes).values()))
    if op.weighted:
        return _multiply_adds(operation)._replace(biases=_bias(operation))
    if op.look().family == "norm":
        return Terms(normalisation=learned)
    return Terms(pooling=learned) if op.look().family == "pool" else Terms(other=learned)


def ptflops(operation: Operation) -> Terms:
    """What modules of the classes that it knows do, and what functions that it patches do."""
    op, (x, *_), out = operation.op, operation.input_shapes, operation.output_shape
    target = op.torch(*operation.input_shapes).target
    beside = op.saved(*operation.input_shapes).elements
    if op.weighted:
        seen = target != "Conv2dSame"
        return _multiply_adds(operation)._replace(biases=_bias(operation)) if seen else Terms()
    match target:
        case "nn.BatchNorm1d" | "nn.BatchNorm2d" | "nn.GroupNorm":
            return Terms(normalisation=(2 if op.weights(x) else 1) * numel(x))
        case "nn.LayerNorm":
            return Terms(normalisation=numel(x))
        case "nn.LocalResponseNorm":
            # A square, a scaling, an addition, and the mean of the squares and the zeros beside.
            return Terms(normalisation=beside + numel(x))
        case "nn.ReLU" | "nn.ELU" | "nn.GELU":
            return Terms(activations=2 * numel(x))
        case "nn.ReLU6" | "nn.LeakyReLU" | "nn.SiLU" | "nn.Softmax":
            return Terms(activations=numel(x))
        case "MaxPool2dSame":
            return Terms(pooling=beside)
        case "AvgPool2dSame":
            return Terms(
                pooling=beside + (0 if _field(op, "count_include_pad") else beside // x[0])
            )
        case "Subsample":
            return Terms(pooling=numel(x))
        case "nn.Upsample":
            return Terms(other=2 * numel(out))
    if op.look().family == "pool":
        return Terms(pooling=2 * numel(x))
    return Terms()


def thop(operation: Operation) -> Terms:
    """What `profile` has a rule for, by the exact class of a module."""
    op, (x, *_), out = operation.op, operation.input_shapes, operation.output_shape
    match op.torch(*operation.input_shapes).target:
        case "nn.Conv2d" | "PartialConv2d" | "nn.Linear":
            return _multiply_adds(operation)
        case "nn.BatchNorm1d" | "nn.BatchNorm2d" | "nn.LayerNorm":
            return Terms(normalisation=(4 if op.weights(x) else 2) * numel(x))
        case "nn.Softmax":
            return Terms(activations=numel(x) // x[0] * (3 * x[0] - 1))
        case "nn.AvgPool2d":
            return Terms(pooling=numel(out))
        case "nn.AdaptiveAvgPool2d":
            return Terms(pooling=int((x[1] / out[1] * (x[2] / out[2]) + 1) * numel(out)))
        case "nn.Upsample":
            return Terms(other=(11 if _field(op, "mode") == "bilinear" else 1) * numel(out))
    return Terms()


RULES: Mapping[Convention, Callable[[Operation], Terms]] = {
    "paper": paper,
    "fvcore": fvcore,
    "torchinfo": torchinfo,
    "ptflops": ptflops,
    "thop": thop,
}
SUMS: Mapping[Convention, Sums[Terms]] = {name: Sums(Terms, rule) for name, rule in RULES.items()}

DIFFERENCES: Mapping[tuple[Convention, str], str] = {
    ("fvcore", "normalisation"): "2 for each element of batch norm, 5 of the other norms",
    ("fvcore", "pooling"): "1 for each input element of adaptive average pools; no other pool",
    ("fvcore", "other"): "upsampling: 1 for each output element, 4 if bilinear",
    ("torchinfo", "biases"): "1 for each output element",
    ("torchinfo", "normalisation"): "its parameters once, whatever the size of the map",
    ("torchinfo", "pooling"): "its parameters once, whatever the size of the map",
    ("torchinfo", "other"): "parameters of other modules, once",
    ("ptflops", "convolutions"): "convolutions with TensorFlow's padding are not seen",
    ("ptflops", "biases"): "1 for each output element",
    ("ptflops", "normalisation"): "2 for each element with learned scale, else 1",
    ("ptflops", "activations"): "1 for each element; ReLU, ELU and GELU twice: as a module, and as "
    "the function that it calls; sigmoid, tanh and the hard ones not at all",
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
    ("thop", "activations"): "softmax alone: 3 for each element, less 1 for each sum",
    ("thop", "pooling"): "average pools alone: 1 for each output element, adaptive ones 1 for each "
    "input element and output element",
    ("thop", "other"): "upsampling: 1 for each output element, 11 if bilinear",
}
"""Where a tool's count is not multiply-adds alone, and how it counts there."""


@dataclass(frozen=True)
class Counted:
    """A network's multiply-adds at inference, as one tool counts them, beside the paper's."""

    network: Network
    convention: Convention

    @cached_property
    def paper(self) -> Terms:
        """As papers count, and archc by itself."""
        return self._sum("paper")

    @cached_property
    def terms(self) -> Terms:
        """As the tool does."""
        return self._sum(self.convention)

    @cached_property
    def differences(self) -> Mapping[str, str]:
        """The terms that are not the paper's, and how the tool counts them."""
        return {
            name: DIFFERENCES[self.convention, name]
            for name, ours, theirs in zip(Terms._fields, self.paper, self.terms, strict=True)
            if ours != theirs
        }

    def of(self, items: Iterable[Operation | Instance | Repeat]) -> Terms:
        """Of some items of one body, as the tool counts."""
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
        }

    def _sum(self, convention: Convention) -> Terms:
        return SUMS[convention].of(self.network.root.flow(asides=False))


def _multiply_adds(operation: Operation) -> Terms:
    macs = operation.op.macs(*operation.input_shapes)
    return (
        Terms(linear=macs) if operation.op.look().family == "linear" else Terms(convolutions=macs)
    )


def _bias(operation: Operation) -> int:
    """A bias is one addition for each output element."""
    learned = operation.op.weights(*operation.input_shapes)
    return numel(operation.output_shape) if any(name.endswith("bias") for name in learned) else 0


def _field(op: Any, name: str) -> Any:
    return getattr(op, name)
