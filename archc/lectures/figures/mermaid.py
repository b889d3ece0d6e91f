"""Figure -> Mermaid text, which GitHub, GitLab, MyST and Obsidian draw in Markdown pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archc.document.drawing import Line
from archc.lectures.figures import labels
from archc.lectures.figures.figure import AnyPart, Box, Cluster, Edge, Figure, Fork, Join, Terminal
from archc.lectures.figures.style import DEFAULT, Style

MARGIN = '%%{init: {"flowchart": {"subGraphTitleMargin": {"bottom": 14}}}}%%'
"""Mermaid's setting for a margin that keeps lines into a block clear of its title."""


def write(figure: Figure, style: Style = DEFAULT) -> str:
    """The Mermaid text of a figure."""
    return "\n".join(Writer(figure, style).lines()) + "\n"


def fence(figure: Figure, style: Style = DEFAULT) -> str:
    """A Markdown fence with the Mermaid text, then the title and the legend in words."""
    runs = labels.title(figure, style)
    said = " ".join(f"**{run.text}**" if run.bold else run.text for run in runs)
    return f"```mermaid\n{write(figure, style)}```\n\n{said}\n"


class Writer:
    """Writes a figure as Mermaid."""

    def __init__(self, figure: Figure, style: Style) -> None:
        self.figure = figure
        self.style = style
        self.names: dict[str, str] = {}
        for part in figure.walk():
            self.names[part.id] = self.unique(part.id)
        self.looks: dict[str, list[str]] = {}
        """The nodes of each colour."""

    def unique(self, id: str) -> str:
        """A node's name: letters, and never a word of Mermaid's, of which `end` is one."""
        base = "n_" + re.sub(r"\W+", "_", id, flags=re.ASCII).strip("_")
        wanted, number = base, 1
        while wanted in self.names.values():
            number += 1
            wanted = f"{base}_{number}"
        return wanted

    def lines(self) -> Iterator[str]:
        """Every line."""
        theme = self.style.theme
        if any(isinstance(part, Cluster) for part in self.figure.parts):
            yield MARGIN
        yield f"flowchart {self.style.direction}"
        for part in self.figure.parts:
            yield from self.part(part, 1)
        for edge in self.figure.edges:
            yield "  " + self.edge(edge)
        named = {colour: name for name, colour in reversed(theme.colours().items())}
        for k, (fill, nodes) in enumerate(self.looks.items()):
            name = "archc_" + named.get(fill, f"heat_{k}").replace("-", "_")
            look = f"fill:{fill},stroke:{theme.line},color:{theme.ink_on(fill)}"
            yield f"  classDef {name} {look}"
            yield f"  class {','.join(nodes)} {name}"
        asides = [self.names[part.id] for part in self.figure.walk() if part.aside]
        if asides:
            yield "  classDef archc_aside stroke-dasharray:4 3"
            yield f"  class {','.join(asides)} archc_aside"

    def part(self, part: AnyPart, level: int) -> Iterator[str]:
        """The lines of a node, or of a subgraph and the parts in it."""
        indent, name = "  " * level, self.names[part.id]
        if not isinstance(part, Cluster):
            yield indent + name + self.node(part)
            return
        yield f'{indent}subgraph {name}["{_line(labels.head(part, self.style)) or " "}"]'
        yield f"{indent}  direction {self.style.direction}"
        for inner in part.parts:
            yield from self.part(inner, level + 1)
        yield f"{indent}end"
        self.paint(part, self.style.theme.clusters[(level - 1) % 2])

    def node(self, part: Box | Join | Terminal | Fork) -> str:
        """A node's shape and words."""
        theme = self.style.theme
        match part:
            case Terminal():
                self.paint(part, theme.paper)
                return f'(["{_escape(labels.end(part, self.style))}"])'
            case Fork():
                self.paint(part, theme.paper)
                return '(("•"))'
            case Join():
                self.paint(part, theme.fills["join"])
                words = _escape(part.symbol)
                return f'(("{words}"))' if len(part.symbol) == 1 else f'("{words}")'
        if len(part.rows) < 2:
            self.paint(part, self.style.fill(part))
            words = "<br/>".join(_line(line) for line in labels.box(part, self.style))
            return f'["{words}"]'
        # One colour for a box: that of the operation that has the weights.
        heavy = [row.family in ("conv", "linear") for row in part.rows]
        fills = self.style.fills(part)
        self.paint(part, fills[heavy.index(True)] if any(heavy) else theme.block)
        heading = [_line(labels.heading(part, self.style))]
        rows = [_escape(row) for row in labels.rows(part, self.style)]
        return f'["{"<br/>".join([*filter(None, heading), *rows])}"]'

    def paint(self, part: AnyPart, fill: str) -> None:
        """Record the colour of a part."""
        self.looks.setdefault(fill, []).append(self.names[part.id])

    def edge(self, edge: Edge) -> str:
        """A line with the shape on it."""
        arrow = "-.->" if edge.aside else "-->"
        label = f'|"{edge.shape}"|' if edge.shape else ""
        return f"{self.names[edge.tail]} {arrow}{label} {self.names[edge.head]}"


def _line(line: Line) -> str:
    words = ((_escape(run.text), run) for run in line)
    return " ".join(
        f"<b>{word}</b>" if run.bold else f"<small>{word}</small>" if run.small else word
        for word, run in words
    )


def _escape(text: str) -> str:
    """Text in a Mermaid string: characters that would end it or be markup become entities."""
    return "#43;" if text == "+" else "".join(_ENTITIES.get(letter, letter) for letter in text)


_ENTITIES = {"#": "#35;", "&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;"}
