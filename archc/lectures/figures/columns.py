"""Breaks a tall figure into columns, so that it fits a slide."""

from __future__ import annotations

import math
from collections.abc import Iterable
from graphlib import TopologicalSorter
from itertools import accumulate, pairwise

from archc.lectures.figures.figure import AnyPart, Box, Cluster, Edge, Figure, Terminal, inside

ASPECT, ASPECT_LR = 1.5, 2.0
"""Width over height of the area of a slide for a figure; left to right, long lines look well."""
MOST, MOST_LR = 6, 9
"""The most columns, and the most lines of a figure from left to right."""

# Sizes in points, near enough for the choice of a break: of a figure from the top down, and of one
# from left to right, where a box is as long as its words and as wide as its lines.
STEP, LINE, FRAME, WIDE, GAP = 62, 16, 40, 150, 40
STEP_LR, WIDE_LR = 230, 56

Column = tuple[AnyPart, ...]


def columns(figure: Figure, direction: str = "TB") -> list[Column]:
    """The outer parts of a figure, in as many columns as come nearest to a slide's shape.

    From left to right what is called a column here is a line of parts.
    """
    if figure.place:  # a block by itself stays in one piece
        return [figure.parts]
    across = direction == "LR"
    aspect = 1 / ASPECT_LR if across else ASPECT
    rows = rows_of(figure)
    cuts = _cuts(rows, figure.edges)
    sizes = [_size(row, figure.edges, across) for row in rows]
    tops = [0.0, *accumulate(height for _, height in sizes)]
    best, least = [0, len(rows)], math.inf
    for count in range(1, (MOST_LR if across else MOST) + 1):
        breaks = [_nearest(cuts, tops, tops[-1] * k / count) for k in range(1, count)]
        bounds = [0, *breaks, len(rows)]
        if any(a >= b for a, b in pairwise(bounds)):
            continue
        wide = sum(max(width for width, _ in sizes[a:b]) + GAP for a, b in pairwise(bounds))
        high = max(tops[b] - tops[a] for a, b in pairwise(bounds))
        if (off := abs(math.log(wide / high / aspect))) < least:
            best, least = bounds, off
    return [tuple(part for row in rows[a:b] for part in row) for a, b in pairwise(best)]


def rows_of(figure: Figure) -> list[list[AnyPart]]:
    """The outer parts in rows along the main flow, each row with the side parts that leave it."""
    tails = {edge.head: edge.tail for edge in figure.edges}
    side = {part.id for part in figure.parts[1:] if isinstance(part, Terminal)} - {figure.end}
    rows: list[list[AnyPart]] = []
    at: dict[str, int] = {}
    for part in figure.parts:
        first = next(p.id for p in inside((part,)) if not isinstance(p, Cluster))
        if part.aside or part.id in side:
            row = at[tails[first]] if first in tails else 0
            rows[row].append(part)
        else:
            row = len(rows)
            rows.append([part])
        at |= {p.id: row for p in inside((part,))}
    return rows


def _cuts(rows: list[list[AnyPart]], edges: Iterable[Edge]) -> list[int]:
    """The rows above which only one value passes, so that a break there crosses one line."""
    at = {part.id: k for k, row in enumerate(rows) for part in inside(tuple(row))}
    passing: list[set[tuple[str, int]]] = [set() for _ in rows]
    for edge in edges:
        for k in range(at[edge.tail] + 1, at[edge.head] + 1):
            passing[k].add((edge.tail, edge.output))
    return [k for k, values in enumerate(passing) if len(values) == 1]


def _nearest(cuts: list[int], tops: list[float], goal: float) -> int:
    return min(cuts, key=lambda k: abs(tops[k] - goal), default=0)


def _size(row: list[AnyPart], edges: Iterable[Edge], across: bool) -> tuple[float, float]:
    """The width of a row, and how much further it takes the flow."""
    sizes = [_part_size(part, edges, across) for part in row]
    return sum(width for width, _ in sizes), max(height for _, height in sizes)


def _part_size(part: AnyPart, edges: Iterable[Edge], across: bool) -> tuple[float, float]:
    wide, step = (WIDE_LR, STEP_LR) if across else (WIDE, STEP)
    if isinstance(part, Box):
        more = LINE * max(0, len(part.rows) - 1)
        return (wide + more, step) if across else (wide, step + more)
    if not isinstance(part, Cluster):
        return 0, step
    frames = FRAME * sum(isinstance(p, Cluster) for p in inside((part,)))
    sizes = {p.id: _part_size(p, (), across)[1] for p in _boxes(part)}
    before = _before(part, edges)
    start: dict[str, float] = {}
    for name in TopologicalSorter(before).static_order():
        start[name] = max((start[other] + sizes[other] for other in before[name]), default=0)
    return wide * lanes(part, edges), max(start.values()) + step + frames


def lanes(cluster: Cluster, edges: Iterable[Edge]) -> int:
    """The greatest number of boxes side by side in a cluster."""
    flow, most = TopologicalSorter(_before(cluster, edges)), 0
    flow.prepare()
    while ready := flow.get_ready():
        most = max(most, len(ready))
        flow.done(*ready)
    return most


def _boxes(cluster: Cluster) -> list[AnyPart]:
    """The parts at any level inside a cluster that are not clusters."""
    return [part for part in inside(cluster.parts) if not isinstance(part, Cluster)]


def _before(cluster: Cluster, edges: Iterable[Edge]) -> dict[str, set[str]]:
    """For each box of a cluster, the boxes of the cluster with an edge to it."""
    before: dict[str, set[str]] = {part.id: set() for part in _boxes(cluster)}
    for edge in edges:
        if edge.tail in before and edge.head in before:
            before[edge.head].add(edge.tail)
    return before
