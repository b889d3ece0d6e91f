"""The receptive field of a part, layer by layer along the path that widens it most."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from archc.analyses.receptive_field import (
    FOOTPRINTS,
    PERIOD,
    Footprint,
    ReceptiveField,
    Span,
    area,
    field,
)
from archc.expr.formula import Expression, binary, call, constant, value
from archc.network import INPUT, Network, Node
from archc.ops import Shape
from archc.ops.labels import label


@dataclass(frozen=True, slots=True)
class Seen:
    """A layer that widens the receptive field or its stride; pairs are (height, width)."""

    first: str
    last: str
    """The last of several equal layers in a row; the same as `first` for one layer."""
    what: str
    count: int
    extent: tuple[int, int]
    stride: tuple[int, int]
    size: tuple[Expression, Expression]
    """The size of the receptive field, worked in numbers: `1 + (7 - 1)*1`."""
    jump: tuple[Expression, Expression]
    """Input cells from one output cell to the next, in numbers: `1*2`."""
    before: ReceptiveField
    field: ReceptiveField
    """The receptive field after the layer."""
    plain: bool = True
    """Whether only windows are chained; False where paths meet, or a whole map is seen."""
    whole: bool = False
    """Whether each cell sees the whole map before it."""


@dataclass(frozen=True, slots=True)
class Trail:
    """The layers that make up a node's receptive field, linked from the last to the first."""

    before: Trail | None
    step: Seen


@dataclass(frozen=True, slots=True)
class Sights:
    """The footprint of every node of a network on its input, and the trails asked for so far."""

    input: Shape
    nodes: dict[str, Node]
    sights: dict[str, Footprint | None]
    trails: dict[tuple[str, bool], Trail | None]
    """The trails computed so far; nodes share the beginning of their trails."""

    def field(self, node: str) -> ReceptiveField | None:
        """The receptive field of a node."""
        return field(self.sights[node], self.input)

    def widest(self, node: str) -> str:
        """The source of a node with the largest receptive field."""
        return max(self.nodes[node].inputs, key=self._width)

    def _width(self, node: str) -> int:
        seen = self.field(node)
        return prod(seen.size) if seen else 0


def sights(network: Network) -> Sights:
    """The footprints of every node; computed once."""
    known: Sights | None = network.root.facts.get(Sights)
    if known is None:
        known = network.root.facts[Sights] = _sights(network)
    return known


def _sights(network: Network) -> Sights:
    seen: dict[str, Footprint | None] = {INPUT: FOOTPRINTS.algebra.one}
    nodes: dict[str, Node] = {}
    for node in network.nodes():
        steps = (FOOTPRINTS.algebra.step(node.operation, k) for k in range(len(node.inputs)))
        seen[node.id] = FOOTPRINTS.meet(zip((seen[s] for s in node.inputs), steps, strict=True))
        nodes[node.id] = node
    return Sights(network.input, nodes, seen, {})


def steps(all_: Sights, node: str, together: bool = True) -> tuple[Seen, ...]:
    """The layers that widen a node's receptive field; `together` merges equal ones in a row."""
    found: list[Seen] = []
    left = trail(all_, node, together)
    while left is not None:
        found.append(left.step)
        left = left.before
    return tuple(reversed(found))


def trail(all_: Sights, node: str, together: bool = True) -> Trail | None:
    """The trail of a node, always through its widest source; None for the input."""
    waiting: list[str] = []
    while node != INPUT and (node, together) not in all_.trails:
        waiting.append(node)
        node = all_.widest(node)
    made = all_.trails.get((node, together))
    before = all_.field(node)
    for name in reversed(waiting):
        after = all_.field(name)
        if before is not None and after != before:
            assert after is not None, "a node on a path from the input sees some of it"
            made = _further(made, _step(all_, all_.nodes[name], before, after), together)
            before = after
        all_.trails[name, together] = made
    return made


def _further(made: Trail | None, one: Seen, together: bool) -> Trail:
    """A trail with one more layer."""
    if together and made is not None and _alike(made.step, one):
        return Trail(made.before, _together(made.step, one))
    return Trail(made, one)


def _step(all_: Sights, node: Node, before: ReceptiveField, after: ReceptiveField) -> Seen:
    operation = node.operation
    window = operation.op.window(*operation.input_shapes)
    sizes: list[Expression] = []
    jumps: list[Expression] = []
    plain, cells = not window.everything, area(operation.input_shapes[0])
    for k in (0, 1):
        extent = cells[k] if window.everything else window.extent[k]
        r, j = before.size[k], before.stride[k]
        wider: Expression | None = None
        if isinstance(j, int):
            wider = _wider(r, 1, extent, j)
        if wider is not None and window.everything and value(wider) > after.size[k]:
            wider = call("min", constant(all_.input[1 + k]), wider)
        if wider is None or value(wider) != after.size[k]:
            wider, plain = _hull(all_, node.id, k, after), False
        sizes.append(wider)
        jump = after.stride[k]
        step = binary(constant(int(j)), ast.Mult(), constant(window.stride[k]))
        jumps.append(step if value(step) == jump else _constant(jump))
    extents = cells if window.everything else window.extent
    return Seen(
        node.id,
        node.id,
        label(operation.op),
        1,
        extents,
        window.stride,
        (sizes[0], sizes[1]),
        (jumps[0], jumps[1]),
        before,
        after,
        plain,
        window.everything,
    )


def _hull(all_: Sights, node: str, k: int, after: ReceptiveField) -> Expression:
    """The size as `last - first + 1` of the cells that any path sees."""
    sight = all_.sights[node]
    assert sight is not None
    axis, cells = sight[k], all_.input[1 + k]
    ends = [axis.sliding.widest()] if axis.sliding else []
    if axis.whole is not None:
        ends.append(Span(max(axis.whole.first, 0), min(axis.whole.last, cells - 1)))
    for first, last in ends:
        if last - first + 1 == after.size[k]:
            return ast.BinOp(
                binary(constant(last), ast.Sub(), constant(first)), ast.Add(), constant(1)
            )
    return constant(after.size[k])


def _constant(number: float) -> Expression:
    whole = int(number)
    if whole == number:
        return constant(whole)
    steps = Fraction(number).limit_denominator(PERIOD)
    return binary(constant(steps.numerator), ast.Div(), constant(steps.denominator))


def _alike(last: Seen, one: Seen) -> bool:
    """Whether two layers share a line: the same window at stride 1."""
    return (
        last.plain
        and one.plain
        and (last.what, last.extent, last.stride) == (one.what, one.extent, one.stride)
        and one.stride == (1, 1)
        and last.field.stride == one.field.stride
    )


def _together(last: Seen, one: Seen) -> Seen:
    """The last line with one more layer in it."""
    count = last.count + 1
    down, across = (
        _wider(last.before.size[k], count, last.extent[k], int(last.before.stride[k]))
        for k in (0, 1)
    )
    return replace(last, last=one.last, count=count, size=(down, across), field=one.field)


def _wider(size: int, count: int, extent: int, jump: int) -> Expression:
    """`r + count*(k - 1)*j`."""
    less = binary(constant(extent), ast.Sub(), constant(1))
    more = binary(less, ast.Mult(), constant(jump))
    if count > 1:
        more = binary(binary(constant(count), ast.Mult(), less), ast.Mult(), constant(jump))
    return binary(constant(size), ast.Add(), more)
