"""A drawing as PDF or PNG (matplotlib)."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from archc.lectures.illustrations.scene import COLOURS, Item, Scene, Shape, Stroke, Words
from archc.lectures.illustrations.svg import MARGIN, signs

CELL = 0.33
"""Inches of a cell."""
SIDES = {"middle": "center", "start": "left", "end": "right"}
STYLE: Any = {"font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "pdf.fonttype": 42}


def write(scene: Scene, kind: str, frame: int | None = None) -> bytes:
    """One frame of a drawing (the last one for None) as `pdf` or `png`."""
    with mpl.rc_context(STYLE):
        width, height = scene.width + 2 * MARGIN, scene.height + 2 * MARGIN
        figure = Figure(figsize=(width * CELL, height * CELL))
        axes: Any = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(-MARGIN, scene.width + MARGIN)
        axes.set_ylim(scene.height + MARGIN, -MARGIN)
        for order, item in enumerate(scene.seen(frame)):
            _item(axes, item, order)
        out = io.BytesIO()
        dates: Any = {"CreationDate": None} if kind == "pdf" else None
        figure.savefig(out, format=kind, dpi=200, metadata=dates)
        return out.getvalue()


def _item(axes: Any, item: Item, order: int) -> None:
    match item:
        case Shape(points=points):
            look: dict[str, Any] = {
                "facecolor": COLOURS[item.fill] if item.fill else "none",
                "edgecolor": COLOURS[item.line] if item.line else "none",
                "linewidth": 1.8 if item.thick else 0.7,
                "linestyle": "--" if item.dashed else "-",
                "alpha": 0.6 if item.clear else None,
            }
            axes.add_patch(Polygon(points, closed=True, zorder=order, **look))
        case Stroke(start=start, end=end):
            arrows = "<|-|>" if item.arrows else "-"
            look = {
                "arrowstyle": arrows,
                "color": COLOURS[item.colour],
                "linewidth": 0.7,
                "linestyle": "--" if item.dashed else "-",
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 7,
            }
            axes.annotate("", end, start, arrowprops=look, annotation_clip=False, zorder=order)
        case Words(at=(x, y)):
            axes.text(
                x,
                y,
                signs(item.text),
                ha=SIDES[item.anchor],
                va="center",
                fontsize=item.size * CELL * 72 * 0.9,
                color=COLOURS[item.colour],
                fontweight="bold" if item.bold else "normal",
                zorder=order,
                parse_math=False,
            )
