"""The document on the memory of activations."""

from __future__ import annotations

from archc.analyses import Memory
from archc.analyses.memory import CONVENTION
from archc.document.records import Block, Code, Content, Heading, Sentence, capital, table
from archc.document.translation import _, number
from archc.lectures.studies.units import in_bytes, unit


def page(found: Memory, depth: int | None = 1) -> list[Block]:
    """The totals, then the memory of each step."""
    network, rows = found.network, found.rows(depth)
    name, scale = unit([found.kept, found.peak], least=10)
    word = _(name)

    def cell(figure: int) -> Content:
        return number(figure / scale, 2 if scale > 1 else 0) if figure else ""

    totals: tuple[tuple[Content, ...], ...] = (
        (_("weights and buffers"), in_bytes(found.weights), ""),
        (_("activations kept for training"), in_bytes(found.kept), ""),
        (_("activations alive at inference, at most"), in_bytes(found.peak),
         Code(found.at)),
    )  # fmt: skip
    columns = [_("step")]
    columns += [f"{what} ({word})" for what in (_("output"), _("kept"), _("alive"))]
    steps: tuple[tuple[Content, ...], ...] = tuple(
        (Code(row.id) if row.id else _("input"),
         *(cell(figure) for figure in (row.output, row.kept, row.alive)))
        for row in rows
    )  # fmt: skip
    made: list[Block] = [
        Heading(network.spec.title, 1, network.label),
        Sentence((f"{_('batch')} {number(found.batch)}, ", Code(found.dtype))),
        table(("", "", _("during")), totals, frozenset({1})),
        Heading(capital(_("step by step"))),
        table(tuple(columns), steps, frozenset({1, 2, 3})),
    ]
    names = {"kept": _("kept"), "peak": _("peak"), "in place": _("in place")}
    for what, name in names.items():
        made.append(Sentence((name, _(": "), _(CONVENTION[what]))))
    return made
