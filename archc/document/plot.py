"""The shared style of plots: matplotlib settings, colours and marks, for reproducible bytes."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure

# Paul Tol's `bright` scheme, made for every kind of colour vision; the marks differ too.
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")
MARKS = ("o", "s", "^", "D", "v", "P", "X")
STYLE: Any = {
    "svg.hashsalt": "archc",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
}


def saved(figure: Figure, kind: str) -> bytes:
    """The figure as `svg`, `pdf` or `png`, without the date."""
    out = io.BytesIO()
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": None}
    figure.savefig(out, format=kind, dpi=200, metadata=dates[kind])
    return out.getvalue()
