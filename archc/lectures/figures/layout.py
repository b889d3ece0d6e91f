"""Where the parts of a figure go: columns, the lines between parts, and a lecturer's stages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from itertools import accumulate, pairwise
from typing import NamedTuple

from archc.lectures.figures.figure import (
    AnyPart,
    Box,
    Cluster,
    Edge,
    Figure,
    Fork,
    Join,
    Terminal,
    inside,
)
from archc.lectures.figures.style import Style
from archc.lectures.figures.theme import Mark

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
    if isinstance(part, Fork):
        return 0, 0
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


FEWEST = 3
"""The least number of stages by map size; a figure with fewer is revealed part by part."""


class Stage(NamedTuple):
    """Parts that are revealed together."""

    title: str
    """The size of the maps in it (`28 × 28`), or the name of its part."""
    parts: tuple[AnyPart, ...]


def stages(figure: Figure) -> list[Stage]:
    """The outer parts, grouped by the size of their maps."""
    rows = rows_of(figure)
    sizes = [_map_size(figure, row) for row in rows]
    found: list[Stage] = []
    for size, row in zip(sizes, rows, strict=True):
        if found and found[-1].title == size:
            found[-1] = Stage(size, (*found[-1].parts, *row))
        else:
            found.append(Stage(size, tuple(row)))
    if len(found) >= FEWEST:
        return found
    return [Stage(_name(row[0]), tuple(row)) for row in rows]


def _map_size(figure: Figure, row: list[AnyPart]) -> str:
    """Height and width of the maps that a row makes; empty for vectors."""
    main = [part for part in row if not part.aside]
    ids = {part.id for part in inside(tuple(main)) if not isinstance(part, Terminal)}
    leaving = [edge for edge in figure.edges if edge.tail in ids and edge.head not in ids]
    if not leaving:  # an end
        arriving = [edge for edge in figure.edges if edge.head == row[0].id]
        leaving = arriving or [edge for edge in figure.edges if edge.tail == row[0].id]
    sizes = (edge.shape.split(" × ")[1:] for edge in leaving)
    return " × ".join(next(sizes, []))


def _name(part: AnyPart) -> str:
    match part:
        case Terminal():
            return part.label
        case Join():
            return part.symbol
        case Fork():
            return part.shape
        case Box():
            return part.name or part.block or part.rows[0].label
        case _:
            return part.name or part.block


Value = tuple[str, int]
"""The id of a part, and the index of its output."""


class Link(NamedTuple):
    """A line between two nodes of the layout."""

    tail: str
    head: str
    arrow: bool = True
    aside: bool = False
    """Whether it exists in training only."""
    past: bool = False
    """Whether it passes boxes that are in one line."""
    mark: Mark | None = None
    """Its mark in a figure of two networks."""


class Wiring:
    """The columns of a figure, and the lines that join its parts.

    Each value is a node of its own, its shape in small print: so that a line never runs through
    a shape, a cluster is as wide as what it holds, and a value that goes several ways says its
    shape once. A figure in columns has a numbered circle where it goes on in the next one.

    Args:
        figure: what to wire.
        style: its direction, and what became of its edges in a figure of two networks.
    """

    def __init__(self, figure: Figure, style: Style) -> None:
        self.style = style
        self.values: dict[Value, list[Edge]] = {}
        for edge in figure.edges:
            self.values.setdefault((edge.tail, edge.output), []).append(edge)
        self.heads: dict[str, set[str]] = {}
        """The parts that an edge leads to, by the part that it comes from."""
        for edge in figure.edges:
            self.heads.setdefault(edge.tail, set()).add(edge.head)
        self.joins = {part.id for part in figure.walk() if isinstance(part, Join)}
        self.forks = {part.id: part.shape for part in figure.walk() if isinstance(part, Fork)}
        """Their shapes."""
        self.columns = columns(figure, style.direction)
        self.column = {p.id: k for k, parts in enumerate(self.columns) for p in inside(parts)}
        self.around = dict(_around(figure.parts, ()))
        """The clusters around every part, the outermost first."""
        self.homes: dict[tuple[str, int], list[Value]] = {}
        """The values whose shapes stand in a cluster (or in none: an empty id) of a column."""
        self.starts = {value: self.start(value) for value in self.values}
        """The node that the lines to whoever takes a value start from."""
        for value, start in self.starts.items():
            if start == shape_of(value):
                self.homes.setdefault((self.home(value), self.column[value[0]]), []).append(value)

    def start(self, value: Value) -> str:
        """The node of a value's shape; the part itself where the shape stands in a fork."""
        if value[0] in self.forks:
            return value[0]
        shapes = {self.forks.get(edge.head, "") for edge in self.values[value]}
        return value[0] if shapes == {self.values[value][0].shape} else shape_of(value)

    def links(self) -> Iterator[Link]:
        """The lines from each value's source, through its shape, to all parts that read it."""
        for value, edges in self.values.items():
            shape, home = self.starts[value], self.column[value[0]]
            if shape != value[0]:
                aside = all(edge.aside for edge in edges)
                yield Link(value[0], shape, arrow=False, aside=aside, mark=self.changed(edges))
            for column in sorted({self.column[edge.head] for edge in edges}):
                start = shape if column == home else enters(value, column)
                there = [edge for edge in edges if self.column[edge.head] == column]
                if column != home:
                    mark = self.changed(there)
                    yield Link(shape, leaves(value, column), arrow=False, aside=False, mark=mark)
                for edge in there:
                    # A line past some boxes gives way, so that the boxes stay in line.
                    past = len(edges) > 1 and (edge.head in self.joins or edge.aside)
                    arrow, mark = edge.head not in self.forks, self.changed([edge])
                    yield Link(start, edge.head, arrow, edge.aside, past, mark)

    def leads(self, names: list[str]) -> bool:
        """Whether any of these parts comes after another one."""
        reached, waiting = set[str](), list(names)
        while waiting:
            new = self.heads.get(waiting.pop(), set()) - reached
            reached |= new
            waiting += new
        return not reached.isdisjoint(names)

    def home(self, value: Value) -> str:
        """The innermost cluster that holds a value and all parts that read it."""
        ends = (value[0], *(edge.head for edge in self.values[value]))
        around = zip(*(self.around[end] for end in ends), strict=False)
        shared = [owners[0] for owners in around if len(set(owners)) == 1]
        return shared[-1] if shared else ""

    def changed(self, edges: Iterable[Edge]) -> Mark | None:
        """The mark that all of these edges share in a figure of two networks, else None."""
        found = self.style.highlight.edges if self.style.highlight else {}
        marks = {found.get(edge) for edge in edges}
        return marks.pop() if len(marks) == 1 else None


def shape_of(value: Value) -> str:
    """The DOT node of a value."""
    return f"{value[0]}:{value[1]}"


def leaves(value: Value, column: int) -> str:
    """The DOT node where a value leaves for a further column."""
    return f"{shape_of(value)}:to {column}"


def enters(value: Value, column: int) -> str:
    """The DOT node where a value enters a further column."""
    return f"{shape_of(value)}:in {column}"


def _around(
    parts: tuple[AnyPart, ...], path: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every part, and the clusters around it."""
    for part in parts:
        yield part.id, path
        if isinstance(part, Cluster):
            yield from _around(part.parts, (*path, part.id))
