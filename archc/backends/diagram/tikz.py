"""Figure -> TikZ: the layout of the SVG, text in the document's fonts, styles with names."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from archc.backends.diagram import tex, text
from archc.backends.diagram.dot import Value, Writer, enters, leaves, shape_of
from archc.backends.diagram.figure import AnyPart, Box, Cluster, Figure, Join, Terminal
from archc.backends.diagram.layout import Layout, Path, Spot, lay_out
from archc.backends.diagram.preamble import SCALE, opening, page
from archc.backends.diagram.stages import stages
from archc.backends.diagram.style import DEFAULT, Style
from archc.backends.diagram.text import Line
from archc.words import say


def write(
    figure: Figure, style: Style = DEFAULT, *, standalone: bool = False, steps: bool = False
) -> str:
    r"""The figure as TikZ.

    Args:
        figure: what to draw.
        style: how.
        standalone: a whole document, instead of a file to `\input` into one.
        steps: reveal it stage by stage; for beamer.

    Raises:
        NoEngine: there is no Graphviz to lay it out.
    """
    writer = Writer(figure, style)
    layout = lay_out("\n".join(writer.lines()))
    picture = "\n".join(Picture(writer, layout, steps=steps).lines()) + "\n"
    if not standalone:
        return picture
    left, bottom, right, top = layout.box
    size = ((right - left) * SCALE, (top - bottom) * SCALE)
    return page(picture, text.title(figure, style)[0].text, size, style.lang, steps=steps)


class Picture:
    """One `tikzpicture`."""

    def __init__(self, writer: Writer, layout: Layout, *, steps: bool) -> None:
        self.writer = writer
        self.figure, self.style = writer.figure, writer.style
        self.layout = layout
        self.steps = steps
        self.left, self.bottom, self.right, self.top = layout.box
        self.names: dict[str, str] = {}
        for id in layout.nodes:
            self.names[id] = self.unique(id)

    def unique(self, id: str) -> str:
        """A node's name in the picture."""
        wanted = base = tex.name(id.replace(":to ", " to ").replace(":in ", " in ")).replace(" ", "-")
        number = 1
        while wanted in self.names.values():
            number += 1
            wanted = f"{base}-{number}"
        return wanted

    def lines(self) -> Iterator[str]:
        """Every line."""
        yield from opening(self.figure, self.style, steps=self.steps)
        paper = self.style.theme.paper
        if paper != "#ffffff":
            corner = self.point(self.right + 12, self.top + 40)
            yield f"  \\fill[archc-paper] (-8, -8) rectangle {corner};"
        yield from self.legend()
        of: dict[str, int] = {}
        found = stages(self.figure)
        for k, stage in enumerate(found):
            for part in text_order(stage.parts):
                of[part.id] = k
        for k, stage in enumerate(found):
            title = stage.title if "×" in stage.title else tex.tex(stage.title)
            yield ""
            yield f"  % {say('step', self.style.lang)} {k + 1}{f': {title}' if title else ''}"
            indent = "    " if self.steps and k else "  "
            if self.steps and k:
                yield f"  \\uncover<{k + 1}->{{"
            for part in stage.parts:
                yield from (indent + line for line in self.part(part, 0))
            yield from (indent + line for line in self.values(of, k))
            yield from (indent + line for line in self.paths(of, k))
            if self.steps and k:
                yield "  }"
        yield r"\end{tikzpicture}%"

    def legend(self) -> Iterator[str]:
        """The colours, centred above."""
        keys = text.legend(self.figure, self.style)
        if not keys:
            return
        wide = sum(SCALE * (7 * len(key.word) + 14) for key in keys)
        lines = ceil(wide / max(160, (self.right - self.left) * SCALE))
        per = ceil(len(keys) / lines)
        middle = self.point((self.left + self.right) / 2, self.top + 10)
        yield ""
        yield f"  \\matrix[archc legend] at {middle} {{"
        for k in range(0, len(keys), per):
            cells = (
                f"\\node[archc key, {self.fill(key.fill)}] {{{tex.tex(key.word)}}};"
                for key in keys[k : k + per]
            )
            yield "    " + " \\& ".join(cells) + r" \\"
        yield "  };"

    def part(self, part: AnyPart, level: int) -> Iterator[str]:
        """A part, and what is in it."""
        aside = ", archc aside" * part.aside
        match part:
            case Cluster():
                yield from self.cluster(part, level)
            case Box() if len(part.rows) > 1:
                yield from self.rows(part)
            case Box():
                look = f"archc box, {self.look(part)}{aside}"
                words = [self.line(line) for line in text.box(part, self.style)]
                yield self.node(part.id, look, r" \\ ".join(words))
            case Join():
                kind = "archc join" if len(part.symbol) == 1 else "archc join, archc word"
                yield self.node(part.id, kind + aside, tex.tex(part.symbol))
            case Terminal():
                yield self.node(part.id, "archc end" + aside, tex.tex(text.end(part, self.style)))

    def cluster(self, part: Cluster, level: int) -> Iterator[str]:
        """An opened block: its frame, its title in the corner, its parts."""
        x, y, width, height = self.layout.clusters[part.id]
        low = self.point(x - width / 2, y - height / 2)
        high = self.point(x + width / 2, y + height / 2)
        title = self.point(x - width / 2, y + height / 2)
        look = f"archc block {level % 2 + 1}{', archc aside' * part.aside}"
        yield f"\\draw[{look}] {low} rectangle {high};"
        if words := self.line(text.head(part)):
            yield f"\\node[archc title] at {title} {{{words}}};"
        for inner in part.parts:
            yield from self.part(inner, level + 1)

    def rows(self, part: Box) -> Iterator[str]:
        """A box of several operations: a node that lines lead to, and a row on it for each."""
        spot = self.layout.nodes[part.id]
        aside = ", archc aside" * part.aside
        heading = self.line(text.heading(part, self.style))
        words = [(heading, "archc heading")] if heading else []
        fills = zip(text.rows(part, self.style), part.rows, strict=True)
        words += [(tex.tex(row), self.look(part, family=one.family)) for row, one in fills]
        high = spot.height / len(words)
        yield self.node(part.id, "archc box, archc heading" + aside, "")
        for k, (word, look) in enumerate(words):
            y = spot.y + spot.height / 2 - high * (k + 0.5)
            size = self.size(Spot(spot.x, y, spot.width - 1, high))
            yield f"\\node[archc row, {look}, {size}] at {self.point(spot.x, y)} {{{word}}};"
        # Once more, above the rows.
        yield f"\\draw[archc frame{aside}] ({self.names[part.id]}.south west) rectangle ({self.names[part.id]}.north east);"

    def values(self, of: dict[str, int], stage: int) -> Iterator[str]:
        """The shapes of what a stage makes, and the circles where it goes on elsewhere."""
        for value, edges in self.writer.values.items():
            if of[value[0]] == stage:
                spot = self.layout.nodes[shape_of(value)]
                at, name = self.point(spot.x, spot.y), self.names[shape_of(value)]
                yield f"\\node[archc shape] ({name}) at {at} {{{tex.shape(edges[0].shape)}}};"
            columns = sorted({self.writer.column[edge.head] for edge in edges})
            for column in columns:
                heads = [of[e.head] for e in edges if self.writer.column[e.head] == column]
                for id, when in ((leaves(value, column), of[value[0]]), (enters(value, column), min(heads))):
                    if id in self.layout.nodes and when == stage:
                        yield self.node(id, "archc goto", str(column))

    def paths(self, of: dict[str, int], stage: int) -> Iterator[str]:
        """The lines that end in a stage; a straight one over its shape is one line."""
        ends = {**of}
        for value, edges in self.writer.values.items():
            ends[shape_of(value)] = of[value[0]]
            for column in {self.writer.column[edge.head] for edge in edges}:
                heads = [of[e.head] for e in edges if self.writer.column[e.head] == column]
                ends[leaves(value, column)] = of[value[0]]
                ends[enters(value, column)] = min(heads)
        for path in self.layout.paths:
            if max(ends[path.tail], ends[path.head]) == stage:
                look = "archc flow" if path.tip else "archc line"
                yield f"\\draw[{look}{', archc aside' * path.dashed}] {self.route(path)};"

    def route(self, path: Path) -> str:
        """From node to node where the line is straight, else along the layout's spline."""
        tail, head = self.layout.nodes[path.tail], self.layout.nodes[path.head]
        points = [*path.points[:-1], path.tip or path.points[-1]]
        along = 0 if self.style.direction == "TB" else 1
        if all(abs(place[along] - tail[along]) < 0.6 for place in (*points, (head.x, head.y))):
            return f"({self.names[path.tail]}) -- ({self.names[path.head]})"
        written = [self.point(*point) for point in points]
        curves = [
            f".. controls {written[k]} and {written[k + 1]} .. {written[k + 2]}"
            for k in range(1, len(written) - 2, 3)
        ]
        return " ".join([written[0], *curves])

    def node(self, id: str, look: str, words: str) -> str:
        """A node where the layout has it."""
        spot = self.layout.nodes[id]
        at = self.point(spot.x, spot.y)
        return f"\\node[{look}, {self.size(spot)}] ({self.names[id]}) at {at} {{{words}}};"

    def look(self, part: Box, family: str = "") -> str:
        """The style of a box or a row: its family's, or its heat."""
        if self.style.heat:
            return self.fill(self.style.fill(part))
        return f"archc {family or (part.rows[0].family if part.rows else 'block')}"

    def fill(self, colour: str) -> str:
        """A colour by its value."""
        theme = self.style.theme
        ink = theme.ink_on(colour)
        return f"archc fill={colour[1:].upper()}" + f", text={_ink(ink)}" * (ink != theme.ink)

    def line(self, line: Line) -> str:
        """Runs of text in TeX's faces."""
        words = []
        for run in line:
            word = tex.tex(run.text)
            word = f"\\textbf{{{word}}}" if run.bold else word
            words.append(f"{{\\archcsmall {word}}}" if run.small else word)
        return " ".join(words)

    def point(self, x: float, y: float) -> str:
        """A place in the picture."""
        across, up = tex.length((x - self.left) * SCALE), tex.length((y - self.bottom) * SCALE)
        return f"({across}, {up})"

    def size(self, spot: Spot) -> str:
        """The least size of a node."""
        return f"archc size={{{tex.length(spot.width * SCALE)}}}{{{tex.length(spot.height * SCALE)}}}"


def text_order(parts: tuple[AnyPart, ...]) -> Iterator[AnyPart]:
    """Parts, and those in them."""
    for part in parts:
        yield part
        if isinstance(part, Cluster):
            yield from text_order(part.parts)


def _ink(colour: str) -> str:
    return {"#000000": "black", "#ffffff": "white"}[colour]


__all__ = ["Value", "write"]
