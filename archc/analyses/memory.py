"""Memory of activations: what training keeps, and the most that inference needs at once.

Training: a tensor is kept if any operation that made or read it needs it again in the backward
pass, and counts once however many need it. Inference: a tensor lives from the operation that makes
it to the last one that reads it. What a body keeps or needs depends on its use only through the
tensors that enter and leave it, so each body is analysed once or a few times, however often it is
used. Operations are taken as eager PyTorch runs them; a generated class that serves maps of several
sizes may pad them in a step of its own, and keep that too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from archc.analyses.cost import Cost, cost
from archc.analyses.devices import WIDTHS
from archc.document.translation import N_
from archc.network import INPUT, Body, Instance, Item, Network, Operation, Port, Repeat, Value, join
from archc.ops import Shape
from archc.ops.base import numel

# Activations in place


def overwriting(body: Body) -> frozenset[str]:
    """The activations of a body that work in place, as in the generated code; each body once."""
    known: frozenset[str] | None = body.facts.get(overwriting)
    if known is None:
        known = body.facts[overwriting] = frozenset(_overwriting(body))
    return known


def _overwriting(body: Body) -> list[str]:
    items = tuple(body.flow())
    makers = {port.value: item for item in items for port in item.outputs}
    readers = Counter(port.value for item in (*items, body) for port in _read(item))
    found: list[str] = []
    for item in items:
        if not (isinstance(item, Operation) and item.op.inplace):
            continue
        value: Value = item.inputs[0].value
        if value.node != INPUT and readers[value] == 1 and _safe(makers[value]):
            found.append(item.name)
    return found


def _read(of: Item | Body) -> tuple[Port, ...]:
    """The values that an item reads, or that leave a body."""
    return of.outputs if isinstance(of, Body) else of.inputs


def _safe(item: Item) -> bool:
    """Whether the last operation of an item keeps nothing of its output for the gradient."""
    match item:
        case Operation():
            return item.op.overwritable
        case Instance():
            *_, last = (None, *item.body.flow())
            return last is not None and last.outputs == item.body.outputs and _safe(last)
        case Repeat():
            return False
    return False


# Training: what autograd keeps


class Bytes(NamedTuple):
    """Memory of a forward pass, before the batch size and the type of elements are known."""

    elements: int = 0
    """Elements of a sample in the type that the network computes in."""
    masks: int = 0
    """Bytes of a sample that do not depend on the type: masks and indices."""
    fixed: int = 0
    """Bytes that the whole batch shares."""

    def plus(self, other: Bytes) -> Bytes:
        """The sum, field by field."""
        return Bytes(*map(sum, zip(self, other, strict=True)))

    def of(self, batch: int, width: int) -> int:
        """Bytes for a batch of samples, with elements of `width` bytes."""
        return batch * (self.elements * width + self.masks) + self.fixed


@dataclass(eq=False, slots=True)
class Tensor:
    """A piece of memory, which several values may share."""

    elements: int
    kept: bool = False


@dataclass(slots=True)
class Allocations:
    """The tensors that some items made, and what autograd keeps besides."""

    beside: Bytes = field(default_factory=Bytes)
    tensors: list[Tensor] = field(default_factory=list)

    @property
    def kept(self) -> Bytes:
        """The memory that autograd keeps of all of them."""
        return self.beside.plus(Bytes(sum(t.elements for t in self.tensors if t.kept)))


@dataclass(frozen=True, slots=True)
class Transfer:
    """The transfer function of a body: the memory it keeps, and its outputs as tensors."""

    inside: Bytes
    """The memory kept of tensors that do not leave the body."""
    needs: tuple[bool, ...]
    """Whether each input is kept."""
    leaves: tuple[int, ...]
    """Each output as a number of `tensors`: the inputs, then what it made."""
    made: tuple[tuple[int, bool], ...]
    """For the tensors it made: their elements, and whether the body keeps them."""

    def apply(self, arriving: Sequence[Tensor], made: Allocations) -> tuple[Tensor, ...]:
        """The output tensors for given input tensors; new tensors are added to `made`."""
        for tensor, needed in zip(arriving, self.needs, strict=True):
            tensor.kept |= needed
        new = [Tensor(elements, kept) for elements, kept in self.made]
        made.tensors += new
        made.beside = made.beside.plus(self.inside)
        every = [*arriving, *new]
        return tuple(every[number] for number in self.leaves)


def transfer(entering: Sequence[Tensor], leaving: Sequence[Tensor], made: Allocations) -> Transfer:
    """The transfer function between the tensors that enter and those that leave."""
    ends = [t for t in dict.fromkeys(leaving) if t not in entering]
    within = Allocations(made.beside, [t for t in made.tensors if t not in ends])
    every = [*entering, *ends]
    return Transfer(
        within.kept,
        tuple(t.kept for t in entering),
        tuple(every.index(t) for t in leaving),
        tuple((t.elements, t.kept) for t in ends),
    )


def then(first: Transfer, second: Transfer) -> Transfer:
    """Two transfer functions composed; the first may have more outputs than the second inputs."""
    entering, made = [Tensor(0) for _ in first.needs], Allocations()
    between = first.apply(entering, made)
    return transfer(entering, second.apply(between[: len(second.needs)], made), made)


class MemoryFold:
    """Computes the transfer function of each body once."""

    def __init__(self, training: bool) -> None:
        self.training = training
        """Whether autograd keeps tensors for a gradient; else only sharing of memory is tracked."""

    def body(self, body: Body) -> Transfer:
        """The transfer function of a body."""
        known: Transfer | None = body.facts.get(self)
        if known is None:
            entering, made = self.entering(body.inputs), Allocations()
            values = self.fold(body, body.flow(), entering, made)
            leaving = [values[port.value] for port in body.outputs]
            known = body.facts[self] = transfer(entering, leaving, made)
        return known

    def entering(self, shapes: Iterable[Shape | None]) -> tuple[Tensor, ...]:
        """A tensor for each input of a body."""
        return tuple(Tensor(numel(shape or ())) for shape in shapes)

    def fold(
        self,
        body: Body,
        items: Iterable[Operation | Instance | Repeat],
        entering: Sequence[Tensor],
        made: Allocations,
    ) -> dict[Value, Tensor]:
        """The tensor of every value of a body; tensors that the items make are added to `made`."""
        values = {Value(INPUT, i): tensor for i, tensor in enumerate(entering)}
        for item in items:
            arriving = [values[port.value] for port in item.inputs]
            leaving = self.leave(body, item, arriving, made)
            values.update({Value(item.name, i): tensor for i, tensor in enumerate(leaving)})
        return values

    def leave(
        self,
        body: Body,
        item: Operation | Instance | Repeat,
        arriving: Sequence[Tensor],
        made: Allocations,
    ) -> Sequence[Tensor]:
        """The memory of an item's outputs."""
        match item:
            case Operation():
                return (self._operation(item, item.name in overwriting(body), arriving, made),)
            case Instance():
                return self.body(item.body).apply(arriving, made)
            case Repeat():
                for group in item.iterations:
                    width = len(group.body.inputs)
                    arriving = self.times(group.body, group.count).apply(arriving[:width], made)
                return arriving

    def times(self, body: Body, count: int) -> Transfer:
        """The transfer function of `count` iterations, by repeated squaring."""
        power = self.body(body)
        found: Transfer | None = None
        for bit in range(count.bit_length()):
            if count >> bit & 1:
                found = power if found is None else then(found, power)
            if count >> bit > 1:
                power = then(power, power)
        assert found is not None, "a group has an iteration"
        return found

    def _operation(
        self, operation: Operation, inplace: bool, arriving: Sequence[Tensor], made: Allocations
    ) -> Tensor:
        saved = operation.op.saved(*operation.input_shapes, inplace=inplace)
        idle = operation.op.random and not self.training
        if inplace or saved.view or idle:
            left = arriving[0]
        else:
            left = Tensor(numel(operation.output_shape))
            made.tensors.append(left)
        if self.training:
            left.kept |= saved.output
            for tensor in arriving:
                tensor.kept |= saved.inputs
            made.beside = made.beside.plus(Bytes(saved.elements, saved.bytes, saved.fixed))
        return left


TRAINING, INFERENCE = MemoryFold(True), MemoryFold(False)


def autograd_memory(network: Network) -> Bytes:
    """The memory that training keeps of a network, its input and its asides included."""
    root = network.root
    entering = TRAINING.entering(root.inputs)
    made = Allocations(tensors=list(entering))
    TRAINING.fold(root, root.flow(), entering, made)
    return made.kept


# Inference: liveness

Aliasing: TypeAlias = tuple[tuple[int, ...], frozenset[int]]
"""The inputs of a use of a body: a number each, equal for one tensor; the numbers that live on."""


class Peak(NamedTuple):
    """The most elements that are alive at once."""

    elements: int
    at: str
    """The operation that runs at that moment."""


def greatest(found: Iterable[Peak]) -> Peak:
    """The greatest peak; of equal ones, the first."""
    return max(found, key=lambda each: each.elements)


class LivePoint(NamedTuple):
    """An item of a body while it runs, with the tensors that are alive."""

    item: Operation | Instance | Repeat
    arriving: Sequence[Tensor]
    lasting: frozenset[Tensor]
    """The tensors that must stay alive after it."""
    beside: int
    """Elements of tensors that are alive but are not inputs of the item."""
    inside: Peak
    """The peak within the item: its inputs and the tensors that it makes."""

    @property
    def peak(self) -> Peak:
        """The most elements that are alive in the body while the item runs."""
        return Peak(self.beside + self.inside.elements, join(self.item.name, self.inside.at))


def live_points(network: Network) -> Iterator[LivePoint]:
    """Each step of the main flow at inference, in elements for each sample.

    The input counts, and may go when nobody needs it any more; the outputs live to the end.
    """
    root = network.root
    entering = INFERENCE.entering(root.inputs)
    wanted = [output.port.value for output in network.outputs if not output.training_only]
    return through(root, root.flow(asides=False), entering, frozenset(), wanted)


def _body(body: Body, arriving: Sequence[Tensor], lasting: frozenset[Tensor]) -> Peak:
    """The peak within one use of a body: its inputs, as long as they live, and all it makes."""
    numbers = {tensor: number for number, tensor in enumerate(dict.fromkeys(arriving))}
    use = (
        tuple(numbers[t] for t in arriving),
        frozenset(numbers[t] for t in numbers if t in lasting),
    )
    known: dict[Aliasing, Peak] = body.facts.setdefault(Peak, {})
    if use not in known:
        ends = [port.value for port in body.outputs]
        inside = [m.peak for m in through(body, body.flow(), arriving, lasting, ends)]
        known[use] = greatest([*inside, _together(arriving)])
    return known[use]


def through(
    body: Body,
    flow: Iterable[Operation | Instance | Repeat],
    entering: Sequence[Tensor],
    lasting: frozenset[Tensor],
    ends: Iterable[Value],
) -> Iterator[LivePoint]:
    """These items of a body as they run, one after the other."""
    items = tuple(flow)
    values = INFERENCE.fold(body, items, entering, Allocations())
    last: dict[Tensor, int] = {}
    for number, item in enumerate(items):
        for port in (*item.outputs, *item.inputs):
            last[values[port.value]] = number
    forever = lasting | {values[value] for value in ends}
    alive = dict.fromkeys(entering)
    for number, item in enumerate(items):
        arriving = [values[port.value] for port in item.inputs]
        leaving = [values[port.value] for port in item.outputs]
        after = forever | {t for t in alive if last.get(t, -1) > number}
        beside = sum(t.elements for t in alive if t not in arriving)
        yield LivePoint(item, arriving, after, beside, _item(item, arriving, leaving, after))
        alive |= dict.fromkeys(leaving)
        alive = {t: None for t in alive if t in forever or last.get(t, -1) > number}


def _item(
    item: Operation | Instance | Repeat,
    arriving: Sequence[Tensor],
    leaving: Sequence[Tensor],
    after: frozenset[Tensor],
) -> Peak:
    """The peak of one item: its inputs, and the tensors that it makes."""
    match item:
        case Instance():
            return _body(item.body, arriving, after)
        case Repeat():
            return _repeat(item, arriving, after)
    return _together([*arriving, *leaving])


def _together(tensors: Iterable[Tensor]) -> Peak:
    """The peak of some tensors, each counted once."""
    return Peak(sum(t.elements for t in {*tensors}), "")


def _repeat(item: Repeat, arriving: Sequence[Tensor], after: frozenset[Tensor]) -> Peak:
    """The peak of a repeat; without iterations, its inputs."""
    found = [
        Peak(each.beside + each.inside.elements, join(str(each.number), each.inside.at))
        for each in iterations(item, arriving, after)
    ]
    return greatest([*found, _together(arriving)])


class Iteration(NamedTuple):
    """One iteration of a repeat while it runs."""

    number: int
    body: Body
    arriving: Sequence[Tensor]
    lasting: frozenset[Tensor]
    beside: int
    """Elements of the inputs of the first iteration that must stay alive."""
    inside: Peak


def iterations(
    item: Repeat, arriving: Sequence[Tensor], after: frozenset[Tensor]
) -> Iterator[Iteration]:
    """The iterations of a repeat, one after the other."""
    number, held = 0, frozenset(t for t in arriving if t in after)
    for group in item.iterations:
        for _ in range(group.count):
            arriving = arriving[: len(group.body.inputs)]
            beside = sum(t.elements for t in held.difference(arriving))
            inside = _body(group.body, arriving, held)
            yield Iteration(number, group.body, arriving, held, beside, inside)
            arriving = INFERENCE.body(group.body).apply(arriving, Allocations())
            number += 1


# The memory timeline


@dataclass(slots=True)
class Step:
    """A part of the network on the timeline; equal iterations in a row are one step."""

    level: int
    leaving: Sequence[Tensor] = ()
    made: list[Allocations] = field(default_factory=list)
    alive: int = 0
    """The most elements a sample that are alive at once while it runs at inference."""

    @property
    def output(self) -> Bytes:
        """The memory of its outputs; of iterations, those of the last one."""
        return Bytes(sum(tensor.elements for tensor in self.leaving))

    @property
    def kept(self) -> Bytes:
        """The memory of tensors that it makes and training keeps."""
        whole = Bytes()
        for made in self.made:
            whole = whole.plus(made.kept)
        return whole


def timeline(network: Network, depth: int | None) -> dict[str, Step]:
    """The steps of a network by their paths, in the order of the data; the input is at ``.

    The paths are those of `Analysis.rows`.
    """
    root = network.root
    walk = _Timeline(depth)
    entering = TRAINING.entering(root.inputs)
    walk.steps[""] = Step(0, entering, [Allocations(tensors=list(entering))])
    walk.body(root, root.flow(), entering, "", 1)
    for moment in live_points(network):
        walk.moment(moment, "", 1, 0)
    return walk.steps


class _Timeline:
    def __init__(self, deepest: int | None) -> None:
        self.deepest = deepest
        self.steps: dict[str, Step] = {}
        self.made: list[Allocations] = []

    def opens(self, level: int) -> bool:
        """Whether the timeline has rows of that level."""
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
                self.made.append(Allocations())
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
        """Follow the tensors through a use of a block."""
        values = self.body(body, body.flow(), arriving, path, level)
        return [values[port.value] for port in body.outputs]

    def repeat(
        self, item: Repeat, arriving: Sequence[Tensor], path: str, level: int
    ) -> Sequence[Tensor]:
        """Follow the tensors through the iterations of a repeat."""
        for numbers, run in item.numbered():
            name, start = join(path, numbers), len(self.made)
            step = self.steps.setdefault(name, Step(level))
            for _ in range(run.count):
                arriving = arriving[: len(run.body.inputs)]
                if self.opens(level + 1):
                    arriving = self.inside(run.body, arriving, name, level + 1)
                else:
                    self.made.append(Allocations())
                    arriving = TRAINING.body(run.body).apply(arriving, self.made[-1])
            step.leaving = arriving
            step.made += self.made[start:]
        return arriving

    def moment(self, moment: LivePoint, path: str, level: int, beside: int) -> None:
        """Note the elements alive while an item runs; `beside` counts those outside its body."""
        item, beside = moment.item, beside + moment.beside
        name, below = join(path, item.name), level + bool(item.name)
        if item.name:
            self.alive(name, beside + moment.inside.elements)
        if isinstance(item, Operation) or not self.opens(below):
            return
        if isinstance(item, Instance):
            self.live_points(item.body, moment.arriving, moment.lasting, name, below, beside)
            return
        names = (numbers for numbers, run in item.numbered() for _ in range(run.count))
        for numbers, each in zip(
            names, iterations(item, moment.arriving, moment.lasting), strict=True
        ):
            run, there = join(name, numbers), beside + each.beside
            self.alive(run, there + each.inside.elements)
            if self.opens(below + 1):
                self.live_points(each.body, each.arriving, each.lasting, run, below + 1, there)

    def live_points(
        self,
        body: Body,
        arriving: Sequence[Tensor],
        lasting: frozenset[Tensor],
        path: str,
        level: int,
        beside: int,
    ) -> None:
        """Note the elements that are alive while each item of a body runs."""
        ends = [port.value for port in body.outputs]
        for moment in through(body, body.flow(), arriving, lasting, ends):
            self.moment(moment, path, level, beside)

    def alive(self, name: str, elements: int) -> None:
        """Raise the peak of a step to this number of elements."""
        self.steps[name].alive = max(self.steps[name].alive, elements)


# The figures

CONVENTION = N_(
    {
        "kept": "what autograd keeps of one forward pass of the generated module in eager PyTorch "
        "on a GPU, asides and the input included: each tensor once, with masks and indices; no "
        "weights, gradients, optimiser states or workspace",
        "peak": "the most that is alive at once at inference, in the order of the generated "
        "forward pass: each tensor from the operation that makes it to the last one that reads "
        "it, the input included; no weights and no workspace",
        "in place": "an activation overwrites its input where the generated code says inplace=True",
    }
)
"""How memory is counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """The memory of one step of the network, in bytes."""

    id: str
    """Empty for the input."""
    level: int
    """Its level in the tree of blocks, 1 at the top."""
    output: int
    """The memory of its outputs."""
    kept: int
    """The memory of tensors that it makes and training keeps."""
    alive: int
    """The peak while it runs at inference; 0 for training-only steps."""


@dataclass(frozen=True)
class Memory:
    """A network's memory for a batch in a type; `CONVENTION` says how it is counted."""

    network: Network
    batch: int = 1
    dtype: str = "float32"

    @property
    def weights(self) -> int:
        """Bytes of parameters and buffers, which the other figures leave out."""
        of: Cost = cost(self.network.root.flow())
        return (of.params + of.buffers) * WIDTHS[self.dtype]

    @cached_property
    def kept(self) -> int:
        """Bytes that training keeps from the forward to the backward pass."""
        return self._bytes(autograd_memory(self.network))

    @cached_property
    def peak(self) -> int:
        """The most bytes that are alive at once at inference."""
        return self._size(self._peak.elements)

    @property
    def at(self) -> str:
        """The operation that runs at that moment."""
        return self._peak.at

    def rows(self, depth: int | None = 1) -> tuple[Row, ...]:
        """The input and each step of the main flow and of the asides, blocks opened to a depth.

        `kept` adds up over the rows of a level; equal iterations in a row share a row.
        """
        return tuple(
            Row(
                path,
                step.level,
                self._bytes(step.output),
                self._bytes(step.kept),
                self._size(step.alive),
            )
            for path, step in timeline(self.network, depth).items()
        )

    def to_dict(self, depth: int | None = 1) -> dict[str, Any]:
        """Plain data, ready for JSON; all figures in bytes."""
        return {
            "batch": self.batch,
            "dtype": self.dtype,
            "weights": self.weights,
            "kept": self.kept,
            "peak": self.peak,
            "at": self.at,
            "conventions": CONVENTION,
            "steps": [asdict(row) for row in self.rows(depth)],
        }

    @cached_property
    def _peak(self) -> Peak:
        image = Peak(numel(self.network.input), "")
        return greatest([*(moment.peak for moment in live_points(self.network)), image])

    def _size(self, elements: int) -> int:
        return self._bytes(Bytes(elements))

    def _bytes(self, of: Bytes) -> int:
        return of.of(self.batch, WIDTHS[self.dtype])
