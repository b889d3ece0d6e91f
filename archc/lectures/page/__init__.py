"""The interactive page: one HTML file with a network that unfolds, and how its figures come about.

It puts the figure of `lectures.figures` and the derivations of `lectures.derivations` together. The
scripts draw what `serialise` gives; layout (dagre) and zoom (d3-zoom) are in `vendor/`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from importlib import resources
from typing import Any

import jinja2

from archc.analyses import UnknownId, analyze
from archc.analyses.claims import Checker
from archc.analyses.receptive_field_trace import sights
from archc.document.translation import N_, _, current_language
from archc.lectures.derivations import layer as derivations
from archc.lectures.derivations.part import published
from archc.lectures.figures.build import WHOLE, View, trace
from archc.lectures.figures.figure import Cluster, Figure
from archc.lectures.figures.labels import FAMILIES
from archc.lectures.figures.style import PHRASES, Direction, Quantity
from archc.lectures.figures.theme import DARK, LECTURE, Theme
from archc.lectures.page.look import STEPS, variables
from archc.lectures.page.nest import nest
from archc.lectures.page.serialise import QUANTITIES, Data, Worked, serialise
from archc.network import Network, Operation

__all__ = ["LIBRARIES", "QUANTITIES", "SCRIPTS", "data", "emit"]

LIBRARIES = ("vendor/layout.min.js", "vendor/zoom.min.js")
SCRIPTS = ("state.js", "layout.js", "draw.js", "details.js", "view.js", "page.js")
WORDS = N_(
    (
        "click a box to see how its figures come about",
        "close",
        "colours",
        "details",
        "fit",
        "fold",
        "fold all",
        "found",
        "from box to box",
        "in all",
        "keys",
        "kinds of operations",
        "larger",
        "light or dark",
        "of the last one",
        "print",
        "search",
        "show or hide the details",
        "smaller",
        "this page needs JavaScript",
        "turn",
        "unfold",
        "unfold all",
        "unfold or fold a block",
        "worked out for the first of them",
        "zoom",
        "block",
        "cumulative stride",
        "for training",
        "input",
        "layer",
        "output",
        "receptive field",
        "sum",
        "what",
    )
)
"""The texts of the scripts and the frame of the page."""
KEYS = N_(
    {
        "← ↑ ↓ →": "from box to box",
        "Enter": "unfold or fold a block",
        "u": "unfold all",
        "f": "fold all",
        "/": "search",
        "h": "colours",
        "+ -": "zoom",
        "0": "fit",
        "r": "turn",
        "d": "light or dark",
        "Esc": "show or hide the details",
    }
)
"""The keys and their functions."""


def emit(
    network: Network,
    view: View = WHOLE,
    *,
    theme: Theme = LECTURE,
    direction: Direction = "TB",
    heat: Quantity | None = None,
) -> str:
    """The page of a network, the same text for the same network.

    Args:
        network: what to show.
        view: what is open at first.
        theme: its colours at first; the reader has light and dark ones to choose from.
        direction: where the data flows at first.
        heat: what its boxes are coloured by at first.

    Raises:
        SpecError: the view names what the network does not have.
    """
    found = data(network, view)
    found |= {**words(), "direction": direction, "heat": heat or "", "steps": STEPS}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    here = resources.files("archc.lectures.page")

    def read(name: str) -> str:
        return here.joinpath(name).read_text("utf-8").rstrip("\n")

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True
    )
    environment.keep_trailing_newline = True
    safe: Any = jinja2.filters.do_mark_safe
    return environment.from_string(read("page.html.j2") + "\n").render(
        lang=current_language().value,
        title=f"{found['title']} ({found['label']})",
        dark=theme is DARK,
        light=safe(variables(LECTURE if theme is DARK else theme)),
        night=safe(variables(DARK)),
        font=safe(theme.font),
        style=safe(read("page.css")),
        libraries=[safe(read(name)) for name in LIBRARIES],
        scripts=[safe(read(name)) for name in SCRIPTS],
        # Escaped so that nothing in the data can end its `<script>` element.
        data=safe(text.replace("<", "\\u003c")),
        words=found["words"],
        keys={key: _(phrase) for key, phrase in KEYS.items()},
        quantities=found["quantities"],
    )


def data(network: Network, view: View = WHOLE) -> Data:
    """Return all that the page knows of a network, as plain data."""
    shown, found = trace(network, view), nest(network, view)
    figure = found.figure
    data = serialise(found, sights(network), _derived(network))
    return {
        "lang": current_language().value,
        "title": figure.title,
        "label": f"{figure.name}, {figure.place}" if figure.place else figure.name,
        "place": figure.place,
        "params": figure.weights,
        "training": figure.training,
        "open": sorted(_opened(shown)),
        **data,
    }


def _derived(network: Network) -> Worked:
    """The derivations and the published figures of the parts of a network, as HTML."""
    analysis = analyze(network)
    claimed = {entry.text("at") or "" for entry in Checker(network.spec).entries()}
    printed = {}
    for path in sorted(claimed):
        with suppress(UnknownId):  # a claim may be about another variant
            printed[path] = derivations.printed(published(analysis, path))

    @cache
    def layer(operation: Operation) -> derivations.Layer:
        return derivations.layer(operation)

    return Worked(
        layer=layer,
        rule=derivations.sight_rule(),
        sight=derivations.sight,
        printed={path: text for path, text in printed.items() if text},
    )


def words() -> Data:
    """Return every word of the page that is not a name."""
    return {
        "words": {phrase: _(phrase) for phrase in WORDS},
        "families": {family: _(word) for family, word in FAMILIES.items()},
        "quantities": {name: _(phrase) for name, phrase in PHRASES.items()},
    }


def _opened(figure: Figure) -> list[str]:
    """The blocks that a figure shows opened: as a frame, or as a box with all its operations."""
    frames = [part.id for part in figure.walk() if isinstance(part, Cluster)]
    chains = [box.id for box in figure.boxes() if not box.folded and len(box.rows) > 1]
    return frames + chains
