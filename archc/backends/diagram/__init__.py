"""The diagram backend: a network's figure as Graphviz DOT text, and that text as a picture."""

from archc.backends.diagram.dot import write
from archc.backends.diagram.engine import FORMATS, NoEngine, draw
from archc.backends.diagram.figure import Figure
from archc.backends.diagram.heat import Heat, measure
from archc.backends.diagram.style import DEFAULT, Style
from archc.backends.diagram.theme import LECTURE, THEMES, Theme
from archc.backends.diagram.trace import trace
from archc.backends.diagram.view import View
from archc.network import Network
from archc.words import Lang

__all__ = [
    "DEFAULT",
    "FORMATS",
    "LECTURE",
    "THEMES",
    "Figure",
    "Heat",
    "NoEngine",
    "Style",
    "Theme",
    "View",
    "draw",
    "emit",
    "measure",
    "trace",
    "write",
]


def emit(network: Network, *, depth: int | None = None, lang: Lang = Lang.en) -> str:
    """The figure of a network as DOT text, the same bytes for the same network.

    Args:
        network: what to show.
        depth: levels of blocks to show, from 1 (each step of the network is one box); None for
            the deepest level that still fits a slide.
        lang: of every word that is not a name.
    """
    return write(trace(network, depth=depth), Style(lang=lang))
