"""A network as a picture of any kind: what `archc render` writes into a file."""

from __future__ import annotations

from archc.analyses import analyze
from archc.analyses.differences import Difference
from archc.document.words import Lang, number, say, sign
from archc.lectures.figures import dot, engine, mermaid, tikz
from archc.lectures.figures.heat import Quantity, measure
from archc.lectures.figures.style import Direction, Style
from archc.lectures.figures.theme import LECTURE, Theme
from archc.lectures.figures.trace import trace
from archc.lectures.figures.twofold import show
from archc.lectures.figures.view import WHOLE, View
from archc.lectures.figures.volumes import arrange, marks, solids, svg
from archc.lectures.figures.volumes import tikz as volume_tikz
from archc.network import Network

KINDS = ("svg", "pdf", "png", "dot", "tex", "mmd", "md")
"""What a figure can be written as."""

DIFFERENCE_KINDS = ("svg", "pdf", "png", "dot")
"""What two networks in one figure can be written as."""

VOLUME_KINDS = ("svg", "pdf", "png", "tex")
"""What volumes can be written as."""


def render(
    network: Network,
    kind: str,
    view: View = WHOLE,
    *,
    theme: Theme = LECTURE,
    direction: Direction = "TB",
    lang: Lang = Lang.en,
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
        lang: of every word that is not a name.
        heat: a quantity to colour the boxes by, instead of the family of their operations.
        standalone: for `tex`, a whole document.
        steps: for `tex`, beamer overlays, stage by stage.

    Raises:
        NoEngine: there is no Graphviz, and the kind needs one.
        SpecError: the view names what the network does not have.
    """
    figure = trace(network, view)
    measured = measure(network, figure, heat) if heat else None
    style = Style(theme=theme, direction=direction, lang=lang, heat=measured)
    match kind:
        case "dot":
            text = dot.write(figure, style)
        case "tex":
            text = tikz.write(figure, style, standalone=standalone, steps=steps)
        case "mmd":
            text = mermaid.write(figure, style)
        case "md":
            text = mermaid.fence(figure, style)
        case _:
            return engine.draw(dot.write(figure, style), kind)
    return text.encode()


def render_difference(
    found: Difference,
    kind: str,
    view: View = WHOLE,
    *,
    theme: Theme = LECTURE,
    direction: Direction = "TB",
    lang: Lang = Lang.en,
) -> bytes:
    """Two networks in one figure: what was added, removed and changed; see `render`.

    Raises:
        NoEngine: there is no Graphviz, and the kind needs one.
        SpecError: the view names what one of the networks does not have.
        ValueError: the kind is none of `DIFFERENCE_KINDS`.
    """
    if kind not in DIFFERENCE_KINDS:
        raise ValueError(f"a difference is drawn as {', '.join(DIFFERENCE_KINDS)}, not {kind}")
    figure, marks = show(found, view, lang)
    style = Style(theme=theme, direction=direction, lang=lang, highlight=marks)
    text = dot.write(figure, style)
    return text.encode() if kind == "dot" else engine.draw(text, kind)


def render_volumes(
    network: Network,
    kind: str,
    depth: int | None = None,
    *,
    theme: Theme = LECTURE,
    lang: Lang = Lang.en,
    standalone: bool = False,
    steps: bool = False,
) -> bytes:
    """The feature maps of a network as boxes of their sizes; see `render`.

    Raises:
        NoEngine: there is no Graphviz, and the kind is pdf or png.
        ValueError: the kind is none of `VOLUME_KINDS`.
    """
    name = network.spec.title
    size = number(analyze(network).inference.params, lang)
    title = f"{name} ({network.label}){sign(':', lang)}{size} {say('parameters', lang)}"
    scene = arrange(solids(network, depth), lang)
    if kind == "tex":
        said = {"standalone": standalone, "steps": steps}
        return volume_tikz.write(scene, name, title, theme, lang, **said).encode()
    drawing = marks.draw(scene, title, theme, lang)
    if kind == "svg":
        return svg.svg(drawing, title, theme).encode()
    if kind not in VOLUME_KINDS:
        raise ValueError(f"volumes are drawn as {', '.join(VOLUME_KINDS)}, not {kind}")
    return engine.draw(svg.background(drawing, theme), kind, "neato")
