"""Tables of published figures: disputed ones line by line, the others as printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from archc.analyses.claims import QUANTITIES, Finding
from archc.lectures.report.table import Table, called, cell
from archc.network import Network

ROUNDED = (
    "What is computed stands in brackets where the print is cut short; params that are cut short "
    "may count all of them, or weights alone, without biases and norms."
)


class Group(NamedTuple):
    """The figures of one source."""

    name: str
    figures: Table


def broken(
    network: Network, findings: Iterable[Finding], statuses: tuple[str, ...], why: str
) -> Table:
    """The figures of these statuses, a line each, with the reason."""
    rows = []
    for each in findings:
        if each.status in statuses:
            of = f"`{each.at}`" if each.at else each.network
            if each.at and each.network != network.label:
                of += f" of {each.network}"
            reason = each.help if each.status == "failed" else each.reason
            figure = called(each.quantity)
            rows.append(
                (cell(each.source), cell(of), figure, each.printed, each.computed, cell(reason))
            )
    return Table(("source", "of", "figure", "printed", "computed", why), rows)


def met(network: Network, findings: Iterable[Finding]) -> list[Group]:
    """The figures that are met: a table for each source, a row for each network.

    Figures about parts are grouped by network, a row for each part.
    """
    groups: dict[str, dict[str, dict[str, str]]] = {}
    for each in findings:
        if each.status in ("exact", "rounded"):
            name, of = each.source, each.network
            if each.at:
                of = f"`{each.at}`"
                name += "" if each.network == network.label else f", {each.network}"
            groups.setdefault(name, {}).setdefault(of, {})[each.quantity] = _figure(each)
    return [Group(cell(name), _table(rows)) for name, rows in groups.items()]


def _table(rows: dict[str, dict[str, str]]) -> Table:
    kept = [name for name in QUANTITIES if any(name in figures for figures in rows.values())]
    lines = [
        (cell(of), *(cell(figures.get(name, "")) for name in kept)) for of, figures in rows.items()
    ]
    return Table(("of", *map(called, kept)), lines)


def _figure(finding: Finding) -> str:
    if finding.printed == finding.computed:
        return finding.printed
    beside = [finding.computed, finding.reason]
    return f"{finding.printed} ({', '.join(text for text in beside if text)})"
