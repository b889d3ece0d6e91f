"""Plots the costs of a grid or a family of networks as curves: SVG, PDF or PNG (matplotlib)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from archc.document.plot import COLOURS, MARKS, STYLE, saved
from archc.document.translation import _, localized, number
from archc.lectures.derivations.grid import Grid


def draw(found: Grid, title: str, kind: str) -> bytes:
    """A curve for each value of the first param (and those after the second) over the last one."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 3.6), layout="constrained")
        axes = figure.subplots(1, 2)
        last = found.axes[-1]
        lines = list(dict.fromkeys(key[:-1] for key in found.cells))
        places = _places(last.values)
        for axis, (quantity, word) in zip(axes, _quantities(), strict=True):
            for k, line in enumerate(lines):
                heights = [getattr(found.cells[(*line, v)], quantity) for v in last.values]
                pairs = zip(found.axes, line, strict=False)
                label = ", ".join(f"{each.name} = {localized(v)}" for each, v in pairs)
                colour, mark = COLOURS[k % len(COLOURS)], MARKS[k % len(MARKS)]
                if last.param:
                    axis.plot(places, heights, color=colour, marker=mark, label=label)
                else:
                    axis.bar(places, heights, color=colour)
            _finish(axis, word)
            axis.set_xlabel(last.name if last.param else _(last.name))
            names = [localized(value) for value in last.values]
            turned = max(map(len, names)) * len(names) > 40
            axis.set_xticks(places, names, rotation=45 * turned, ha="right" if turned else "center")
        if len(found.axes) > 1:
            axes[0].legend(frameon=False)
        figure.suptitle(title)
        return saved(figure, kind)


def _quantities() -> tuple[tuple[str, str], ...]:
    return (("macs", _("multiply-adds")), ("params", _("parameters")))


def _places(values: Sequence[str]) -> list[float]:
    """The positions of values on an axis: their numbers, or 0, 1, 2, ... for words."""
    try:
        return [float(value) for value in values]
    except ValueError:
        return [float(k) for k in range(len(values))]


def _finish(axis: Any, title: str) -> None:
    axis.set_title(title)
    axis.set_ylim(bottom=0)
    axis.yaxis.set_major_formatter(lambda value, _: _compact(value))


def _compact(value: float) -> str:
    """`1.5G`, `200M`."""
    for power, letter in ((10**9, "G"), (10**6, "M"), (10**3, "K")):
        if value >= power:
            part = value / power
            return number(part, 0 if part == int(part) else 1) + letter
    return number(value, 0)
