"""A network for every combination of some params: what each costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from archc.analyses import Totals, analyze
from archc.document.translation import N_
from archc.network.elaborator import elaborate
from archc.network.params import Settings
from archc.spec import Spec


@dataclass(frozen=True, slots=True)
class Axis:
    """A param and the values that it takes, as they were written."""

    name: str
    """What the table calls it: `alpha` for `width_mult`."""
    param: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """What the networks cost at inference, by the values of the axes."""

    axes: tuple[Axis, ...]
    cells: Mapping[tuple[str, ...], Totals]


def grid(
    spec: Spec, axes: Sequence[Axis], variant: str | None = None, settings: Settings | None = None
) -> Grid:
    """Every combination; raises `SpecError` for values that the spec can not take."""
    cells = {}
    for values in product(*(axis.values for axis in axes)):
        given = dict(zip((axis.param for axis in axes), values, strict=True))
        network = elaborate(spec, variant, {**(settings or {}), **given})
        cells[values] = analyze(network).inference
    return Grid(tuple(axes), cells)


def family(spec: Spec) -> Grid:
    """The spec by itself, unless that is one of its variants, and these: a grid of one axis."""
    cells: dict[tuple[str, ...], Totals] = {}
    for variant in (None, *spec.variants):
        cells[variant or spec.name,] = analyze(elaborate(spec, variant)).inference
    if cells[spec.name,] in list(cells.values())[1:]:
        del cells[spec.name,]  # one of the variants is the same network
    return Grid((Axis(N_("variant"), "", tuple(name for (name,) in cells)),), cells)
