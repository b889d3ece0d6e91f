"""Memory of activations as a page."""

from __future__ import annotations

from archc.analyses import Memory
from archc.analyses.memory import CONVENTION
from archc.document.translation import _, number
from archc.lectures.derivations.worked.page import Block, Cell, Code, Heading, Line, Table
from archc.lectures.studies.units import size, unit


def page(found: Memory, depth: int | None = 1) -> list[Block]:
    """The totals, and where they come from, step by step."""
    network, rows = found.network, found.rows(depth)
    name, scale = unit([found.kept, found.peak], least=10)
    word = _(name)

    def cell(figure: int) -> Cell:
        return number(figure / scale, 2 if scale > 1 else 0) if figure else ""

    totals: tuple[tuple[Cell, ...], ...] = (
        (_("weights and buffers"), size(found.weights), ""),
        (_("activations kept for training"), size(found.kept), ""),
        (_("activations alive at inference, at most"), size(found.peak),
         Code(found.at)),
    )  # fmt: skip
    columns = [_("step")]
    columns += [f"{what} ({word})" for what in (_("output"), _("kept"), _("alive"))]
    steps: tuple[tuple[Cell, ...], ...] = tuple(
        (Code(row.id) if row.id else _("input"),
         *(cell(figure) for figure in (row.output, row.kept, row.alive)))
        for row in rows
    )  # fmt: skip
    made: list[Block] = [
        Heading(network.spec.title, 1, network.label),
        Line((f"{_('batch')} {number(found.batch)}, ", Code(found.dtype))),
        Table(("", "", _("during")), totals, frozenset({1})),
        Heading(_("step by step")),
        Table(tuple(columns), steps, frozenset({1, 2, 3})),
    ]
    names = {"kept": _("kept"), "peak": _("peak"), "in place": _("in place")}
    for what, name in names.items():
        made.append(Line((name, _(": "), _(CONVENTION[what]))))
    return made
