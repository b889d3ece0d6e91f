"""Network -> its figure with every block both folded and opened, with the edges of each level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from archc.lectures.figures.build import Site, Source, Tracer, View, follow, leaving
from archc.lectures.figures.figure import AnyPart, Box, Cluster, Edge, Figure
from archc.lectures.figures.folding import Copies, Fold
from archc.network import INPUT, Body, Instance, Network, Operation, Repeat, Value, join

OUTSIDE = ""
"""The source of edges that enter the surrounding block."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The inside of a block: edges from `OUTSIDE` are its inputs, `ends` are its outputs."""

    parts: tuple[AnyPart, ...]
    ends: tuple[Source, ...]
    flat: bool
    """Whether it is a short chain, which is one box with a row for each operation."""


@dataclass(frozen=True, slots=True)
class Nest:
    """A figure with folded blocks, and the inside of each block."""

    figure: Figure
    insides: Mapping[str, Inside]
    """The insides by the block's path."""
    leaves: Mapping[str, Copies[Operation]]
    """The copies that each operation represents, by its path."""
    bodies: Mapping[str, Copies[Body]]
    """The copies that each block represents, by its path; not of branches that are drawn once."""
    lasts: Mapping[str, str]
    """The path of the last item that a part represents, by that of the first."""

    def maker(self, part: str) -> str:
        """The node that makes the output of a part's last copy; empty if it only passes through."""
        if part in self.leaves:
            return self.lasts[part]
        body = self.bodies[part].things[-1][0]
        found = _maker(body, self.lasts[part], body.outputs[0].value)
        return found if isinstance(found, str) else ""


def nest(network: Network, view: View) -> Nest:
    """The nested figure of a network; raises `SpecError` for a block that does not exist."""
    folded = _Folded()
    tracer = Tracer(network, folded)
    figure = follow(tracer, view, 1)
    return Nest(figure, folded.insides, tracer.leaves, folded.bodies, tracer.lasts)


@dataclass(frozen=True, slots=True)
class _Folded:
    """Draws every block folded, and keeps what is in it."""

    insides: dict[str, Inside] = field(default_factory=dict)
    bodies: dict[str, Copies[Body]] = field(default_factory=dict)

    def block(
        self, tracer: Tracer, fold: Fold, site: Site, sources: list[Source], parts: list[AnyPart]
    ) -> list[Source]:
        """Add a block's box; one without operations is nothing."""
        copies, body = fold.copies, fold.copies.first
        box = tracer.box(fold, site, folded=True)
        if not box.ops:
            _, made = tracer.body(copies, site.path, sources, site.level, site.aside)
            ends = [made[port.value] for port in body.outputs]
            return list(leaving(body, fold.times, sources, ends))
        self.bodies[site.path] = copies
        arrive = [(OUTSIDE, k) for k in range(len(sources))]
        inner, made = tracer.body(copies, site.path, arrive, site.level + 1, site.aside)
        leave = tuple(made[port.value] for port in body.outputs)
        flat = bool(tracer.box(fold, site, folded=False).rows)
        self.insides[site.path] = Inside(inner, leave, flat)
        tracer.connect(fold.entry.map(lambda copy: copy.inputs), sources, site)
        parts.append(box)
        ends = [(site.path, k) for k in range(len(body.outputs))]
        return list(leaving(body, fold.times, sources, ends))

    def close(
        self, tracer: Tracer, parts: list[AnyPart], made: dict[Value, Source]
    ) -> tuple[tuple[AnyPart, ...], dict[Value, Source]]:
        """Fold branches that are drawn once: their edges end and start at the group of these."""
        for part in parts:
            if isinstance(part, Cluster):
                made = self.group(tracer.edges, part, made)
        return tuple(_box(part) if isinstance(part, Cluster) else part for part in parts), made

    def group(
        self, edges: list[Edge], group: Cluster, made: dict[Value, Source]
    ) -> dict[Value, Source]:
        """Fold one group of branches; return where the values come from now."""
        within = {part.id for part in group.parts}
        ins: dict[Source, int] = {}
        outs: dict[Source, int] = {}
        for k, edge in enumerate([*edges]):
            tail = (edge.tail, edge.output)
            if edge.head in within and edge.tail not in within:
                if tail not in ins:
                    edges.append(replace(edge, head=group.id))
                place = ins.setdefault(tail, len(ins))
                edges[k] = replace(edge, tail=OUTSIDE, output=place)
            elif edge.tail in within and edge.head not in within:
                place = outs.setdefault(tail, len(outs))
                edges[k] = replace(edge, tail=group.id, output=place)
        self.insides[group.id] = Inside(group.parts, tuple(outs), flat=False)
        return {
            value: (group.id, outs[source]) if source in outs else source
            for value, source in made.items()
        }


def _box(group: Cluster) -> Box:
    """Branches that are drawn once, folded."""
    boxes = [part for part in group.parts if isinstance(part, Box)]
    each = (sum(box.times * box.each[end] for box in boxes) for end in (0, 1))
    return Box(
        id=group.id,
        name=group.name,
        times=group.times,
        each=(next(each), next(each)),
        weights=sum(box.weights for box in boxes),
        macs=sum(box.macs for box in boxes),
        activations=sum(box.activations for box in boxes),
        ops=sum(box.ops for box in boxes),
        folded=True,
        aside=group.aside,
    )


def _maker(body: Body, path: str, value: Value) -> str | int:
    """The node that makes a value of a body at a path; or which input of the body it is."""
    if value.node == INPUT:
        return value.output
    item = next(item for item in body.flow() if item.name == value.node)
    here = join(path, item.name)
    if isinstance(item, Operation):
        return here
    output = value.output
    for inner, at in _done(item, here):
        found = _maker(inner, at, inner.outputs[output].value)
        if isinstance(found, str):
            return found
        output = found
    return _maker(body, path, item.inputs[output].value)


def _done(item: Instance | Repeat, path: str) -> Iterator[tuple[Body, str]]:
    """The bodies that an item does and where, the last one first."""
    if isinstance(item, Instance):
        yield item.body, path
        return
    bodies = [group.body for group in item.iterations for _ in range(group.count)]
    for number in reversed(range(len(bodies))):
        yield bodies[number], join(path, str(number))
