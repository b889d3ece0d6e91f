"""Worked costs on a page: text, Markdown, LaTeX or HTML, in English or French."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from archc.analyses import analyze
from archc.lectures.derivations import Derivation
from archc.lectures.derivations.grid import Grid
from archc.lectures.derivations.scaling import Scaling
from archc.lectures.derivations.worked import html, latex, markdown, scale, text
from archc.lectures.derivations.worked.layer import Layer, layer, printed, sight, sight_rule
from archc.lectures.derivations.worked.node import page as node_page
from archc.lectures.derivations.worked.page import Block
from archc.network import Network

__all__ = [
    "Form",
    "Layer",
    "emit",
    "emit_grid",
    "emit_scaling",
    "layer",
    "printed",
    "sight",
    "sight_rule",
]

Form = Literal["text", "markdown", "latex", "html"]
WRITERS: Mapping[Form, Callable[[Sequence[Block]], str]] = {
    "text": text.write,
    "markdown": markdown.write,
    "latex": latex.write,
    "html": html.write,
}


def emit(
    found: Derivation,
    form: Form = "text",
    against: Derivation | None = None,
) -> str:
    """A derivation, ready to be pasted; it ends with a newline.

    With `against`, the cost of another part is worked out beside it. LaTeX needs the packages
    amsmath, booktabs, graphicx, and comes without a preamble;
    HTML is a part of a page, with formulas in MathML.
    """
    return write(node_page(found, against), form)


def write(page: Sequence[Block], form: Form = "text") -> str:
    """Any page, such as those of `studies`."""
    return WRITERS[form](page)


def emit_scaling(found: Scaling, form: Form = "text", steps: bool = False) -> str:
    """From a base network to a scaled one; with `steps` every multiplication and rounding."""
    totals = analyze(found.base).inference, analyze(found.scaled).inference
    return write(scale.page(found, totals, steps), form)


def emit_grid(found: Grid, network: Network, form: Form = "text") -> str:
    """What every network of a grid costs; `network` is the one that they are made from."""
    return write(scale.grid_page(found, network), form)
