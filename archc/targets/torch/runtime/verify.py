"""Checks the analysis against PyTorch: the generated module is run, node by node.

The module is built and run on the meta device: shapes and operations, no numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archc.analyses import Analysis, NodeReport, analyze
from archc.network import Network
from archc.ops import OPS
from archc.targets.torch.runtime.instantiate import instantiate

if TYPE_CHECKING:
    from torch import nn

TRAINING_BATCH = 2
"""Samples of the run in training; batch normalisation of a 1 x 1 map cannot train on one."""


@dataclass(frozen=True)
class Mismatch:
    """A figure of the analysis that differs from PyTorch's."""

    node: str
    what: str
    expected: object
    actual: object


@dataclass(frozen=True)
class Verification:
    """The outcome of a check: how many figures were compared, and those that differ."""

    label: str
    nodes: int
    joins: int
    params: int
    macs: int
    mismatches: tuple[Mismatch, ...]

    def __str__(self) -> str:
        if self.mismatches:
            return f"{self.label}: {len(self.mismatches)} figures differ from PyTorch's"
        return (
            f"{self.label}: PyTorch agrees, node by node: {self.nodes} modules with their shapes, "
            f"{self.joins} joins by what follows them, {self.params:,} parameters, "
            f"{self.macs:,} multiply-adds"
        )


@dataclass(frozen=True)
class Run:
    """What hooks recorded in one forward pass: shapes without the batch, MACs of one sample."""

    inputs: Mapping[str, list[tuple[int, ...]]]
    outputs: Mapping[str, list[tuple[int, ...]]]
    macs: Mapping[str, int]
    given: tuple[tuple[int, ...], ...]
    """The shapes of the module's outputs."""


def verify(network: Network) -> Verification:
    """Hold the generated module's shapes, parameters and multiply-adds against the analysis.

    Raises:
        ModuleNotFoundError: torch is not installed.
    """
    import torch

    analysis = analyze(network)
    with torch.device("meta"):
        module = instantiate(network)
    inference, training = _run(module, network, 1), _run(module, network, TRAINING_BATCH)
    found = [
        *_state(network, module),
        *_totals(analysis, module, inference, training),
        *(m for node in analysis.nodes for m in _node(node, inference, training)),
    ]
    joins = sum(_is_join(node) for node in analysis.nodes)
    totals = analysis.totals
    nodes = len(analysis.nodes) - joins
    label = network.label
    return Verification(label, nodes, joins, totals.params, totals.macs, tuple(found))


def _run(module: nn.Module, network: Network, batch: int) -> Run:
    """Run the module on a batch, in training if it has more than one sample."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    inputs: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    outputs: dict[str, list[tuple[int, ...]]] = defaultdict(list)

    def watch(name: str, part: nn.Module) -> Any:
        def hook(_: nn.Module, args: tuple[Any, ...], result: Any) -> None:
            inputs[name] += _shapes(args)[:1]
            outputs[name] += _shapes(result)

        return part.register_forward_hook(hook)

    hooks = [watch(name, part) for name, part in module.named_modules() if name]
    module.train(batch > 1)
    counter = FlopCounterMode(display=False)
    try:
        with torch.no_grad(), counter:
            result = module(torch.empty(batch, *network.input, device="meta"))
    finally:
        for hook in hooks:
            hook.remove()
    root = type(module).__name__
    macs = {
        name if name == "Global" else name.removeprefix(root).removeprefix("."): (
            sum(counts.values()) // (2 * batch)
        )
        for name, counts in counter.get_flop_counts().items()
    }
    return Run(inputs, outputs, macs, tuple(_shapes(result)))


def _state(network: Network, module: nn.Module) -> Iterator[Mismatch]:
    """The names and shapes of the state_dict."""
    expected = {
        f"{node.id}.{name}": tuple(shape)
        for node in network.nodes()
        for kind in (node.op.weights, node.op.buffers)
        for name, shape in kind(*node.operation.input_shapes).items()
    }
    actual = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    for name in dict.fromkeys((*expected, *actual)):
        if expected.get(name) != actual.get(name):
            node, _, what = name.rpartition(".")
            yield Mismatch(node, what, expected.get(name, "none"), actual.get(name, "none"))


def _totals(
    analysis: Analysis, module: nn.Module, inference: Run, training: Run
) -> Iterator[Mismatch]:
    """Parameters and multiply-adds of the whole network, and the shapes of its outputs."""
    outputs = analysis.network.outputs
    params = sum(parameter.numel() for parameter in module.parameters())
    shapes = tuple(output.port.shape for output in outputs)
    lasting = tuple(output.port.shape for output in outputs if not output.training_only)
    held = (
        ("parameters", analysis.totals.params, params),
        ("MACs in training", analysis.totals.macs, training.macs.get("Global", 0)),
        ("MACs at inference", analysis.inference.macs, inference.macs.get("Global", 0)),
        ("outputs in training", shapes, training.given),
        ("outputs at inference", lasting, inference.given),
    )
    for what, expected, actual in held:
        if expected != actual:
            yield Mismatch("(network)", what, expected, actual)


def _node(node: NodeReport, inference: Run, training: Run) -> Iterator[Mismatch]:
    """One operation, in both runs; a join is no module, its shape is the next one's input."""
    if _is_join(node):
        return
    for run, where in ((inference, "inference"), (training, "training")):
        runs = run is training or not node.training_only
        outputs = [node.output_shape] if runs else []
        if run.outputs.get(node.id, []) != outputs:
            actual = run.outputs.get(node.id, "none")
            yield Mismatch(node.id, f"output at {where}", outputs or "none", actual)
        elif runs and run.inputs[node.id] != [node.input_shapes[0]]:
            actual = run.inputs[node.id]
            yield Mismatch(node.id, f"input at {where}", [node.input_shapes[0]], actual)
        macs = node.macs if runs else 0
        if run.macs.get(node.id, 0) != macs:
            yield Mismatch(node.id, f"MACs at {where}", macs, run.macs.get(node.id, 0))


def _is_join(node: NodeReport) -> bool:
    return OPS[node.op].inputs[1] is None


def _shapes(value: Any) -> list[tuple[int, ...]]:
    """The shapes of the tensors in a value, without the batch."""
    if hasattr(value, "shape"):
        return [tuple(value.shape[1:])]
    if isinstance(value, tuple | list):
        return [shape for part in value for shape in _shapes(part)]
    return []
