"""Network -> its figure with every block both folded and opened, each level wired by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archc.backends.diagram.figure import AnyPart, Figure
from archc.backends.diagram.fold import Copies, Fold
from archc.backends.diagram.follow import Source, Tracer, leaving
from archc.backends.diagram.trace import follow
from archc.backends.diagram.view import View
from archc.network import INPUT, Body, Leaf, Network, Repeat, join

OUTSIDE = ""
"""Where an edge comes from that enters the block it stands in."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What is in a block: edges from `OUTSIDE` are its inputs, `ends` are its outputs."""

    parts: tuple[AnyPart, ...]
    ends: tuple[Source, ...]
    flat: bool
    """Whether it is a short chain, which is one box with a row for each operation."""


@dataclass(frozen=True, slots=True)
class Nest:
    """A figure whose blocks are folded, and what is in each."""

    figure: Figure
    insides: Mapping[str, Inside]
    """By the block's path."""
    leaves: Mapping[str, Copies[Leaf]]
    """What each operation stands for, by its path."""
    bodies: Mapping[str, Copies[Body]]
    """What each block stands for."""
    lasts: Mapping[str, str]
    """The path of the last thing that a part stands for, by that of the first."""

    def maker(self, part: str) -> str:
        """The node that makes the output of a part's last copy; empty if it only passes through."""
        last = self.lasts[part]
        return last if part in self.leaves else _maker(self.bodies[part].things[-1][0], last, 0)


def nest(network: Network, view: View) -> Nest:
    """Everything that a page can unfold; raises `SpecError` for a block that is not there."""
    nester = Nester(network, 1)
    figure = follow(nester, view)
    return Nest(figure, nester.insides, nester.leaves, nester.bodies, nester.lasts)


class Nester(Tracer):
    """Opens no block where it stands, and keeps what it would open."""

    def __init__(self, network: Network, depth: int) -> None:
        super().__init__(network, depth)
        self.insides: dict[str, Inside] = {}
        self.leaves: dict[str, Copies[Leaf]] = {}
        self.bodies: dict[str, Copies[Body]] = {}

    def leaf(
        self,
        leaves: Copies[Leaf],
        path: str,
        sources: list[Source],
        aside: bool,
        parts: list[AnyPart],
        name: str = "",
        times: int = 1,
    ) -> list[Source]:
        """One operation."""
        self.leaves[path] = leaves
        return super().leaf(leaves, path, sources, aside, parts, name, times)

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


def _maker(body: Body, path: str, output: int) -> str:
    """The node that makes an output of a body at a path."""
    value = body.outputs[output].value
    if value.node == INPUT:
        return ""
    item = next(item for item in body.flow() if item.name == value.node)
    here = join(path, item.name)
    if isinstance(item, Leaf):
        return here
    if isinstance(item, Repeat):
        count = sum(run.count for run in item.runs)
        return _maker(item.runs[-1].body, join(here, str(count - 1)), value.output)
    return _maker(item.body, here, value.output)
