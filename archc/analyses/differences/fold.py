"""Changes -> what is told: equal changes once, whatever the number of blocks that have them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from archc.analyses.differences.changes import TOLD, Change, Kind, Setting

_ITERATION = re.compile(r"^\d+(-\d+)?\.")


@dataclass(frozen=True, slots=True)
class Entry:
    """Changes that are told as one, with what is told of their insides."""

    changes: tuple[Change, ...]
    """Those of the first block that has them."""
    everywhere: tuple[Change, ...]
    """Those of all blocks that are told as one around it."""
    inner: tuple[Entry, ...]
    around: str
    """The id of what the first ones stand in."""
    key: Hashable
    """What all of them have in common; there may be others like them elsewhere."""

    @property
    def first(self) -> Change:
        """The one whose ids stand for all."""
        return self.changes[0]

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What differs, the same in all of them."""
        return self.first.settings

    @property
    def names(self) -> list[str]:
        """Their ids, without that of what they stand in, and of the iteration if all are alike."""
        start = f"{self.around}." if self.around else ""
        names = (change.node.id.removeprefix(start) for change in self.changes)
        return [_ITERATION.sub("", name) for name in names]

    def more(self, field: str) -> int:
        """Params or multiply-adds, all together."""
        return sum(int(getattr(change, field)) for change in self.everywhere)

    def times(self) -> tuple[int, int]:
        """How many there are in the first block, before and after."""
        before = sum(change.left.times for change in self.changes if change.left)
        return before, sum(change.right.times for change in self.changes if change.right)


def fold(changes: Iterable[Change], *, every: bool = False) -> list[Entry]:
    """What is told of the parts of a network; with `every` also what follows from the rest."""
    return _fold([list(changes)], every, "")


def untold(changes: Iterable[Change]) -> int:
    """The parts whose sizes differ for what is told of others."""
    count = 0
    for change in changes:
        count += untold(change.inner) if change.kind in TOLD else change.kind == "follows"
    return count


def _fold(bodies: Sequence[Sequence[Change]], every: bool, around: str) -> list[Entry]:
    """Of bodies with the same changes."""
    told = (*TOLD, "follows") if every else TOLD
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
        Entry(
            tuple(found),
            tuple(groups[key]),
            tuple(_fold([each.inner for each in groups[key]], every, found[0].node.id)),
            around,
            key,
        )
        for key, found in first.items()
    ]


def _joined(change: Change) -> Change:
    """A block and the repeat that is all of it, as one."""
    told = [inner for inner in change.inner if inner.kind in TOLD]
    if len(told) != 1 or told[0].node.id != change.node.id or change.left is None:
        return change
    inner = _joined(told[0])
    kind: Kind = "changed" if change.settings or inner.settings else inner.kind
    settings = (*change.settings, *inner.settings)
    return Change(kind, inner.left, inner.right, settings, inner.inner)


def _key(change: Change) -> Hashable:
    """What changes have in common that are told as one."""
    if change.kind == "renamed":
        return change.kind, change.node.id
    sides = [side for side in (change.left, change.right) if side]
    if change.kind in ("added", "removed"):
        return change.kind, tuple((side.op, side.label) for side in sides)
    inner = tuple(_key(_joined(each)) for each in change.inner if each.kind in TOLD)
    # Of runs of equal changes the length says nothing: blocks of two and of three layers.
    parts = tuple(dict.fromkeys(inner))
    return change.kind, tuple(side.op for side in sides), change.settings, parts
