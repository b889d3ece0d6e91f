"""The records of a network: items in bodies, the tree of blocks over one dataflow graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from archc.ops import Op, Shape
from archc.spec import AsideStep, Block, Spec, Step

if TYPE_CHECKING:
    import networkx as nx

INPUT = "<input>"
"""The name of the node whose outputs are the inputs of a body."""


class Value(NamedTuple):
    """One output of one node of a body."""

    node: str
    output: int = 0


class Port(NamedTuple):
    """A value and its shape; the shape is None past a mistake."""

    value: Value
    shape: Shape | None


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True, kw_only=True)
class Item:
    """A step after elaboration: its inputs and outputs, each a value with its shape."""

    step: Step
    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    when: Any = None
    """The value of the step's condition, where one was written: a flag, or a `Size` of one."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Operation(Item):
    """One operation; a join has the branches that end in it."""

    op: Op
    branches: Mapping[str, Branch] = field(default_factory=dict)
    facts: dict[object, Any] = field(default_factory=dict, init=False, repr=False)
    """What analyses have computed about it, by analysis."""
    input_shapes: tuple[Shape, ...] = field(init=False)
    """The shapes that arrive."""

    def __post_init__(self) -> None:
        shapes = tuple(port.shape for port in self.inputs if port.shape is not None)
        object.__setattr__(self, "input_shapes", shapes)

    @property
    def output_shape(self) -> Shape:
        """The shape that leaves."""
        shape = self.outputs[0].shape
        assert shape is not None, "a network with an unknown shape is not given out"
        return shape


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Instance(Item):
    """A block, used at a call site; equal uses share one body."""

    body: Body
    args: Mapping[str, Any]
    """The arguments as the step gave them, defaults left out."""


@dataclass(frozen=True, slots=True)
class IterationGroup:
    """Iterations in a row that are all the same: they share one body."""

    body: Body
    count: int
    given: Mapping[str, Any] = field(default_factory=dict)
    """The arguments as the step gave them in the first of these iterations."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Repeat(Item):
    """A step done `count` times in a row, each on the last one's outputs."""

    count: Any
    iterations: tuple[IterationGroup, ...]

    def numbered(self) -> Iterator[tuple[str, IterationGroup]]:
        """The groups, each by the numbers of its iterations: `0`, `1-35`."""
        start = 0
        for group in self.iterations:
            end = start + group.count - 1
            yield str(start) if start == end else f"{start}-{end}", group
            start = end + 1


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Group(Item):
    """A sequence, a table, or an aside: steps that were written together."""

    items: tuple[Item, ...]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Skipped(Item):
    """A step whose condition does not hold here: what arrives goes on."""


@dataclass(frozen=True, eq=False, slots=True)
class Branch:
    """One way into a join."""

    items: tuple[Item, ...]
    output: Port
    chain: bool
    """Whether it is a plain chain, which makes one module of that name."""
    twin: str | None = None
    """The name that it shares with those beside it, of which each has a number."""
    count: Any = None
    """How many these are."""


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a network: the end of its main flow, or of an aside."""

    name: str
    port: Port
    step: AsideStep | None = None

    @property
    def training_only(self) -> bool:
        """Whether it is left out at inference."""
        return self.step is not None and self.step.training_only


@dataclass(frozen=True, eq=False)
class Body:
    """A block elaborated for given arguments and input shapes: operations and smaller bodies."""

    block: Block
    args: Mapping[str, Any]
    """Every argument of the block."""
    inputs: tuple[Shape | None, ...]
    items: tuple[Item, ...]
    outputs: tuple[Port, ...]
    facts: dict[object, Any] = field(default_factory=dict, init=False, repr=False)
    """What analyses have computed about it, by analysis: once however often the body is used."""

    @cached_property
    def size(self) -> int:
        """The number of operations, counted in every iteration."""
        return sum(map(_count, self.flow()))

    def flow(self, *, asides: bool = True) -> Iterator[Operation | Instance | Repeat]:
        """The nodes of this body in the order of the data, those of its branches included."""
        return flow(self.items, asides)

    @cached_property
    def graph(self) -> nx.DiGraph[str]:
        """The dataflow graph of this body: `INPUT`, and the nodes of `flow` with their `item`."""
        import networkx as nx  # half of the start-up time; the figures do not need it

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_node(INPUT)
        for item in self.flow():
            graph.add_node(item.name, item=item)
            graph.add_edges_from((port.value.node, item.name) for port in item.inputs)
        return graph


def operations(body: Body, asides: bool = True) -> Iterator[Operation]:
    """The different operations of a body and of the bodies in it, each body once.

    Args:
        body: where to begin.
        asides: whether those of the asides that act in training only are among them.
    """
    waiting, seen = [body.flow(asides=asides)], {body}
    while waiting:
        for item in waiting.pop():
            if isinstance(item, Operation):
                yield item
            for inner in inner_bodies(item):
                if inner not in seen:
                    seen.add(inner)
                    waiting.append(inner.flow())


def flow(items: tuple[Item, ...], asides: bool = True) -> Iterator[Operation | Instance | Repeat]:
    """The nodes among these items of one body in the order of the data, branches included."""
    for item in items:
        match item:
            case Operation():
                for branch in item.branches.values():
                    yield from flow(branch.items, asides)
                yield item
            case Instance() | Repeat():
                yield item
            case Group():
                if asides or not (isinstance(item.step, AsideStep) and item.step.training_only):
                    yield from flow(item.items, asides)


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of the whole network, by its path."""

    id: str
    operation: Operation
    block: str
    """The block that it is a step of; `network` at the top."""
    inputs: tuple[str, ...]
    """The nodes its inputs come from, in order; `INPUT` for the network's own."""
    training_only: bool = False

    @property
    def op(self) -> Op:
        """The operation."""
        return self.operation.op


@dataclass(frozen=True, eq=False)
class Network:
    """A spec with every choice made: one variant's graph, shapes inferred."""

    spec: Spec
    variant: str | None
    params: Mapping[str, Any]
    """The value of every param."""
    settings: Mapping[str, Any]
    """The params that were set by hand, beyond the variant."""
    input: Shape
    root: Body
    outputs: tuple[Output, ...]
    """The main output first."""

    @cached_property
    def given(self) -> Mapping[str, frozenset[str]]:
        """The arguments that any use of a block gives, by block."""
        found: dict[str, set[str]] = {name: set() for name in self.spec.blocks}
        for body in self.bodies():
            for item in body.flow():
                for used, names in _given(item):
                    if used.block.name in found:
                        found[used.block.name].update(names)
        return {name: frozenset(names) for name, names in found.items()}

    @property
    def label(self) -> str:
        """`resnet`, `efficientnet:b3`: what commands call it."""
        return f"{self.spec.name}:{self.variant}" if self.variant else self.spec.name

    @property
    def stem(self) -> str:
        """`googlenet_torchvision`, `resnet50`: what files made of it are called."""
        if self.variant is None or self.variant.startswith(self.spec.name):
            return self.variant or self.spec.name
        return f"{self.spec.name}_{self.variant}"

    def nodes(self) -> Iterator[Node]:
        """Every operation with its path, in the order of the data; repeats are unrolled."""
        side = {
            item.name
            for output in self.outputs
            if output.training_only
            for item in _aside_nodes(self.root.items)
        }
        for node in _unroll(self.root, "", [INPUT] * len(self.root.inputs))[0]:
            above = accumulate(node.id.split("."), join)
            yield node if side.isdisjoint(above) else replace(node, training_only=True)

    @cached_property
    def graph(self) -> nx.DiGraph[str]:
        """The dataflow graph of the whole network; each node has its `node` record."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_node(INPUT)
        for node in self.nodes():
            graph.add_node(node.id, node=node)
            graph.add_edges_from((source, node.id) for source in node.inputs)
        return graph

    def bodies(self) -> tuple[Body, ...]:
        """Every different body once, a body after those that it uses."""
        found: dict[Body, None] = {}

        def visit(body: Body) -> None:
            if body in found:
                return
            for item in body.flow():
                for inner in inner_bodies(item):
                    visit(inner)
            found[body] = None

        visit(self.root)
        return tuple(found)


def inner_bodies(item: Item) -> tuple[Body, ...]:
    """The bodies that an item holds."""
    if isinstance(item, Instance):
        return (item.body,)
    return tuple(group.body for group in item.iterations) if isinstance(item, Repeat) else ()


def _given(item: Item) -> Iterator[tuple[Body, Iterable[str]]]:
    """The bodies that an item holds, and the arguments that its step gives each."""
    match item:
        case Instance():
            yield item.body, item.args.keys()
        case Repeat():
            for group in item.iterations:
                yield group.body, group.given.keys()


def _count(item: Operation | Instance | Repeat) -> int:
    match item:
        case Operation():
            return 1
        case Instance():
            return item.body.size
        case Repeat():
            return sum(group.count * group.body.size for group in item.iterations)


def join(prefix: str, name: str) -> str:
    """A path: `inception_3a` and `branch2.0` are `inception_3a.branch2.0`."""
    return f"{prefix}.{name}" if prefix and name else prefix or name


def _aside_nodes(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Group):
            if isinstance(item.step, AsideStep) and item.step.training_only:
                yield from flow(item.items, True)
            else:
                yield from _aside_nodes(item.items)


def _unroll(body: Body, prefix: str, sources: list[str]) -> tuple[list[Node], list[str]]:
    """The operations of a body at a path, and the nodes that its outputs come from."""
    made = {Value(INPUT, i): source for i, source in enumerate(sources)}
    nodes: list[Node] = []
    for item in body.flow():
        arrive = [made[port.value] for port in item.inputs]
        path = join(prefix, item.name)
        match item:
            case Operation():
                nodes.append(Node(path, item, body.block.name, tuple(arrive)))
                leave = [path]
            case Instance():
                inner, leave = _unroll(item.body, path, arrive)
                nodes += inner
            case Repeat():
                leave, number = arrive, 0
                for group in item.iterations:
                    for _ in range(group.count):
                        given = leave[: len(group.body.inputs)]
                        inner, leave = _unroll(group.body, join(path, str(number)), given)
                        nodes += inner
                        number += 1
        made.update({Value(item.name, i): source for i, source in enumerate(leave)})
    return nodes, [made[port.value] for port in body.outputs]


def alike(one: Network, other: Network) -> bool:
    """Whether two networks of a family have the same params and input, under two names."""
    return dict(one.params) == dict(other.params) and one.input == other.input
