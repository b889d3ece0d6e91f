"""Network -> its figure with every block both folded and opened, with the edges of each level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archc.lectures.figures.build import Source, Tracer, View, follow, leaving
from archc.lectures.figures.figure import AnyPart, Box, Cluster, Figure
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
    nester = Nester(network, 1)
    figure = follow(nester, view)
    return Nest(figure, nester.insides, nester.leaves, nester.bodies, nester.lasts)


class Nester(Tracer):
    """A tracer that opens no block, and keeps the inside of each block aside."""

    def __init__(self, network: Network, depth: int) -> None:
        super().__init__(network, depth)
        self.insides: dict[str, Inside] = {}
        self.leaves: dict[str, Copies[Operation]] = {}
        self.bodies: dict[str, Copies[Body]] = {}

    def body(
        self, copies: Copies[Body], path: str, arrive: list[Source], level: int, aside: bool = False
    ) -> tuple[tuple[AnyPart, ...], dict[Value, Source]]:
        """The parts of a body's items, and where its values come from."""
        parts, made = super().body(copies, path, arrive, level, aside)
        for part in parts:
            if isinstance(part, Cluster):
                made = self.close(part, made)
        return tuple(_box(part) if isinstance(part, Cluster) else part for part in parts), made

    def close(self, group: Cluster, made: dict[Value, Source]) -> dict[Value, Source]:
        """Have the edges of branches that are drawn once end and start at the group of these."""
        within = {part.id for part in group.parts}
        ins: dict[Source, int] = {}
        outs: dict[Source, int] = {}
        for k, edge in enumerate([*self.edges]):
            tail = (edge.tail, edge.output)
            if edge.head in within and edge.tail not in within:
                if tail not in ins:
                    self.edges.append(replace(edge, head=group.id))
                place = ins.setdefault(tail, len(ins))
                self.edges[k] = replace(edge, tail=OUTSIDE, output=place)
            elif edge.tail in within and edge.head not in within:
                place = outs.setdefault(tail, len(outs))
                self.edges[k] = replace(edge, tail=group.id, output=place)
        self.insides[group.id] = Inside(group.parts, tuple(outs), flat=False)
        return {
            value: (group.id, outs[source]) if source in outs else source
            for value, source in made.items()
        }

    def operation(
        self,
        leaves: Copies[Operation],
        path: str,
        sources: Sequence[Source | None],
        aside: bool,
        parts: list[AnyPart],
        name: str = "",
        times: int = 1,
    ) -> list[Source]:
        """One operation."""
        self.leaves[path] = leaves
        return super().operation(leaves, path, sources, aside, parts, name, times)

    def block(
        self,
        fold: Fold,
        path: str,
        name: str,
        sources: list[Source],
        level: int,
        aside: bool,
        parts: list[AnyPart],
    ) -> list[Source]:
        """A block, folded; one without operations is nothing."""
        copies, body = fold.copies, fold.copies.first
        box = self.box(fold, path, name, aside, folded=True)
        if box.ops:
            self.bodies[path] = copies
            arrive = [(OUTSIDE, k) for k in range(len(sources))]
            inner, made = self.body(copies, path, arrive, level + 1, aside)
            leave = tuple(made[port.value] for port in body.outputs)
            flat = bool(self.box(fold, path, name, aside, folded=False).rows)
            self.insides[path] = Inside(inner, leave, flat)
            self.connect(copies.map(lambda copy: copy.inputs), sources, path, aside)
            parts.append(box)
            ends = [(path, k) for k in range(len(body.outputs))]
        else:
            _, made = self.body(copies, path, sources, level, aside)
            ends = [made[port.value] for port in body.outputs]
        return list(leaving(body, fold.times, sources, ends))


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
