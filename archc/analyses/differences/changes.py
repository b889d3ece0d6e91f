"""The records of a semantic diff: nodes of either network, settings, and the tree of changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from archc.analyses.cost import Cost
from archc.analyses.receptive_field import ReceptiveField
from archc.ops import Shape

Kind: TypeAlias = Literal["added", "removed", "changed", "inside", "renamed", "follows", "same"]
"""`inside`: a block that changed only in its parts; `follows`: sizes that differ because of
another change."""

REPORTED: tuple[Kind, ...] = ("added", "removed", "changed", "inside", "renamed")
"""The kinds of changes that a report shows."""


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
    """The iterations of a repeat; 1 for any other part."""
    shape: Shape
    cost: Cost
    """The cost of all iterations."""
    seen: ReceptiveField | None
    training_only: bool = False

    @property
    def sizes(self) -> tuple[object, ...]:
        """The figures that may differ because of a change further up."""
        return self.shape, self.cost, self.seen, self.times


@dataclass(frozen=True, slots=True)
class Change:
    """A part, in both networks or in one."""

    kind: Kind
    left: Node | None
    right: Node | None
    settings: tuple[Setting, ...] = ()
    """The settings that differ and do not follow from another change."""
    inner: tuple[Change, ...] = ()
    """The parts of a block."""

    @property
    def node(self) -> Node:
        """The part in the right network, or in the left one if it was removed."""
        found = self.right or self.left
        assert found is not None, "a change is of something"
        return found

    @property
    def params(self) -> int:
        """The difference in parameters, right minus left."""
        return self._more("params")

    @property
    def macs(self) -> int:
        """The difference in multiply-adds, right minus left."""
        return self._more("macs")

    def walk(self) -> Iterator[Change]:
        """The change itself and all changes inside it."""
        yield self
        for change in self.inner:
            yield from change.walk()

    def _more(self, field: str) -> int:
        after, before = (
            getattr(side.cost, field) if side else 0 for side in (self.right, self.left)
        )
        return int(after - before)
