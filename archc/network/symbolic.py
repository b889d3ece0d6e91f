"""Blocks elaborated once more with their arguments' names, so that sizes print as expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from archc.diagnostics import Report
from archc.expr import Evaluator, compiled
from archc.expr.sizes import remember, traced
from archc.network.call_sites import Frame
from archc.network.elaborator import Elaborator
from archc.network.graph import Body, Network
from archc.ops import Shape
from archc.spec import Block, expressions, walk


class Scope(dict[str, Any]):
    """The value of each name at a place, and the evaluator that knows what functions mean."""

    def __init__(self, names: Mapping[str, Any], evaluator: Evaluator) -> None:
        super().__init__(names)
        self.evaluator = evaluator

    def numbered(self, i: int) -> Scope:
        """The names in iteration number `i`."""
        return Scope({**self, "i": i}, self.evaluator)

    def value(self, expression: ast.expr) -> Any:
        """The value of an expression here; raises as `Evaluator.value`."""
        return self.evaluator.value(compiled(expression), self)


@dataclass(frozen=True, eq=False)
class Use:
    """One use of a block: elaborated with values, and with names."""

    body: Body
    named: Body
    """The same body, whose numbers are `Size`s over the block's arguments."""
    scope: Scope
    """The value of each name here, to try an expression with."""
    sizes: tuple[str, ...]
    """What the constructor calls the channels or features of each input."""
    local: Mapping[str, Any]
    """Arguments that no use gives, and how they follow from the others."""
    unrolled: Callable[[], Body]
    """Gives `named` with every iteration of its repeats worked out, in which `i` is a number."""


class Tracer:
    """Elaborates the bodies of a network again, in their own terms.

    `free` are the params that stay names.
    """

    def __init__(self, network: Network, free: frozenset[str]) -> None:
        self.spec, self.params, self.given = network.spec, network.params, network.given
        named = {
            name: remember(value, name) if name in free else value
            for name, value in network.params.items()
        }
        self.report = Report()
        self.elaborator = Elaborator(network.spec, named, self.report, symbolic=True)
        self.unrolled = Elaborator(network.spec, named, self.report, symbolic=True, unrolled=True)
        self.evaluator = Evaluator({**network.spec.functions, **network.params})
        read = {
            name
            for block in network.spec.blocks.values()
            for step in walk(block.body)
            for expression in expressions(step)
            for name in expression.names
        }
        self.taken = frozenset(network.spec.functions) | (free & read)
        """Names that a constructor's own names cannot be."""

    def trace(self, body: Body) -> Use:
        """A use of a block (or the network itself) with names."""
        sizes = size_names(body.block, body.inputs, self.taken)
        names = {**self.spec.functions, **self.params, **body.args}
        if body.block is not self.spec.network:
            for name, shape in zip(sizes, body.inputs, strict=True):
                assert shape is not None
                names[name] = shape[0]
        named, local = self.named(body, sizes, self.elaborator)
        unrolled = partial(self.named, body, sizes, self.unrolled)
        scope = Scope(names, self.evaluator)
        return Use(body, named, scope, sizes, local, lambda: unrolled()[0])

    def named(
        self, body: Body, sizes: Sequence[str], elaborator: Elaborator
    ) -> tuple[Body, dict[str, Any]]:
        """The body with names, and the arguments that follow from others."""
        block = body.block
        frame = Frame(block, dict(elaborator.globals))
        root = block is self.spec.network
        if root:
            frame.outputs = []
            shapes: tuple[Shape | None, ...] = body.inputs
        else:
            shapes = tuple(
                name_sizes(name, shape) for name, shape in zip(sizes, body.inputs, strict=True)
            )
        frame.scope |= dict(zip(block.inputs, shapes, strict=True))
        frame.scope["input"] = shapes[0]
        args: dict[str, Any] = {}
        local: dict[str, Any] = {}
        for name, arg in block.args.items():
            value = body.args[name]
            if name not in self.given[block.name]:
                assert arg.default is not None
                value = elaborator.value(arg.default, frame)
                if traced(value):
                    local[name] = value
                    value = remember(value, name)
            else:
                value = remember(value, name)
            args[name] = frame.scope[name] = value
        named = elaborator.body(block, args, shapes, frame)
        self.report.raise_if_any()  # what was elaborated once can be elaborated again
        return named, local


def name_sizes(name: str, shape: Shape | None) -> Shape | None:
    """A shape whose channels (or features) have a name; height and width stay numbers."""
    return None if shape is None else (remember(shape[0], name), *shape[1:])


def size_names(
    block: Block, shapes: Sequence[Shape | None], taken: Collection[str]
) -> tuple[str, ...]:
    """What a constructor calls the channels that arrive: `in_channels`, `prev_channels`.

    Another name where an argument of the block, or one that is `taken`, is called so.
    """
    used = {*taken, *block.args, *block.inputs}
    found: list[str] = []
    for name, shape in zip(block.inputs, shapes, strict=True):
        kind = "channels" if shape is None or len(shape) == 3 else "features"
        first = f"{name}_{kind}" if len(block.inputs) > 1 else f"in_{kind}"
        free = (n for n in (first, f"input_{kind}", f"{first}_of_input") if n not in used)
        found.append(next(free, f"{first}_"))
        used.add(found[-1])
    return tuple(found)
