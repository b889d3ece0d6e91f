"""Receptive field: the part of the input that an output cell depends on, along every path.

Each axis by itself: a path takes an output cell to the first and the last input cell that it
sees, both of which move on in equal steps as the output cell does. Paths compose exactly, and
paths that meet see from the first of the firsts to the last of the lasts.

Source of the composition: Araujo et al., "Computing receptive fields of convolutional neural
networks", Distill, 2019; the period is what upsampling adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import NamedTuple, TypeAlias

from archc.analyses.paths import Paths
from archc.network import Operation
from archc.ops import Shape, Window


class Span(NamedTuple):
    """From the first cell to the last one, both seen."""

    first: int
    last: int


class Moving(NamedTuple):
    """What output cells see where it moves with them: cell `o + period` sees `jump` further."""

    spans: tuple[Span, ...]
    """What the first cells see, as many as the period."""
    jump: int

    def see(self, span: Span) -> Span:
        """The input cells that the output cells of a span see."""
        if len(self.spans) == 1:
            first, last = self.spans[0]
            return Span(first + span.first * self.jump, last + span.last * self.jump)
        first_turn, first = divmod(span.first, len(self.spans))
        last_turn, last = divmod(span.last, len(self.spans))
        return Span(
            self.spans[first].first + first_turn * self.jump,
            self.spans[last].last + last_turn * self.jump,
        )


class Axis(NamedTuple):
    """What output cells see along one axis of the input: by windows, and as a whole."""

    moving: Moving | None = None
    whole: Span | None = None
    """What each output cell sees wherever it is: the way through a global pool."""


Sight: TypeAlias = tuple[Axis, Axis]
"""Both axes, down and across: one object where they are equal, so that it is worked out once."""

ITSELF = Axis(Moving((Span(0, 0),), 1))
"""A cell that sees the one at its own place."""
CELL = Window()


class Hull:
    """Paths as what their end sees of their start."""

    one: Sight = (ITSELF, ITSELF)

    def step(self, operation: Operation, index: int) -> Sight:
        """What an op's output sees of one input."""
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
            starts = (
                o * window.stride[k] // window.zoom[k] - window.before[k]
                for o in range(window.zoom[k])
            )
            spans = tuple(Span(start, start + window.extent[k] - 1) for start in starts)
            return Axis(Moving(spans, window.stride[k]))

        return _both(axis(0), axis(1))

    def then(self, first: Sight, second: Sight) -> Sight:
        """What the second sees of the first's output, seen through the first."""
        if second is self.one:
            return first
        down = _then(first[0], second[0])
        if first[0] is first[1] and second[0] is second[1]:
            return (down, down)
        return _both(down, _then(first[1], second[1]))

    def join(self, left: Sight, right: Sight) -> Sight:
        """What either sees, and all between."""
        down = _join(left[0], right[0])
        if left[0] is left[1] and right[0] is right[1]:
            return (down, down)
        return _both(down, _join(left[1], right[1]))


HULL = Paths(Hull())


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


def field(sight: Sight | None, input: Shape) -> ReceptiveField | None:
    """The receptive field of a value; None on an input that is no map, or is not seen."""
    if sight is None or len(input) != 3:
        return None
    sizes = tuple(_size(axis, cells) for axis, cells in zip(sight, area(input), strict=True))
    strides = tuple(_stride(axis) for axis in sight)
    firsts = tuple(_first(axis, cells) for axis, cells in zip(sight, area(input), strict=True))
    return ReceptiveField(
        (sizes[0], sizes[1]),
        (strides[0], strides[1]),
        (firsts[0].first, firsts[1].first),
        (sum(firsts[0]) / 2, sum(firsts[1]) / 2),
    )


def folded(pair: tuple[float, float]) -> object:
    """One number where both are equal, else a list."""
    return pair[0] if pair[0] == pair[1] else list(pair)


def area(shape: Shape) -> tuple[int, int]:
    """Height and width; a vector is one cell."""
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def _size(axis: Axis, cells: int) -> int:
    moving = max((s.last - s.first + 1 for s in axis.moving.spans), default=0) if axis.moving else 0
    if axis.whole is None:
        return moving
    whole = min(axis.whole.last, cells - 1) - max(axis.whole.first, 0) + 1
    return max(whole, min(moving, cells))


def _first(axis: Axis, cells: int) -> Span:
    """What the first output cell sees; of what it sees as a whole, what is on the input."""
    window = axis.moving.spans[0] if axis.moving else None
    if axis.whole is None:
        return window or Span(0, 0)
    first, last = _hull(window, axis.whole)
    return Span(max(first, 0), min(last, cells - 1))


def _stride(axis: Axis) -> float:
    if axis.moving is None:
        return 0
    whole, rest = divmod(axis.moving.jump, len(axis.moving.spans))
    return axis.moving.jump / len(axis.moving.spans) if rest else whole


def _then(first: Axis, second: Axis) -> Axis:
    whole = first.whole
    moving = None
    if first.moving is not None:
        if second.whole is not None:
            whole = _hull(whole, first.moving.see(second.whole))
        if second.moving is not None:
            moving = _compose(first.moving, second.moving)
    return Axis(moving, whole)


def _compose(first: Moving, second: Moving) -> Moving:
    if len(first.spans) == len(second.spans) == 1:
        return Moving((first.see(second.spans[0]),), first.jump * second.jump)
    # After `turns` of the second's periods its jumps are a multiple of the first's period.
    turns = len(first.spans) // gcd(len(first.spans), second.jump)
    period = len(second.spans)
    spans = tuple(first.see(second.see(Span(o, o))) for o in range(turns * period))
    return Moving(spans, turns * second.jump // len(first.spans) * first.jump)


def _both(down: Axis, across: Axis) -> Sight:
    return (down, down if across == down else across)


def _join(left: Axis, right: Axis) -> Axis:
    moving = left.moving or right.moving
    if left.moving and right.moving:
        moving = _meet(left.moving, right.moving)
    whole = left.whole if right.whole is None else _hull(left.whole, right.whole)
    return Axis(moving, whole)


def _meet(left: Moving, right: Moving) -> Moving:
    periods = len(left.spans), len(right.spans)
    turns = periods[1] // gcd(*periods), periods[0] // gcd(*periods)
    spans = tuple(
        _hull(left.see(Span(o, o)), right.see(Span(o, o))) for o in range(periods[0] * turns[0])
    )
    # The jumps agree, but where a map has come down to one cell, which never moves.
    return Moving(spans, max(left.jump * turns[0], right.jump * turns[1]))


def _hull(left: Span | None, right: Span) -> Span:
    if left is None or left == right:
        return right
    return Span(min(left.first, right.first), max(left.last, right.last))
