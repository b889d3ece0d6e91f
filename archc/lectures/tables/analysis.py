"""Rows of text from an analysis, for `archc analyze`, `archc list` and notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from archc.analyses import Analysis, Part, Totals, analyze
from archc.document.data import cells as csv_cells
from archc.document.translation import N_, _, number
from archc.network import Network
from archc.ops.base import size

COLUMNS = N_(("id", "op", "output", "params", "MACs", "depth", "receptive field"))
NUMBERS = ("output", "params", "MACs", "depth", "receptive field", "multiply-adds")
"""The columns that are aligned to the right."""


def cells(part: Part, *, indented: bool = True) -> tuple[str, ...]:
    """A part as a row under `COLUMNS`."""
    seen = part.receptive_field
    cost = part.cost
    return (
        "  " * (part.level - 1) * indented + part.id,
        part.op,
        size(part.output_shape),
        number(cost.params),
        number(cost.macs),
        f"{part.depth}",
        "" if seen is None else _square(seen.size),
    )


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


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; the columns of `NUMBERS` are aligned to the right."""
    line = " | ".join("---:" if column in NUMBERS else "---" for column in columns)
    body = (" | ".join(cell.strip().replace("|", r"\|") for cell in row) for row in rows)
    heads = " | ".join(headings(columns))
    return "\n".join(f"| {text} |" for text in (heads, line, *body))


def headings(columns: Iterable[str]) -> tuple[str, ...]:
    """The headings of columns in the current language."""
    return tuple(map(_, columns))


def comma_separated(parts: Iterable[Part]) -> str:
    """Every part with plain figures, for spreadsheets."""
    rows = [_record(part) for part in parts]
    return csv_cells([list(rows[0] if rows else ()), *(row.values() for row in rows)])


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


def family(networks: Sequence[Network]) -> Iterator[tuple[str, ...]]:
    """The rows of a family: the spec by itself, then its variants."""
    for network in networks:
        spec, found = network.spec, analyze(network).inference
        first = network.variant is None
        paper = str(spec.header.paper or spec.title) if first else ""
        figures = (f"{found.params:,}", f"{found.macs:,}", f"{found.depth}")
        yield (spec.name if first else "", network.variant or "", *figures, paper)


def linked(families: Iterable[Sequence[Network]]) -> str:
    """The families as a Markdown table that links each spec, its figure and its code."""
    columns = ("network", "params", "multiply-adds", "variants", "see", "paper")
    rows = []
    for networks in families:
        first = networks[0]
        spec, found = first.spec, analyze(first).inference
        name = spec.name
        paper = spec.header.paper
        source = f"{paper.authors} ({paper.year})" if paper else ""
        if paper and paper.arxiv:
            source = f"[{source}](https://arxiv.org/abs/{paper.arxiv})"
        made = {"figure": "svg", "code": "py", "page": "md"}
        see = ", ".join(f"[{what}](generated/{name}.{kind})" for what, kind in made.items())
        variants = ", ".join(f"`{n.variant}`" for n in networks if n.variant)
        title = f"[{spec.title}](specs/{name}.yaml)"
        rows.append((title, f"{found.params:,}", f"{found.macs:,}", variants, see, source))
    return markdown(columns, rows)
