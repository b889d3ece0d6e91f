"""The kernels of a network in three ways of running it, layer by layer and block by block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archc import passes
from archc.analyses.kernel_prices import EAGER, Price, eager
from archc.network import Network, Node
from archc.network.support import require
from archc.ops.conv import Conv
from archc.passes.patterns import epilogue
from archc.passes.program import Program

WAYS = ("eager", "conv", "ours")
"""A kernel for each operation; one for each convolution with its norm and activation; ours."""


@dataclass(frozen=True)
class Row:
    """A layer or a block, and its kernels in each way; a kernel counts where it begins."""

    name: str
    ways: Mapping[str, tuple[Price, ...]]


def layers(network: Network) -> list[Row]:
    """Every operation at inference; a norm and an activation go with their convolution.

    Raises:
        SpecError: `no-backend`, for a step without a price.
    """
    require(network, EAGER)
    program = passes.run(network)
    owner = owners(program)
    matches = [match for fusion in program.taken for match in fusion.places]
    done = {node.id for match in matches for node in match.nodes}
    found: dict[str, dict[str, list[Price]]] = {}
    for node in program.nodes.values():
        if node.id not in owner:
            continue
        ways = found.setdefault(owner[node.id], {way: [] for way in WAYS})
        ways["eager"].append(eager(node))
        if owner[node.id] == node.id:
            ways["conv"].append(one_a_conv(program, node))
            if node.id not in done:
                ways["ours"].append(one_a_conv(program, node))
    for match in matches:
        found[owner[match.nodes[0].id]]["ours"] += match.prices
    return [
        Row(name, {way: tuple(p for p in prices if p.launches) for way, prices in ways.items()})
        for name, ways in found.items()
    ]


def blocks(network: Network) -> list[Row]:
    """The layers of each use of a block two levels down, such as `stage3.0`, together."""
    found: dict[str, list[Row]] = {}
    for row in layers(network):
        names = row.name.split(".")
        two = len(names) > 1 and names[1].isdigit()
        found.setdefault(".".join(names[:2]) if two else names[0], []).append(row)
    return [
        Row(name, {way: tuple(price for row in rows for price in row.ways[way]) for way in WAYS})
        for name, rows in found.items()
    ]


def owners(program: Program) -> dict[str, str]:
    """The layer that each operation is counted in, by the first operation of it."""
    found: dict[str, str] = {}
    for node in program.nodes.values():
        if not node.training_only:
            found.setdefault(node.id, node.id)
            if isinstance(node.op, Conv):
                found |= {after.id: node.id for after in epilogue(program, node)}
    return found


def one_a_conv(program: Program, node: Node) -> Price:
    """An operation as a kernel of its own, which does the norm and activation of a convolution."""
    price = eager(node)
    if isinstance(node.op, Conv):
        # The map in between stays in registers; of the norm, scale and shift are read.
        weights = sum(eager(after).weights // 2 for after in epilogue(program, node))
        price = price._replace(weights=price.weights + weights)
    return price
