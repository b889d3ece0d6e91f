"""How the figures of two networks are opened, so that they show what is different."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace

from archc.analyses.differences import Difference, Node
from archc.analyses.differences.fold import Entry, fold
from archc.lectures.figures.figure import Figure
from archc.lectures.figures.highlight import Highlight
from archc.lectures.figures.merge import merge
from archc.lectures.figures.trace import READABLE, trace
from archc.lectures.figures.view import View

_ITERATIONS = re.compile(r"\.(\d+)-\d+(?=\.|$)")


def show(found: Difference, view: View) -> tuple[Figure, Highlight]:
    """Both networks in one figure, and what became of each part.

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
    for pair in _openable(fold(found.changes)):
        # What is around an opened block is open, too; asked for by itself it opens all in it.
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


def _openable(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """The blocks that show what changed in them, outer ones first: their ids on both sides."""
    waiting = list(entries)
    seen: set[Hashable] = set()
    while waiting:
        inner: list[Entry] = []
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
    """Of the first iteration, as a figure has it."""
    return _ITERATIONS.sub(r".\1", node.id)
