"""Figure -> DOT text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archc.lectures.figures import label, text
from archc.lectures.figures.columns import columns, lanes
from archc.lectures.figures.figure import (
    AnyPart,
    Box,
    Cluster,
    Edge,
    Figure,
    Join,
    Terminal,
    inside,
)
from archc.lectures.figures.label import Look, attributes, quote, statement
from archc.lectures.figures.sizes import GOTO, Size, part_size, shape_size, title_size
from archc.lectures.figures.style import DEFAULT, Style
from archc.lectures.figures.theme import Mark

Value = tuple[str, int]
"""The id of a part, and the index of its output."""


class Link(NamedTuple):
    """A line between two nodes of the DOT text."""

    tail: str
    head: str
    arrow: bool = True
    aside: bool = False
    """Whether it exists in training only."""
    past: bool = False
    """Whether it passes boxes that are in one line."""
    mark: Mark | None = None
    """Its mark in a figure of two networks."""


def write(figure: Figure, style: Style = DEFAULT) -> str:
    """The DOT text of a figure."""
    return "\n".join(Writer(figure, style).lines()) + "\n"


class Writer:
    """Writes a figure as DOT.

    Each value is a node of its own, its shape in small print: so that a line never runs through
    a shape, a cluster is as wide as what it holds, and a value that goes several ways says its
    shape once. A figure in columns has a numbered circle where it goes on in the next one.

    Args:
        figure: what to write.
        style: how it looks.
        sized: have boxes of fixed sizes in place of text, to lay out and not to look at.
    """

    def __init__(self, figure: Figure, style: Style = DEFAULT, *, sized: bool = False) -> None:
        self.figure = figure
        self.sized = sized
        self.style = style
        self.theme = style.theme
        self.values: dict[Value, list[Edge]] = {}
        for edge in figure.edges:
            self.values.setdefault((edge.tail, edge.output), []).append(edge)
        self.heads: dict[str, set[str]] = {}
        """The parts that an edge leads to, by the part that it comes from."""
        for edge in figure.edges:
            self.heads.setdefault(edge.tail, set()).add(edge.head)
        self.joins = {part.id for part in figure.walk() if isinstance(part, Join)}
        self.columns = columns(figure, style.direction)
        self.column = {p.id: k for k, parts in enumerate(self.columns) for p in inside(parts)}
        self.around = dict(_around(figure.parts, ()))
        self.homes: dict[tuple[str, int], list[Value]] = {}
        for value in self.values:
            self.homes.setdefault((self.home(value), self.column[value[0]]), []).append(value)

    def lines(self) -> Iterator[str]:
        """The lines of the DOT text."""
        yield f"digraph {quote(self.figure.name)} {{"
        yield from (f"  {line}" for line in self.defaults())
        stacks = list(enumerate(self.columns))
        # The engine sets columns from the left, lines from the bottom.
        for k, parts in stacks if self.style.direction == "TB" else reversed(stacks):
            yield from self.stack(k, parts)
        for link in self.links():
            yield "  " + statement([link.tail, link.head], self.line(link))
        if not self.sized:
            # Last: a label that is set before a cluster is opened becomes the cluster's too.
            yield f"  graph [{attributes({'label': label.title(self.figure, self.style)})}];"
        yield "}"

    def stack(self, k: int, parts: tuple[AnyPart, ...]) -> Iterator[str]:
        """A column: a cluster, as the engine sets clusters side by side in the order written."""
        if len(self.columns) == 1:
            yield from self.parts("", k, parts, 1, 0)
            return
        yield f"  subgraph {quote(f'cluster_column {k}')} {{"
        hidden: Look = {} if self.sized else {"style": "invis"}
        yield f"    graph [{attributes({**hidden, 'margin': 0})}];"
        yield from self.parts("", k, parts, 2, 0)
        circle: Look = {"shape": "circle", "fixedsize": "true", "width": 0.24, "height": 0.24}
        for value, edges in self.values.items():
            home = self.column[value[0]]
            for column in sorted({self.column[edge.head] for edge in edges} - {home}):
                look: Look = {"label": str(column), **circle, "fontsize": self.theme.small}
                look = self.fixed(look, Size(GOTO, GOTO))
                if home == k:
                    yield "    " + statement([leaves(value, column)], look)
                if column == k:
                    yield "    " + statement([enters(value, column)], look)
        yield "  }"

    def defaults(self) -> Iterator[str]:
        """The attributes of the whole graph, and the defaults of nodes and edges."""
        theme = self.theme
        face: Look = {"fontname": theme.font, "fontsize": theme.size, "fontcolor": theme.ink}
        if self.sized:
            face = {}
        graph: Look = {"rankdir": self.style.direction, "bgcolor": theme.paper, "labelloc": "t"}
        graph |= {"pad": 0.15, "ordering": "out", "nodesep": 0.25, "ranksep": 0.12, **face}
        if len(self.columns) > 1:
            # Each column is laid out on its own, so that a tall box makes no gap in the others.
            down = self.style.direction == "TB"
            mode = f"array_ti{len(self.columns)}" if down else "array_tic1"
            graph |= {"pack": 24, "packmode": mode}
        node: Look = {"shape": "box", "style": "filled", "height": 0.3, "margin": "0.1,0.04"}
        node |= {"color": theme.line, "fillcolor": theme.paper, **face}
        if self.sized:
            node = {"shape": "box", "fixedsize": "true", "label": ""}
        yield f"graph [{attributes(graph)}];"
        yield f"node [{attributes(node)}];"
        yield f"edge [{attributes({'color': theme.line, 'arrowsize': 0.6, 'weight': 8})}];"

    def parts(
        self, owner: str, column: int, parts: tuple[AnyPart, ...], level: int, least: float
    ) -> Iterator[str]:
        """The parts of one cluster or column, and the values that stay among them."""
        indent = "  " * level
        for part in parts:
            match part:
                case Cluster():
                    yield from self.cluster(part, column, level, least)
                case _:
                    size = part_size(part, self.style, 72 * least)
                    yield indent + statement([part.id], self.fixed(self.node(part, least), size))
        here = {part.id for part in parts if isinstance(part, Box)}
        for edges in self.values.values():
            # Branches that start from one value start level with each other.
            level_with = [edge.head for edge in edges if edge.head in here]
            if len(set(level_with)) > 1 and not self.leads(level_with):
                names = "; ".join(quote(name) for name in dict.fromkeys(level_with))
                yield f"{indent}{{rank=same; {names}}}"
        for value in self.homes.get((owner, column), ()):
            shape: Look = {"label": self.values[value][0].shape, "fontsize": self.theme.small}
            shape |= {"shape": "plaintext", "style": "", "height": 0.16, "margin": "0.04,0"}
            size = shape_size(self.values[value][0].shape, self.style)
            yield indent + statement([shape_of(value)], self.fixed(shape, size))

    def node(self, part: Box | Join | Terminal, least: float) -> Look:
        """The attributes of a part that is not a cluster."""
        match part:
            case Box():
                return self.box(part, least)
            case Join():
                return self.join(part)
            case Terminal():
                look = self.look("rounded", aside=part.aside)
                return {"label": text.end(part, self.style), **look}

    def fixed(self, look: Look, size: Size) -> Look:
        """The attributes of a node; for the layout, only its size."""
        if not self.sized:
            return look
        circle: Look = {"shape": "circle"} if look.get("shape") == "circle" else {}
        return {"width": round(size.width / 72, 4), "height": round(size.height / 72, 4), **circle}

    def cluster(self, part: Cluster, column: int, level: int, least: float) -> Iterator[str]:
        """An opened block; `least` is the width in inches that the titles above it need."""
        indent = "  " * level
        fill = self.theme.clusters[len(self.around[part.id]) % 2]
        off = part.aside or self.style.mark(part.id) == "removed"
        look = self.look("rounded", aside=off, fill=fill)
        look |= {"color": self.theme.line, "labeljust": "l", "margin": 10, **self.border(part.id)}
        if self.style.direction == "LR":  # lines that pass a row of boxes pass above it
            look["labelloc"] = "b"
        yield f"{indent}subgraph {quote(f'cluster_{part.id}')} {{"
        title = label.head(part, self.style)
        if self.sized:
            look = {
                name: look[name] for name in ("labeljust", "margin", "labelloc") if name in look
            }
            title = label.room_for(title_size(part, self.style))
        yield f"{indent}  graph [{attributes(look)}];"
        yield f"{indent}  label=<{title}>;"
        # Where boxes stand side by side there is room enough.
        alone = self.style.direction == "TB" and lanes(part, self.figure.edges) == 1
        least = max(least, label.room(part, self.theme)) if alone else 0
        yield from self.parts(part.id, column, part.parts, level + 1, least)
        yield f"{indent}}}"

    def box(self, part: Box, least: float) -> Look:
        """A box of one colour, or of a row in its colour for each operation."""
        if len(part.rows) > 1:
            return {"shape": "plain", "style": "", "label": label.rows(part, self.style, least)}
        fill = self.style.fill(part)
        off = part.aside or self.style.mark(part.id) == "removed"
        look = {"label": label.box(part, self.style), **self.look(aside=off, fill=fill)}
        look |= self.border(part.id)
        if (ink := self.theme.ink_on(fill)) != self.theme.ink:
            look["fontcolor"] = ink
        return look | ({"width": least} if least else {})

    def border(self, id: str) -> Look:
        """The border of a part that is added, removed or changed."""
        mark = self.style.mark(id)
        return {"color": self.theme.marks[mark], "penwidth": 2} if mark else {}

    def changed(self, edges: Iterable[Edge]) -> Mark | None:
        """The mark that all of these edges share in a figure of two networks, else None."""
        found = self.style.highlight.edges if self.style.highlight else {}
        marks = {found.get(edge) for edge in edges}
        return marks.pop() if len(marks) == 1 else None

    def line(self, link: Link) -> Look:
        """The attributes of a line."""
        look: Look = {} if link.arrow else {"arrowhead": "none"}
        look |= dashed(link.aside) | ({"weight": 1} if link.past else {})
        if link.mark:
            look |= {"color": self.theme.marks[link.mark], "penwidth": 2}
            look |= dashed(link.mark == "removed")
        return look

    def join(self, part: Join) -> Look:
        """A circle for a sign, a pill for a word."""
        fill = self.theme.fills["join"]
        off = part.aside or self.style.mark(part.id) == "removed"
        if len(part.symbol) == 1:
            look: Look = {"shape": "circle", "fixedsize": "true", "width": 0.28, "height": 0.28}
            look |= self.look(aside=off, fill=fill)
            return {"label": part.symbol, **look, **self.border(part.id)}
        look = self.look("rounded", aside=off, fill=fill)
        return {"label": part.symbol, "height": 0.25, **look, **self.border(part.id)}

    def links(self) -> Iterator[Link]:
        """The lines from each value's source, through its shape, to all parts that read it."""
        for value, edges in self.values.items():
            shape, home = shape_of(value), self.column[value[0]]
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
                    mark = self.changed([edge])
                    yield Link(start, edge.head, aside=edge.aside, past=past, mark=mark)

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

    def look(self, *styles: str, aside: bool, fill: str = "") -> Look:
        """The attributes of a filled node; dashed for a training-only part."""
        words = ["filled", *styles, *(["dashed"] if aside else [])]
        return {"style": ",".join(words), **({"fillcolor": fill} if fill else {})}


def shape_of(value: Value) -> str:
    """The DOT node of a value."""
    return f"{value[0]}:{value[1]}"


def leaves(value: Value, column: int) -> str:
    """The DOT node where a value leaves for a further column."""
    return f"{shape_of(value)}:to {column}"


def enters(value: Value, column: int) -> str:
    """The DOT node where a value enters a further column."""
    return f"{shape_of(value)}:in {column}"


def dashed(aside: bool) -> Look:
    """The style of a line: dashed if it exists in training only."""
    return {"style": "dashed"} if aside else {}


def _around(
    parts: tuple[AnyPart, ...], path: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The clusters around every part, the outermost first."""
    for part in parts:
        yield part.id, path
        if isinstance(part, Cluster):
            yield from _around(part.parts, (*path, part.id))
