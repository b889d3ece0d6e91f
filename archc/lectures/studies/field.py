"""Receptive fields as a page: how large, how far apart, where the first one is."""

from __future__ import annotations

from collections.abc import Iterable

from archc.analyses import Part
from archc.document.words import Lang, number, say
from archc.lectures.derivations.worked.page import Block, Cell, Code, Heading, Line, Table
from archc.network import Network

MEANING = (
    "size: the input cells that an output cell sees, padding included; stride: how much further "
    "the next cell sees; start and centre: the first input cell that the first output cell sees, "
    "and the middle, counted from 0 at the upper left"
)


def page(network: Network, parts: Iterable[Part], lang: Lang) -> list[Block]:
    """A row for each part whose output sees a map."""
    columns = ("step", "output", "size", "stride", "start", "centre")
    rows: list[tuple[Cell, ...]] = []
    for part in parts:
        seen = part.receptive_field
        if seen is not None:
            pairs = (seen.size, seen.stride, seen.start, seen.center)
            cells = (_pair(pair, lang) for pair in pairs)
            rows.append((Code(part.id), part.output_shape, *cells))
    return [
        Heading(network.spec.title, 1, network.label),
        Table(tuple(say(c, lang) for c in columns), tuple(rows), frozenset(range(1, 6))),
        Line((say(MEANING, lang),)),
    ]


def _pair(pair: tuple[float, float], lang: Lang) -> str:
    down, across = (_number(value, lang) for value in pair)
    return down if down == across else f"{down} × {across}"


def _number(value: float, lang: Lang) -> str:
    if value == int(value):
        return number(int(value), lang)
    return number(value, lang, 1 if value * 2 == int(value * 2) else 3)
