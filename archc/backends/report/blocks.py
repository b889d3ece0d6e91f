"""The blocks that a network uses, each where it is used first."""

from __future__ import annotations

from dataclasses import dataclass

from archc.analyses import Part, Place
from archc.analyses.parts import rows
from archc.network import Call


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

    def visit(place: Place) -> None:
        block = place.body.block
        if block.name in found:
            return
        if place is not top and len(block.at) == 2 and block.at[0] == "blocks":
            found[block.name] = Use(block.name, place, tuple(rows(place, place.level)))
        for item in place.body.flow():
            if isinstance(item, Call):
                visit(place.inside(item))
                continue
            ...

    visit(top)
    return list(found.values())
