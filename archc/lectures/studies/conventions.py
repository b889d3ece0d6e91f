"""The document on multiply-adds as other tools count them, term by term."""

from __future__ import annotations

from collections.abc import Sequence

from archc.analyses import Counted
from archc.analyses.conventions import TOOLS, VERSIONS
from archc.document.records import Block, Code, Content, Heading, Sentence, Table, table
from archc.document.translation import N_, _

PAPER = N_("multiply-adds of convolutions and linear layers for one sample, biases not counted")
TERMS = N_(
    {
        "convolutions": "convolutions",
        "linear": "linear",
        "biases": "biases",
        "normalisation": "normalisation",
        "activations": "activations",
        "pooling": "pooling",
        "other": "other",
    }
)
"""The names of the terms of a count."""


def page(found: Counted) -> list[Block]:
    """The document of one tool beside the paper's count; for `paper` itself, of all tools."""
    network = found.network
    made: list[Block] = [
        Heading(network.spec.title, 1, network.label),
        Sentence((_("multiply-adds at inference, as they are counted"),)),
    ]
    if found.convention == "paper":
        every = [Counted(network, tool) for tool in TOOLS]
        made.append(_all(every))
        made += [Sentence((_name(tool),)) for tool in TOOLS[1:]]
        made += _unknown(every)
    else:
        made.append(_one(found))
        made += [
            Sentence((_(TERMS[name]), _(": "), _(why))) for name, why in found.differences.items()
        ]
        made += _unknown([found])
    made.append(Sentence((_("paper"), _(": "), _(PAPER))))
    return made


def _all(every: Sequence[Counted]) -> Table:
    """A column for each tool."""
    rows: tuple[tuple[Content, ...], ...] = tuple(
        (_(TERMS[name]), *(figures))
        for name, *figures in zip(TERMS, *(each.terms for each in every), strict=True)
        if any(figures)
    )
    total: tuple[Content, ...] = (_("total"), *(each.terms.total for each in every))
    heads = ("", *(_("paper") if t == "paper" else t for t in TOOLS))
    return table(heads, rows, frozenset(range(1, len(heads))), total)


def _one(found: Counted) -> Table:
    """The paper's terms and the tool's."""
    rows: list[tuple[Content, ...]] = []
    for name, ours, theirs in zip(TERMS, found.paper, found.terms, strict=True):
        if ours or theirs:
            rows.append((_(TERMS[name]), ours, theirs, theirs - ours))
    ours, theirs = found.paper.total, found.terms.total
    total: tuple[Content, ...] = (_("total"), ours, theirs, theirs - ours)
    heads = ("", _("paper"), _name(found.convention), _("difference"))
    return table(heads, tuple(rows), frozenset({1, 2, 3}), total)


def _unknown(every: Sequence[Counted]) -> list[Block]:
    """A sentence for each op that a tool's total leaves out because the tool's count is unknown."""
    tools: dict[str, list[str]] = {}
    for each in every:
        for op in each.unknown:
            tools.setdefault(op, []).append(each.convention)
    return [
        Sentence(
            (
                Code(op),
                _(": "),
                _("left out, its count is not known for"),
                " " + ", ".join(names),
            )
        )
        for op, names in tools.items()
    ]


def _name(tool: str) -> str:
    versions = {str(name): version for name, version in VERSIONS.items()}
    return f"{tool} {versions[tool]}"
