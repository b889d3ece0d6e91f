"""Plots the distribution of path lengths as bars: SVG, PDF or PNG (matplotlib)."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from archc.analyses import Distribution
from archc.document.plot import COLOURS, STYLE, saved
from archc.document.translation import _
from archc.lectures.studies.units import share

RARE = Fraction(1, 10_000)
"""The least share of paths for which a bar is visible."""


def draw(
    found: Distribution,
    title: str,
    kind: str,
    left: Distribution | None = None,
    path: str | None = None,
) -> bytes:
    """The share of the paths that have each length; with `left`, of those that stay too."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.4), layout="constrained")
        axes = figure.subplots()
        lengths = [k for k in sorted(found.counts) if found.share(k) >= RARE]
        gaps = [b - a for a, b in pairwise(lengths)]
        width = 0.8 * min(gaps, default=1)
        heights = [float(found.share(k)) for k in lengths]
        label = _("paths")
        axes.bar(lengths, heights, width, color=COLOURS[0] if left is None else COLOURS[6],
                 label=label)  # fmt: skip
        if left is not None:
            stay = [float(Fraction(left.counts.get(k, 0), found.total)) for k in lengths]
            named = f"{_('without')} {path}"
            axes.bar(lengths, stay, width, color=COLOURS[0], label=named)
            axes.legend(frameon=False)
        axes.set_xlabel(_("layers on the path"))
        axes.set_ylabel(_("share of the paths"))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(lambda value, _: share(value))
        axes.set_axisbelow(True)
        axes.set_title(title)
        return saved(figure, kind)
