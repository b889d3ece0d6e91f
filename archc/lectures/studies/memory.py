"""Memory of activations as a page."""

from __future__ import annotations

from archc.analyses import Memory
from archc.analyses.memory import CONVENTION
from archc.document.words import Lang, number, say, sign
from archc.lectures.derivations.worked.page import Block, Cell, Code, Heading, Line, Table
from archc.lectures.studies.units import size, unit


def page(found: Memory, lang: Lang, depth: int | None = 1) -> list[Block]:
    """The totals, and where they come from, step by step."""
    network, rows = found.network, found.rows(depth)
    name, scale = unit([found.kept, found.peak], least=10)
    word = say(name, lang)

    def cell(figure: int) -> Cell:
        return number(figure / scale, lang, 2 if scale > 1 else 0) if figure else ""

    totals: tuple[tuple[Cell, ...], ...] = (
        (say("weights and buffers", lang), size(found.weights, lang), ""),
        (say("activations kept for training", lang), size(found.kept, lang), ""),
        (say("activations alive at inference, at most", lang), size(found.peak, lang),
         Code(found.at)),
    )  # fmt: skip
    columns = [say("step", lang)]
    columns += [f"{say(what, lang)} ({word})" for what in ("output", "kept", "alive")]
    steps: tuple[tuple[Cell, ...], ...] = tuple(
        (Code(row.id) if row.id else say("input", lang),
         *(cell(figure) for figure in (row.output, row.kept, row.alive)))
        for row in rows
    )  # fmt: skip
    made: list[Block] = [
        Heading(network.spec.title, 1, network.label),
        Line((f"{say('batch', lang)} {number(found.batch, lang)}, ", Code(found.dtype))),
        Table(("", "", say("during", lang)), totals, frozenset({1})),
        Heading(say("step by step", lang)),
        Table(tuple(columns), steps, frozenset({1, 2, 3})),
    ]
    for what, text in CONVENTION.items():
        made.append(Line((say(what, lang), sign(":", lang), say(text, lang))))
    return made
