"""The pass that finds what a kernel can do in one go, and asks the model whether it pays."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from archc.analyses.price import eager, time, total
from archc.devices import devices
from archc.network import Call, Item, Leaf, Repeat, join
from archc.passes.patterns import PATTERNS
from archc.passes.program import Fusion, Match, Program

EXCITE = "squeeze_excite"
"""The kernel that takes the whole chain of a gate."""
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
            key = common(program, match)
            while key is None and (shorter := trimmed(match)) is not None:
                match = shorter
                key = common(program, match)
            if key is not None:
                found.setdefault(key, []).append(match)
        for key, places in found.items():
            fusions.append(decide(key, places))
            if fusions[-1].taken:
                taken |= {node.id for match in places for node in match.nodes}
    order = {name: number for number, name in enumerate(program.nodes)}
    fusions.sort(key=lambda fusion: order[fusion.places[0].nodes[0].id])
    return replace(program, fusions=(*program.fusions, *fusions))


def trimmed(match: Match) -> Match | None:
    """The match without its last activation or norm, which may belong to another block."""
    *others, last = match.launches
    if last.nodes[-1].op.name in ("conv", "multiply"):
        return None
    return Match((*others, replace(last, nodes=last.nodes[:-1])))


def common(program: Program, match: Match) -> Key | None:
    """The kernels of a match, the block where it stands, and its steps as that block calls them."""
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
    """Whether a part of it stands in a branch that is one module, which has no lines of its own."""
    nodes = [n.id[start:] for run in match.launches if run.kernel != EXCITE for n in run.nodes]
    ways = [way for leaf in items if isinstance(leaf, Leaf) for way in leaf.branches.values()]
    chains = [item.name for way in ways if way.chain for item in way.items]
    return any(name == item or name.startswith(f"{item}.") for name in nodes for item in chains)


def broken(program: Program, path: str, match: Match) -> bool:
    """Whether it takes a part of a smaller block, and leaves the rest."""
    inside = {node.id for node in match.nodes}
    for item in program.bodies[path].flow():
        if isinstance(item, Call | Repeat):
            start = join(path, item.name) + "."
            all_of_it = {name for name in program.nodes if name.startswith(start)}
            if all_of_it & inside and all_of_it - inside:
                return True
    return False


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
