"""Networks beside each other, in Python: what `archc.compare` and `archc.diff` give."""

from __future__ import annotations

from typing import Literal, TypeAlias

from archc.analyses.differences import Difference
from archc.document.words import Lang
from archc.lectures import diff_report as changes
from archc.lectures import figures as diagram
from archc.lectures import tables
from archc.lectures.comparison import Comparison
from archc.lectures.diff_report import data
from archc.lectures.figures import picture

Kind: TypeAlias = Literal["svg", "pdf", "png"]


class Compared:
    """Several networks: their costs, and the accuracies that can be compared."""

    def __init__(self, found: Comparison) -> None:
        self.found = found
        """The figures: `entries`, each with `totals` and `accuracy`; `data`, `crop`, `sources`."""

    def table(self, format: str = "markdown", lang: str = "en") -> str:
        """The table: `markdown`, `latex`, `html`, or `csv` and `json` with every digit."""
        sheet = tables.compared(self.found, Lang(lang), exact=format in ("csv", "json"))
        return tables.FORMATS[format](sheet)

    def chart(self, kind: Kind = "svg", lang: str = "en") -> bytes:
        """Accuracy against multiply-adds.

        Raises:
            ModuleNotFoundError: matplotlib is not installed (`pip install 'archc[plot]'`).
            ValueError: no accuracy is known of any of the networks.
        """
        from archc.lectures.comparison.chart import bubbles  # matplotlib is an extra

        return bubbles.draw(self.found, kind, Lang(lang))

    def _repr_html_(self) -> str:
        return self.table("html")


class Diff:
    """Two networks: what was added, removed and changed."""

    def __init__(self, found: Difference) -> None:
        self.found = found
        """The figures: `changes`, a tree of them; `totals`, `params`, `different`."""

    def __bool__(self) -> bool:
        return self.found.different

    def markdown(self, lang: str = "en") -> str:
        """The page of `archc diff --format markdown`."""
        return changes.markdown(self.found, Lang(lang))

    def json(self) -> str:
        """Every change by itself."""
        return data.write(self.found)

    def figure(self, kind: Kind = "svg", lang: str = "en", block: str = "") -> bytes:
        """Both in one figure, or of both a block alone.

        Raises:
            archc.backends.diagram.NoEngine: there is no Graphviz to draw it with.
        """
        view = diagram.View(block=block)
        return picture.render_difference(self.found, kind, view, lang=Lang(lang))

    def _repr_markdown_(self) -> str:
        return self.markdown()
