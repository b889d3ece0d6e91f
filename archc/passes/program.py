"""What passes work on: a network, flat, and what is to be done in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from archc.analyses.kernel_prices import Price, total
from archc.network import INPUT, Body, Instance, Network, Node, Repeat, join
from archc.ops.base import numel


@dataclass(frozen=True, eq=False)
class Launch:
    """Nodes that are done in one go, and what that costs for one sample."""

    kernel: str
    nodes: tuple[Node, ...]
    """In the order of the data."""
    prices: tuple[Price, ...]
    """Of each kernel: there are several where the one that does it all does not fit."""


@dataclass(frozen=True, eq=False)
class Match:
    """Nodes that one kernel, or a few in a row, can do in the place of many."""

    launches: tuple[Launch, ...]
    tail: tuple[Node, ...] = ()
    """The addition of a residual, which the last kernel does as well, and what is dropped of it."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All of the nodes."""
        return (*(node for launch in self.launches for node in launch.nodes), *self.tail)

    @property
    def prices(self) -> tuple[Price, ...]:
        """Of each kernel."""
        more = Price(numel(self.tail[-1].operation.output_shape) if self.tail else 0)
        *prices, last = (price for launch in self.launches for price in launch.prices)
        return *prices, total((last, more))


@dataclass(frozen=True, eq=False)
class Fusion:
    """A match in every use of a block, and whether it pays; one text of code serves them all."""

    kernels: tuple[str, ...]
    block: str
    """The innermost block that holds all of the nodes."""
    steps: tuple[tuple[str, ...], ...]
    """The nodes of each kernel as that block calls them: `depthwise.conv`, `silu_2`."""
    tail: tuple[str, ...]
    """What the last kernel does as well in those places that have it."""
    places: tuple[Match, ...]
    taken: bool
    reason: str


@dataclass(frozen=True, eq=False)
class Program:
    """A network on its way through the passes."""

    network: Network
    fusions: tuple[Fusion, ...] = field(default=())
    """Those that are taken and those that are not, with the reasons."""

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every operation by its path, in the order of the data."""
        return {node.id: node for node in self.network.nodes()}

    @cached_property
    def readers(self) -> dict[str, list[Node]]:
        """The operations that read what a node makes."""
        found: dict[str, list[Node]] = {name: [] for name in (INPUT, *self.nodes)}
        for node in self.nodes.values():
            for source in node.inputs:
                found[source].append(node)
        return found

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each operation in the order of the data, after the network's input."""
        return {name: number for number, name in enumerate((INPUT, *self.nodes))}

    @cached_property
    def ends(self) -> frozenset[str]:
        """The nodes that the network gives out, which no fusion may swallow."""
        return frozenset(name for name, readers in self.readers.items() if not readers)

    @cached_property
    def bodies(self) -> dict[str, Body]:
        """The body at each path; the network's own has the empty one."""
        return dict(_places(self.network.root, ""))

    @property
    def taken(self) -> tuple[Fusion, ...]:
        """The fusions that pay."""
        return tuple(fusion for fusion in self.fusions if fusion.taken)

    def only_reader(self, node: Node) -> Node | None:
        """The one operation that reads a node's output, if there is just one."""
        readers = self.readers[node.id]
        return readers[0] if len(readers) == 1 else None

    def home(self, nodes: Sequence[Node]) -> str:
        """The path of the innermost body that holds all nodes."""
        parts = [node.id.split(".") for node in nodes]
        path: list[str] = []
        for together in zip(*(names[:-1] for names in parts), strict=False):
            if len(set(together)) > 1:
                break
            path.append(together[0])
        while ".".join(path) not in self.bodies:
            path.pop()
        return ".".join(path)


def _places(body: Body, path: str) -> Iterator[tuple[str, Body]]:
    yield path, body
    for item in body.flow():
        inner = join(path, item.name)
        if isinstance(item, Instance):
            yield from _places(item.body, inner)
        elif isinstance(item, Repeat):
            number = 0
            for group in item.iterations:
                for _ in range(group.count):
                    yield from _places(group.body, join(inner, str(number)))
                    number += 1
