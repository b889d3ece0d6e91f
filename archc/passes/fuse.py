"""The pass that fuses operations into one kernel where the cost model says that it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from archc.analyses.devices import devices
from archc.analyses.kernel_prices import Price, eager, time, total
from archc.network import Instance, Item, Operation, Repeat, join
from archc.passes.patterns import PATTERNS, Pattern, Role, role
from archc.passes.program import Fusion, Match, Program

EXCITE = "squeeze_excite"
"""The kernel that takes the whole chain of a gate."""
BATCH, WIDTH, DEVICE = 32, 2, "h100"
"""Samples, bytes of an element and device of the cost model: one decision serves every batch."""


Key: TypeAlias = tuple[tuple[str, ...], str, tuple[tuple[str, ...], ...]]
"""The key that matches of one fusion share: kernels, block, steps."""


def fuse(program: Program) -> Program:
    """Match the patterns, greedily in the order of the data; decide for each block at once."""
    fusions: list[Fusion] = []
    taken: set[str] = set()
    for number, pattern in enumerate(PATTERNS):
        matches: list[Match] = []
        seen = set(taken)
        for node in program.nodes.values():
            match = None if node.id in seen or node.training_only else pattern(program, node)
            if match is not None and not seen & {node.id for node in match.nodes}:
                matches.append(match)
                seen |= {node.id for node in match.nodes}
        for fusion in decided(program, matches, PATTERNS[number + 1 :]):
            fusions.append(fusion)
            if fusion.taken:
                taken |= {node.id for match in fusion.places for node in match.nodes}
    fusions.sort(key=lambda fusion: program.order[fusion.places[0].nodes[0].id])
    return replace(program, fusions=(*program.fusions, *fusions))


def decided(program: Program, matches: list[Match], smaller: Sequence[Pattern]) -> list[Fusion]:
    """The matches by block and steps; what does not pay in a block may in one that it uses."""
    found: dict[Key, list[Match]] = {}
    for match in matches:
        least: Match | None = match
        while least is not None:
            if (key := common(program, least)) is not None:
                found.setdefault(key, []).append(least)
                break
            least = trimmed(least)
    made = []
    for key, places in found.items():
        before = [p for match in places for p in without(program, match, smaller)]
        made.append(decide(program, key, places, before))
    for fusion in made:
        shorter = [each for match in fusion.places if (each := trimmed(match)) is not None]
        if not fusion.taken and shorter:
            kept = [m for other in made if other is not fusion for m in other.places]
            order = program.order
            again = sorted(kept + shorter, key=lambda match: order[match.nodes[0].id])
            return decided(program, again, smaller)
    return made


def trimmed(match: Match) -> Match | None:
    """The match without its residual, its last activation or norm, which may be another block's."""
    if match.tail:
        return Match(match.launches)
    *others, last = match.launches
    if role(last.nodes[-1]) in (Role.CONVOLUTION, Role.GATE):
        return None
    return Match((*others, replace(last, nodes=last.nodes[:-1])))


def without(program: Program, match: Match, patterns: Sequence[Pattern]) -> list[Price]:
    """The price of a match's nodes without it: by the kernels of smaller patterns, or eager."""
    inside, done = {node.id for node in match.nodes}, set[str]()
    prices: list[Price] = []
    for pattern in patterns:
        for node in match.nodes:
            smaller = None if node.id in done else pattern(program, node)
            while smaller is not None and not {one.id for one in smaller.nodes} <= inside:
                smaller = trimmed(smaller)
            names = {one.id for one in smaller.nodes} if smaller else set[str]()
            if smaller is not None and not names & done:
                prices += smaller.prices
                done |= names
    return prices + [eager(node) for node in match.nodes if node.id not in done]


def common(program: Program, match: Match) -> Key | None:
    """The key of a match: its kernels, its block, and the block's names of its steps."""
    path = program.home(match.nodes)
    block = program.bodies[path].block
    if path and block.name not in program.network.spec.blocks:
        return None
    start = len(path) + 1 if path else 0
    if hidden(program.bodies[path].items, start, match) or broken(program, path, match):
        return None
    return (
        tuple(launch.kernel for launch in match.launches),
        block.name,
        tuple(tuple(node.id[start:] for node in launch.nodes) for launch in match.launches),
    )


def hidden(items: tuple[Item, ...], start: int, match: Match) -> bool:
    """Whether a part of it is in a branch that is one module, which has no lines of its own."""
    nodes = [n.id[start:] for run in match.launches if run.kernel != EXCITE for n in run.nodes]
    ways = [
        way
        for operation in items
        if isinstance(operation, Operation)
        for way in operation.branches.values()
    ]
    chains = [item.name for way in ways if way.chain for item in way.items]
    return any(name == item or name.startswith(f"{item}.") for name in nodes for item in chains)


def broken(program: Program, path: str, match: Match) -> bool:
    """Whether it takes a part of a smaller block, and leaves the rest."""
    inside = {node.id for node in match.nodes}
    for item in program.bodies[path].flow():
        if isinstance(item, Instance | Repeat):
            start = join(path, item.name) + "."
            if any(name.startswith(start) for name in inside) and any(
                name.startswith(start) and name not in inside for name in program.nodes
            ):
                return True
    return False


def decide(program: Program, key: Key, places: list[Match], before: list[Price]) -> Fusion:
    """Whether a fusion pays, in all its places together, and why."""
    device = devices()[DEVICE]
    after = [price for match in places for price in match.prices]
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
    longest = max(places, key=lambda match: len(match.tail))
    path = program.home(longest.nodes)
    tail = tuple(node.id[len(path) + 1 if path else 0 :] for node in longest.tail)
    return Fusion(*key, tail, tuple(places), times[1] < times[0], reason)


def mega(number: int) -> str:
    """Bytes as megabytes."""
    return f"{number / 1e6:.1f} MB"
