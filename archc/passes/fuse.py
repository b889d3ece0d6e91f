"""The pass that finds what a kernel can do in one go, and asks the model whether it pays."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from archc.passes.devices import devices
from archc.passes.patterns import PATTERNS
from archc.passes.price import eager, time, total
from archc.passes.program import Fusion, Match, Program

BATCH, WIDTH, DEVICE = 32, 2, "h100"
"""What the model is asked for: float16, as one decision serves every batch."""


Key: TypeAlias = tuple[tuple[str, ...], str, tuple[tuple[str, ...], ...]]
"""What the matches of one fusion have in common: kernels, block, steps."""


def fuse(program: Program) -> Program:
    """Match the patterns, greedily in the order of the data; decide for each block at once."""
    fusions: list[Fusion] = []
    taken: set[str] = set()
    for pattern in PATTERNS:
        found: dict[Key, list[Match]] = {}
        for node in program.nodes.values():
            match = None if node.id in taken or node.training_only else pattern(program, node)
            if match is None or taken & {node.id for node in match.nodes}:
                continue
            if (key := common(program, match)) is not None:
                found.setdefault(key, []).append(match)
        for key, places in found.items():
            fusions.append(decide(key, places))
            if fusions[-1].taken:
                taken |= {node.id for match in places for node in match.nodes}
    order = {name: number for number, name in enumerate(program.nodes)}
    fusions.sort(key=lambda fusion: order[fusion.places[0].nodes[0].id])
    return replace(program, fusions=(*program.fusions, *fusions))


def common(program: Program, match: Match) -> Key | None:
    """The kernels of a match, the block where it stands, and its steps as that block calls them."""
    path = program.home(match.nodes)
    block = program.bodies[path].block
    if path and block.name not in program.network.spec.blocks:
        return None
    start = len(path) + 1 if path else 0
    return (
        tuple(launch.kernel for launch in match.launches),
        block.name,
        tuple(tuple(node.id[start:] for node in launch.nodes) for launch in match.launches),
    )


def decide(key: Key, places: list[Match]) -> Fusion:
    """Whether a fusion pays, in all its places together, and why."""
    device = devices()[DEVICE]
    before = [eager(node) for match in places for node in match.nodes]
    after = [launch.price for match in places for launch in match.launches]
    old, new = total(before), total(after)
    times = [
        sum(time(price, device, BATCH, WIDTH).seconds for price in prices if price.launches)
        for prices in (before, after)
    ]
    reason = (
        f"{mega(old.bytes(BATCH, WIDTH))} -> {mega(new.bytes(BATCH, WIDTH))}, "
        f"{old.launches} -> {new.launches} launches, "
        f"bound {times[0] * 1e6:.0f} -> {times[1] * 1e6:.0f} us"
    )
    return Fusion(*key, tuple(places), times[1] < times[0], reason)


def mega(number: int) -> str:
    """Bytes as megabytes."""
    return f"{number / 1e6:.1f} MB"

