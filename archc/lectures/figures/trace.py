"""Network -> Figure: of the whole, or of one block."""

from __future__ import annotations

from itertools import count as counter

from archc.lectures.figures.figure import Box, Edge, Figure, Terminal, inside
from archc.lectures.figures.fold import Copies, shape_text, weights
from archc.lectures.figures.follow import Tracer
from archc.lectures.figures.view import WHOLE, Use, View, find
from archc.network import INPUT, Network

READABLE = 32
"""The boxes that fit a slide."""

ENTRY, END = "input", "output"
"""The ends of the main flow, unless they have names of their own."""


def trace(network: Network, view: View = WHOLE, *, depth: int | None = None) -> Figure:
    """The figure of a network, or of one block, with blocks opened down to a depth; see `emit`.

    Raises:
        SpecError: the view names what the network does not have.
        ValueError: the depth is less than 1.
    """
    depth = view.depth if depth is None else depth
    if depth is None:
        depth = _readable(network, view)
    if depth < 1:
        raise ValueError(f"the depth of a figure is at least 1, not {depth}")
    return _figure(network, depth, view)


def _readable(network: Network, view: View) -> int:
    """The greatest depth that fits a slide, whatever is opened or folded beyond it."""
    plain = View(block=view.block)
    best = _figure(network, 1, plain)
    for deeper in counter(2):
        if not any(box.folded for box in best.boxes()):
            break
        figure = _figure(network, deeper, plain)
        if len(figure.boxes()) > READABLE:
            break
        best = figure
    return best.depth


def _figure(network: Network, depth: int, view: View) -> Figure:
    return follow(Tracer(network, depth, view), view)


def follow(tracer: Tracer, view: View) -> Figure:
    """The figure that a tracer makes of its network, or of the one block of a view."""
    if view.block:
        return _alone(tracer, find(tracer.network, view.block))
    return _whole(tracer)


def _whole(tracer: Tracer) -> Figure:
    """The figure of all of it."""
    network = tracer.network
    entry = Terminal(id=INPUT, label=ENTRY)
    root = Copies(((network.root, 1),))
    parts, made = tracer.body(root, "", [(INPUT, i) for i in range(len(network.root.inputs))], 1)
    ends = []
    for k, output in enumerate(network.outputs):
        aside = output.training_only
        label = output.name if output.step else END
        end = Terminal(id=f"<output>.{k}", label=label, aside=aside)
        shape = shape_text(output.port.shape)
        tracer.edges.append(Edge(*made[output.port.value], end.id, shape, aside))
        ends.append(end)
    training = sum(part.weights for part in inside(parts) if isinstance(part, Box) and part.aside)
    return Figure(
        name=network.label,
        title=network.spec.title,
        depth=tracer.depth,
        weights=weights(network.root) - training,
        training=training,
        end=ends[0].id,
        parts=(entry, *parts, *ends),
        edges=tuple(tracer.edges),
    )


def _alone(tracer: Tracer, use: Use) -> Figure:
    """The figure of one block."""
    body, names = use.body, use.body.block.inputs
    one = len(names) == 1
    entries = [
        Terminal(id=INPUT if one else f"{INPUT}.{k}", label=ENTRY if one else name)
        for k, name in enumerate(names)
    ]
    tracer.lasts[use.path] = use.path
    arrive = [(entry.id, 0) for entry in entries]
    parts, made = tracer.body(Copies(((body, 1),)), use.path, arrive, 1)
    named = body.block.outputs or ()
    ends = [
        Terminal(id=f"<output>.{k}", label=named[k] if len(named) > 1 else END)
        for k in range(len(body.outputs))
    ]
    for port, end in zip(body.outputs, ends, strict=True):
        tracer.edges.append(Edge(*made[port.value], end.id, shape_text(port.shape)))
    return Figure(
        name=tracer.network.label,
        title=body.block.name,
        place=use.path,
        depth=tracer.depth,
        weights=weights(body),
        training=0,
        end=ends[0].id,
        parts=(*entries, *parts, *ends),
        edges=tuple(tracer.edges),
    )
