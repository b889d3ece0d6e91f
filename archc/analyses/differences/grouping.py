"""Groups equal changes: a change that several blocks share becomes one entry of the report."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from archc.analyses.differences.changes import REPORTED, Change, Kind, Setting

_ITERATION = re.compile(r"^\d+(-\d+)?\.")


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """A group of equal changes that a report shows once, with the entries inside it."""

    changes: tuple[Change, ...]
    """The changes in the first block that has them."""
    everywhere: tuple[Change, ...]
    """The changes in all blocks of the entry around it."""
    inner: tuple[ChangeGroup, ...]
    around: str
    """The id of the part that contains the first changes."""
    key: Hashable
    """The key that all of them share; other entries may have an equal one."""

    @property
    def first(self) -> Change:
        """The first change, whose ids represent all."""
        return self.changes[0]

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The settings that differ, the same in all changes."""
        return self.first.settings

    @property
    def names(self) -> list[str]:
        """The ids of the changes below `around`, without the numbers of iterations."""
        start = f"{self.around}." if self.around else ""
        names = (change.node.id.removeprefix(start) for change in self.changes)
        return [_ITERATION.sub("", name) for name in names]

    def more(self, field: str) -> int:
        """The difference in a cost (`params`, `macs`) of all changes together."""
        return sum(int(getattr(change, field)) for change in self.everywhere)

    def times(self) -> tuple[int, int]:
        """The number of these parts in the first block, before and after."""
        before = sum(change.left.times for change in self.changes if change.left)
        return before, sum(change.right.times for change in self.changes if change.right)


def group_changes(changes: Iterable[Change], *, every: bool = False) -> list[ChangeGroup]:
    """Group the changes of a network; with `every`, also those that follow from others."""
    return _group([list(changes)], every, "")


def untold(changes: Iterable[Change]) -> int:
    """The number of parts whose sizes differ only because of changes elsewhere."""
    count = 0
    for change in changes:
        count += untold(change.inner) if change.kind in REPORTED else change.kind == "follows"
    return count


def _group(bodies: Sequence[Sequence[Change]], every: bool, around: str) -> list[ChangeGroup]:
    """The entries of bodies that have the same changes; ids are those of the first body."""
    told = (*REPORTED, "follows") if every else REPORTED
    groups: dict[Hashable, list[Change]] = {}
    first: dict[Hashable, list[Change]] = {}
    for number, body in enumerate(bodies):
        for change in map(_joined, body):
            if change.kind in told:
                key = _key(change)
                groups.setdefault(key, []).append(change)
                if not number:
                    first.setdefault(key, []).append(change)
    return [
        ChangeGroup(
            tuple(found),
            tuple(groups[key]),
            tuple(_group([each.inner for each in groups[key]], every, found[0].node.id)),
            around,
            key,
        )
        for key, found in first.items()
    ]


def _joined(change: Change) -> Change:
    """A block and the only repeat in it, as one change."""
    told = [inner for inner in change.inner if inner.kind in REPORTED]
    if len(told) != 1 or told[0].node.id != change.node.id or change.left is None:
        return change
    inner = _joined(told[0])
    kind: Kind = "changed" if change.settings or inner.settings else inner.kind
    settings = (*change.settings, *inner.settings)
    return Change(kind, inner.left, inner.right, settings, inner.inner)


def _key(change: Change) -> Hashable:
    """The key of a change: changes with equal keys are one entry."""
    if change.kind == "renamed":
        return change.kind, change.node.id
    sides = [side for side in (change.left, change.right) if side]
    if change.kind in ("added", "removed"):
        return change.kind, tuple((side.op, side.label) for side in sides)
    inner = tuple(_key(_joined(each)) for each in change.inner if each.kind in REPORTED)
    # Of runs of equal changes the length says nothing: blocks of two and of three layers.
    parts = tuple(dict.fromkeys(inner))
    return change.kind, tuple(side.op for side in sides), change.settings, parts
