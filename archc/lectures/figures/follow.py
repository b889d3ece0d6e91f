"""Follows the data through a network: which blocks are opened, what is drawn once, the edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

from archc.analyses.cost import body_cost, operation_cost
from archc.lectures.figures.content import gist, row, rows, summary
from archc.lectures.figures.figure import AnyPart, Box, Cluster, Edge, Join
from archc.lectures.figures.fold import (
    Copies,
    Fold,
    folds,
    operation_weights,
    ops,
    shape_text,
    split,
    twins,
    weights,
)
from archc.lectures.figures.view import WHOLE, View, choose
from archc.network import (
    INPUT,
    Body,
    Group,
    Instance,
    Item,
    Network,
    Operation,
    Repeat,
    Value,
    join,
)
from archc.ops import Shape
from archc.spec import AsideStep

Shapes = tuple[Shape | None, ...]

Source = tuple[str, int]
"""The part that a value comes from, and which of its outputs it is."""


ALONE = (None, 0, 0)
"""An item that is in no branch that is drawn for several."""


class Tracer:
    """Follows the data through a network and notes what is to be drawn."""

    def __init__(self, network: Network, depth: int, view: View = WHOLE) -> None:
        self.network = network
        self.depth = depth
        self.chosen = choose(network, view)
        self.edges: list[Edge] = []
        self.lasts = {"": ""}
        """The path of the last thing that a part stands for, by the path of the first."""
        self.asides = frozenset(_asides(network.root.items, within=False))
        self.named = {output.name for output in network.outputs}

    def body(
        self, copies: Copies[Body], path: str, arrive: list[Source], level: int, aside: bool = False
    ) -> tuple[tuple[AnyPart, ...], dict[Value, Source]]:
        """The parts of a body's items, and where each of its values comes from."""
        made = {Value(INPUT, i): source for i, source in enumerate(arrive)}
        parts: list[AnyPart] = []
        alike, branch = twins(copies), list[AnyPart]()
        for items in split(copies):
            item, into = items.first, parts
            group, number, place = alike.get(item.name, ALONE)
            if group and number:  # the first of these branches is drawn for all
                made[Value(item.name)] = made[Value(group.branches[0][place])]
                continue
            if group:
                items, into = items.times(len(group)), branch
            sources = [made[port.value] for port in item.inputs]
            off = aside or (not path and item.name in self.asides)
            here = join(path, item.name)
            self.lasts[here] = join(self.lasts[path], item.name)
            match item:
                case Operation():
                    drawn = [
                        None if alike.get(port.value.node, ALONE)[1] else made[port.value]
                        for port in item.inputs
                    ]
                    leave = self.operation(items, here, drawn, off, into)
                case Instance():
                    fold = Fold(items.map(lambda call: call.body), 0, 1)
                    leave = self.block(fold, here, self.name(item), sources, level, off, into)
                case Repeat():
                    leave = self.repeat(items, here, sources, level, off, into)
            made.update({Value(item.name, i): source for i, source in enumerate(leave)})
            if group and place == len(group.branches[0]) - 1:
                parts.append(
                    Cluster(
                        id=join(path, group.name),
                        name=group.name,
                        block="",
                        times=len(group),
                        parts=tuple(branch),
                        aside=off,
                    )
                )
                branch.clear()
        return tuple(parts), made

    def name(self, item: Item) -> str:
        """What the spec calls an item, if it gives it a name."""
        return item.step.id or (item.name if item.name in self.named else "")

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
        shown = row(leaves)
        total = leaves.total(lambda operation: 1)
        part: AnyPart
        if shown.family == "join":
            part = Join(id=path, symbol=shown.label, ops=total, aside=aside)
        else:
            part = Box(
                id=path,
                name=name or self.name(leaves.first),
                times=times,
                rows=(shown,),
                each=leaves.range(operation_weights),
                last=self.lasts[path],
                weights=leaves.total(operation_weights),
                macs=leaves.total(lambda operation: operation_cost(operation).macs),
                activations=leaves.total(lambda operation: operation_cost(operation).activations),
                ops=total,
                aside=aside,
            )
        parts.append(part)
        self.connect(leaves.map(_arriving), sources, path, aside)
        return [(path, 0)]

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
        """A block: a box if it is folded or a short chain, else a cluster."""
        copies, body = fold.copies, fold.copies.first
        anonymous = body.block.name not in self.network.spec.blocks
        deep = level >= self.depth
        folded = not anonymous and self.chosen.folds(path, body.block.name, deep=deep)
        box = self.box(fold, path, name, aside, folded=folded)
        if not box.ops or not (folded or box.rows):
            inner, made = self.body(copies, path, sources, level + (not anonymous), aside)
            if inner:
                parts.append(
                    Cluster(
                        id=path,
                        name=name,
                        block=box.block,
                        times=fold.times,
                        parts=inner,
                        aside=aside,
                    )
                )
            ends = [made[port.value] for port in body.outputs]
            return list(leaving(body, fold.times, sources, ends))
        parts.append(box)
        self.connect(copies.map(lambda copy: copy.inputs), sources, path, aside)
        ends = [(path, k) for k in range(len(body.outputs))]
        return list(leaving(body, fold.times, sources, ends))

    def box(self, fold: Fold, path: str, name: str, aside: bool, *, folded: bool) -> Box:
        """A block as one box; one that is not folded says all of its operations, if they fit."""
        copies, block = fold.copies, fold.copies.first.block.name
        return Box(
            id=path,
            name=name,
            block=block if block in self.network.spec.blocks else "",
            times=fold.times,
            rows=gist(copies) if folded else rows(copies),
            inside=copies.text(summary) if folded else "",
            each=copies.range(weights),
            last=self.lasts[path],
            weights=copies.total(weights),
            macs=copies.total(lambda copy: body_cost(copy).macs),
            activations=copies.total(lambda copy: body_cost(copy).activations),
            ops=copies.total(ops),
            folded=folded,
            aside=aside,
        )

    def repeat(
        self,
        repeats: Copies[Repeat],
        path: str,
        sources: list[Source],
        level: int,
        aside: bool,
        parts: list[AnyPart],
    ) -> list[Source]:
        """A repeat: one part for all iterations that are alike."""
        found = folds(repeats)
        for fold in found:
            body, end = fold.copies.first, fold.start + fold.times - 1
            name = self.name(repeats.first)
            if name and len(found) > 1:
                name += f".{fold.start}" if end == fold.start else f".{fold.start}–{end}"
            here, taken = join(path, str(fold.start)), sources[: len(body.inputs)]
            self.lasts[here] = join(self.lasts[path], str(end))
            self.chosen.meet(path, fold.start, end)
            if operation := _only(body):
                leaves = fold.copies.map(lambda copy: _only(copy) or operation)
                sources = self.operation(leaves, here, taken, aside, parts, name, fold.times)
            else:
                sources = self.block(fold, here, name, taken, level, aside, parts)
        return sources

    def connect(
        self, shapes: Copies[Shapes], sources: Sequence[Source | None], head: str, aside: bool
    ) -> None:
        """The edges into a part; none for a value whose source is not drawn."""
        for k, source in enumerate(sources):
            text = shapes.map(itemgetter(k)).text(shape_text)
            if source:
                self.edges.append(Edge(*source, head, text, aside))


def _arriving(operation: Operation) -> Shapes:
    return tuple(port.shape for port in operation.inputs)


def leaving(body: Body, times: int, sources: list[Source], ends: list[Source]) -> Iterator[Source]:
    """Where each output comes from, once the body is done so many times in a row.

    What passes through once (a cell's input, handed on beside its output) was made the time before.
    """
    for place in range(len(ends)):
        for _ in range(times):
            value = body.outputs[place].value
            if value.node != INPUT:
                yield ends[place]
                break
            place = value.output
        else:
            yield sources[place]


def _only(body: Body) -> Operation | None:
    """The operation of an iteration that is no more than that."""
    items = list(body.flow())
    one = items[0] if len(items) == 1 else None
    return one if isinstance(one, Operation) and not one.name else None


def _asides(items: tuple[Item, ...], *, within: bool) -> Iterator[str]:
    """The names of the items that belong to training alone."""
    for item in items:
        if isinstance(item, Group):
            step = item.step
            off = isinstance(step, AsideStep) and step.training_only
            yield from _asides(item.items, within=within or off)
        elif within:
            yield item.name
            if isinstance(item, Operation):
                for branch in item.branches.values():
                    yield from _asides(branch.items, within=True)
