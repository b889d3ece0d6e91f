"""The lengths of a network's paths as a page, with and without one of its parts."""

from __future__ import annotations

from fractions import Fraction

from archc.analyses import Distribution
from archc.document.words import Lang, number, say, sign
from archc.lectures.derivations.worked.page import Block, Cell, Code, Heading, Line, Table
from archc.lectures.studies.units import count, share
from archc.network import Network

RARE = Fraction(1, 1000)
"""Lengths that fewer paths have are left out of the table, where it is long."""
LONG = 30
"""Rows of a table; of more lengths, several share one."""
DEFINITION = (
    "a path leads from the input to the output, at a join by one of its inputs; its length is the "
    "number of convolutions and linear layers that it goes through"
)
DELETED = (
    "the part is replaced by nothing, what arrives goes on; the paths that stay are those that go "
    "through none of its layers"
)


def page(
    network: Network,
    found: Distribution,
    lang: Lang,
    path: str = "",
    left: Distribution | None = None,
) -> list[Block]:
    """The distribution; `left` is what deleting the part at `path` leaves of it."""
    made: list[Block] = [Heading(network.spec.title, 1, network.label)]
    each = [found] if left is None else [found, left]
    heads = ["", say("paths", lang)] if left is None else ["", say("with it", lang)]
    heads += [] if left is None else [say("without it", lang)]
    rows: list[tuple[Cell, ...]] = [
        (say("paths", lang), *(count(one.total, lang) for one in each)),
        (say("shortest", lang), *(one.shortest if one.total else "" for one in each)),
        (say("mean length", lang), *(_mean(one, lang) for one in each)),
        (say("longest", lang), *(one.longest if one.total else "" for one in each)),
    ]
    if left is not None:
        part = Fraction(left.total, found.total or 1)
        rows.append((say("share that stays", lang), share(1, lang), share(float(part), lang)))
        made.append(Line((say("without", lang), " ", Code(path))))
    made.append(Table(tuple(heads), tuple(rows), frozenset(range(1, len(heads)))))
    made += [Heading(say("lengths", lang)), _lengths(found, left, lang)]
    if len(shown(found)) < len(found.counts):
        limit = share(float(RARE), lang)
        made.append(Line((f"{say('lengths of fewer paths are left out', lang)} (< {limit})",)))
    made.append(Line((say(DEFINITION, lang),)))
    if left is not None:
        made.append(Line((say("without", lang), sign(":", lang), say(DELETED, lang))))
    return made


def shown(found: Distribution) -> list[int]:
    """The lengths that are in a table."""
    every = sorted(found.counts)
    return every if len(every) <= LONG else [k for k in every if found.share(k) >= RARE]


def _mean(of: Distribution, lang: Lang) -> str:
    if not of.total:
        return ""
    return f"{number(float(of.mean), lang, 2)} ± {number(of.deviation, lang, 2)}"


def _lengths(found: Distribution, left: Distribution | None, lang: Lang) -> Table:
    columns = [say("length", lang), say("paths", lang), say("share", lang)]
    if left is not None:
        columns += [say("left", lang), say("share that stays", lang)]
    lengths = shown(found)
    together = -(-len(lengths) // LONG)
    rows: list[tuple[Cell, ...]] = []
    for start in range(0, len(lengths), together):
        row = lengths[start : start + together]
        ways = sum(found.counts[length] for length in row)
        name: Cell = row[0] if len(row) == 1 else f"{row[0]}–{row[-1]}"
        cells: list[Cell] = [name, count(ways, lang), share(ways / found.total, lang)]
        if left is not None:
            stay = sum(left.counts.get(length, 0) for length in row)
            cells += [count(stay, lang), share(stay / ways, lang)]
        rows.append(tuple(cells))
    return Table(tuple(columns), tuple(rows), frozenset(range(len(columns))))
