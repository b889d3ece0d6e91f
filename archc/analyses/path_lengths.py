"""How many ways lead from the input to the output, and how long they are.

A polynomial for each stretch of the network: the coefficient of x^k counts the paths that go
through k weighted layers. One after the other they multiply, side by side they add up.

Source of the view: Veit et al., "Residual networks behave like ensembles of relatively shallow
networks", 2016, arXiv:1605.06431.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any, TypeAlias

from archc.analyses.paths import Paths, Row
from archc.network import Network, Operation, Value

Counts: TypeAlias = Mapping[int, int]
"""How many paths there are of each length: the polynomial, by exponent; empty for none."""


class Lengths:
    """Paths as polynomials; counts are exact, however many there are."""

    def __init__(self, layer: Counts) -> None:
        self.one: Counts = {0: 1}
        self.layer = layer
        """What a weighted layer is worth: x, or nothing where it is deleted."""

    def step(self, operation: Operation, index: int) -> Counts:
        """A convolution or linear layer is one longer; anything else is passed."""
        return self.layer if operation.op.weighted else self.one

    def then(self, first: Counts, second: Counts) -> Counts:
        """Every path of the first goes on with every one of the second."""
        if second is self.one:
            return first
        if first is self.one:
            return second
        made: dict[int, int] = {}
        for i, ways in first.items():
            for k, others in second.items():
                made[i + k] = made.get(i + k, 0) + ways * others
        return made

    def join(self, left: Counts, right: Counts) -> Counts:
        """Those of both."""
        made = dict(left)
        for k, ways in right.items():
            made[k] = made.get(k, 0) + ways
        return made


PATHS: Paths[Counts] = Paths(Lengths({1: 1}))


@dataclass(frozen=True)
class Distribution:
    """The paths from the network's input to its main output, at inference."""

    counts: Counts

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def shortest(self) -> int:
        """Weighted layers on the shortest path; 0 where there is none."""
        return min(self.counts, default=0)

    @property
    def longest(self) -> int:
        """On the longest one: the depth at inference, seen from the main output."""
        return max(self.counts, default=0)

    @property
    def mean(self) -> Fraction:
        """Their mean length, exactly; 0 where there is none."""
        if not self.total:
            return Fraction(0)
        return Fraction(sum(k * ways for k, ways in self.counts.items()), self.total)

    @property
    def deviation(self) -> float:
        """The standard deviation of their lengths."""
        if not self.total:
            return 0.0
        squares = Fraction(sum(k * k * ways for k, ways in self.counts.items()), self.total)
        return sqrt(squares - self.mean**2)

    def share(self, length: int) -> Fraction:
        """The part of all paths that have this length."""
        return Fraction(self.counts.get(length, 0), self.total or 1)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON; counts are exact integers of any size."""
        return {
            "total": self.total,
            "shortest": self.shortest,
            "longest": self.longest,
            "mean": float(self.mean),
            "deviation": self.deviation,
            "lengths": {str(k): self.counts[k] for k in sorted(self.counts)},
        }


def distribution(network: Network) -> Distribution:
    """All paths from the input to the main output, at inference."""
    made = PATHS.fold(network.root.flow(asides=False), PATHS.sources(len(network.root.inputs)))
    return ending(network, made)


def ending(network: Network, made: Mapping[Value, Row[Counts]]) -> Distribution:
    """The paths of a fold of the network's own body that end in its main output."""
    (counts,) = made[network.outputs[0].port.value]
    return Distribution({length: ways for length, ways in (counts or {}).items() if ways})
