"""What became of the parts of a figure that shows two networks in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archc.document.translation import N_
from archc.lectures.figures.figure import Box, Edge
from archc.lectures.figures.theme import Mark

MARKS: Mapping[Mark, str] = N_({"added": "added", "removed": "removed", "changed": "changed"})
SIGNS: Mapping[Mark, str] = {"added": "+", "removed": "−", "changed": "~"}
"""What stands before the name of a part: the figure is read without colours, too."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """The marks of parts, of rows of boxes, and of edges; what has none is as it was."""

    parts: Mapping[str, Mark]
    rows: Mapping[str, tuple[Mark | None, ...]]
    """By the id of the box; of others all rows are as the box is."""
    edges: Mapping[Edge, Mark]
    notes: Mapping[str, str]
    """What differs of a part, in words."""
    sizes: Mapping[str, str]
    """The parameters of a box, before and after."""
    weights: tuple[int, int]
    """Those of both networks at inference."""
    torn: bool
    """Whether iterations that both have are drawn twice, as the figures fold them differently."""

    def used(self) -> set[Mark]:
        """The marks that a legend has to explain."""
        rows = (mark for marks in self.rows.values() for mark in marks if mark)
        return {*self.parts.values(), *self.edges.values(), *rows}

    def of_rows(self, box: Box) -> tuple[Mark | None, ...]:
        """The marks of a box's rows."""
        return self.rows.get(box.id, (self.parts.get(box.id),) * len(box.rows))
