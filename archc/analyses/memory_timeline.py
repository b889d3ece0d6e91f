"""Memory step by step: blocks opened down to a depth, their tensors followed one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archc.analyses.autograd_memory import TRAINING, Bytes, Made, Tensor
from archc.analyses.liveness import Moment, iterations, moments, through
from archc.network import INPUT, Body, Instance, Network, Operation, Repeat, Value, join


@dataclass(slots=True)
class Step:
    """A part of the network; equal iterations in a row are one."""

    level: int
    leaving: Sequence[Tensor] = ()
    made: list[Made] = field(default_factory=list)
    alive: int = 0
    """Elements for each sample that are alive at once while it works at inference, at most."""

    @property
    def output(self) -> Bytes:
        """What leaves it; of iterations, the last one."""
        return Bytes(sum(tensor.elements for tensor in self.leaving))

    @property
    def kept(self) -> Bytes:
        """What it makes and training keeps."""
        whole = Bytes()
        for made in self.made:
            whole = whole.plus(made.kept)
        return whole


def opened(network: Network, depth: int | None) -> dict[str, Step]:
    """The steps of a network by their paths, in the order of the data; the input is at ``.

    The paths are those of `Analysis.rows`.
    """
    root = network.root
    walk = _Walk(depth)
    entering = TRAINING.entering(root.inputs)
    walk.steps[""] = Step(0, entering, [Made(tensors=list(entering))])
    walk.body(root, root.flow(), entering, "", 1)
    for moment in moments(network):
        walk.moment(moment, "", 1, 0)
    return walk.steps


class _Walk:
    def __init__(self, deepest: int | None) -> None:
        self.deepest = deepest
        self.steps: dict[str, Step] = {}
        self.made: list[Made] = []

    def opens(self, level: int) -> bool:
        """Whether there are rows of that level."""
        return self.deepest is None or level <= self.deepest

    def body(
        self,
        body: Body,
        items: Iterable[Operation | Instance | Repeat],
        entering: Sequence[Tensor],
        path: str,
        level: int,
    ) -> dict[Value, Tensor]:
        """Follow the tensors through a body for training."""
        values = {Value(INPUT, i): tensor for i, tensor in enumerate(entering)}
        for item in items:
            arriving = [values[port.value] for port in item.inputs]
            start, name, below = len(self.made), join(path, item.name), level + bool(item.name)
            if item.name:
                self.steps.setdefault(name, Step(level))
            if isinstance(item, Operation) or not self.opens(below):
                self.made.append(Made())
                leaving = TRAINING.leave(body, item, arriving, self.made[-1])
            elif isinstance(item, Instance):
                leaving = self.inside(item.body, arriving, name, below)
            else:
                leaving = self.repeat(item, arriving, name, below)
            values.update({port.value: t for port, t in zip(item.outputs, leaving, strict=True)})
            if item.name:
                self.steps[name].leaving = leaving
                self.steps[name].made += self.made[start:]
        return values

    def inside(
        self, body: Body, arriving: Sequence[Tensor], path: str, level: int
    ) -> Sequence[Tensor]:
        """Through a use of a block."""
        values = self.body(body, body.flow(), arriving, path, level)
        return [values[port.value] for port in body.outputs]

    def repeat(
        self, item: Repeat, arriving: Sequence[Tensor], path: str, level: int
    ) -> Sequence[Tensor]:
        """Through the iterations of a repeat."""
        for numbers, run in item.numbered():
            name, start = join(path, numbers), len(self.made)
            step = self.steps.setdefault(name, Step(level))
            for _ in range(run.count):
                arriving = arriving[: len(run.body.inputs)]
                if self.opens(level + 1):
                    arriving = self.inside(run.body, arriving, name, level + 1)
                else:
                    self.made.append(Made())
                    arriving = TRAINING.body(run.body).apply(arriving, self.made[-1])
            step.leaving = arriving
            step.made += self.made[start:]
        return arriving

    def moment(self, moment: Moment, path: str, level: int, beside: int) -> None:
        """What is alive while an item works at inference; `beside` stands outside of its body."""
        item, beside = moment.item, beside + moment.beside
        name, below = join(path, item.name), level + bool(item.name)
        if item.name:
            self.alive(name, beside + moment.inside.elements)
        if isinstance(item, Operation) or not self.opens(below):
            return
        if isinstance(item, Instance):
            self.moments(item.body, moment.arriving, moment.lasting, name, below, beside)
            return
        names = (numbers for numbers, run in item.numbered() for _ in range(run.count))
        for numbers, each in zip(
            names, iterations(item, moment.arriving, moment.lasting), strict=True
        ):
            run, there = join(name, numbers), beside + each.beside
            self.alive(run, there + each.inside.elements)
            if self.opens(below + 1):
                self.moments(each.body, each.arriving, each.lasting, run, below + 1, there)

    def moments(
        self,
        body: Body,
        arriving: Sequence[Tensor],
        lasting: frozenset[Tensor],
        path: str,
        level: int,
        beside: int,
    ) -> None:
        """The same for everything in a body."""
        ends = [port.value for port in body.outputs]
        for moment in through(body, body.flow(), arriving, lasting, ends):
            self.moment(moment, path, level, beside)

    def alive(self, name: str, elements: int) -> None:
        """Note what is alive."""
        self.steps[name].alive = max(self.steps[name].alive, elements)
