"""The options of drawing a figure: theme, direction, colours by a quantity or by a difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from archc.analyses import analyze
from archc.document.translation import N_
from archc.lectures.figures.figure import Box, Edge, Figure
from archc.lectures.figures.theme import LECTURE, Mark, Theme
from archc.network import Network

Quantity: TypeAlias = Literal["params", "macs", "activations", "receptive_field"]

PHRASES: Mapping[Quantity, str] = N_(
    {
        "params": "parameters",
        "macs": "multiply-adds",
        "activations": "activations",
        "receptive_field": "receptive field",
    }
)
"""The names of the quantities for readers."""


@dataclass(frozen=True)
class Heat:
    """A quantity of every box of a figure, summed over the copies that the box represents."""

    quantity: Quantity
    values: Mapping[str, int]
    """The quantity by the id of the box."""

    @property
    def most(self) -> int:
        """The greatest value."""
        return max(self.values.values(), default=0)

    @property
    def whole(self) -> int | None:
        """The sum over the figure; None for a quantity that does not add up."""
        return None if self.quantity == "receptive_field" else sum(self.values.values())

    def share(self, box: Box) -> float:
        """The share of a box in the greatest value, from 0 to 1."""
        return self.values[box.id] / self.most if self.most else 0.0


def measure(network: Network, figure: Figure, quantity: Quantity) -> Heat:
    """Measure a quantity of every box.

    Parameters, multiply-adds and activations are those of all copies; the receptive field is that
    of the last copy's output, its longer side.
    """
    if quantity == "receptive_field":
        return Heat(quantity, _seen(network, figure))
    of = {"params": "weights", "macs": "macs", "activations": "activations"}[quantity]
    return Heat(quantity, {box.id: getattr(box, of) for box in figure.boxes()})


def _seen(network: Network, figure: Figure) -> dict[str, int]:
    analysis = analyze(network)
    found = ((box.id, analysis.at(box.last).receptive_field) for box in figure.boxes())
    return {id: max(seen.size) if seen else 0 for id, seen in found}


MARKS: Mapping[Mark, str] = N_({"added": "added", "removed": "removed", "changed": "changed"})
SIGNS: Mapping[Mark, str] = {"added": "+", "removed": "−", "changed": "~"}
"""The signs before the names of marked parts, so that the figure reads without colours."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """The marks of parts, of rows of boxes, and of edges; unmarked ones did not change."""

    parts: Mapping[str, Mark]
    rows: Mapping[str, tuple[Mark | None, ...]]
    """The marks of rows by the id of their box; rows of other boxes have the box's mark."""
    edges: Mapping[Edge, Mark]
    notes: Mapping[str, str]
    """The changed settings of a part in words, by its id."""
    sizes: Mapping[str, str]
    """The parameters of a box, before and after."""
    weights: tuple[int, int]
    """The parameters of both networks at inference."""
    torn: bool
    """Whether iterations that both have are drawn twice, as the figures fold them differently."""

    def used(self) -> set[Mark]:
        """The marks that a legend has to explain."""
        rows = (mark for marks in self.rows.values() for mark in marks if mark)
        return {*self.parts.values(), *self.edges.values(), *rows}

    def of_rows(self, box: Box) -> tuple[Mark | None, ...]:
        """The marks of a box's rows."""
        return self.rows.get(box.id, (self.parts.get(box.id),) * len(box.rows))


Direction: TypeAlias = Literal["TB", "LR"]
"""From the top down, or from left to right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The options of a figure, for every writer."""

    theme: Theme = LECTURE
    direction: Direction = "TB"
    heat: Heat | None = None
    """Boxes coloured by a quantity, instead of by the family of their operations."""
    highlight: Highlight | None = None
    """Marks of a figure of two networks, which colour its boxes."""

    def fill(self, box: Box) -> str:
        """The colour of a box that has one."""
        if self.heat:
            return self.theme.heat(self.heat.share(box))
        if self.highlight:
            mark = self.highlight.parts.get(box.id)
            return self.theme.tint(mark) if mark else self.theme.paper
        return self.theme.fills[box.rows[0].family] if box.rows else self.theme.block

    def mark(self, id: str) -> Mark | None:
        """The mark of a part in a figure of two networks."""
        return self.highlight.parts.get(id) if self.highlight else None

    def gone(self, box: Box) -> list[bool]:
        """For each row of a box, whether it was removed."""
        marks = self.highlight.of_rows(box) if self.highlight else (None,) * len(box.rows)
        return [mark == "removed" for mark in marks]

    def fills(self, box: Box) -> list[str]:
        """The colours of a box's rows."""
        if self.heat:
            return [self.fill(box)] * len(box.rows)
        if self.highlight:
            marks = self.highlight.of_rows(box)
            return [self.theme.tint(mark) if mark else self.theme.paper for mark in marks]
        return [self.theme.fills[row.family] for row in box.rows]


DEFAULT = Style()
"""The style of `archc compile`."""
