"""What the kernels replace: one function a pattern, tried in the order of `PATTERNS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from archc.analyses.price import Price, depthwise_instructions, each, total
from archc.analyses.price import depthwise as is_depthwise
from archc.network import Node
from archc.ops.base import numel, pair
from archc.passes.program import Launch, Match, Program

Pattern: TypeAlias = Callable[[Program, Node], Match | None]
"""From the first node of what may be a match."""

ACTIVATIONS = ("relu", "relu6", "silu", "hardswish", "sigmoid", "hardsigmoid")
"""The activations that kernels know."""


def depthwise(program: Program, node: Node) -> Match | None:
    """Conv (depthwise) -> batch_norm? -> activation?."""
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


def gated(program: Program, node: Node) -> Match | None:
    """Conv (depthwise) -> batch_norm? -> activation? -> squeeze, excite, multiply -> conv (1x1) ...

    The depthwise kernel leaves the sums of its tiles, one kernel makes the gate of them, and the
    1x1 convolution multiplies by it as it reads: the map is written once and read once.
    """
    first = depthwise(program, node)
    if first is None:
        return None
    (start,) = first.launches
    readers = program.readers[start.nodes[-1].id]
    gate = next((found for r in readers if (found := gate_of(program, r))), None)
    times = program.only_reader(gate[-1]) if gate else None
    if gate is None or times is None or times.op.name != "multiply" or len(readers) != 2:
        return None
    conv = program.only_reader(times)
    if set(readers) != {gate[0], times} or conv is None or not is_pointwise(conv):
        return None
    nodes = [conv, *epilogue(program, conv)]
    middle, tiles = start.nodes[-1].leaf.output_shape, sums(start.nodes[-1])
    return Match(
        (
            Launch("depthwise", start.nodes, total((start.price, Price(tiles)))),
            Launch("squeeze_excite", tuple(gate), excite_price(gate, tiles)),
            Launch(
                "pointwise",
                (times, *nodes),
                total((pointwise_price(nodes), Price(middle[0]))),
            ),
        )
    )


def gate_of(program: Program, node: Node) -> list[Node]:
    """The chain that makes a gate, if it begins here: pool, conv, activation, conv, activation."""
    if node.op.name != "adaptive_avg_pool" or node.leaf.output_shape[1:] != (1, 1):
        return []
    chain: list[Node] = [node]
    for names in (("conv",), ACTIVATIONS, ("conv",), ACTIVATIONS):
        after = program.only_reader(chain[-1])
        if after is None or after.op.name not in names:
            return []
        chain.append(after)
    biased = all(is_pointwise(conv) and getattr(conv.op, "bias", False) for conv in chain[1::2][:2])
    parts = {(name, end.isdigit()) for name, _, end in (n.id.rpartition(".") for n in chain)}
    return chain if biased and len(parts) == 1 and parts.pop()[1] else []


def pointwise(program: Program, node: Node) -> Match | None:
    """Conv (1x1) -> batch_norm? -> activation?."""
    if not is_pointwise(node) or node.leaf.input_shapes[0][1:] == (1, 1):
        return None
    nodes = [node, *epilogue(program, node)]
    if len(nodes) == 1:
        return None
    return Match((Launch("pointwise", tuple(nodes), pointwise_price(nodes)),))


def is_pointwise(node: Node) -> bool:
    """Whether this is a plain 1x1 convolution."""
    op: Any = node.op
    return (
        op.name == "conv"
        and op.groups == 1
        and op.padding != "same"
        and {pair(op.kernel_size), pair(op.stride)} == {(1, 1)}
        and pair(op.padding) == (0, 0)
    )


def pointwise_price(nodes: list[Node]) -> Price:
    """One launch that reads x and the weights, and writes y."""
    leaf = nodes[0].leaf
    (x,), y = leaf.input_shapes, leaf.output_shape
    weights = x[0] * y[0] + 2 * y[0]
    return Price(numel(x) + numel(y), weights, leaf.op.macs(x), each(y), 1)


def excite_price(gate: list[Node], tiles: int) -> Price:
    """One launch that reads the sums of the tiles and both weights, and writes the gate."""
    channels, hidden = (gate[k].leaf.output_shape[0] for k in (3, 1))
    weights = 2 * channels * hidden + channels + hidden
    return Price(tiles + channels, weights, 2 * channels * hidden, 4 * channels * hidden + tiles, 1)


def sums(node: Node) -> int:
    """Elements of the sums of tiles of a map (float32, counted as two of a 16-bit type)."""
    channels, height, width = node.leaf.output_shape
    cells = 32 if channels <= 32 else 16
    return 2 * channels * -(-height * width // cells)


PATTERNS: tuple[Pattern, ...] = (gated, depthwise, pointwise)
"""Larger ones first: a node belongs to the first match that takes it."""
