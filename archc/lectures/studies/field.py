"""The document on receptive fields: size, stride, and position of the first one."""

from __future__ import annotations

from collections.abc import Iterable

from archc.analyses import Part
from archc.document.records import Block, Code, Content, Heading, Sentence, table
from archc.document.translation import N_, _, number
from archc.network import Network

MEANING = N_(
    "size: the input cells that an output cell sees, padding included; stride: how much further "
    "the next cell sees; start and centre: the first input cell that the first output cell sees, "
    "and the middle, counted from 0 at the upper left"
)


def page(network: Network, parts: Iterable[Part]) -> list[Block]:
    """A row for each part whose output sees a map."""
    columns = (_("step"), _("output"), _("size"), _("stride"), _("start"), _("centre"))
    rows: list[tuple[Content, ...]] = []
    for part in parts:
        seen = part.receptive_field
        if seen is not None:
            pairs = (seen.size, seen.stride, seen.start, seen.center)
            cells = (_pair(pair) for pair in pairs)
            rows.append((Code(part.id), part.output_shape, *cells))
    return [
        Heading(network.spec.title, 1, network.label),
        table(columns, tuple(rows), frozenset(range(1, 6))),
        Sentence((_(MEANING),)),
    ]


def _pair(pair: tuple[float, float]) -> str:
    down, across = (_number(value) for value in pair)
    return down if down == across else f"{down} × {across}"


def _number(value: float) -> str:
    if value == int(value):
        return number(int(value))
    return number(value, 1 if value * 2 == int(value * 2) else 3)
