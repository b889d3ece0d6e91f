"""Memory for inference: the most that is alive at once, in the order of the forward pass.

A tensor lives from the operation that makes it to the last one that reads it. What happens inside
a body depends on its use only by which inputs are one tensor, and which must live on; so that a
body is gone through a few times, however often it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from archc.analyses.autograd_memory import INFERENCE, Made, Tensor
from archc.network import Body, Instance, Network, Operation, Repeat, Value, join

Use: TypeAlias = tuple[tuple[int, ...], frozenset[int]]
"""How a body is used: a number for each input, equal for one tensor, and those that live on."""


class Peak(NamedTuple):
    """The most that is alive at once."""

    elements: int
    at: str
    """The operation that is then at work."""


def greatest(found: Iterable[Peak]) -> Peak:
    """The first of the greatest."""
    return max(found, key=lambda each: each.elements)


_known: WeakKeyDictionary[Body, dict[Use, Peak]] = WeakKeyDictionary()


class Moment(NamedTuple):
    """An item at work, somewhere in a body."""

    item: Operation | Instance | Repeat
    arriving: Sequence[Tensor]
    lasting: frozenset[Tensor]
    """What must live on after it."""
    beside: int
    """Elements that are alive and do not arrive."""
    inside: Peak
    """Of what arrives, and what the item makes."""

    @property
    def peak(self) -> Peak:
        """The most that is alive in the body while it works."""
        return Peak(self.beside + self.inside.elements, join(self.item.name, self.inside.at))


def moments(network: Network) -> Iterator[Moment]:
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
    known = _known.setdefault(body, {})
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
) -> Iterator[Moment]:
    """These items of a body at work, one after the other."""
    items = tuple(flow)
    values = INFERENCE.fold(body, items, entering, Made())
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
        yield Moment(item, arriving, after, beside, _item(item, arriving, leaving, after))
        alive |= dict.fromkeys(leaving)
        alive = {t: None for t in alive if t in forever or last.get(t, -1) > number}


def _item(
    item: Operation | Instance | Repeat,
    arriving: Sequence[Tensor],
    leaving: Sequence[Tensor],
    after: frozenset[Tensor],
) -> Peak:
    """The peak of one item: what arrives, and what is made of it."""
    match item:
        case Instance():
            return _body(item.body, arriving, after)
        case Repeat():
            return _repeat(item, arriving, after)
    return _together([*arriving, *leaving])


def _together(tensors: Iterable[Tensor]) -> Peak:
    """Some tensors, each once."""
    return Peak(sum(t.elements for t in {*tensors}), "")


def _repeat(item: Repeat, arriving: Sequence[Tensor], after: frozenset[Tensor]) -> Peak:
    """The peak of a repeat; of none, what arrives."""
    found = [
        Peak(each.beside + each.inside.elements, join(str(each.number), each.inside.at))
        for each in iterations(item, arriving, after)
    ]
    return greatest([*found, _together(arriving)])


class Iteration(NamedTuple):
    """One iteration of a repeat at work."""

    number: int
    body: Body
    arriving: Sequence[Tensor]
    lasting: frozenset[Tensor]
    beside: int
    """Elements of what the first iteration was given and must live on."""
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
            arriving = INFERENCE.body(group.body).apply(arriving, Made())
            number += 1
