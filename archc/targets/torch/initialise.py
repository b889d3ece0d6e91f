"""Functions of the generated file that initialise the weights as the paper does."""

from __future__ import annotations

from dataclasses import dataclass

from archc.network import Network
from archc.ops import OPS
from archc.ops.activation import Activation
from archc.ops.adaptive import AdaptivePool
from archc.ops.arithmetic import Scale
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
from archc.ops.table import OpTable, unsupported
from archc.spec.header import Initialisation
from archc.targets.torch.source import Doc, Group, Symbols, call, docstring, lines


@dataclass(frozen=True)
class Drawn:
    """The modules whose first weights are drawn for an op."""

    module: str
    """PyTorch's class."""
    always_biased: bool = False
    """Whether there is no such module without a bias."""


NOT_STATED = unsupported("`init` does not state its first weights: PyTorch's own hold")
MODULES: OpTable[Drawn] = OpTable(
    "module with stated first weights",
    {
        Conv: Drawn("nn.Conv2d"),
        Linear: Drawn("nn.Linear"),
        BatchNorm: Drawn("nn.BatchNorm2d", always_biased=True),
        **dict.fromkeys(
            (
                *(PartialConv, RBF, LocalResponseNorm, LayerNorm, GroupNorm, Activation, Pool),
                *(Subsample, AdaptivePool, Join, Scale, Flatten, Pad, ZeroPad, Crop, PadChannels),
                *(ChannelShuffle, Upsample, PixelShuffle, PixelUnshuffle, Dropout, DropPath),
                Identity,
            ),
            NOT_STATED,
        ),
    },
)
"""The ops that `init` may name, each with the class that `initialise` tests for."""


def initialise(network: Network) -> dict[str, list[str]]:
    """The functions that initialise the weights as the paper does, by the call of each.

    Empty where the spec has no `init`.
    """
    rules = network.spec.header.init
    if not rules:
        return {}
    sources = list(dict.fromkeys(rule.source for rule in rules.values() if rule.source))
    found = ["def initialise(module: nn.Module) -> None:"]
    found += docstring(
        f"The first weights. From {'; '.join(sources)}." if sources else "The first weights."
    )
    written: dict[tuple[str, ...], list[str]] = {}
    for op, rule in rules.items():
        written.setdefault(tuple(_statements(op, rule)), []).append(MODULES[OPS[op]].module)
    for number, (drawn, classes) in enumerate(written.items()):
        found.append(f"    {'elif' if number else 'if'} isinstance(module, {' | '.join(classes)}):")
        found += drawn
    made = {"self.apply(initialise)": found, "initialise_biases(self)": _biases(network)}
    return {called: text for called, text in made.items() if text}


def _biases(network: Network) -> list[str]:
    """The function that sets single biases, by the ends of their names; empty without any."""
    ends: dict[float, dict[str, None]] = {}
    for op, rule in network.spec.header.init.items():
        for node in network.nodes() if rule.biases else ():
            path = node.id.split(".")
            if type(node.op) is OPS[op] and "bias" in node.op.weights(*node.operation.input_shapes):
                for name in rule.biases.keys() & set(path):
                    end = ".".join([*path[path.index(name) :], "bias"])
                    ends.setdefault(rule.biases[name], {})[f'"{end}"'] = None
    found = ["def initialise_biases(model: nn.Module) -> None:"]
    found += docstring("The biases that begin otherwise.")
    found.append("    for name, parameter in model.named_parameters():")
    for value, names in ends.items():
        several: Doc = Group("(", tuple(names)) if len(names) > 1 else next(iter(names))
        found += lines(call("name.endswith", [several]), " " * 8, before="if ", after=":")
        found.append(f"            nn.init.constant_(parameter, {value})")
    return found if ends else []


def _statements(op: str, rule: Initialisation) -> list[str]:
    """The statements that initialise one kind of module."""
    found = lines(_initialiser(rule), " " * 8)
    if rule.bias is not None and not MODULES[OPS[op]].always_biased:
        found.append("        if module.bias is not None:")
        zero = f"nn.init.constant_(module.bias, {rule.bias})"
        zero = "nn.init.zeros_(module.bias)" if rule.bias == 0 else zero
        found.append(f"            {zero}")
    elif rule.bias is not None:
        found.append("        nn.init.zeros_(module.bias)")
    return found


def _initialiser(rule: Initialisation) -> Doc:
    symbols = Symbols()
    args = [f"{name}={symbols.source(value)}" for name, value in rule.args.items()]
    return call(f"nn.init.{rule.weight}_", ["module.weight", *args])
