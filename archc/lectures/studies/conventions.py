"""Multiply-adds as other tools count them, as a page: which term makes the difference."""

from __future__ import annotations

from collections.abc import Sequence

from archc.analyses import Counted
from archc.analyses.conventions import TOOLS, VERSIONS, Terms
from archc.document.words import Lang, say, sign
from archc.lectures.derivations.worked.page import Block, Cell, Code, Heading, Line, Table

PAPER = "multiply-adds of convolutions and linear layers for one sample, biases not counted"


def page(found: Counted, lang: Lang) -> list[Block]:
    """One tool beside the paper; for `paper` itself, all of them."""
    network = found.network
    made: list[Block] = [
        Heading(network.spec.title, 1, network.label),
        Line((say("multiply-adds at inference, as they are counted", lang),)),
    ]
    if found.convention == "paper":
        every = [Counted(network, tool) for tool in TOOLS]
        made.append(_all(every, lang))
        made += [Line((_name(tool),)) for tool in TOOLS[1:]]
        made += _unknown(every, lang)
    else:
        made.append(_one(found, lang))
        made += [
            Line((say(name, lang), sign(":", lang), say(why, lang)))
            for name, why in found.differences.items()
        ]
        made += _unknown([found], lang)
    made.append(Line((say("paper", lang), sign(":", lang), say(PAPER, lang))))
    return made


def _all(every: Sequence[Counted], lang: Lang) -> Table:
    """A column for each tool."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (say(name, lang), *(figures))
        for name, *figures in zip(Terms._fields, *(each.terms for each in every), strict=True)
        if any(figures)
    )
    total: tuple[Cell, ...] = (say("total", lang), *(each.terms.total for each in every))
    heads = ("", *(say(t, lang) if t == "paper" else t for t in TOOLS))
    return Table(heads, rows, frozenset(range(1, len(heads))), total)


def _one(found: Counted, lang: Lang) -> Table:
    """The paper's terms and the tool's."""
    rows: list[tuple[Cell, ...]] = []
    for name, ours, theirs in zip(Terms._fields, found.paper, found.terms, strict=True):
        if ours or theirs:
            rows.append((say(name, lang), ours, theirs, theirs - ours))
    ours, theirs = found.paper.total, found.terms.total
    total: tuple[Cell, ...] = (say("total", lang), ours, theirs, theirs - ours)
    heads = ("", say("paper", lang), _name(found.convention), say("difference", lang))
    return Table(heads, tuple(rows), frozenset({1, 2, 3}), total)


def _unknown(every: Sequence[Counted], lang: Lang) -> list[Block]:
    """A line for each op that a tool's total leaves out, because its count is not known."""
    tools: dict[str, list[str]] = {}
    for each in every:
        for op in each.unknown:
            tools.setdefault(op, []).append(each.convention)
    return [
        Line(
            (
                Code(op),
                sign(":", lang),
                say("left out, its count is not known for", lang),
                " " + ", ".join(names),
            )
        )
        for op, names in tools.items()
    ]


def _name(tool: str) -> str:
    versions = {str(name): version for name, version in VERSIONS.items()}
    return f"{tool} {versions[tool]}"
