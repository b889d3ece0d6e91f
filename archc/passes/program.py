"""The program that passes transform: a network's flat list of nodes, and the fusions of them."""

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
    """The nodes in the order of the data."""
    prices: tuple[Price, ...]
    """The price of each kernel: several where one kernel for all nodes does not fit."""


@dataclass(frozen=True, eq=False)
class Match:
    """Nodes that one kernel, or a few in a row, can do in the place of many."""

    launches: tuple[Launch, ...]
    tail: tuple[Node, ...] = ()
    """The residual addition that the last kernel also does, with its drop path."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes of the match, in order."""
        return (*(node for launch in self.launches for node in launch.nodes), *self.tail)

    @property
    def prices(self) -> tuple[Price, ...]:
        """The price of each kernel."""
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
    """The residual addition that the last kernel also does, in the places that have one."""
    places: tuple[Match, ...]
    taken: bool
    reason: str


@dataclass(frozen=True, eq=False)
class Program:
    """A network on its way through the passes."""

    network: Network
    fusions: tuple[Fusion, ...] = field(default=())
    """The decisions about candidates, taken or not, with the reasons."""

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
        """The nodes that are outputs of the network, which no fusion may hide."""
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
