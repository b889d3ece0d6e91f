"""Figure -> DOT text: parts as nodes and clusters, their words as HTML-like labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from math import ceil
from typing import TypeAlias

from archc.document.drawing import Line, Run
from archc.lectures.figures import labels
from archc.lectures.figures.figure import AnyPart, Box, Cluster, Figure, Fork, Join, Terminal
from archc.lectures.figures.layout import Link, Wiring, enters, lanes, leaves, shape_of
from archc.lectures.figures.style import DEFAULT, Style
from archc.lectures.figures.theme import Theme

Look: TypeAlias = dict[str, str | float]
"""DOT attributes."""

FEW = 4
"""The least number of colours for a legend that may be as wide as the title."""


def write(figure: Figure, style: Style = DEFAULT) -> str:
    """The DOT text of a figure."""
    return "\n".join(Writer(figure, style).lines()) + "\n"


class Writer:
    """Puts a figure into DOT's words.

    Args:
        figure: what to write.
        style: how it looks.
        wiring: its lines, if they are known.
        sized: have boxes of fixed sizes in place of text, to lay out and not to look at.
    """

    def __init__(
        self, figure: Figure, style: Style, wiring: Wiring | None = None, *, sized: bool = False
    ) -> None:
        self.figure = figure
        self.sized = sized
        self.style = style
        self.theme = style.theme
        self.wiring = wiring or Wiring(figure, style)

    def lines(self) -> Iterator[str]:
        """Every line."""
        yield f"digraph {quote(self.figure.name)} {{"
        yield from (f"  {line}" for line in self.defaults())
        stacks = list(enumerate(self.wiring.columns))
        # The engine sets columns from the left, lines from the bottom.
        for k, parts in stacks if self.style.direction == "TB" else reversed(stacks):
            yield from self.stack(k, parts)
        for link in self.wiring.links():
            yield "  " + statement([link.tail, link.head], self.line(link))
        if not self.sized:
            # Last: a label that is set before a cluster is opened becomes the cluster's too.
            yield f"  graph [{attributes({'label': title_label(self.figure, self.style)})}];"
        yield "}"

    def stack(self, k: int, parts: tuple[AnyPart, ...]) -> Iterator[str]:
        """A column: a cluster, as the engine sets clusters side by side in the order written."""
        if len(self.wiring.columns) == 1:
            yield from self.parts("", k, parts, 1, 0)
            return
        yield f"  subgraph {quote(f'cluster_column {k}')} {{"
        hidden: Look = {} if self.sized else {"style": "invis"}
        yield f"    graph [{attributes({**hidden, 'margin': 0})}];"
        yield from self.parts("", k, parts, 2, 0)
        circle: Look = {"shape": "circle", "fixedsize": "true", "width": 0.24, "height": 0.24}
        for value, edges in self.wiring.values.items():
            home = self.wiring.column[value[0]]
            for column in sorted({self.wiring.column[edge.head] for edge in edges} - {home}):
                look: Look = {"label": str(column), **circle, "fontsize": self.theme.small}
                look = self.fixed(look, labels.Size(labels.GOTO, labels.GOTO))
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
        if len(self.wiring.columns) > 1:
            # Each column is laid out by itself: a tall box makes no gap in the others.
            down = self.style.direction == "TB"
            mode = f"array_ti{len(self.wiring.columns)}" if down else "array_tic1"
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
                    size = labels.part_size(part, self.style, 72 * least)
                    yield indent + statement([part.id], self.fixed(self.node(part, least), size))
        here = {part.id for part in parts if isinstance(part, Box)}
        for edges in self.wiring.values.values():
            # Branches that start from one value start level with each other.
            level_with = [edge.head for edge in edges if edge.head in here]
            if len(set(level_with)) > 1 and not self.wiring.leads(level_with):
                names = "; ".join(quote(name) for name in dict.fromkeys(level_with))
                yield f"{indent}{{rank=same; {names}}}"
        for value in self.wiring.homes.get((owner, column), ()):
            shape = self.wiring.values[value][0].shape
            look = self.fixed(self.shape(shape), labels.shape_size(shape, self.style))
            yield indent + statement([shape_of(value)], look)

    def node(self, part: Box | Join | Terminal | Fork, least: float) -> Look:
        """The attributes of a part that is not a cluster."""
        match part:
            case Box():
                return self.box(part, least)
            case Join():
                return self.join(part)
            case Fork():
                return self.shape(part.shape)
            case Terminal():
                look = self.look("rounded", aside=part.aside)
                return {"label": labels.end(part, self.style), **look}

    def shape(self, shape: str) -> Look:
        """The shape of a value, in small print."""
        look: Look = {"label": shape, "fontsize": self.theme.small}
        return look | {"shape": "plaintext", "style": "", "height": 0.16, "margin": "0.04,0"}

    def fixed(self, look: Look, size: labels.Size) -> Look:
        """The attributes of a node; for the layout, only its size."""
        if not self.sized:
            return look
        circle: Look = {"shape": "circle"} if look.get("shape") == "circle" else {}
        return {"width": round(size.width / 72, 4), "height": round(size.height / 72, 4), **circle}

    def cluster(self, part: Cluster, column: int, level: int, least: float) -> Iterator[str]:
        """An opened block; `least` is the width in inches that the titles above it need."""
        indent = "  " * level
        fill = self.theme.clusters[len(self.wiring.around[part.id]) % 2]
        off = part.aside or self.style.mark(part.id) == "removed"
        look = self.look("rounded", aside=off, fill=fill)
        look |= {"color": self.theme.line, "labeljust": "l", "margin": 10, **self.border(part.id)}
        if self.style.direction == "LR":  # lines that pass a row of boxes pass above it
            look["labelloc"] = "b"
        yield f"{indent}subgraph {quote(f'cluster_{part.id}')} {{"
        title = cluster_label(part, self.style)
        if self.sized:
            look = {
                name: look[name] for name in ("labeljust", "margin", "labelloc") if name in look
            }
            title = room_for(labels.title_size(part, self.style))
        yield f"{indent}  graph [{attributes(look)}];"
        yield f"{indent}  label=<{title}>;"
        # Where boxes stand side by side there is room enough.
        alone = self.style.direction == "TB" and lanes(part, self.figure.edges) == 1
        least = max(least, title_room(part, self.theme)) if alone else 0
        yield from self.parts(part.id, column, part.parts, level + 1, least)
        yield f"{indent}}}"

    def box(self, part: Box, least: float) -> Look:
        """A box of one colour, or of a row in its colour for each operation."""
        if len(part.rows) > 1:
            return {"shape": "plain", "style": "", "label": rows_label(part, self.style, least)}
        fill = self.style.fill(part)
        off = part.aside or self.style.mark(part.id) == "removed"
        look = {"label": box_label(part, self.style), **self.look(aside=off, fill=fill)}
        look |= self.border(part.id)
        if (ink := self.theme.ink_on(fill)) != self.theme.ink:
            look["fontcolor"] = ink
        return look | ({"width": least} if least else {})

    def border(self, id: str) -> Look:
        """The border of a part that is added, removed or changed."""
        mark = self.style.mark(id)
        return {"color": self.theme.marks[mark], "penwidth": 2} if mark else {}

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

    def look(self, *styles: str, aside: bool, fill: str = "") -> Look:
        """The attributes of a filled node; dashed for a training-only part."""
        words = ["filled", *styles, *(["dashed"] if aside else [])]
        return {"style": ",".join(words), **({"fillcolor": fill} if fill else {})}


def dashed(aside: bool) -> Look:
    """The style of a line: dashed if it exists in training only."""
    return {"style": "dashed"} if aside else {}


def title_label(figure: Figure, style: Style) -> str:
    """The network's name and size, and the colours that the figure uses."""
    theme, keys = style.theme, labels.legend(figure, style)
    cells = "".join(
        f'<td bgcolor="{key.fill}">'
        f"{ink(markup([Run(key.word, small=True)], theme), key.fill, theme)}</td>"
        for key in keys
    )
    look, wide = '<table border="0" cellborder="0" cellspacing="4" cellpadding="3">', len(keys)
    if 0 < wide < FEW:
        cells, wide = f"<td>{look}<tr>{cells}</tr></table></td>", 1
    legend = f"<tr>{cells}</tr>" if cells else ""
    name = markup(labels.title(figure, style), theme)
    return f'<{look}<tr><td colspan="{max(1, wide)}">{name}</td></tr>{legend}</table>>'


def box_label(part: Box, style: Style) -> str:
    """The label of a box of one colour."""
    lines = (markup(line, style.theme) for line in labels.box(part, style))
    rows = "".join(f"<tr><td>{line}</td></tr>" for line in lines)
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{rows}</table>>'


def rows_label(part: Box, style: Style, least: float) -> str:
    """The label of a box of several operations, a row in its family's colour for each."""
    theme = style.theme
    name = markup(labels.heading(part, style), theme)
    lines = [(name, theme.paper)] if name else []
    found = zip(labels.rows(part, style), style.fills(part), style.gone(part), strict=True)
    lines += [
        (ink(markup([Run(line, struck=gone)], theme), fill, theme), fill)
        for line, fill, gone in found
    ]
    wide = f' width="{least * 72:.0f}"' if least else ""
    cells = "".join(f'<tr><td{wide} bgcolor="{fill}">{line}</td></tr>' for line, fill in lines)
    mark = style.mark(part.id)
    look = f'border="{2 if mark else 1}" cellborder="0" cellspacing="0" cellpadding="3"'
    look += f' color="{theme.marks[mark] if mark else theme.line}"'
    look += ' style="dashed"' * (part.aside or mark == "removed")
    return f"<<table {look}>{cells}</table>>"


def cluster_label(part: Cluster, style: Style) -> str:
    """The title of an opened block."""
    return markup(labels.cluster_title(part, style), style.theme)


def room_for(size: labels.Size) -> str:
    """An empty label of a fixed size."""
    width, height = (ceil(value) for value in size)
    look = 'border="0" cellborder="0" cellspacing="0" cellpadding="0" fixedsize="true"'
    return f'<table {look} width="{width}" height="{height}"><tr><td></td></tr></table>'


def title_room(part: Cluster, theme: Theme) -> float:
    """The width in inches that keeps a line into a cluster's middle clear of its title."""
    letters = len(f"{part.name} {part.block} x{part.times}")
    return round(letters * theme.size * 0.6 * 2 / 72, 1)


def markup(line: Line, theme: Theme) -> str:
    """A line with its faces."""
    return " ".join(_run(run, theme) for run in line)


def ink(marked: str, fill: str, theme: Theme) -> str:
    """Text in another ink where the theme's is not readable."""
    colour = theme.ink_on(fill)
    return marked if colour == theme.ink else f'<font color="{colour}">{marked}</font>'


def attributes(look: Mapping[str, str | float]) -> str:
    """`a=1, b="two words"`; a label with markup is not quoted."""
    return ", ".join(f"{name}={_value(value)}" for name, value in look.items())


def quote(text: str) -> str:
    """A DOT string of exactly this text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def statement(subject: Iterable[str], look: Look) -> str:
    """A node, or an edge between two."""
    names = " -> ".join(quote(name) for name in subject)
    return f"{names} [{attributes(look)}];" if look else f"{names};"


def _run(run: Run, theme: Theme) -> str:
    found = escape(run.text)
    if run.struck:
        found = f"<s>{found}</s>"
    if run.bold:
        found = f"<b>{found}</b>"
    return f'<font point-size="{theme.small}">{found}</font>' if run.small else found


def _value(value: str | float) -> str:
    if not isinstance(value, str):
        return f"{value:g}"
    return value if value.startswith("<<table") else quote(value)
