"""Figures of networks: blocks and operations as boxes, written as SVG, PDF, DOT, TikZ, Mermaid."""

from archc.document.engine import NoEngine
from archc.lectures.figures.build import View, trace
from archc.lectures.figures.dot import write
from archc.lectures.figures.draw import draw
from archc.lectures.figures.figure import Figure
from archc.lectures.figures.style import DEFAULT, Heat, Style, measure
from archc.lectures.figures.theme import LECTURE, THEMES, Theme
from archc.network import Network

__all__ = [
    "DEFAULT",
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


def emit(network: Network, *, depth: int | None = None) -> str:
    """The figure of a network as DOT text, the same bytes for the same network.

    Args:
        network: what to show.
        depth: levels of blocks to show, from 1 (each step of the network is one box); None for
            the deepest level that still fits a slide.
    """
    return write(trace(network, depth=depth), Style())
