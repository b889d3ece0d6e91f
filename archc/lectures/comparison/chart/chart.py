"""The record of a chart: families of bubbles, with their places on a page in points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from archc.lectures.comparison import Comparison, Entry
from archc.lectures.comparison.chart.names import family, kin, line

INCH = 72
BIGGEST, SMALLER, SMALLEST = 24.0, 18.0, 1.5
"""Radius of the network with most parameters, where there are few bubbles and where there are many,
and the least that is still seen, in points."""
MANY = 28
"""The number of bubbles from which the page is larger."""
# Paul Tol's `muted` scheme, made for every kind of colour vision; the names tell too.
COLOURS = (
    *("#332288", "#cc6677", "#117733", "#ddcc77", "#88ccee"),
    *("#aa4499", "#44aa99", "#999933", "#882255"),
)
ALONE = "#666666"
"""The colour of families of one network, which is named beside its bubble."""
DASHES: tuple[Literal["-", "--", "-.", ":"], ...] = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Series:
    """The networks of one family, by their cost."""

    title: str
    entries: tuple[Entry, ...]
    colour: str
    dash: Literal["-", "--", "-.", ":"]

    def lines(self) -> Iterator[list[Entry]]:
        """The groups of networks that a line joins."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(line(entry), []).append(entry)
        yield from found.values()


@dataclass(frozen=True)
class Chart:
    """The families of a chart and its axes."""

    found: Comparison
    series: tuple[Series, ...]
    axes: Any

    def radius(self, params: int) -> float:
        """The radius of a bubble in points; its area is proportional to the parameters."""
        most = max(entry.totals.params for entry in self.found.plotted)
        biggest = SMALLER if len(self.found.plotted) > MANY else BIGGEST
        return max(SMALLEST, biggest * math.sqrt(params / most))

    def at(self, entry: Entry) -> tuple[float, float]:
        """The point of a network in the axes: multiply-adds and accuracy."""
        accuracy = entry.accuracy(self.found.metric)
        assert accuracy is not None, "networks without an accuracy are not drawn"
        return float(entry.totals.macs), accuracy

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """The point on the page of a point in the axes."""
        left, bottom = self.axes.transData.transform((x, y))
        return float(left), float(bottom)


def series(found: Comparison) -> Iterator[Series]:
    """The families, those of one network in grey."""
    families: dict[tuple[str, str], list[Entry]] = {}
    for entry in found.plotted:
        families.setdefault(kin(entry), []).append(entry)
    number = 0
    for entries in families.values():
        entries.sort(key=lambda entry: (entry.totals.macs, entry.totals.params))
        turn, colour = divmod(number, len(COLOURS))
        look = COLOURS[colour], DASHES[turn % len(DASHES)]
        if len(entries) == 1:
            look = ALONE, DASHES[0]
        else:
            number += 1
        yield Series(family(entries[0]), tuple(entries), *look)
