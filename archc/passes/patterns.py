"""What the kernels replace: one function a pattern, tried in the order of `PATTERNS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from archc.network import Node
from archc.ops.base import numel, pair
from archc.passes.price import Price, depthwise_instructions
from archc.passes.price import depthwise as is_depthwise
from archc.passes.program import Launch, Match, Program

Pattern: TypeAlias = Callable[[Program, Node], Match | None]
"""From the first node of what may be a match."""

ACTIVATIONS = ("relu", "relu6", "silu", "hardswish", "sigmoid", "hardsigmoid")
"""The activations that kernels know."""


def depthwise(program: Program, node: Node) -> Match | None:
    """conv (depthwise) -> batch_norm? -> activation?."""
    if not small_depthwise(node):
        return None
    nodes = [node, *epilogue(program, node)]
    return Match((Launch("depthwise", tuple(nodes), depthwise_price(nodes)),))


def small_depthwise(node: Node) -> bool:
    """Whether the depthwise kernels do this convolution: square, 3 to 7, stride 1 or 2."""
    op: Any = node.op
    if not is_depthwise(node) or op.padding == "same":
        return False
    sizes = [pair(part) for part in (op.kernel_size, op.stride, op.padding, op.dilation)]
    (k, _), (s, _), _, _ = sizes
    return all(down == across for down, across in sizes) and k in (3, 5, 7) and s in (1, 2)


def epilogue(program: Program, node: Node) -> list[Node]:
    """The norm and the activation that follow an operation, as far as nobody else reads it."""
    found: list[Node] = []
    last = node
    for names in (("batch_norm",), ACTIVATIONS):
        after = program.only_reader(last)
        if after is None or after.op.name not in names or last.training_only != after.training_only:
            continue
        found.append(after)
        last = after
    return found


def depthwise_price(nodes: list[Node]) -> Price:
    """One launch that reads x, the filters, scale and shift, and writes y."""
    leaf = nodes[0].leaf
    (x,), y = leaf.input_shapes, leaf.output_shape
    taps = numel(leaf.op.weights(x)["weight"]) // y[0]
    weights = (taps + 2 * (len(nodes) > 1)) * y[0]
    issued = numel(y) * depthwise_instructions(taps)
    return Price(numel(x) + numel(y), weights, 0, issued, 1)


PATTERNS: tuple[Pattern, ...] = (depthwise,)
"""Larger ones first: a node belongs to the first match that takes it."""
