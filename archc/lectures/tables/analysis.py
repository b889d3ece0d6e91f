"""An analysis as tables: what the commands `analyze` and `list` and notebooks show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archc.analyses import Analysis, Part, Totals, analyze
from archc.document import data
from archc.document.records import (
    Code,
    Column,
    Content,
    Document,
    Heading,
    Items,
    Link,
    Row,
    Run,
    Sentence,
    Table,
    cell,
    table,
)
from archc.document.translation import N_, _, number
from archc.network import Network
from archc.ops.base import size

COLUMNS = N_(("id", "op", "output", "params", "MACs", "depth", "receptive field"))
FAMILY = ("spec", "variant", "params", "MACs", "depth", "paper")
LINKED = ("network", "params", "multiply-adds", "variants", "see", "paper")
FILES = {"figure": "svg", "code": "py", "page": "md"}
"""What is generated of a spec, by the suffix of its file."""


def title(network: Network) -> str:
    """`GoogLeNet (Inception v1) (googlenet)`."""
    return f"{network.spec.title} ({network.label})"


def page(analysis: Analysis, parts: Sequence[Part]) -> Document:
    """What a network costs in all, and each of its parts."""
    return [
        Heading(title(analysis.network), 1),
        Items(tuple(f"{name}: {figure}" for name, figure in totals(analysis))),
        steps(parts, nested=False),
        Sentence((convention(analysis),)),
    ]


def steps(parts: Iterable[Part], *, nested: bool = True) -> Table:
    """A row a part; `nested` indents what is inside the part above it."""
    columns = (Column(key, _(key), "right" if key in COLUMNS[2:] else "left") for key in COLUMNS)
    rows = (
        Row(tuple(map(cell, _step(part))), part.id, level=(part.level - 1) * nested)
        for part in parts
    )
    return Table(tuple(columns), tuple(rows))


def _step(part: Part) -> tuple[Content, ...]:
    """A part as contents under `COLUMNS`."""
    seen, cost = part.receptive_field, part.cost
    square = "" if seen is None else _square(seen.size)
    figures = size(part.output_shape), cost.params, cost.macs, str(part.depth)
    return part.id, part.op, *figures, square


def totals(analysis: Analysis) -> list[tuple[str, str]]:
    """The totals of a network: names and figures."""
    whole, inference = analysis.totals, analysis.inference
    rows = [(_("input"), size(analysis.network.input)), *_figures(whole)]
    if inference != whole:
        there = _("at inference")
        rows += [(f"{name} {there}", figure) for name, figure in _figures(inference)]
    return rows


def convention(analysis: Analysis) -> str:
    """The sentence on how the figures are counted."""
    macs, flops = (_(analysis.conventions[name]) for name in ("macs", "flops"))
    return f"{_('For one sample.')} MACs{_(': ')}{macs}. FLOPs{_(': ')}{flops}."


def comma_separated(parts: Iterable[Part]) -> str:
    """Every part with plain figures, for spreadsheets."""
    rows = [_record(part) for part in parts]
    return data.cells([list(rows[0] if rows else ()), *(row.values() for row in rows)])


def _record(part: Part) -> dict[str, object]:
    cost, seen = part.cost, part.receptive_field
    return {
        "id": part.id,
        "op": part.op,
        "level": part.level,
        "count": part.count,
        "output_shape": "x".join(map(str, part.output_shape)),
        "params": cost.params,
        "buffers": cost.buffers,
        "macs": cost.macs,
        "flops": cost.flops,
        "activations": cost.activations,
        "depth": part.depth,
        "receptive_field": "" if seen is None else "x".join(map(str, seen.size)),
        "training_only": str(part.training_only).lower(),
    }


def _figures(of: Totals) -> list[tuple[str, str]]:
    return [
        (_("parameters"), number(of.params)),
        (_("buffers"), number(of.buffers)),
        ("MACs", number(of.macs)),
        ("FLOPs", number(of.flops)),
        (_("activations"), number(of.activations)),
        (_("depth"), number(of.depth)),
    ]


def _square(sizes: tuple[int, int]) -> str:
    height, width = sizes
    return f"{height}" if height == width else f"{height} x {width}"


def families(found: Iterable[Sequence[Network]]) -> Table:
    """A row for each network of the families; spec and paper with the first of each family."""
    rows: list[tuple[Content, ...]] = []
    for networks in found:
        for network in networks:
            spec, costs = network.spec, analyze(network).inference
            first = network.variant is None
            paper = str(spec.header.paper or spec.title) if first else ""
            figures = costs.params, costs.macs, str(costs.depth)
            rows.append((spec.name if first else "", network.variant or "", *figures, paper))
    return table(FAMILY, rows, {2, 3, 4})


def linked(found: Iterable[Sequence[Network]]) -> Table:
    """A row for each family, which links its spec, what is generated of it, and its paper."""
    rows: list[tuple[Content, ...]] = []
    for networks in found:
        first = networks[0]
        spec, costs = first.spec, analyze(first).inference
        paper = spec.header.paper
        source: Content = f"{paper.authors} ({paper.year})" if paper else ""
        if paper and paper.arxiv:
            source = Link(str(source), f"https://arxiv.org/abs/{paper.arxiv}")
        see = (Link(what, f"generated/{spec.name}.{kind}") for what, kind in FILES.items())
        variants = (Code(network.variant) for network in networks if network.variant)
        name = Link(spec.title, f"specs/{spec.name}.yaml")
        rows.append((name, costs.params, costs.macs, _listed(variants), _listed(see), source))
    return table(LINKED, rows, {1, 2})


def _listed(contents: Iterable[Content]) -> Run:
    return Run(tuple(part for each in contents for part in (", ", each))[1:])
