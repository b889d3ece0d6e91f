"""The first weights, as the paper draws them."""

from __future__ import annotations

from archc.backends.torch.layout import Doc, call, docstring, lines
from archc.backends.torch.text import Needs
from archc.network import Network
from archc.records import Initialisation

_CLASSES = {"conv": "nn.Conv2d", "linear": "nn.Linear", "batch_norm": "nn.BatchNorm2d"}


def initialise(network: Network) -> list[list[str]]:
    """The function that `self.apply` calls on every module; none if the spec states nothing."""
    rules = network.spec.header.init
    if not rules:
        return []
    sources = list(dict.fromkeys(rule.source for rule in rules.values() if rule.source))
    found = ["def initialise(module: nn.Module) -> None:"]
    found += docstring(
        f"The first weights. From {'; '.join(sources)}." if sources else "The first weights."
    )
    written: dict[tuple[str, ...], list[str]] = {}
    for op, rule in rules.items():
        written.setdefault(tuple(_drawn(op, rule)), []).append(_CLASSES[op])
    for number, (drawn, classes) in enumerate(written.items()):
        found.append(f"    {'elif' if number else 'if'} isinstance(module, {' | '.join(classes)}):")
        found += drawn
    return [found]


def _drawn(op: str, rule: Initialisation) -> list[str]:
    """The lines that draw the weights of one kind of module."""
    found = lines(_draw(rule), " " * 8)
    if rule.bias is not None and op != "batch_norm":
        found.append("        if module.bias is not None:")
        zero = f"nn.init.constant_(module.bias, {rule.bias})"
        zero = "nn.init.zeros_(module.bias)" if rule.bias == 0 else zero
        found.append(f"            {zero}")
    elif rule.bias is not None:
        found.append("        nn.init.zeros_(module.bias)")
    return found


def _draw(rule: Initialisation) -> Doc:
    needs = Needs()
    args = [f"{name}={needs.source(value)}" for name, value in rule.args.items()]
    return call(f"nn.init.{rule.weight}_", ["module.weight", *args])
