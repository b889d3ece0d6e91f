"""Two networks -> one Figure: shared parts once, with added, removed and changed ones marked."""

from __future__ import annotations

import operator
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from archc.analyses.differences import REPORTED, Change, Difference, Node
from archc.analyses.differences.grouping import ChangeGroup, group_changes
from archc.analyses.differences.wording import setting
from archc.lectures.figures.build import READABLE, View, trace
from archc.lectures.figures.figure import AnyPart, Box, Cluster, Edge, Figure, Join, Row, inside
from archc.lectures.figures.labels import parameters
from archc.lectures.figures.style import Highlight
from archc.lectures.figures.theme import Mark

_ITERATIONS = re.compile(r"\.(\d+)-\d+(?=\.|$)")


def merge(found: Difference, left: Figure, right: Figure) -> tuple[Figure, Highlight]:
    """One figure of both networks, and the mark of each part.

    Args:
        found: what is different.
        left: the figure of the network as it was.
        right: of the network as it is, opened in the same way.
    """
    made = _Merge(_Names.of(found))
    parts = tuple(made.parts(left.parts, right.parts))
    edges = made.edges(left.edges, right.edges)
    title = right.title if left.title == right.title else f"{left.title} → {right.title}"
    figure = replace(
        right,
        name=f"{left.name} → {right.name}",
        title=title,
        parts=parts,
        edges=tuple(edges),
    )
    marked = {edge: mark for edge, mark in edges.items() if mark}
    sizes = left.weights, right.weights
    return figure, Highlight(
        made.marks, made.rows, marked, made.notes, made.sizes, sizes, made.torn
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """The ids of parts of the left network in the right one."""

    new: dict[str, str]
    """The change by the left id; parts inside an unchanged block have the block's."""
    changes: dict[str, Change]
    """The change by the right id."""
    gone: set[str]
    """The left ids of removed parts."""

    @classmethod
    def of(cls, found: Difference) -> _Names:
        names = cls({}, {}, set())
        for change in (each for top in found.changes for each in top.walk()):
            if change.left and not change.right:
                names.gone.add(change.left.id)
            if change.left and change.right:
                old, new = (
                    _ITERATIONS.sub(r".\1", side.id) for side in (change.left, change.right)
                )
                # A figure calls a repeat by its first iteration; it may be all of a block.
                whole = any(inner.right and inner.right.id == new for inner in change.inner)
                for more in ("",) if whole else ("", ".0"):
                    names.new.setdefault(old + more, new + more)
                    names.changes.setdefault(new + more, change)
        return names

    def renamed(self, id: str) -> str:
        """The right id of a left part; empty if the part was removed."""
        head, rest = id, ""
        while head and head not in self.new and head not in self.gone:
            head, _, last = head.rpartition(".")
            rest = f".{last}{rest}"
        if head in self.gone:
            return ""
        return self.new[head] + rest if head else id


@dataclass(slots=True)
class _Merge:
    """Merges the parts of both figures and records their marks."""

    names: _Names
    marks: dict[str, Mark] = field(default_factory=dict)
    rows: dict[str, tuple[Mark | None, ...]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    """The ids of the left figure's parts in the merged figure."""
    torn: bool = False

    def parts(self, left: Sequence[AnyPart], right: Sequence[AnyPart]) -> Iterator[AnyPart]:
        """The parts of both, in the order of the data."""
        places = {part.id: k for k, part in enumerate(right)}
        done = 0
        for part in left:
            k = places.get(self.names.renamed(part.id), -1)
            if k < done or type(part) is not type(right[k]):
                yield self.gone(part)
                continue
            yield from map(self.new, right[done:k])
            yield self.both(part, right[k])
            done = k + 1
        yield from map(self.new, right[done:])

    def gone(self, part: AnyPart) -> AnyPart:
        """A part that only the left figure has, under a unique id."""
        made = replace(part, id=f"<left>.{part.id}")
        self.moved[part.id] = made.id
        self.marks[made.id] = "removed"
        if isinstance(made, Cluster):
            return replace(made, parts=tuple(map(self.gone, made.parts)))
        return made

    def new(self, part: AnyPart) -> AnyPart:
        """A part that only the right figure has."""
        self.marks |= dict.fromkeys([each.id for each in inside((part,))], "added")
        change = self.names.changes.get(part.id)
        self.torn = self.torn or (change is not None and change.left is not None)
        return part

    def both(self, left: AnyPart, right: AnyPart) -> AnyPart:
        """A part that both figures have."""
        self.moved[left.id] = right.id
        change = self.names.changes.get(right.id)
        if change and change.settings:
            self.marks[right.id] = "changed"
        match left, right:
            case Box(), Box():
                return self.box(left, right, change)
            case Cluster(), Cluster():
                parts = tuple(self.parts(left.parts, right.parts))
                self.note(right, change)
                return replace(right, parts=parts, **_names(left, right))
            case Join(), Join() if left.symbol != right.symbol:
                self.marks[right.id] = "changed"
        return right

    def box(self, left: Box, right: Box, change: Change | None) -> Box:
        """A box of both: its rows in pairs, its figures before and after."""
        rows, marks = self.paired(left, right, change)
        self.rows[right.id] = marks
        told = change is not None and change.kind in REPORTED
        if told or any(marks) or (left.times, left.inside) != (right.times, right.inside):
            self.marks[right.id] = "changed"
        if len(rows) < 2 and left.rows == right.rows:
            self.note(right, change)
        one, other = (parameters(each.each) for each in (left, right))
        if one != other:
            self.sizes[right.id] = f"{one.partition(' ')[0] or 0} → {other or 0}"
        within = both(left.inside, right.inside)
        return replace(right, rows=rows, inside=within, **_names(left, right))

    def paired(
        self, left: Box, right: Box, change: Change | None
    ) -> tuple[tuple[Row, ...], tuple[Mark | None, ...]]:
        """The rows of two boxes in one, and the mark of each."""
        pairs = list(_pairs(left.rows, right.rows))
        leaves = list(_leaves(change)) if change else []
        rows: list[Row] = []
        marks: list[Mark | None] = []
        for k, (old, new) in enumerate(pairs):
            if old is None or new is None:
                rows += [row for row in (old, new) if row]
                marks.append("added" if new else "removed")
                continue
            # Where each row is an operation, the row itself shows its changed settings.
            operation = leaves[k] if len(leaves) == len(pairs) else None
            label = both(old.label, new.label)
            if operation and operation.settings and old.label == new.label and len(pairs) > 1:
                label += f" ({self.settings(operation)})"
            rows.append(Row(new.family, label))
            marks.append(
                "changed" if label != new.label or (operation and operation.settings) else None
            )
        return tuple(rows), tuple(marks)

    def note(self, part: AnyPart, change: Change | None) -> None:
        """Record the mark and the note of a part."""
        if change and (text := self.settings(change)):
            self.notes[part.id] = text

    def settings(self, change: Change) -> str:
        """The changed settings of a part in words, without its number of repeats."""
        told = (each for each in change.settings if each.name not in ("repeat", "block"))
        return "; ".join(setting(each) for each in told)

    def edges(self, left: Sequence[Edge], right: Sequence[Edge]) -> dict[Edge, Mark | None]:
        """The edges of both."""
        old = {(self.moved[edge.tail], edge.output, self.moved[edge.head]): edge for edge in left}
        made: dict[Edge, Mark | None] = {}
        for edge in right:
            before = old.pop((edge.tail, edge.output, edge.head), None)
            shapes = dict.fromkeys((before.shape if before else edge.shape, edge.shape))
            made[replace(edge, shape=" → ".join(shapes))] = None if before else "added"
        for (tail, _, head), edge in old.items():
            made[replace(edge, tail=tail, head=head)] = "removed"
        return made


def both(left: str, right: str) -> str:
    """`conv 5x5 → 3x3, 32`: the word that differs, before and after; all words if several do."""
    old, new = (re.split(r"([ ,]+)", text) for text in (left, right))
    if not left or not right or sum(map(operator.ne, old, new)) > 1 or len(old) != len(new):
        return right if left == right else " → ".join(filter(None, (left, right)))
    return "".join(a if a == b else f"{a} → {b}" for a, b in zip(old, new, strict=True))


def _names(left: Box | Cluster, right: Box | Cluster) -> dict[str, Any]:
    """The names and the repeats of both, before and after."""
    block = both(left.block, right.block)
    if left.times == right.times:
        return {"block": block}
    return {"block": f"{block} × {left.times} → × {right.times}".strip(), "times": 1}


def _pairs(left: Sequence[Row], right: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Rows of the same operation; None beside those that one box alone has."""
    old_words, new_words = ([row.label.split(" ")[0] for row in rows] for rows in (left, right))
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    for _, i, j, k, m in matcher.get_opcodes():
        old, new = left[i:j], right[k:m]
        shared = min(len(old), len(new))
        yield from zip(old[:shared], new[:shared], strict=True)
        yield from ((row, None) for row in old[shared:])
        yield from ((None, row) for row in new[shared:])


def _leaves(change: Change) -> Iterator[Change]:
    """The operations of a block, those that only one of the networks has included."""
    if not change.inner:
        yield change
    for inner in change.inner:
        yield from _leaves(inner)


def show(found: Difference, view: View) -> tuple[Figure, Highlight]:
    """Both networks in one figure, and the mark of each part.

    If nothing else is asked for, each step is one box, and of blocks with the same changes the
    first one is opened, as long as that fits a slide.
    """
    if view != View():
        depth = view.depth
        if depth is None:
            both = (trace(network, view) for network in (found.left, found.right))
            depth = min(figure.depth for figure in both)
        return merge(found, *_traced(found, view, depth, ()))
    opened: list[tuple[str, str]] = []
    best = merge(found, *_traced(found, view, 1, opened))
    for pair in _openable(group_changes(found.changes)):
        # Opening a block opens those around it; an outer block in `expand` would open all in it.
        wanted = [*(each for each in opened if not pair[1].startswith(f"{each[1]}.")), pair]
        deeper = merge(found, *_traced(found, view, 1, wanted))
        if len(deeper[0].boxes()) <= READABLE and not deeper[1].torn:
            best, opened = deeper, wanted
    return best


def _traced(
    found: Difference, view: View, depth: int, opened: Sequence[tuple[str, str]]
) -> tuple[Figure, Figure]:
    """Both figures, with these blocks opened too."""
    left, right = (replace(view, depth=depth, expand=(*view.expand, *p)) for p in _sides(opened))
    return trace(found.left, left), trace(found.right, right)


def _sides(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [old for old, _ in pairs], [new for _, new in pairs]


def _openable(entries: Iterable[ChangeGroup]) -> Iterator[tuple[str, str]]:
    """The blocks that show what changed in them, outer ones first: their ids on both sides."""
    waiting = list(entries)
    seen: set[Hashable] = set()
    while waiting:
        inner: list[ChangeGroup] = []
        for entry in waiting:
            change = entry.first
            if entry.key in seen or not entry.inner or change.node.training_only:
                continue
            seen.add(entry.key)
            if change.left and change.right:
                yield _path(change.left), _path(change.right)
                inner += entry.inner
        waiting = inner


def _path(node: Node) -> str:
    """The path of the first iteration, which is the id in a figure."""
    return _ITERATIONS.sub(r".\1", node.id)
