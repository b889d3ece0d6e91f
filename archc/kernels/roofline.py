"""The kernels of a network in three ways of running it, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archc import passes
from archc.analyses.price import Price, eager
from archc.network import Network, Node
from archc.passes.patterns import epilogue
from archc.passes.program import Launch, Program


@dataclass(frozen=True)
class Row:
    """A block or a layer, and its kernels: eager, one a convolution, and ours."""

    name: str
    ways: Mapping[str, tuple[Price, ...]]


def rows(network: Network) -> list[Row]:
    """Every use of a block that holds no smaller one with a map of its own, and lone layers."""
    program = passes.run(network)
    nodes = [node for node in program.nodes.values() if not node.training_only]
    launches = [launch for f in program.taken for match in f.places for launch in match.launches]
    done = {node.id for launch in launches for node in launch.nodes}
    parts: dict[str, list[Node]] = {}
    for node in nodes:
        parts.setdefault(part(program, node), []).append(node)
    return [
        Row(
            name,
            {
                "eager": tuple(eager(node) for node in inside),
                "conv": tuple(one_a_conv(program, inside, merged(program, nodes))),
                "ours": tuple(ours(program, inside, launches, done)),
            },
        )
        for name, inside in parts.items()
    ]


def part(program: Program, node: Node) -> str:
    """Where a node is counted: the use of a block two levels down, such as `stage3.0`."""
    names = node.id.split(".")
    return ".".join(names[:2]) if len(names) > 1 and names[1].isdigit() else names[0]


def merged(program: Program, nodes: Iterable[Node]) -> set[str]:
    """The norms and activations that a convolution's kernel does as well."""
    convs = (node for node in nodes if node.op.name == "conv")
    return {after.id for conv in convs for after in epilogue(program, conv)}


def one_a_conv(program: Program, nodes: Iterable[Node], done: set[str]) -> list[Price]:
    """A kernel for each convolution with its norm and activation, and for each other operation."""
    prices: list[Price] = []
    for node in nodes:
        if node.id in done:
            continue
        price = eager(node)
        if node.op.name == "conv":
            for after in epilogue(program, node):
                # The map in between stays in registers; scale and shift are read all the same.
                price = price._replace(weights=price.weights + eager(after).weights // 2)
        prices.append(price)
    return prices


def ours(
    program: Program, nodes: Iterable[Node], launches: list[Launch], done: set[str]
) -> list[Price]:
    """Our kernels, each where its last node stands; the rest as one kernel a convolution."""
    nodes = list(nodes)
    inside = {node.id for node in nodes}
    prices = [launch.price for launch in launches if launch.nodes[-1].id in inside]
    every = merged(program, program.nodes.values()) | done
    return prices + one_a_conv(program, nodes, every)
