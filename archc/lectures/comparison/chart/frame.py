"""The axes of a chart and its legends."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from archc.document.translation import _, compact, localized
from archc.lectures.comparison.accuracies import CROPS, METRICS
from archc.lectures.comparison.chart.chart import Chart

WIDE = 25
"""The ratio of the greatest to the least MACs from which their axis is logarithmic."""
UNITS = ((10**9, "G"), (10**6, "M"), (10**3, "K"), (1, ""))
SMALL = 7.5
"""The font size of legends and remarks, in points."""


def frame(chart: Chart) -> None:
    """Draw axes that hold every bubble, and a title that says what is compared."""
    axes, found = chart.axes, chart.found
    places = [chart.at(entry) for entry in found.plotted]
    unit = _across(axes, [x for x, _ in places])
    low, high = min(y for _, y in places), max(y for _, y in places)
    margin = max(0.14 * (high - low), 0.5)
    axes.set_ylim(low - margin, min(high + margin, 100))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _figure(value)))
    word = _("multiply-adds")
    axes.set_xlabel(f"{word} ({unit})" if unit else word)
    title = f"{_(METRICS[found.metric])}, {found.data}, {_(CROPS[found.crop])}"
    axes.set_title(title, loc="left", size=10)
    axes.grid(visible=True, linewidth=0.5)


def _across(axes: Any, macs: Sequence[float]) -> str:
    """Set the scale of multiply-adds; returns its unit."""
    least, most = min(macs), max(macs)
    scale, unit = next(((n, u) for n, u in UNITS if most >= n), UNITS[-1])
    if most > WIDE * least > 0:
        axes.set_xscale("log")
        margin = (most / least) ** 0.08
        axes.set_xlim(least / margin, most * margin)
        fine = most < 3000 * least
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if fine else (1.0,)))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.set_xlim(0, 1.15 * max(most, 1))
        axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _figure(value / scale)))
    return unit


def legends(chart: Chart) -> None:
    """The legends beside the axes: the families, and the scale of the areas."""
    axes = chart.axes
    families = [
        Line2D([], [], color=s.colour, ls=s.dash, marker="o", markersize=6, label=s.title)
        for s in chart.series
        if len(s.entries) > 1
    ]
    look: dict[str, Any] = {"frameon": False, "fontsize": SMALL, "borderaxespad": 0}
    look |= {"title_fontsize": SMALL, "handlelength": 3}
    if families:
        found = axes.legend(handles=families, loc="upper left", bbox_to_anchor=(1.02, 1), **look)
        axes.add_artist(found)
    ring: dict[str, Any] = {"linestyle": "", "marker": "o"}
    ring |= {"markerfacecolor": "none", "markeredgecolor": "#444444"}
    areas = [
        Line2D(
            [],
            [],
            markersize=2 * chart.radius(n),
            label=re.sub(r"\.0+(?=[KMG])", "", compact(n)),
            **ring,
        )
        for n in _rounds([entry.totals.params for entry in chart.found.plotted])
    ]
    look |= {"labelspacing": 3.2, "handletextpad": 2.2, "borderpad": 3, "handlelength": 2.4}
    look["title"] = _("parameters")
    axes.legend(handles=areas, loc="lower left", bbox_to_anchor=(1.02, 0), **look)


def _rounds(params: Sequence[int]) -> list[int]:
    """Up to three round numbers of the bubbles' size."""
    steps = [digit * 10**k for k in range(12) for digit in (1, 2, 5)]
    big = max(n for n in steps if n <= max(params))
    smaller = [max(n for n in steps if n * part <= big or n == 1) for part in (20, 4)]
    return [n for n in dict.fromkeys(smaller) if 2 * n >= min(params) and n < big] + [big]


def _figure(value: float) -> str:
    text = f"{value:g}" if math.isfinite(value) else ""
    return localized(text)
