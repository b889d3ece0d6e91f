"""Draws the chart of a comparison: accuracy over multiply-adds, bubble areas by parameters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath

from archc.document.plot import STYLE, saved
from archc.document.translation import _
from archc.lectures.comparison import Comparison, Entry
from archc.lectures.comparison.chart.chart import INCH, MANY, Chart, series
from archc.lectures.comparison.chart.frame import SMALL, frame, legends
from archc.lectures.comparison.chart.labels import Box, Bubble, place
from archc.lectures.comparison.chart.names import listed, names

SIZE, LARGE = (8.0, 5.0), (13.0, 8.4)
"""The size of the page in inches, for few bubbles and for many."""
LEFT, RIGHT, TOP = 44, 116, 26
"""The margins around the axes in points, for numbers, legends and the title."""
LABEL = 8.0
"""The font size of the names of bubbles, in points."""
LETTER = 0.57
"""Width of a letter of remarks over its height, on average."""
STEPS = 24
"""Points along a stretch of a line that names keep clear of."""


def draw(found: Comparison, kind: str) -> bytes:
    """The chart as `svg`, `pdf` or `png`, the same bytes each time.

    Raises:
        ValueError: there is not one accuracy to draw.
    """
    if not found.plotted:
        raise ValueError("no accuracy is known of any of these networks")
    with mpl.rc_context({**STYLE, "font.size": 9, "axes.axisbelow": True}):
        size = LARGE if len(found.plotted) > MANY else SIZE
        wide, high = (INCH * inches for inches in size)
        remarks = "\n".join(_remarks(found, round((wide - 16) / (LETTER * SMALL))))
        low = 46 + 1.35 * SMALL * len(remarks.splitlines())
        figure = Figure(figsize=size, dpi=INCH)  # so that pixels of the page are points
        across, up = wide - LEFT - RIGHT, high - TOP - low
        axes = figure.add_axes((LEFT / wide, low / high, across / wide, up / high))
        chart = Chart(found, tuple(series(found)), axes)
        frame(chart)
        _bubbles(chart)
        legends(chart)
        _labels(figure, chart)
        figure.text(8 / wide, 8 / high, remarks, size=SMALL, va="bottom", linespacing=1.35)
        return saved(figure, kind)


def _bubbles(chart: Chart) -> None:
    """The lines of families, and bubbles on them, the largest below."""
    colours: dict[Entry, str] = {}
    for each in chart.series:
        look: dict[str, Any] = {"color": each.colour, "linestyle": each.dash, "linewidth": 1.2}
        for line in each.lines():
            xs, ys = zip(*map(chart.at, line), strict=True)
            chart.axes.plot(xs, ys, zorder=1.5, **look)
        colours |= dict.fromkeys(each.entries, each.colour)
    for entry in sorted(chart.found.plotted, key=lambda entry: -entry.totals.params):
        x, y = chart.at(entry)
        area = (2 * chart.radius(entry.totals.params)) ** 2
        colour = colours[entry]
        chart.axes.scatter([x], [y], s=area, facecolors=f"{colour}80", edgecolors=colour, zorder=2)


def _labels(figure: Figure, chart: Chart) -> None:
    """The names beside the bubbles; a thin line leads to a name at a distance."""
    called = names(chart.found.plotted)
    bubbles = []
    for entry, name in called.items():
        extent = TextPath((0, 0), name, size=LABEL).get_extents()
        radius = chart.radius(entry.totals.params)
        bubbles.append(Bubble(*chart.spot(*chart.at(entry)), radius, extent.width, LABEL))
    box = chart.axes.bbox
    page = Box(box.x0, box.y0, box.x1, box.y1)
    wide, high = figure.bbox.width, figure.bbox.height
    spots = place(bubbles, page, list(_along(chart)))
    for name, bubble, spot in zip(called.values(), bubbles, spots, strict=True):
        if spot.led:
            xs, ys = spot.nearest(bubble)
            line = [x / wide for x in xs], [y / high for y in ys]
            figure.add_artist(Line2D(*line, color="#555555", linewidth=0.5))
        x, y = spot.x / wide, spot.y / high
        figure.text(x, y, name, size=LABEL, ha="center", va="center_baseline", zorder=5)


def _along(chart: Chart) -> Iterator[tuple[float, float]]:
    """Points along the lines of the families."""
    for line in (line for each in chart.series for line in each.lines()):
        spots = [chart.spot(*chart.at(entry)) for entry in line]
        for (x, y), (right, top) in pairwise(spots):
            for k in range(STEPS):
                yield x + (right - x) * k / STEPS, y + (top - y) * k / STEPS


def _remarks(found: Comparison, columns: int) -> Iterator[str]:
    """The text below the chart: the sources of the accuracies, and the networks without one."""
    colon = _(": ")
    texts = [_("sources") + colon + "; ".join(each.title for each in found.sources)]
    others = [f"{e.elsewhere} × {e.elsewhere}" for e in found.plotted if e.elsewhere]
    if others:
        phrase = _("accuracy of pictures of another size than the input")
        texts.append(f"* {phrase}{colon}{', '.join(dict.fromkeys(others))}")
    if found.missing:
        names = listed(found.missing, found.plotted)
        texts.append(_("no accuracy known") + colon + names)
    for text in texts:
        yield from textwrap.wrap(text[:1].upper() + text[1:], columns, subsequent_indent="  ")
