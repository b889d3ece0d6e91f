"""Two networks -> what was added, removed and changed, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from archc.analyses.cost import Cost
from archc.analyses.receptive_field import ReceptiveField
from archc.ops import Shape

Kind: TypeAlias = Literal["added", "removed", "changed", "inside", "renamed", "follows", "same"]
"""`inside`: a block as before, but for what is in it; `follows`: other sizes, for a reason that is
told elsewhere."""

TOLD: tuple[Kind, ...] = ("added", "removed", "changed", "inside", "renamed")
"""Those that a reader has to be told."""


class Setting(NamedTuple):
    """One setting, before and after."""

    name: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class Node:
    """A part of one of the networks: an op, a block, or iterations that are alike."""

    id: str
    op: str
    """The op or the block."""
    label: str
    times: int
    """Iterations of a repeat; 1 for what is none."""
    shape: Shape
    cost: Cost
    """Of all iterations."""
    seen: ReceptiveField | None
    training_only: bool = False

    @property
    def sizes(self) -> tuple[object, ...]:
        """What may differ for the sake of what comes before."""
        return self.shape, self.cost, self.seen, self.times


@dataclass(frozen=True, slots=True)
class Change:
    """A part, in both networks or in one."""

    kind: Kind
    left: Node | None
    right: Node | None
    settings: tuple[Setting, ...] = ()
    """What differs for no reason that is told above."""
    inner: tuple[Change, ...] = ()
    """The parts of a block."""

    @property
    def node(self) -> Node:
        """The part as it is now, or as it was if it is gone."""
        found = self.right or self.left
        assert found is not None, "a change is of something"
        return found

    @property
    def params(self) -> int:
        """Parameters more than before."""
        return self._more("params")

    @property
    def macs(self) -> int:
        """Multiply-adds more than before."""
        return self._more("macs")

    def walk(self) -> Iterator[Change]:
        """This one and all that is in it."""
        yield self
        for change in self.inner:
            yield from change.walk()

    def _more(self, field: str) -> int:
        after, before = (
            getattr(side.cost, field) if side else 0 for side in (self.right, self.left)
        )
        return int(after - before)
