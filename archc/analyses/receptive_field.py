"""Receptive field: the part of the input that an output cell depends on, along every path.

Each axis by itself. The first and the last input cell that output cell `o` sees are floors of
linear functions of `o`. Along a path they compose, and where paths meet the first of the firsts and
the last of the lasts count. Nothing here walks over the cells of a map: a composition of floors is
one floor again wherever arithmetic allows it.

Source of the composition: Araujo et al., "Computing receptive fields of convolutional neural
networks", Distill, 2019; the divisors are what upsampling adds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor, gcd, lcm, prod
from typing import NamedTuple, TypeAlias

from archc.analyses.folds import PathFold
from archc.network import Operation
from archc.ops import Shape, Window

PERIOD = 4096
"""Cells of a period that are compared one by one where no closed form is known."""


class Span(NamedTuple):
    """Cells along one axis, from the first to the last, both included."""

    first: int
    last: int


class Floor(NamedTuple):
    """The map of cells `o -> floor((scale * o + offset) / divisor)`."""

    scale: int
    offset: int
    divisor: int = 1

    def reduced(self) -> Floor:
        """The same map in lowest terms."""
        common = gcd(self.scale, self.divisor)
        if common == 1:
            return self
        return Floor(self.scale // common, self.offset // common, self.divisor // common)


Bound: TypeAlias = tuple[Floor, ...]
"""Floors one after the other, the last one applied first; most bounds are a single floor."""


def at(bound: Bound, cell: int) -> int:
    """The value of a bound at a cell."""
    for scale, offset, divisor in reversed(bound):
        cell = (scale * cell + offset) // divisor
    return cell


def compose(first: Bound, second: Bound) -> Bound:
    """`first` after `second`, in as few floors as it takes.

    Two floors are one where the inner one does not divide, or the outer one does not multiply:
    `floor((floor((a*o + b) / d) + c) / e)` is `floor((a*o + b + c*d) / (d*e))`.
    """
    made = [*first]
    for inner in second:
        while made:
            outer = made[-1]
            if inner.divisor == 1:
                offset = outer.scale * inner.offset + outer.offset
                inner = Floor(outer.scale * inner.scale, offset, outer.divisor).reduced()
            elif outer.scale == 1:
                offset = inner.offset + outer.offset * inner.divisor
                inner = Floor(inner.scale, offset, inner.divisor * outer.divisor).reduced()
            else:
                break
            made.pop()
        made.append(inner)
    return tuple(made)


def slope(bound: Bound) -> Fraction:
    """Input cells from one output cell to the next, on average."""
    return Fraction(prod(each.scale for each in bound), prod(each.divisor for each in bound))


def period(bound: Bound) -> int:
    """The least number of cells after which a bound has moved by a whole number and repeats."""
    cells = moved = 1
    for scale, _, divisor in reversed(bound):
        turns = divisor // gcd(scale * moved, divisor)
        cells, moved = cells * turns, scale * moved * turns // divisor
    return cells


def envelope(bound: Bound) -> tuple[Fraction, Fraction]:
    """The least and the greatest that a bound may differ from `slope * o`; never too narrow."""
    low = high = Fraction(0)
    for scale, offset, divisor in reversed(bound):
        low = (scale * low + offset - divisor + 1) / divisor
        high = (scale * high + offset) / divisor
    return low, high


def gap(last: Bound, first: Bound) -> int:
    """The greatest difference of two bounds of the same slope over all cells."""
    alike = [(one.scale, one.divisor) for one in last] == [(o.scale, o.divisor) for o in first]
    if alike and (len(last) == 1 or _independent(last)):
        # Every remainder occurs, so the greatest difference is that of the greatest remainders.
        difference = 0
        for above, below in zip(reversed(last), reversed(first), strict=True):
            moved = above.scale * difference + above.offset - below.offset
            difference = (moved + above.divisor - 1) // above.divisor
        return difference
    cells = lcm(period(last), period(first))
    if cells <= PERIOD:
        return max(at(last, o) - at(first, o) for o in range(cells))
    return floor(envelope(last)[1] - envelope(first)[0])


def _independent(bound: Bound) -> bool:
    """Whether the remainders of a bound's floors occur in every combination."""
    return all(
        gcd(each.scale, prod(outer.divisor for outer in bound[: k + 1])) == 1
        for k, each in enumerate(bound)
    )


def extremes(bounds: Iterable[Bound], pick: Callable[[int, int], int]) -> tuple[Bound, ...]:
    """The bounds that count for the minimum or maximum (`pick`) over all: most often one."""
    by_form: dict[tuple[tuple[int, int], ...], Bound] = {}
    rest: list[Bound] = []
    for bound in bounds:
        if len(bound) > 1:
            rest += [bound] if bound not in rest else []
            continue
        form = ((bound[0].scale, bound[0].divisor),)
        known = by_form.get(form)
        if known is None or pick(known[0].offset, bound[0].offset) != known[0].offset:
            by_form[form] = bound
    found = [*by_form.values(), *rest]
    if len(found) == 1:
        return (found[0],)
    kept: list[Bound] = []
    for k, bound in enumerate(found):
        if not any(_outdone(bound, other, pick) for other in (*kept, *found[k + 1 :])):
            kept.append(bound)
    return tuple(kept)


def _outdone(bound: Bound, other: Bound, pick: Callable[[int, int], int]) -> bool:
    """Whether another bound is picked, or as good, at every cell."""
    cells = lcm(period(bound), period(other))
    if cells <= PERIOD // 8:
        pairs = ((at(bound, o), at(other, o)) for o in range(cells))
        return all(pick(mine, theirs) == theirs for mine, theirs in pairs)
    (low, high), (other_low, other_high) = envelope(bound), envelope(other)
    return other_high <= low if pick is min else other_low >= high


class Sliding(NamedTuple):
    """The input cells that an output cell sees through windows, which move with the cell."""

    firsts: tuple[Bound, ...]
    """The first input cell that cell `o` sees is the least of these bounds at `o`."""
    lasts: tuple[Bound, ...]
    """The last input cell that cell `o` sees is the greatest of these bounds at `o`."""

    def see(self, span: Span) -> Span:
        """The input cells that the output cells of a span see together."""
        return Span(
            min(at(bound, span.first) for bound in self.firsts),
            max(at(bound, span.last) for bound in self.lasts),
        )

    @property
    def slope(self) -> Fraction:
        """Input cells from what one output cell sees to what the next one sees, on average."""
        return slope(self.firsts[0])

    @property
    def period(self) -> int:
        """Output cells after which what they see repeats; 1 where no map has grown."""
        return lcm(*map(period, (*self.firsts, *self.lasts)))

    @property
    def size(self) -> int:
        """The most input cells that an output cell sees."""
        return 1 + max(gap(last, first) for last in self.lasts for first in self.firsts)

    def widest(self) -> Span:
        """The span of the first output cell that sees most; of any such cell in a long period."""
        size = self.size
        spans = (self.see(Span(o, o)) for o in range(min(self.period, PERIOD)))
        found = (span for span in spans if span.last - span.first + 1 == size)
        return next(found, self.see(Span(0, 0)))


class Axis(NamedTuple):
    """The input cells that output cells see along one axis: through windows, and as a whole."""

    sliding: Sliding | None = None
    whole: Span | None = None
    """The span that every output cell sees: the path through a global pool."""


Footprint: TypeAlias = tuple[Axis, Axis]
"""Both axes, down and across: one object where they are equal, so that it is computed once."""

ITSELF = Axis(Sliding(((Floor(1, 0),),), ((Floor(1, 0),),)))
"""The footprint of a cell that sees just the cell at its own position."""
CELL = Window()


class Footprints:
    """The algebra of paths in which a path's value is the footprint of its end on its start."""

    one: Footprint = (ITSELF, ITSELF)

    def step(self, operation: Operation, index: int) -> Footprint:
        """The footprint of an op's output on one of its inputs."""
        shapes = operation.input_shapes
        window = operation.op.window(*shapes)
        size, out = area(shapes[index]), area(operation.output_shape)
        if size == out and window == CELL:
            return self.one

        def axis(k: int) -> Axis:
            # A size of 1 that a join stretches: every output cell sees the same one.
            stretched = len(operation.inputs) > 1 and size[k] == 1 < out[k]
            if window.everything or stretched:
                return Axis(whole=Span(0, size[k] - 1))
            stride, zoom = window.stride[k], window.zoom[k]
            first = Floor(stride, window.first[k], zoom).reduced()
            last = Floor(stride, window.last[k], zoom).reduced()
            return Axis(Sliding(((first,),), ((last,),)))

        return _both(axis(0), axis(1))

    def then(self, first: Footprint, second: Footprint) -> Footprint:
        """The footprint of the second, mapped to the input of the first."""
        if second is self.one:
            return first
        down = _then(first[0], second[0])
        if first[0] is first[1] and second[0] is second[1]:
            return (down, down)
        return _both(down, _then(first[1], second[1]))

    def join(self, left: Footprint, right: Footprint) -> Footprint:
        """The smallest footprint that contains both."""
        down = _join(left[0], right[0])
        if left[0] is left[1] and right[0] is right[1]:
            return (down, down)
        return _both(down, _join(left[1], right[1]))


FOOTPRINTS = PathFold(Footprints())


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The input cells that one output cell depends on, as (height, width).

    The size is the formula's, padding included, so it may exceed the input. A cell that sees a
    whole map (past a global pool) has the size of what that map sees, cut to the input.
    """

    size: tuple[int, int]
    stride: tuple[float, float]
    """Input cells from what one output cell sees to what the next one sees; 0 where all see the
    same, a fraction where a map has grown beyond the input."""
    start: tuple[int, int]
    """The first input cell that the first output cell sees; below 0 in the padding. Cell i sees
    from `start + i * stride` on (where no map has grown, which repeats after some cells)."""

    center: tuple[float, float]
    """The middle of what the first output cell sees, in input cells counted from 0."""

    def to_dict(self) -> dict[str, object]:
        """`{"size": 7, "stride": 2, ...}`; `[height, width]` where the two differ."""
        return {
            "size": folded(self.size),
            "stride": folded(self.stride),
            "start": folded(self.start),
            "center": folded(self.center),
        }


def field(footprint: Footprint | None, input: Shape) -> ReceptiveField | None:
    """The receptive field of a value; None where the input is not a map, or is not seen."""
    if footprint is None or len(input) != 3:
        return None
    (height, width), (down, across) = area(input), footprint
    one = _axis_field(down, height)
    other = one if across is down and width == height else _axis_field(across, width)
    return ReceptiveField(
        (one[0], other[0]), (one[1], other[1]), (one[2], other[2]), (one[3], other[3])
    )


def _axis_field(axis: Axis, cells: int) -> tuple[int, float, int, float]:
    """Size, stride, start and centre along one axis of an input of that many cells."""
    first = _first(axis, cells)
    return _size(axis, cells), _stride(axis), first.first, sum(first) / 2


def folded(pair: tuple[float, float]) -> object:
    """One number where both are equal, else a list."""
    return pair[0] if pair[0] == pair[1] else list(pair)


def area(shape: Shape) -> tuple[int, int]:
    """Height and width; a vector is one cell."""
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def _size(axis: Axis, cells: int) -> int:
    sliding = axis.sliding.size if axis.sliding else 0
    if axis.whole is None:
        return sliding
    whole = min(axis.whole.last, cells - 1) - max(axis.whole.first, 0) + 1
    return max(whole, min(sliding, cells))


def _first(axis: Axis, cells: int) -> Span:
    """The span of the first output cell; a span seen as a whole is clipped to the input."""
    window = axis.sliding.see(Span(0, 0)) if axis.sliding else None
    if axis.whole is None:
        return window or Span(0, 0)
    first, last = _hull(window, axis.whole)
    return Span(max(first, 0), min(last, cells - 1))


def _stride(axis: Axis) -> float:
    if axis.sliding is None:
        return 0
    steps = axis.sliding.slope
    return steps.numerator if steps.denominator == 1 else float(steps)


def _then(first: Axis, second: Axis) -> Axis:
    whole = first.whole
    sliding = None
    if first.sliding is not None:
        if second.whole is not None:
            whole = _hull(whole, first.sliding.see(second.whole))
        if second.sliding is not None:
            sliding = _compose(first.sliding, second.sliding)
    return Axis(sliding, whole)


def _compose(first: Sliding, second: Sliding) -> Sliding:
    return Sliding(
        extremes((compose(f, g) for f in first.firsts for g in second.firsts), min),
        extremes((compose(f, g) for f in first.lasts for g in second.lasts), max),
    )


def _both(down: Axis, across: Axis) -> Footprint:
    return (down, down if across == down else across)


def _join(left: Axis, right: Axis) -> Axis:
    sliding = left.sliding or right.sliding
    if left.sliding and right.sliding:
        sliding = _meet(left.sliding, right.sliding)
    whole = left.whole if right.whole is None else _hull(left.whole, right.whole)
    return Axis(sliding, whole)


def _meet(left: Sliding, right: Sliding) -> Sliding:
    if left == right:
        return left
    if left.slope != right.slope:
        # Slopes differ only where a map has shrunk to one cell, which never moves.
        steps, cell = max(left.slope, right.slope), Span(0, 0)
        first, last = _hull(left.see(cell), right.see(cell))
        scale, divisor = steps.numerator, steps.denominator
        ends = (Floor(scale, end * divisor, divisor) for end in (first, last))
        return Sliding(*(((end,),) for end in ends))
    return Sliding(
        extremes((*left.firsts, *right.firsts), min), extremes((*left.lasts, *right.lasts), max)
    )


def _hull(left: Span | None, right: Span) -> Span:
    if left is None or left == right:
        return right
    return Span(min(left.first, right.first), max(left.last, right.last))
