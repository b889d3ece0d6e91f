"""The costs of operations and bodies: parameters, buffers, multiply-adds, FLOPs, activations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from archc.analyses.folds import Sums
from archc.document.translation import N_
from archc.network import Body, Instance, Operation, Repeat
from archc.ops.base import numel
from archc.ops.regularise import DropPath

CONVENTIONS = {
    "params": "learnable parameters, biases and normalisation scales included",
    "buffers": "batch-norm means and variances: stored, not learned",
    "macs": N_(
        "multiply-adds of convolutions and linear layers for one sample, biases not counted"
    ),
    "flops": N_(
        "2 x MACs, and the operations of biases, normalisation, activations, pools and joins"
    ),
    "activations": "elements that convolutions and linear layers write for one sample "
    "(Radosavovic et al., 2020, arXiv:2003.13678)",
    "depth": "convolutions and linear layers on the longest path",
    "receptive_field": "input cells that an output cell depends on, padding included, so that it "
    "may exceed the input; a cell that sees a whole map sees what of the input that map sees",
}
"""How each figure is counted."""


class Cost(NamedTuple):
    """The costs of one or several operations, for one sample."""

    params: int = 0
    """Learnable parameters."""
    weights: int = 0
    """Those of them that are weights of convolutions and linear layers: no biases, no norms."""
    buffers: int = 0
    """Batch-norm means and variances: stored, not learned."""
    macs: int = 0
    """Multiply-adds of convolutions and linear layers, no bias."""
    flops: int = 0
    """Two for each multiply-add, and the operations of all other ops."""
    activations: int = 0
    """Elements that convolutions and linear layers write."""
    connections: int = 0
    """The number of terms that all their elements are sums of, biases included."""
    expected_depth: float = 0.0
    """Residual branches with a drop_path that a sample passes in training, on average."""

    @property
    def total_params(self) -> int:
        """Learned or stored, as Keras counts."""
        return self.params + self.buffers


def _operation_cost(operation: Operation) -> Cost:
    op, shapes = operation.op, operation.input_shapes
    learned = op.weights(*shapes)
    stored = op.buffers(*shapes)
    macs = op.macs(*shapes) if op.weighted else 0
    extra = op.extra_flops(*shapes)
    params = sum(map(numel, learned.values()))
    return Cost(
        params,
        params - sum(numel(learned[key]) for key in learned if key.endswith("bias"))
        if op.weighted
        else 0,
        # A buffer without axes is PyTorch's count of batches, which is not part of the network.
        sum(numel(shape) for shape in stored.values() if shape),
        macs,
        2 * macs + extra,
        numel(operation.output_shape) if op.weighted else 0,
        macs + extra if op.weighted else op.links(*shapes),
        1 - op.p if isinstance(op, DropPath) else 0.0,
    )


SUMS = Sums(Cost, _operation_cost)


def operation_cost(operation: Operation) -> Cost:
    """The cost of one operation; computed once."""
    return SUMS.operation(operation)


def body_cost(body: Body) -> Cost:
    """The cost of a body; computed once, however often the body is used."""
    return SUMS.body(body)


def cost(items: Iterable[Operation | Instance | Repeat]) -> Cost:
    """The cost of some items of one body together."""
    return SUMS.of(items)


def times(one: Cost, count: int) -> Cost:
    """The cost of `count` uses."""
    return SUMS.times(one, count)
