"""The document on the lengths of a network's paths, with and without one of its parts."""

from __future__ import annotations

from fractions import Fraction

from archc.analyses import Distribution
from archc.document.records import Block, Code, Content, Heading, Sentence, Table, capital, table
from archc.document.translation import N_, _, number
from archc.lectures.studies.units import count, share
from archc.network import Network

RARE = Fraction(1, 1000)
"""The least share of paths of a length that a long table lists."""
LONG = 30
"""The most rows of a table; of more lengths, several share a row."""
DEFINITION = N_(
    "a path leads from the input to the output, at a join by one of its inputs; its length is the "
    "number of convolutions and linear layers that it goes through"
)
DELETED = N_(
    "the part is replaced by nothing, what arrives goes on; the paths that stay are those that go "
    "through none of its layers"
)


def page(
    network: Network,
    found: Distribution,
    path: str = "",
    left: Distribution | None = None,
) -> list[Block]:
    """The document of a distribution; `left` is the distribution without the part at `path`."""
    made: list[Block] = [Heading(network.spec.title, 1, network.label)]
    each = [found] if left is None else [found, left]
    heads = ["", _("paths")] if left is None else ["", _("with it")]
    heads += [] if left is None else [_("without it")]
    rows: list[tuple[Content, ...]] = [
        (_("paths"), *(count(one.total) for one in each)),
        (_("shortest"), *(one.shortest if one.total else "" for one in each)),
        (_("mean length"), *(_mean(one) for one in each)),
        (_("longest"), *(one.longest if one.total else "" for one in each)),
    ]
    if left is not None:
        part = Fraction(left.total, found.total or 1)
        rows.append((_("share that stays"), share(1), share(float(part))))
        made.append(Sentence((_("without"), " ", Code(path))))
    made.append(table(tuple(heads), tuple(rows), frozenset(range(1, len(heads)))))
    made += [Heading(capital(_("lengths"))), _lengths(found, left)]
    if len(shown(found)) < len(found.counts):
        limit = share(float(RARE))
        made.append(Sentence((f"{_('lengths of fewer paths are left out')} (< {limit})",)))
    made.append(Sentence((_(DEFINITION),)))
    if left is not None:
        made.append(Sentence((_("without"), _(": "), _(DELETED))))
    return made


def shown(found: Distribution) -> list[int]:
    """The lengths that are in a table."""
    every = sorted(found.counts)
    return every if len(every) <= LONG else [k for k in every if found.share(k) >= RARE]


def _mean(of: Distribution) -> str:
    if not of.total:
        return ""
    return f"{number(float(of.mean), 2)} ± {number(of.deviation, 2)}"


def _lengths(found: Distribution, left: Distribution | None) -> Table:
    columns = [_("length"), _("paths"), _("share")]
    if left is not None:
        columns += [_("left"), _("share that stays")]
    lengths = shown(found)
    together = -(-len(lengths) // LONG)
    rows: list[tuple[Content, ...]] = []
    for start in range(0, len(lengths), together):
        row = lengths[start : start + together]
        ways = sum(found.counts[length] for length in row)
        name: Content = row[0] if len(row) == 1 else f"{row[0]}–{row[-1]}"
        cells: list[Content] = [name, count(ways), share(ways / found.total)]
        if left is not None:
            stay = sum(left.counts.get(length, 0) for length in row)
            cells += [count(stay), share(stay / ways)]
        rows.append(tuple(cells))
    return table(tuple(columns), tuple(rows), frozenset(range(len(columns))))
