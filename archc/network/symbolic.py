"""Blocks elaborated once more with their arguments' names, so that sizes print as expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archc.diagnostics import Report
from archc.expr.sizes import remember, traced
from archc.network.call_sites import Frame
from archc.network.elaborator import Elaborator
from archc.network.graph import Body, Network
from archc.ops import Shape
from archc.spec import Block


@dataclass(frozen=True, eq=False)
class Use:
    """One use of a block: elaborated with values, and with names."""

    body: Body
    named: Body
    """The same body, whose numbers are `Size`s over the block's arguments."""
    scope: Mapping[str, Any]
    """The value of each name here, to try an expression with."""
    local: Mapping[str, Any]
    """Arguments that no use gives, and how they follow from the others."""


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

    def trace(self, body: Body) -> Use:
        """A use of a block (or the network itself) with names."""
        block = body.block
        frame = Frame(block, dict(self.elaborator.globals))
        root = block is self.spec.network
        if root:
            frame.outputs = []
            shapes: tuple[Shape | None, ...] = body.inputs
        else:
            shapes = tuple(
                name_sizes(size_name(block, i, shape), shape) for i, shape in enumerate(body.inputs)
            )
        frame.scope |= dict(zip(block.inputs, shapes, strict=True))
        frame.scope["input"] = shapes[0]
        args: dict[str, Any] = {}
        local: dict[str, Any] = {}
        for name, arg in block.args.items():
            value = body.args[name]
            if name not in self.given[block.name]:
                assert arg.default is not None
                value = self.elaborator.value(arg.default, frame)
                if traced(value):
                    local[name] = value
                    value = remember(value, name)
            else:
                value = remember(value, name)
            args[name] = frame.scope[name] = value
        scope = {**self.spec.functions, **self.params, **body.args}
        if not root:
            for i, shape in enumerate(body.inputs):
                assert shape is not None
                scope[size_name(block, i, shape)] = shape[0]
        named = self.elaborator.body(block, args, shapes, frame)
        self.report.raise_if_any()  # what was elaborated once can be elaborated again
        return Use(body, named, scope, local)


def name_sizes(name: str, shape: Shape | None) -> Shape | None:
    """A shape whose channels (or features) have a name; height and width stay numbers."""
    return None if shape is None else (remember(shape[0], name), *shape[1:])


def size_name(block: Block, index: int, shape: Shape | None) -> str:
    """The constructor's name of an input's channels: `in_channels`, `prev_channels`."""
    kind = "channels" if shape is None or len(shape) == 3 else "features"
    return f"in_{kind}" if len(block.inputs) == 1 else f"{block.inputs[index]}_{kind}"
