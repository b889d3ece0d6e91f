"""A network for every combination of some params: what each costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from archc.analyses import Totals, analyze
from archc.elaborate import elaborate
from archc.settings import Settings
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
    """The spec by itself and its variants, as a grid of one axis."""
    names = (spec.name, *spec.variants)
    variants = (None, *spec.variants)
    cells: dict[tuple[str, ...], Totals] = {
        (name,): analyze(elaborate(spec, variant)).inference
        for name, variant in zip(names, variants, strict=True)
    }
    return Grid((Axis("variant", "", names),), cells)
