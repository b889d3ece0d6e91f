"""Draws the chart of a comparison: accuracy over multiply-adds, bubble areas by parameters."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from archc.document.plot import STYLE, saved
from archc.document.translation import _, compact, localized
from archc.lectures.comparison import Comparison, Entry
from archc.lectures.comparison.accuracies import CROPS, METRICS
from archc.lectures.comparison.labels import Box, Bubble, place

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


ALIKE = 3
"""The number of networks of a family from which they are counted, not listed."""


def family(entry: Entry) -> str:
    """`GoogLeNet`, of `GoogLeNet (Inception v1)`."""
    return entry.network.spec.title.partition(" (")[0]


def kin(entry: Entry) -> tuple[str, str]:
    """The key that the networks of one spec share."""
    spec = entry.network.spec
    return spec.name, spec.tree.source.name


def line(entry: Entry) -> str:
    """The key of the networks of a family that one line joins.

    `resnet18` and `resnet50`, not `resnet50_v1`; `a` and `b`, not `b_bn`.
    """
    variant = entry.network.variant or ""
    plain = re.sub(r"\d+", "", variant)
    return plain if plain != variant else variant.partition("_")[2]


def names(entries: Sequence[Entry]) -> dict[Entry, str]:
    """A name for each: the variant's if it is one of several with numbers, else with a title."""
    found = {}
    for entry in entries:
        spec, variant = entry.network.spec, entry.network.variant
        several = sum(kin(other) == kin(entry) for other in entries) > 1
        numbered = several and variant and re.search(r"\d", variant)
        if variant and (numbered or variant.startswith(spec.name)):
            found[entry] = variant
        else:
            found[entry] = family(entry) + (f" {variant}" if variant else "")
        if entry.elsewhere:
            found[entry] += "*"
    return found


def listed(entries: Iterable[Entry], known: Iterable[Entry]) -> str:
    """`lenet5, resnet:resnet18_v1, nasnet (4)`: a family without known networks is listed once."""
    have = {entry.network.spec.name for entry in known}
    families: dict[str, list[str]] = {}
    for entry in entries:
        families.setdefault(entry.network.spec.name, []).append(entry.name)
    parts = []
    for name, labels in families.items():
        fold = len(labels) >= ALIKE and name not in have
        parts += [f"{name} ({len(labels)})"] if fold else labels
    return ", ".join(parts)
