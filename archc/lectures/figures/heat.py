"""Figure -> a quantity for every box: what a figure coloured by cost or by sight shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from archc.analyses import analyze
from archc.document.translation import N_
from archc.lectures.figures.figure import Box, Figure
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
"""What each is called."""


@dataclass(frozen=True)
class Heat:
    """A quantity of every box of a figure, of all copies that it stands for."""

    quantity: Quantity
    values: Mapping[str, int]
    """By the box's id."""

    @property
    def most(self) -> int:
        """The greatest value."""
        return max(self.values.values(), default=0)

    @property
    def whole(self) -> int | None:
        """Of the whole figure; None for what does not add up."""
        return None if self.quantity == "receptive_field" else sum(self.values.values())

    def share(self, box: Box) -> float:
        """Of the greatest value, from 0 to 1."""
        return self.values[box.id] / self.most if self.most else 0.0


def measure(network: Network, figure: Figure, quantity: Quantity) -> Heat:
    """A quantity of every box.

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
