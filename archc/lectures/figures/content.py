"""What a box says about the operations that it stands for."""

from __future__ import annotations

from archc.lectures.figures.figure import Row
from archc.lectures.figures.fold import Copies, chain
from archc.network import Body, Instance, Operation, Repeat
from archc.ops.labels import label

ROWS = 8
"""The operations that fit a box."""


def row(leaves: Copies[Operation]) -> Row:
    """What a box says about an operation: a convolution has its output channels, as in papers."""

    def text(operation: Operation) -> str:
        text = label(operation.op)
        return f"{text}, {operation.output_shape[0]}" if operation.op.family == "conv" else text

    return Row(leaves.first.op.family, leaves.text(text))


def rows(copies: Copies[Body]) -> tuple[Row, ...]:
    """The operations of a short chain; none for any other body."""
    chains = [(chain(copy), count) for copy, count in copies.things]
    leaves = [(found, count) for found, count in chains if found and len(found) <= ROWS]
    if len(leaves) < len(chains):
        return ()
    counts = [count for _, count in leaves]
    steps = zip(*(found for found, _ in leaves), strict=True)
    return tuple(row(Copies(tuple(zip(step, counts, strict=True)))) for step in steps)


def gist(copies: Copies[Body]) -> tuple[Row, ...]:
    """The one operation of a short chain that has the weights; none where it is not just one."""
    heavy = [line for line in rows(copies) if line.family in ("conv", "linear")]
    return tuple(heavy) if len(heavy) == 1 else ()


def summary(body: Body) -> str:
    """`bottleneck × 3` for a body that is one block over and over."""
    names: list[str] = []
    for item in body.flow():
        match item:
            case Instance():
                names.append(item.body.block.name)
            case Repeat():
                names += [
                    name
                    for group in item.iterations
                    for name in [group.body.block.name] * group.count
                ]
            case Operation():
                return ""
    return f"{names[0]} × {len(names)}" if len(set(names)) == 1 else ""
