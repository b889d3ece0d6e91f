"""The blocks that a network uses, each where it is used first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archc.analyses import Part, Place
from archc.analyses.hierarchy import rows
from archc.network import Body, Instance, Repeat


@dataclass(frozen=True)
class Use:
    """The first use of a block."""

    block: str
    place: Place
    parts: tuple[Part, ...]
    """Its steps, smaller blocks closed."""


def uses(top: Place) -> list[Use]:
    """The first use of each block, a block before those that it is made of."""
    found: dict[str, Use] = {}
    visited: set[Body] = set()

    def visit(place: Place) -> None:
        block = place.body.block
        visited.add(place.body)
        if block.at == ("blocks", block.name) and block.name not in found:
            found[block.name] = Use(block.name, place, tuple(rows(place, place.level)))
        for inner in _inner(place):
            if inner.body not in visited:
                visit(inner)

    visit(top)
    return list(found.values())


def _inner(place: Place) -> Iterator[Place]:
    for item in place.body.flow():
        if isinstance(item, Instance):
            yield place.inside(item)
        elif isinstance(item, Repeat):
            start = 0
            for group in item.iterations:
                yield place.iteration(item, start)[1]
                start += group.count
