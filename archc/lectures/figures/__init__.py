"""Figures of a network: its blocks and the data between them, two networks in one, its volumes.

The way of a figure: `build` turns a network into a `Figure` (with `folding` for what is drawn once,
`difference` for two networks), `labels` has its words and their sizes, `layout` its columns and
lines, `dot` the text that Graphviz lays out, `draw` the `Drawing`, which the kit writes. `mermaid`
writes a figure for Markdown; `volumes` draws feature maps instead of blocks.
"""

from __future__ import annotations

from archc.analyses import analyze
from archc.analyses.differences import Difference
from archc.document.engine import NoEngine
from archc.document.export import export
from archc.document.translation import _, number
from archc.lectures.figures import dot, mermaid, volumes
from archc.lectures.figures.build import WHOLE, View, trace
from archc.lectures.figures.difference import show
from archc.lectures.figures.dot import write
from archc.lectures.figures.draw import draw
from archc.lectures.figures.figure import Figure
from archc.lectures.figures.style import DEFAULT, Direction, Heat, Quantity, Style, measure
from archc.lectures.figures.theme import LECTURE, THEMES, Theme
from archc.network import Network

__all__ = [
    "DEFAULT",
    "DIFFERENCE_KINDS",
    "KINDS",
    "LECTURE",
    "THEMES",
    "VOLUME_KINDS",
    "Figure",
    "Heat",
    "NoEngine",
    "Style",
    "Theme",
    "View",
    "draw",
    "emit",
    "measure",
    "render",
    "render_difference",
    "render_volumes",
    "trace",
    "write",
]

KINDS = ("svg", "pdf", "png", "dot", "tex", "mmd", "md")
"""The kinds of files of a figure."""

DIFFERENCE_KINDS = ("svg", "pdf", "png", "dot")
"""The kinds of files of a figure of two networks."""

VOLUME_KINDS = ("svg", "pdf", "png", "tex")
"""The kinds of files of volumes."""


def emit(network: Network, *, depth: int | None = None) -> str:
    """The figure of a network as DOT text, the same bytes for the same network.

    Args:
        network: what to show.
        depth: levels of blocks to show, from 1 (each step of the network is one box); None for
            the deepest level that still fits a slide.
    """
    return write(trace(network, depth=depth), Style())


def render(
    network: Network,
    kind: str,
    view: View = WHOLE,
    *,
    theme: Theme = LECTURE,
    direction: Direction = "TB",
    heat: Quantity | None = None,
    standalone: bool = False,
    steps: bool = False,
) -> bytes:
    """The figure of a network.

    Args:
        network: what to show.
        kind: one of `KINDS`; `md` is a Markdown fence with `mmd` (Mermaid) in it.
        view: what of it.
        theme: fonts and colours.
        direction: from the top down, or from left to right.
        heat: a quantity to colour the boxes by, instead of the family of their operations.
        standalone: for `tex`, a whole document.
        steps: for `tex`, beamer overlays, stage by stage.

    Raises:
        NoEngine: there is no Graphviz, and the kind needs one.
        SpecError: the view names what the network does not have.
    """
    figure = trace(network, view)
    measured = measure(network, figure, heat) if heat else None
    style = Style(theme=theme, direction=direction, heat=measured)
    match kind:
        case "dot":
            return dot.write(figure, style).encode()
        case "mmd":
            return mermaid.write(figure, style).encode()
        case "md":
            return mermaid.fence(figure, style).encode()
    drawing = draw(figure, style, titled=kind != "tex")
    return export(drawing, kind, standalone=standalone, steps=steps)


def render_difference(
    found: Difference,
    kind: str,
    view: View = WHOLE,
    *,
    theme: Theme = LECTURE,
    direction: Direction = "TB",
) -> bytes:
    """Two networks in one figure: what was added, removed and changed; see `render`.

    Raises:
        NoEngine: there is no Graphviz, and the kind needs one.
        SpecError: the view names what one of the networks does not have.
        ValueError: the kind is none of `DIFFERENCE_KINDS`.
    """
    if kind not in DIFFERENCE_KINDS:
        raise ValueError(f"a difference is drawn as {', '.join(DIFFERENCE_KINDS)}, not {kind}")
    figure, marks = show(found, view)
    style = Style(theme=theme, direction=direction, highlight=marks)
    if kind == "dot":
        return dot.write(figure, style).encode()
    return export(draw(figure, style), kind)


def render_volumes(
    network: Network,
    kind: str,
    depth: int | None = None,
    *,
    theme: Theme = LECTURE,
    standalone: bool = False,
    steps: bool = False,
) -> bytes:
    """The feature maps of a network as boxes of their sizes; see `render`.

    Raises:
        NoEngine: there is no Graphviz, and the kind is pdf or png.
        ValueError: the kind is none of `VOLUME_KINDS`.
    """
    if kind not in VOLUME_KINDS:
        raise ValueError(f"volumes are drawn as {', '.join(VOLUME_KINDS)}, not {kind}")
    params = number(analyze(network).inference.params)
    size = f"({network.label}){_(': ')}{params} {_('parameters')}"
    found = volumes.solids(network, depth)
    name, titled = network.spec.title, kind != "tex"
    drawing = volumes.draw(found, name, size, theme, titled=titled)
    return export(drawing, kind, standalone=standalone, steps=steps)
