"""Tables of networks: the table of the paper, Keras's summary, or a row for every layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from archc.document.formats import Format, write
from archc.lectures.tables import summary
from archc.lectures.tables.paper import layout, table, wanted
from archc.lectures.tables.published import Notes
from archc.lectures.tables.styles import STYLES
from archc.network import Network
from archc.spec import Spec
from archc.spec.header import PaperTable

__all__ = ["STYLES", "Notes", "emit", "layout", "plan", "summary", "table", "wanted"]


def plan(spec: Spec, style: str) -> PaperTable:
    """The layout of a style: `paper`, `body` or `layers`."""
    return STYLES.get(style) or layout(spec)


def emit(
    networks: Sequence[Network],
    style: str = "paper",
    format: str = "markdown",
    notes: Notes | None = None,
) -> str:
    """A table of one network, or of several variants side by side, the same text each time.

    Args:
        networks: the variants of one spec, in the order of their columns; `keras` shows the first.
        style: `paper`, `body`, `layers`, or `keras`, whose `text` is that of `model.summary()`.
        format: `markdown`, `latex`, `csv`, `html`, `json` or `text`.
        notes: how much the footnotes on disputed figures say; None for what suits the language.

    Raises:
        SpecError: the spec's layout names what is not there.
    """
    if style == "keras":
        if format == "text":
            return summary.text(networks[0])
        return write(summary.summary(networks[0]), cast("Format", format))
    made = table(networks, plan(networks[0].spec, style), notes=notes)
    return write(made, cast("Format", format))
