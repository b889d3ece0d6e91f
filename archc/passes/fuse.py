"""The pass that finds what a kernel can do in one go, and asks the model whether it pays."""

from __future__ import annotations

from dataclasses import replace

from archc.network import Network
from archc.passes.devices import devices
from archc.passes.patterns import PATTERNS
from archc.passes.price import eager, time, total
from archc.passes.program import Fusion, Match, Program

BATCH, WIDTH, DEVICE = 32, 2, "h100"
"""What the model is asked for: float16, as one decision serves every batch."""


def fuse(program: Program) -> Program:
    """Match the patterns, greedily in the order of the data; decide for each block at once."""
    found: dict[tuple[str, str, tuple[str, ...]], list[Match]] = {}
    taken: set[str] = set()
    for pattern in PATTERNS:
        for node in program.nodes.values():
            match = None if node.id in taken or node.training_only else pattern(program, node)
            if match is None or taken & set(match.ids):
                continue
            key = home(program, match)
            if key is not None:
                taken |= set(match.ids)
                found.setdefault((match.kernel, *key), []).append(match)
    order = {name: number for number, name in enumerate(program.nodes)}
    rows = sorted(found.items(), key=lambda row: order[row[1][0].nodes[0].id])
    return replace(program, fusions=(*program.fusions, *(decide(*row) for row in rows)))


def home(program: Program, match: Match) -> tuple[str, tuple[str, ...]] | None:
    """The block where a match stands, and its steps as that block calls them."""
    path = program.home(match.nodes)
    block = program.bodies[path].block
    if block.name not in program.network.spec.blocks and path:
        return None
    start = len(path) + 1 if path else 0
    return block.name, tuple(name[start:] for name in match.ids)


def decide(key: tuple[str, str, tuple[str, ...]], places: list[Match]) -> Fusion:
    """Whether a fusion pays, in all its places together, and why."""
    kernel, block, steps = key
    device = devices()[DEVICE]
    before = [eager(node) for match in places for node in match.nodes]
    after = [match.price for match in places]
    old, new = total(before), total(after)
    times = [
        sum(time(price, device, BATCH, WIDTH).seconds for price in prices)
        for prices in (before, after)
    ]
    reason = (
        f"{mega(old.bytes(BATCH, WIDTH))} -> {mega(new.bytes(BATCH, WIDTH))}, "
        f"{old.launches} -> {new.launches} launches, "
        f"bound {times[0] * 1e6:.0f} -> {times[1] * 1e6:.0f} us"
    )
    return Fusion(kernel, block, steps, tuple(places), times[1] < times[0], reason)


def mega(number: int) -> str:
    """Bytes as megabytes."""
    return f"{number / 1e6:.1f} MB"


def start(network: Network) -> Program:
    """A network before any pass."""
    return Program(network)
