"""The costs of the networks for every combination of values of some params."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from archc.analyses import Totals, analyze
from archc.document.records import Block, Code, Content, Heading, Table, capital, table
from archc.document.translation import N_, _
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.network.params import Settings
from archc.spec import Spec


@dataclass(frozen=True, slots=True)
class Axis:
    """A param and the values that it takes, as they were written."""

    name: str
    """The heading of the param in the table: `alpha` for `width_mult`."""
    param: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The costs of networks at inference, by the values of the axes."""

    axes: tuple[Axis, ...]
    cells: Mapping[tuple[str, ...], Totals]


def grid(
    spec: Spec, axes: Sequence[Axis], variant: str | None = None, settings: Settings | None = None
) -> Grid:
    """The grid of every combination; raises `SpecError` for values that the spec cannot take."""
    cells = {}
    for values in product(*(axis.values for axis in axes)):
        given = dict(zip((axis.param for axis in axes), values, strict=True))
        network = elaborate(spec, variant, {**(settings or {}), **given})
        cells[values] = analyze(network).inference
    return Grid(tuple(axes), cells)


def family(spec: Spec) -> Grid:
    """A grid of one axis: the variants of a spec, and its defaults unless a variant equals them."""
    cells: dict[tuple[str, ...], Totals] = {}
    for variant in (None, *spec.variants):
        cells[variant or spec.name,] = analyze(elaborate(spec, variant)).inference
    if cells[spec.name,] in list(cells.values())[1:]:
        del cells[spec.name,]  # one of the variants is the same network
    return Grid((Axis(N_("variant"), "", tuple(name for (name,) in cells)),), cells)


def document(found: Grid, network: Network) -> list[Block]:
    """The table of the lectures: a row and a column for two params, else a row for each network."""
    names = " x ".join(axis.name if axis.param else _(axis.name) for axis in found.axes)
    made: list[Block] = [Heading(names, 1, network.label)]
    if len(found.axes) != 2:
        heads = (axis.name if axis.param else _(axis.name) for axis in found.axes)
        columns = (*heads, _("parameters"), _("multiply-adds"))
        rows: list[tuple[Content, ...]] = [
            (*map(Code, key), cell.params, cell.macs) for key, cell in found.cells.items()
        ]
        right = frozenset(range(len(found.axes), len(columns)))
        return [*made, table(columns, tuple(rows), right)]
    for quantity, word in (("params", _("parameters")), ("macs", _("multiply-adds"))):
        made += [Heading(capital(word)), _matrix(found, quantity)]
    return made


def _matrix(found: Grid, quantity: str) -> Table:
    """A table of one quantity over two axes; one column if the second axis does not change it."""
    down, across = found.axes
    rows: list[tuple[int, ...]] = [
        tuple(getattr(found.cells[a, b], quantity) for b in across.values) for a in down.values
    ]
    columns: tuple[str, ...] = tuple(f"{across.name} = {b}" for b in across.values)
    if all(len(set(row)) == 1 for row in rows):
        rows, columns = [row[:1] for row in rows], ("",)
    body: tuple[tuple[Content, ...], ...] = tuple(
        (f"{down.name} = {a}", *row) for a, row in zip(down.values, rows, strict=True)
    )
    return table(("", *columns), tuple(body), frozenset(range(1, 1 + len(columns))))
