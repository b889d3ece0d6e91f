"""Network -> interactive page: the diagram that unfolds, with every figure worked out."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from archc.analyses import UnknownId, analyze
from archc.analyses.claims import Checker
from archc.document.words import Lang
from archc.lectures.derivations import worked
from archc.lectures.derivations.node import published
from archc.lectures.figures import LECTURE, Theme, page
from archc.lectures.figures.heat import Quantity
from archc.lectures.figures.style import Direction
from archc.lectures.figures.view import WHOLE, View
from archc.network import Network, Operation


def interactive(
    network: Network,
    view: View = WHOLE,
    *,
    theme: Theme = LECTURE,
    direction: Direction = "TB",
    lang: Lang = Lang.en,
    heat: Quantity | None = None,
) -> str:
    """One HTML file that needs nothing else; see `archc.lectures.figures.page.emit`.

    Raises:
        SpecError: the view names what the network does not have.
    """
    said = explained(network, lang)
    return page.emit(network, said, view, theme=theme, direction=direction, lang=lang, heat=heat)


def explained(network: Network, lang: Lang) -> page.Worked:
    """What is said of the parts of a network."""
    analysis = analyze(network)
    spoken = {entry.text("at") or "" for entry in Checker(network.spec).entries()}
    printed = {}
    for path in sorted(spoken):
        with suppress(UnknownId):  # a claim may be about another variant
            printed[path] = worked.printed(published(analysis, path), lang)

    @cache
    def layer(operation: Operation) -> worked.Layer:
        return worked.layer(operation, lang)

    return page.Worked(
        layer=layer,
        rule=worked.sight_rule(lang),
        sight=lambda step: worked.sight(step, lang),
        printed={path: text for path, text in printed.items() if text},
    )
