"""Published figures: what is disputed or not met line by line, the rest as it was printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archc.analyses.claims import COUNTS, QUANTITIES, Finding, check_claims, tally
from archc.document.records import (
    Block,
    Code,
    Content,
    Document,
    Heading,
    Run,
    Sentence,
    Table,
    table,
)
from archc.network import Network

ROUNDED = (
    "What is computed stands in brackets where the print is cut short; params that are cut short "
    "may count all of them, or weights alone, without biases and norms."
)
BROKEN = ("source", "of", "figure", "printed", "computed")


def called(quantity: str) -> str:
    """What people call a quantity: `MACs`, `output shape`."""
    return COUNTS.get(quantity, quantity).replace("_", " ")


def figures(network: Network) -> Document:
    """The published figures of a network; nothing where there are none.

    Raises:
        SpecError: claims about a part or a variant that the spec does not have.
    """
    findings = check_claims(network.spec, network.variant)
    if not findings:
        return []
    made: list[Block] = [
        Heading("Published figures"),
        Sentence((f"{tally(findings)}. {ROUNDED}",)),
    ]
    disputed = [each for each in findings if each.status == "disputed"]
    if disputed:
        rows = ((*_figure(network, each), each.reason) for each in disputed)
        made.append(Sentence(("These are printed, but can not be right:",)))
        made.append(table((*BROKEN, "why"), rows, {3, 4}))
    if unmet := [each for each in findings if not each.met]:
        rows = (
            (*_figure(network, each), each.help if each.status == "failed" else each.reason)
            for each in unmet
        )
        made.append(Heading("Not met", 3))
        made.append(table((*BROKEN, "by how much"), rows, {3, 4}))
    return [*made, *_met(network, findings)]


def _figure(network: Network, finding: Finding) -> tuple[Content, ...]:
    """A figure under `BROKEN`."""
    of: Content = finding.network
    if finding.at:
        elsewhere = finding.network != network.label
        of = Run((Code(finding.at), f" of {finding.network}" if elsewhere else ""))
    printed, computed = finding.printed, finding.computed
    return finding.source, of, called(finding.quantity), printed, computed


def _met(network: Network, findings: Iterable[Finding]) -> Iterator[Block]:
    """The figures that are met: a table for each source, a row for each network or part.

    Figures about parts stand together by network.
    """
    groups: dict[str, dict[Content, dict[str, str]]] = {}
    for each in findings:
        if each.status in ("exact", "rounded"):
            name, of = each.source, Code(each.at) if each.at else each.network
            if each.at and each.network != network.label:
                name += f", {each.network}"
            groups.setdefault(name, {}).setdefault(of, {})[each.quantity] = _text(each)
    for name, rows in groups.items():
        yield Heading(name, 3)
        yield _table(rows)


def _table(rows: dict[Content, dict[str, str]]) -> Table:
    kept = [name for name in QUANTITIES if any(name in figures for figures in rows.values())]
    lines = ((of, *(figures.get(name, "") for name in kept)) for of, figures in rows.items())
    return table(("of", *map(called, kept)), lines, range(1, len(kept) + 1))


def _text(finding: Finding) -> str:
    """What is printed; in brackets what is computed, if that differs, and how they agree."""
    if finding.printed == finding.computed:
        return finding.printed
    beside = filter(None, (finding.computed, finding.reason))
    return f"{finding.printed} ({', '.join(beside)})"
