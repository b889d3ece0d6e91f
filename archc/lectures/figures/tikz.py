"""Figure -> TikZ: the layout of the SVG, text in the document's fonts, styles with names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import ceil

from archc.document.words import say
from archc.lectures.figures import tex, text
from archc.lectures.figures.dot import Writer, enters, leaves, shape_of
from archc.lectures.figures.figure import AnyPart, Box, Cluster, Figure, Join, Terminal, inside
from archc.lectures.figures.layout import Layout, Path, Spot, lay_out
from archc.lectures.figures.preamble import SCALE, definitions, page
from archc.lectures.figures.stages import stages
from archc.lectures.figures.style import DEFAULT, Style
from archc.lectures.figures.text import Key, Line

NARROW = 160
"""Points that a legend may take though the figure is narrower."""


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
    picture = Picture(writer, layout, steps=steps)
    drawn = "\n".join(picture.lines()) + "\n"
    said = " ".join(run.text for run in text.title(figure, style))
    set_up = "\n".join(definitions(said, style.theme, picture.heats)) + "\n"
    if not standalone:
        return set_up + drawn
    left, bottom, right, top = layout.box
    size = ((right - left) * SCALE, (top - bottom) * SCALE)
    return page(
        drawn,
        set_up,
        text.title(figure, style)[0].text,
        size,
        style.lang,
        steps=steps,
        paper=style.theme.paper,
    )


class Picture:
    """One `tikzpicture`: stage by stage, in each the parts, the shapes, the lines."""

    def __init__(self, writer: Writer, layout: Layout, *, steps: bool) -> None:
        self.writer = writer
        self.figure, self.style = writer.figure, writer.style
        self.layout = layout
        self.steps = steps
        self.left, self.bottom, self.right, self.top = layout.box
        self.heats: dict[str, str] = {}
        """The names of colours that are none of the theme's."""
        self.names: dict[str, str] = {}
        for id in layout.nodes:
            self.names[id] = tex.unique(id, self.names.values())
        self.stages = stages(self.figure)
        self.stage = dict(self._stages())
        """When each node of the layout comes."""
        self.single = {id for id, n in Counter(p.tail for p in layout.paths).items() if n == 1}

    def _stages(self) -> Iterator[tuple[str, int]]:
        of = {p.id: k for k, stage in enumerate(self.stages) for p in inside(stage.parts)}
        yield from of.items()
        for value, edges in self.writer.values.items():
            yield shape_of(value), of[value[0]]
            for column in {self.writer.column[edge.head] for edge in edges}:
                heads = [of[e.head] for e in edges if self.writer.column[e.head] == column]
                yield leaves(value, column), of[value[0]]
                yield enters(value, column), min(heads)

    def lines(self) -> Iterator[str]:
        """Every line."""
        yield r"\begin{tikzpicture}[archc figure]"
        if self.style.theme.paper != "#ffffff":
            corner = self.point(self.right + 12, self.top + 40)
            yield f"  \\fill[archc-paper] (-8, -8) rectangle {corner};"
        yield from self.legend()
        for k, stage in enumerate(self.stages):
            title = stage.title.replace("×", "x")
            yield ""
            yield f"  % {say('step', self.style.lang)} {k + 1}{f': {title}' if title else ''}"
            hidden = self.steps and k > 0
            if hidden:
                yield f"  \\uncover<{k + 1}->{{"
            for part in stage.parts:
                yield from (f"  {line}" for line in self.part(part, 0))
            yield from (f"  {line}" for line in (*self.values(k), *self.paths(k)))
            if hidden:
                yield "  }"
        yield r"\end{tikzpicture}%"

    def legend(self) -> Iterator[str]:
        """The colours, centred above."""
        keys = text.legend(self.figure, self.style)
        if not keys:
            return
        wide = sum(SCALE * (7 * len(key.word) + 14) for key in keys)
        lines = ceil(wide / max(NARROW, (self.right - self.left) * SCALE))
        per = ceil(len(keys) / lines)
        yield ""
        above = self.point((self.left + self.right) / 2, self.top + 10)
        yield f"  \\matrix[archc legend] at {above} {{"
        for k in range(0, len(keys), per):
            cells = (
                f"    \\node[archc key, {self.key(key)}] {{{tex.tex(key.word)}}};"
                for key in keys[k : k + per]
            )
            yield " \\&\n".join(cells) + r" \\"
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
                words = [self.line(line) for line in text.box(part, self.style)]
                look = f"archc box, {self.look(part)}{aside}"
                yield self.node(part.id, look, r" \\ ".join(words))
            case Join():
                kind = "archc sign" if len(part.symbol) == 1 else "archc word"
                yield self.node(part.id, kind + aside, tex.tex(part.symbol))
            case Terminal():
                words_ = tex.tex(text.end(part, self.style))
                yield self.node(part.id, "archc end" + aside, words_)

    def cluster(self, part: Cluster, level: int) -> Iterator[str]:
        """An opened block: its frame, its title in the corner, its parts."""
        x, y, width, height = self.layout.clusters[part.id]
        low = self.point(x - width / 2, y - height / 2)
        high = self.point(x + width / 2, y + height / 2)
        look = f"archc block {level % 2 + 1}{', archc aside' * part.aside}"
        yield f"\\draw[{look}] {low} rectangle {high};"
        if words := self.line(text.head(part, self.style)):
            corner = self.point(x - width / 2, y + height / 2)
            yield f"\\node[archc title] at {corner} {{{words}}};"
        for inner in part.parts:
            yield from self.part(inner, level + 1)

    def rows(self, part: Box) -> Iterator[str]:
        """A box of several operations: a node that lines lead to, and a row on it for each."""
        spot, name = self.layout.nodes[part.id], self.names[part.id]
        aside = ", archc aside" * part.aside
        heading = self.line(text.heading(part, self.style))
        lines = [(heading, "archc heading")] if heading else []
        rows = zip(text.rows(part, self.style), part.rows, strict=True)
        lines += [(tex.tex(label), self.look(part, row.family)) for label, row in rows]
        high = spot.height / len(lines)
        yield self.node(part.id, "archc box", "")
        for k, (words, look) in enumerate(lines):
            y = spot.y + spot.height / 2 - high * (k + 0.5)
            size = _size(Spot(spot.x, y, spot.width, high))
            yield f"\\node[archc row, {look}, {size}] at {self.point(spot.x, y)} {{{words}}};"
        # The rows have covered its frame.
        corners = f"({name}.south west) rectangle ({name}.north east)"
        yield f"\\draw[archc frame{aside}] {corners};"

    def values(self, stage: int) -> Iterator[str]:
        """The shapes of what a stage makes, and the circles where it goes on elsewhere."""
        for value, edges in self.writer.values.items():
            shape = shape_of(value)
            if self.stage[shape] == stage:
                words = tex.shape(edges[0].shape)
                spot = self.layout.nodes[shape]
                at = self.point(spot.x, spot.y)
                yield f"\\node[archc shape] ({self.names[shape]}) at {at} {{{words}}};"
            for column in sorted({self.writer.column[edge.head] for edge in edges}):
                for id in (leaves(value, column), enters(value, column)):
                    if id in self.layout.nodes and self.stage[id] == stage:
                        yield self.node(id, "archc goto", str(column))

    def paths(self, stage: int) -> Iterator[str]:
        """The lines that end in a stage; straight ones over a shape are one."""
        coming = [p for p in self.layout.paths if max(self.ends(p)) == stage]
        straight = {p.tail: p for p in coming if p.tail in self.single and self.straight(p)}
        onward = {
            path.tail: straight[path.head]
            for path in coming
            if not path.tip and path.head in straight and self.straight(path)
        }
        joined = {path.tail for path in onward.values()}
        for path in coming:
            if path.tail in joined:
                continue
            route, last = self.route(path), path
            if path.head in joined and self.straight(path):
                last = onward[path.tail]
                route += f" -- ({self.names[last.head]})"
            look = "archc flow" if last.tip else "archc line"
            yield f"\\draw[{look}{', archc aside' * path.dashed}] {route};"

    def ends(self, path: Path) -> tuple[int, int]:
        """The stages of a line's ends."""
        return self.stage[path.tail], self.stage[path.head]

    def straight(self, path: Path) -> bool:
        """Whether a line goes along the flow, from middle to middle."""
        tail, head = self.layout.nodes[path.tail], self.layout.nodes[path.head]
        along = 0 if self.style.direction == "TB" else 1
        places = (*path.points, (head.x, head.y))
        return all(abs(place[along] - tail[along]) < 0.6 for place in places)

    def route(self, path: Path) -> str:
        """From node to node where the line is straight, else along the layout's spline."""
        if self.straight(path):
            return f"({self.names[path.tail]}) -- ({self.names[path.head]})"
        written = [self.point(*p) for p in (*path.points[:-1], path.tip or path.points[-1])]
        curves = (
            f".. controls {written[k]} and {written[k + 1]} .. {written[k + 2]}"
            for k in range(1, len(written) - 2, 3)
        )
        return " ".join([written[0], *curves])

    def node(self, id: str, look: str, words: str) -> str:
        """A node where the layout has it."""
        spot = self.layout.nodes[id]
        at = self.point(spot.x, spot.y)
        return f"\\node[{look}, {_size(spot)}] ({self.names[id]}) at {at} {{{words}}};"

    def look(self, part: Box, family: str = "") -> str:
        """The style of a box or a row: its family's, or its heat."""
        if self.style.heat:
            return self.fill(self.style.fill(part))
        return f"archc {family or (part.rows[0].family if part.rows else 'block')}"

    def key(self, key: Key) -> str:
        """The style of a colour in the legend."""
        return f"archc {key.name}" if key.name else self.fill(key.fill)

    def fill(self, colour: str) -> str:
        """A colour by its value."""
        theme = self.style.theme
        ink = "" if theme.ink_on(colour) == theme.ink else f", text={_INKS[theme.ink_on(colour)]}"
        name = self.heats.setdefault(colour, f"heat-{len(self.heats) + 1}")
        return f"fill=archc-{name}{ink}"

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


_INKS = {"#000000": "black", "#ffffff": "white"}


def _size(spot: Spot) -> str:
    width, height = tex.length(spot.width * SCALE), tex.length(spot.height * SCALE)
    return f"minimum width={width}bp, minimum height={height}bp"
