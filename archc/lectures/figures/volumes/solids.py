"""Network -> the feature maps on its main flow, one for each step that is worth a box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count as counter

from archc.lectures.figures.folding import Copies, chain, gist
from archc.network import INPUT, Body, Instance, Network, Operation, Repeat, Value
from archc.ops import Shape
from archc.ops.base import Family
from archc.ops.labels import label

READABLE = 20
"""The volumes that fit a slide."""

LIGHT = frozenset[Family](("norm", "activation", "regularise", "reshape", "other"))
"""What works on a map in place: it has no volume of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """A feature map, or a vector, and the step that makes it."""

    name: str
    """The step's id, else its block or operation; empty for the network's input."""
    family: Family | None
    """None for the network's input, and for a block."""
    shape: Shape
    times: int = 1
    """How many equal steps in a row it stands for."""
    window: int = 0
    """The side of what one of its cells sees of the map before; 0 where that is no square."""

    @property
    def fill(self) -> str:
        """Its colour in a theme: of its family, of blocks, or of the paper."""
        return self.family or ("block" if self.name else "paper")

    @property
    def channels(self) -> int:
        """How many maps lie on each other; the length of a vector."""
        return int(self.shape[0])

    @property
    def side(self) -> tuple[int, int]:
        """Height and width; those of a vector are 1."""
        return (int(self.shape[1]), int(self.shape[2])) if len(self.shape) == 3 else (1, 1)


def solids(network: Network, depth: int | None = None) -> tuple[Solid, ...]:
    """The volumes of a network, its input first.

    Args:
        network: what to show.
        depth: levels of blocks that are opened where they are plain chains, from 1; None for the
            deepest that fits a slide.
    """
    if depth is not None:
        return _merged(network, depth)
    best = _merged(network, 1)
    for deeper in counter(2):
        found = _merged(network, deeper)
        if len(found) > READABLE or (len(found), _blocks(found)) == (len(best), _blocks(best)):
            return best
        best = found
    raise AssertionError("a network has no more levels than blocks")


def _blocks(found: tuple[Solid, ...]) -> int:
    """How many volumes do not say what makes them."""
    return sum(solid.family is None for solid in found)


def _merged(network: Network, depth: int) -> tuple[Solid, ...]:
    """What works in place is part of the volume before it; equal steps are one."""
    found = [Solid(name="", family=None, shape=network.input)]
    for solid in _walk(network.root, 1, depth):
        last = found[-1]
        same = _bare(solid.shape) == _bare(last.shape)
        if solid.family in LIGHT and same:
            found[-1] = replace(last, shape=solid.shape)
        elif solid.name == last.name and solid.family == last.family and same:
            found[-1] = replace(last, times=last.times + solid.times)
        elif solid.family != "join" or not same:
            found.append(solid)
    return tuple(found)


def _walk(body: Body, level: int, depth: int) -> Iterator[Solid]:
    for item in body.flow(asides=False):
        match item:
            case Operation():
                yield _operation(item, item.step.id or "")
            case Instance():
                yield from _block(item.body, item.step.id or "", 1, level, depth)
            case Repeat():
                for group in item.iterations:
                    yield from _block(group.body, item.step.id or "", group.count, level, depth)


def _block(body: Body, name: str, times: int, level: int, depth: int) -> Iterator[Solid]:
    """A block: one volume for a convolution with what follows it, and for what branches."""
    leaves = chain(body)
    if leaves is not None and len(gist(Copies(((body, 1),)))) == 1:
        heavy = next(operation for operation in leaves if operation.op.weighted)
        one = _operation(heavy, name)
        yield replace(one, shape=leaves[-1].output_shape, times=times)
    elif leaves is not None and len(leaves) == 1:
        yield replace(_operation(leaves[0], name), times=times)
    elif times == 1 and (level < depth or body.block.name == "") and _straight(body):
        yield from _walk(body, level + 1, depth)
    else:
        shape = body.outputs[0].shape
        assert shape is not None, "a network with an unknown shape is not given out"
        yield Solid(name=name or body.block.name, family=None, shape=shape, times=times)


def _operation(operation: Operation, name: str) -> Solid:
    window = operation.op.window(*operation.input_shapes)
    square = not window.everything and window.extent[0] == window.extent[1] > 1
    return Solid(
        name=name or label(operation.op).partition(",")[0],
        family=operation.op.family,
        shape=operation.output_shape,
        window=window.extent[0] if square else 0,
    )


def _straight(body: Body) -> bool:
    """Whether a body does one thing after the other."""
    current = Value(INPUT)
    for item in body.flow(asides=False):
        if [port.value for port in item.inputs] != [current]:
            return False
        current = Value(item.name)
    return [port.value for port in body.outputs] == [current]


def _bare(shape: Shape) -> tuple[int, ...]:
    """A shape without the 1s at its end."""
    sizes = [int(n) for n in shape]
    while len(sizes) > 1 and sizes[-1] == 1:
        sizes.pop()
    return tuple(sizes)
