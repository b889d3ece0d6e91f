"""The output channels of each step, with their formula: DenseNet's k0 + k * l."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from archc.expr.sizes import Expression, expression_of, traced
from archc.network import Body, Instance, Network, Operation, Repeat, join
from archc.network.symbolic import Tracer
from archc.ops import Shape
from archc.ops.join import Concat


class Growth(NamedTuple):
    """Iterations that each add the same number of channels: `first + step * l` after the l-th."""

    first: int
    step: int
    last: int
    """The number of iterations."""

    def to_dict(self) -> dict[str, int]:
        """Plain data, ready for JSON."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of a step (the features, where it is a vector)."""

    id: str
    op: str
    level: int
    before: tuple[int, ...]
    """The channels of each input."""
    after: int
    formula: Expression | None
    """`after` in the block's arguments and input channels; for a concatenation, its sum."""
    values: Mapping[str, Any]
    """The values of the names in the formula."""
    growth: Growth | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "id": self.id,
            "op": self.op,
            "level": self.level,
            "before": list(self.before),
            "after": self.after,
            "formula": self.formula and ast.unparse(self.formula),
            "values": {name: self.values[name] for name in names(self.formula)},
            "growth": self.growth and self.growth.to_dict(),
        }


def names(formula: ast.AST | None) -> list[str]:
    """The names in a formula in order, each once, without those of functions."""
    match formula:
        case None:
            return []
        case ast.Name(id=name):
            return [name]
        case ast.Call(args=args):
            parts: list[ast.AST] = [*args]
        case _:
            parts = list(ast.iter_child_nodes(formula))
    return list(dict.fromkeys(name for part in parts for name in names(part)))


def channels(network: Network, depth: int | None = 1) -> tuple[Channels, ...]:
    """The steps that change the number of channels, all blocks and all joins, opened to a depth.

    Equal iterations in a row are one step, as in `Analysis.rows`.
    """
    return tuple(_Walk(network, depth).rows(network.root, "", 1))


class _Walk:
    """Walks the bodies of a network; the formula of each body is traced once."""

    def __init__(self, network: Network, deepest: int | None) -> None:
        free = [k for k, v in network.params.items() if type(v) in (int, float)]
        self.tracer = Tracer(network, frozenset(free))
        self.deepest = deepest
        self.known: dict[Body, tuple[Expression | None, Mapping[str, Any]]] = {}

    def rows(self, body: Body, path: str, level: int) -> Iterator[Channels]:
        """The steps of a body."""
        for item in body.flow():
            inside = join(path, item.name)
            before = tuple(_count(port.shape) for port in item.inputs)
            below = level + bool(item.name)
            opened = self.deepest is None or below <= self.deepest
            match item:
                case Operation():
                    after = _count(item.output_shape)
                    if len(before) == 1 and before[0] == after:
                        continue
                    summed = len(before) > 1 and isinstance(item.op, Concat)
                    formula = _sum(before) if summed else None
                    yield Channels(inside, item.op.name, level, before, after, formula, {}, None)
                case Instance():
                    yield self.block(inside, level, item.body, before)
                    if opened:
                        yield from self.rows(item.body, inside, below)
                case Repeat():
                    if item.name:
                        yield self.repeat(item, inside, level, before)
                    if opened:
                        yield from self.iterations(item, inside, below)

    def block(self, path: str, level: int, body: Body, before: tuple[int, ...]) -> Channels:
        """A use of a block."""
        formula, values = self.formula(body)
        items = tuple(body.flow())
        only = items[0] if len(items) == 1 else None
        grown = growth(only) if isinstance(only, Repeat) else None
        after = _count(body.outputs[0].shape)
        return Channels(path, body.block.name, level, before, after, formula, values, grown)

    def repeat(self, item: Repeat, path: str, level: int, before: tuple[int, ...]) -> Channels:
        """All iterations of a repeated step as one row."""
        op = item.iterations[0].body.block.name if item.iterations else "skip"
        after = _count(item.outputs[0].shape)
        return Channels(path, op, level, before, after, None, {}, growth(item))

    def iterations(self, item: Repeat, path: str, level: int) -> Iterator[Channels]:
        """The iterations of a step, equal ones in a row as one."""
        for numbers, group in item.numbered():
            name = join(path, numbers)
            before = tuple(_count(shape) for shape in group.body.inputs)
            yield self.block(name, level, group.body, before)
            if self.deepest is None or level < self.deepest:
                yield from self.rows(group.body, name, level + 1)

    def formula(self, body: Body) -> tuple[Expression | None, Mapping[str, Any]]:
        """A block's output channels in its arguments; None for a number or an unchanged size."""
        if body.block.name not in self.tracer.spec.blocks:
            return None, {}
        if body not in self.known:
            use = self.tracer.trace(body)
            shape = use.named.outputs[0].shape
            made = shape[0] if shape else None
            derived = traced(made) and not isinstance(expression_of(made), ast.Name)
            self.known[body] = (expression_of(made) if derived else None, use.scope)
        return self.known[body]


def growth(item: Repeat) -> Growth | None:
    """The growth of the channels by iteration; None where iterations add different numbers."""
    counts = [_count(item.inputs[0].shape)]
    for group in item.iterations:
        counts += [_count(group.body.outputs[0].shape)] * group.count
    steps = {after - before for before, after in pairwise(counts)}
    if len(counts) < 3 or len(steps) != 1 or steps == {0}:
        return None
    return Growth(counts[0], steps.pop(), len(counts) - 1)


def _count(shape: Shape | None) -> int:
    assert shape is not None, "a network with an unknown shape is not given out"
    return shape[0]


def _sum(counts: tuple[int, ...]) -> Expression:
    made: Expression = ast.Constant(counts[0])
    for count in counts[1:]:
        made = ast.BinOp(made, ast.Add(), ast.Constant(count))
    return made
