"""Memory for training: what autograd keeps from the forward pass for the backward one.

A tensor is kept if any operation that made or read it needs it again, and counts once however
many need it; what a body keeps depends on its use only through the tensors that enter and leave
it, so that it is looked at once. Each operation is taken as PyTorch does it by itself: a generated
class that serves maps of several sizes may pad them in a step of its own, and keep that too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakKeyDictionary

from archc.analyses.inplace import overwriting
from archc.network import INPUT, Body, Instance, Network, Operation, Repeat, Value
from archc.ops import Shape
from archc.ops.base import numel


class Bytes(NamedTuple):
    """Memory before it is known for how many samples, and in which type."""

    elements: int = 0
    """Elements of a sample in the type that the network computes in."""
    masks: int = 0
    """Bytes of a sample that are what they are in any type: masks and indices."""
    fixed: int = 0
    """Bytes that are there once for the whole batch."""

    def plus(self, other: Bytes) -> Bytes:
        """Both."""
        return Bytes(*map(sum, zip(self, other, strict=True)))

    def of(self, batch: int, width: int) -> int:
        """For so many samples, of elements of so many bytes."""
        return batch * (self.elements * width + self.masks) + self.fixed


@dataclass(eq=False, slots=True)
class Tensor:
    """A piece of memory, under whatever names it goes."""

    elements: int
    kept: bool = False


@dataclass(slots=True)
class Made:
    """What some items made: their tensors, and what is kept beside those."""

    beside: Bytes = field(default_factory=Bytes)
    tensors: list[Tensor] = field(default_factory=list)

    @property
    def kept(self) -> Bytes:
        """All that is kept of it."""
        return self.beside.plus(Bytes(sum(t.elements for t in self.tensors if t.kept)))


@dataclass(frozen=True, slots=True)
class Passage:
    """What a body keeps, and what it means for the tensors that enter and leave it."""

    inside: Bytes
    """Of all that does not leave it."""
    needs: tuple[bool, ...]
    """Whether each input is kept."""
    leaves: tuple[int, ...]
    """Each output as a number of `tensors`: the inputs, then what it made."""
    made: tuple[tuple[int, bool], ...]
    """Of those it made the elements, and whether it keeps them itself."""

    def apply(self, arriving: Sequence[Tensor], made: Made) -> tuple[Tensor, ...]:
        """What leaves, for given tensors; what is made on the way is added to `made`."""
        for tensor, needed in zip(arriving, self.needs, strict=True):
            tensor.kept |= needed
        new = [Tensor(elements, kept) for elements, kept in self.made]
        made.tensors += new
        made.beside = made.beside.plus(self.inside)
        every = [*arriving, *new]
        return tuple(every[number] for number in self.leaves)


def passage(entering: Sequence[Tensor], leaving: Sequence[Tensor], made: Made) -> Passage:
    """What happened, seen from outside."""
    ends = [t for t in dict.fromkeys(leaving) if t not in entering]
    within = Made(made.beside, [t for t in made.tensors if t not in ends])
    every = [*entering, *ends]
    return Passage(
        within.kept,
        tuple(t.kept for t in entering),
        tuple(every.index(t) for t in leaving),
        tuple((t.elements, t.kept) for t in ends),
    )


def then(first: Passage, second: Passage) -> Passage:
    """One after the other; the first may give more than the second takes."""
    entering, made = [Tensor(0) for _ in first.needs], Made()
    between = first.apply(entering, made)
    return passage(entering, second.apply(between[: len(second.needs)], made), made)


class Keeping:
    """Folds bodies into what they keep, each once, as long as it lives."""

    def __init__(self, training: bool) -> None:
        self.training = training
        """Whether it is kept for a gradient; else a passage only says what is whose memory."""
        self._known: WeakKeyDictionary[Body, Passage] = WeakKeyDictionary()

    def body(self, body: Body) -> Passage:
        """What a body keeps."""
        known = self._known.get(body)
        if known is None:
            entering, made = self.entering(body.inputs), Made()
            values = self.fold(body, body.flow(), entering, made)
            leaving = [values[port.value] for port in body.outputs]
            known = self._known[body] = passage(entering, leaving, made)
        return known

    def entering(self, shapes: Iterable[Shape | None]) -> tuple[Tensor, ...]:
        """A tensor for each input of a body."""
        return tuple(Tensor(numel(shape or ())) for shape in shapes)

    def fold(
        self,
        body: Body,
        items: Iterable[Operation | Instance | Repeat],
        entering: Sequence[Tensor],
        made: Made,
    ) -> dict[Value, Tensor]:
        """The memory of every value of a body; what these items make is added to `made`."""
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
        made: Made,
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

    def times(self, body: Body, count: int) -> Passage:
        """A body so often in a row, by repeated squaring."""
        power = self.body(body)
        found: Passage | None = None
        for bit in range(count.bit_length()):
            if count >> bit & 1:
                found = power if found is None else then(found, power)
            if count >> bit > 1:
                power = then(power, power)
        assert found is not None, "a group has an iteration"
        return found

    def _operation(
        self, operation: Operation, inplace: bool, arriving: Sequence[Tensor], made: Made
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


TRAINING, INFERENCE = Keeping(True), Keeping(False)


def keeps(network: Network) -> Bytes:
    """What training keeps of a whole network, its input and its asides included."""
    root = network.root
    entering = TRAINING.entering(root.inputs)
    made = Made(tensors=list(entering))
    TRAINING.fold(root, root.flow(), entering, made)
    return made.kept
