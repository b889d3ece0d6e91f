"""One side of a comparison: an item and where it stands, the iterations of a repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from archc.analyses import Part, Place
from archc.analyses.cost import Cost
from archc.analyses.differences.anatomy import Inner, body_form, skeleton
from archc.analyses.differences.changes import Node
from archc.network import Body, Instance, Repeat

FEW = 3
"""Kinds of iterations of a repeat that are compared one by one; of more those are one kind that
differ in settings alone."""

Copies = Sequence[Place]
"""Where a body stands; several times, if they are told as one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Iterations that are the same, in each of the copies around them."""

    start: int
    count: int
    given: Mapping[str, Any]
    places: Copies

    def cut(self, start: int, end: int) -> Piece | None:
        """The iterations from `start` up to `end`; None where there are none."""
        start, end = max(start, self.start), min(end, self.start + self.count)
        if (start, end - start) == (self.start, self.count):
            return self
        if start >= end:
            return None
        numbers = str(start) if end == start + 1 else f"{start}-{end - 1}"
        places = [
            replace(
                place,
                path=f"{place.path.rpartition('.')[0]}.{numbers}",
                count=place.count // self.count * (end - start),
            )
            for place in self.places
        ]
        return Piece(start, end - start, self.given, places)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Iterations in a row that are told as one."""

    pieces: Sequence[Piece]
    first: int = 0
    """The piece that stands for all."""

    @property
    def start(self) -> int:
        """The first one's number."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """The number after the last one's."""
        return self.pieces[-1].start + self.pieces[-1].count

    @property
    def body(self) -> Body:
        """That of the one that stands for all."""
        return self.pieces[self.first].places[0].body

    @property
    def places(self) -> list[Place]:
        """Where they all stand, the one that stands for all before the others."""
        pieces = (self.pieces[self.first], *self.pieces[: self.first])
        return [
            place for each in (*pieces, *self.pieces[self.first + 1 :]) for place in each.places
        ]

    def cut(self, start: int, end: int) -> Stretch:
        """Those from `start` up to `end`, of which there are some."""
        return Stretch([found for piece in self.pieces if (found := piece.cut(start, end))])

    def node(self) -> Node:
        """What there is to say about them."""
        parts = [place.whole(piece.given) for piece in self.pieces for place in piece.places]
        return _node(parts, self.end - self.start)


@dataclass(frozen=True, slots=True)
class Side:
    """An item of one network, in each of the copies of its body."""

    places: Copies
    items: Sequence[Inner]

    @property
    def item(self) -> Inner:
        """The first one."""
        return self.items[0]

    def node(self) -> Node:
        """What there is to say about it."""
        both = zip(self.places, self.items, strict=True)
        times = (
            sum(group.count for group in self.item.iterations)
            if isinstance(self.item, Repeat)
            else 1
        )
        return _node([place.part(item.name, item) for place, item in both], times)

    def stretches(self) -> list[Stretch]:
        """What is done, stretch by stretch; of a block that is used once there is one."""
        pieces = list(self._pieces())
        kinds = {body_form(piece.places[0].body) for piece in pieces}
        form = body_form if len(kinds) <= FEW else skeleton
        groups = groupby(pieces, lambda piece: form(piece.places[0].body))
        return [Stretch(list(group)) for _, group in groups]

    def _pieces(self) -> Iterator[Piece]:
        both = list(zip(self.places, self.items, strict=True))
        if isinstance(self.item, Instance):
            inner = [place.inside(item) for place, item in both if isinstance(item, Instance)]
            yield Piece(0, 1, self.item.args, inner)
            return
        start = 0
        copies = [place.iterations(item) for place, item in both if isinstance(item, Repeat)]
        for group, *places in zip(self._runs(), *copies, strict=True):
            yield Piece(start, group[1], group[0], [place for _, place in places])
            start += group[1]

    def _runs(self) -> list[tuple[Mapping[str, Any], int]]:
        iterations = self.item.iterations if isinstance(self.item, Repeat) else ()
        return [(group.given, group.count) for group in iterations]


def _node(copies: Sequence[Part], times: int) -> Node:
    first, last = copies[0], copies[-1]
    cost = Cost(*map(sum, zip(*(part.cost for part in copies), strict=True)))
    shape, seen = last.output_shape, last.receptive_field
    off = first.training_only
    return Node(first.id, first.op, first.label, times, shape, cost, seen, off)
