"""Figure -> Drawing: its parts where the layout has them, in the colours of a theme."""

from __future__ import annotations

from collections.abc import Iterator

from archc.document.drawing import (
    AnyShape,
    Drawing,
    Frames,
    Line,
    Look,
    Path,
    Text,
    words,
)
from archc.document.drawing import (
    Box as Rectangle,
)
from archc.document.engine import Layout, Spot, lay_out
from archc.lectures.figures import labels
from archc.lectures.figures.dot import Writer
from archc.lectures.figures.figure import (
    AnyPart,
    Box,
    Cluster,
    Figure,
    Fork,
    Join,
    Terminal,
    inside,
)
from archc.lectures.figures.labels import (
    GAP,
    MARGIN,
    Heading,
    cluster_title,
    row_height,
    row_lines,
    text_size,
)
from archc.lectures.figures.layout import Link, Wiring, enters, leaves, shape_of, stages
from archc.lectures.figures.style import DEFAULT, Style
from archc.lectures.figures.theme import Theme

INKS = {"black": "#000000", "white": "#ffffff"}
"""The inks for fills on which the theme's ink is not readable."""
PAD = 11.0
"""The margin around the figure, in points."""
SCALE = 0.68
"""Print: letters of 13 and 11 points are 8 and 6.8 there, a tenth smaller than their boxes, as a
document's letters may be wider than those that were measured."""


def draw(figure: Figure, style: Style = DEFAULT, *, titled: bool = True) -> Drawing:
    """The drawing of a figure; its steps are the stages that a lecturer reveals one by one.

    Args:
        figure: what to draw.
        style: how it looks.
        titled: whether the title stands above it; not where a caption or a slide has it.

    Raises:
        NoEngine: there is no Graphviz to lay it out.
    """
    wiring = Wiring(figure, style)
    sized = Writer(figure, style, wiring, sized=True)
    layout = lay_out("\n".join(sized.lines()))
    return _Draughtsman(figure, style, wiring, layout, titled).drawing()


def looks(theme: Theme) -> dict[str, Look]:
    """The styles of figures by name, in the colours of a theme."""
    fills = {
        str(name): Look(fill=str(name), ink=_ink(theme, fill)) for name, fill in theme.fills.items()
    }
    marks = {str(mark): Look(line=mark, width=2) for mark in theme.marks}
    return {
        "box": Look(fill="paper", line="line"),
        "row": Look(),
        "heading": Look(fill="paper"),
        "frame": Look(line="line"),
        "end": Look(fill="paper", line="line", radius=4),
        "sign": Look(fill="join", line="line"),
        "word": Look(fill="join", line="line", radius=4),
        "shape": Look(size=theme.small),
        "goto": Look(fill="paper", line="line", size=theme.small),
        "frame 1": Look(fill="block-1", line="line", radius=6),
        "frame 2": Look(fill="block-2", line="line", radius=6),
        "title": Look(),
        "flow": Look(line="line"),
        "key": Look(size=theme.small),
        "block": Look(fill="block", ink=_ink(theme, theme.block)),
        **fills,
        **marks,
        "aside": Look(dashes=(4, 3)),
    }


def _ink(theme: Theme, fill: str) -> str:
    """The name of an ink that is readable on a colour."""
    ink = theme.ink_on(fill)
    return "ink" if ink == theme.ink else {"#000000": "black", "#ffffff": "white"}[ink]


class _Draughtsman:
    """Turns the parts of one figure into shapes."""

    def __init__(
        self, figure: Figure, style: Style, wiring: Wiring, layout: Layout, titled: bool
    ) -> None:
        self.figure, self.style, self.theme = figure, style, style.theme
        self.wiring, self.layout = wiring, layout
        self.heats: dict[str, str] = {}
        """The names of colours that are not in the theme."""
        self.stages = stages(self.figure)
        self.stage = dict(self.numbers())
        self.links = {(link.tail, link.head): link for link in wiring.links()}
        self.title = labels.title(self.figure, self.style)
        keys = [
            (key.name or self.heat(key.fill), key.word)
            for key in labels.legend(self.figure, self.style)
        ]
        self.heading = Heading(self.title if titled else (), keys, layout.width, self.theme)
        self.width = max(layout.width, self.heading.width) + 2 * PAD
        self.above = PAD + self.heading.height + GAP * bool(self.heading.height)
        self.left = (self.width - layout.width) / 2

    def drawing(self) -> Drawing:
        shapes = tuple(self.shapes())
        theme = self.theme
        colours = theme.colours() | dict(theme.marks) | INKS
        colours |= {name: fill for fill, name in self.heats.items()}
        heats = {name: Look(fill=name, ink=_ink(theme, fill)) for fill, name in self.heats.items()}
        return Drawing(
            title=self.title[0].text,
            caption=" ".join(run.text for run in self.title),
            width=self.width,
            height=self.above + self.layout.height + PAD,
            shapes=shapes,
            colours=colours,
            looks=looks(theme) | heats,
            size=theme.size,
            small=theme.small,
            steps=tuple(stage.title for stage in self.stages),
            scale=SCALE,
        )

    def numbers(self) -> Iterator[tuple[str, int]]:
        """The stage of each node of the layout, from 0."""
        of = {p.id: k for k, stage in enumerate(self.stages) for p in inside(stage.parts)}
        yield from of.items()
        for value, edges in self.wiring.values.items():
            yield shape_of(value), of[value[0]]
            for column in {self.wiring.column[edge.head] for edge in edges}:
                heads = [of[e.head] for e in edges if self.wiring.column[e.head] == column]
                yield leaves(value, column), of[value[0]]
                yield enters(value, column), min(heads)

    def shapes(self) -> Iterator[AnyShape]:
        """All shapes, stage by stage: in each the parts, the shapes of values, the lines."""
        yield from self.heading.shapes(self.width / 2, PAD)
        for k, stage in enumerate(self.stages):
            frames = Frames(k + 1)
            for part in stage.parts:
                yield from self.part(part, 0, frames)
            yield from self.values(k, frames)
            yield from self.routes(k, frames)

    def part(self, part: AnyPart, level: int, frames: Frames) -> Iterator[AnyShape]:
        """The shapes of a part and of the parts in it."""
        mark = self.style.mark(part.id)
        off = ("aside",) if part.aside or mark == "removed" else ()
        last = (*((mark,) if mark else ()), *off)
        match part:
            case Cluster():
                yield from self.cluster(part, level, last, frames)
            case Box() if len(part.rows) > 1:
                yield from self.rows(part, last, frames)
            case Box():
                lines = tuple(labels.box(part, self.style))
                fill = self.fills(part)[0]
                yield self.box(part.id, lines, ("box", fill, *last), frames)
            case Join():
                kind = "sign" if len(part.symbol) == 1 else "word"
                yield self.box(part.id, (words(part.symbol),), (kind, *last), frames)
            case Fork():
                yield self.box(part.id, (words(part.shape),), ("shape",), frames)
            case Terminal():
                lines = (words(labels.end(part, self.style)),)
                yield self.box(part.id, lines, ("end", *last), frames)

    def cluster(
        self, part: Cluster, level: int, last: tuple[str, ...], frames: Frames
    ) -> Iterator[AnyShape]:
        """An opened block: its frame, its title in the corner, its parts."""
        spot = self.spot(self.layout.clusters[part.id])
        style = (f"frame {level % 2 + 1}", *last)
        yield Rectangle(
            at=(spot.x, spot.y),
            width=spot.width,
            height=spot.height,
            style=style,
            title=part.id,
            frames=frames,
        )
        if title := cluster_title(part, self.style):
            x, half = spot.x - spot.width / 2 + MARGIN[0], text_size([title], self.style).height / 2
            top = spot.y - spot.height / 2 + MARGIN[1] + half
            bottom = spot.y + spot.height / 2 - MARGIN[1] - half
            y = top if self.style.direction == "TB" else bottom
            yield Text(at=(x, y), text=title, anchor="start", style=("title",), frames=frames)
        for inner in part.parts:
            yield from self.part(inner, level + 1, frames)

    def rows(self, part: Box, last: tuple[str, ...], frames: Frames) -> Iterator[AnyShape]:
        """A box of several operations: a box that lines lead to, and a row on it for each."""
        spot = self.spot(self.layout.nodes[part.id])
        lines = row_lines(part, self.style)
        styles = [*["heading"] * (len(lines) - len(part.rows)), *self.fills(part)]
        yield self.box(part.id, (), ("box",), frames)
        y = spot.y - spot.height / 2
        gone = [*[False] * (len(lines) - len(part.rows)), *self.style.gone(part)]
        for line, name, struck in zip(lines, styles, gone, strict=True):
            high = row_height(line, self.style)
            shown = tuple(run._replace(struck=run.struck or struck) for run in line)
            yield Rectangle(
                at=(spot.x, y + high / 2),
                width=spot.width,
                height=high,
                text=(shown,),
                style=("row", name),
                title=part.id,
                frames=frames,
            )
            y += high
        yield Rectangle(  # the rows have covered the frame
            at=(spot.x, spot.y),
            width=spot.width,
            height=spot.height,
            style=("frame", *last),
            frames=frames,
        )

    def values(self, stage: int, frames: Frames) -> Iterator[AnyShape]:
        """The shapes of the values that a stage makes, and circles where lines go on elsewhere."""
        for value, edges in self.wiring.values.items():
            shape = shape_of(value)
            if self.wiring.starts[value] == shape and self.stage[shape] == stage:
                yield self.box(shape, (words(edges[0].shape),), ("shape",), frames)
            for column in sorted({self.wiring.column[edge.head] for edge in edges}):
                for id in (leaves(value, column), enters(value, column)):
                    if id in self.layout.nodes and self.stage[id] == stage:
                        yield self.box(id, (words(str(column)),), ("goto",), frames)

    def routes(self, stage: int, frames: Frames) -> Iterator[AnyShape]:
        """The lines that end in a stage."""
        for route in self.layout.routes:
            if max(self.stage[route.tail], self.stage[route.head]) != stage:
                continue
            link = self.links[route.tail, route.head]
            along = 0 if self.style.direction == "TB" else 1
            ends = [self.spot(self.layout.nodes[id]) for id in (route.tail, route.head)]
            points = tuple((x + self.left, y + self.above) for x, y in route.points)
            straight = all(abs(at[along] - ends[0][along]) < 0.6 for at in (*points, ends[1]))
            tip = route.tip and (route.tip[0] + self.left, route.tip[1] + self.above)
            yield Path(
                points=(points[0], points[-1]) if straight else points,
                curved=not straight,
                tips=(None, tip),
                ends=(route.tail, route.head) if straight else None,
                style=self.line(link),
                frames=frames,
            )

    def line(self, link: Link) -> tuple[str, ...]:
        """The styles of a line."""
        off = link.aside or link.mark == "removed"
        return ("flow", *((link.mark,) if link.mark else ()), *(("aside",) if off else ()))

    def box(
        self, id: str, lines: tuple[Line, ...], style: tuple[str, ...], frames: Frames
    ) -> Rectangle:
        """A node of the layout."""
        spot = self.spot(self.layout.nodes[id])
        round_ = style[0] in ("sign", "goto")
        title = "" if style[0] in ("shape", "goto") else id
        return Rectangle(
            at=(spot.x, spot.y),
            width=spot.width,
            height=spot.height,
            text=lines,
            round=round_,
            name=id,
            title=title,
            style=style,
            frames=frames,
        )

    def spot(self, spot: Spot) -> Spot:
        """A rectangle of the layout, moved to the page."""
        return spot._replace(x=spot.x + self.left, y=spot.y + self.above)

    def fills(self, part: Box) -> list[str]:
        """The styles of a box's rows, one of a box without: families, or colours by value."""
        if self.style.heat or self.style.highlight:
            fills = self.style.fills(part) if len(part.rows) > 1 else [self.style.fill(part)]
            return [self.heat(fill) for fill in fills]
        return [row.family for row in part.rows] or ["block"]

    def heat(self, fill: str) -> str:
        """The style of a colour by its value."""
        if fill == self.theme.paper:
            return "heading"
        return self.heats.setdefault(fill, f"heat-{len(self.heats) + 1}")
