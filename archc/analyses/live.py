"""Memory for inference: the most that is alive at once, in the order of the forward pass.

A tensor lives from the operation that makes it to the last one that reads it. What happens inside
a body depends on its use only by which inputs are one tensor, and which must live on; so that a
body is gone through a few times, however often it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from archc.analyses.kept import INFERENCE, Made, Tensor
from archc.network import Body, Call, Leaf, Network, Repeat, Value, join

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


def peaks(network: Network) -> tuple[Peak, ...]:
    """The peak while each step of the main flow runs, in elements for each sample, at inference.

    The input counts, and may go when nobody needs it any more; the outputs live to the end.
    """
    root = network.root
    entering = INFERENCE.entering(root.inputs)
    wanted = [output.port.value for output in network.outputs if not output.training_only]
    return tuple(_through(root, root.flow(asides=False), entering, frozenset(), wanted))


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
        known[use] = greatest(_through(body, body.flow(), arriving, lasting, ends))
    return known[use]


def _through(
    body: Body,
    flow: Iterable[Leaf | Call | Repeat],
    entering: Sequence[Tensor],
    lasting: frozenset[Tensor],
    ends: Iterable[Value],
) -> Iterator[Peak]:
    """The peaks while these items of a body run, one after the other."""
    items = tuple(flow)
    values = INFERENCE.fold(body, items, entering, Made())
    last: dict[Tensor, int] = {}
    for number, item in enumerate(items):
        for port in (*item.outputs, *item.inputs):
            last[values[port.value]] = number
    forever = lasting | {values[value] for value in ends}
    alive = dict.fromkeys(entering)
    if not items:
        yield Peak(sum(t.elements for t in alive), "")
    for number, item in enumerate(items):
        arriving = [values[port.value] for port in item.inputs]
        leaving = [values[port.value] for port in item.outputs]
        after = forever | {t for t in alive if last.get(t, -1) > number}
        beside = sum(t.elements for t in alive if t not in arriving)
        inner = _item(item, arriving, leaving, after)
        yield Peak(beside + inner.elements, join(item.name, inner.at))
        alive |= dict.fromkeys(leaving)
        alive = {t: None for t in alive if t in forever or last.get(t, -1) > number}


def _item(
    item: Leaf | Call | Repeat,
    arriving: Sequence[Tensor],
    leaving: Sequence[Tensor],
    after: frozenset[Tensor],
) -> Peak:
    """The peak of one item: what arrives, and what is made of it."""
    match item:
        case Call():
            return _body(item.body, arriving, after)
        case Repeat():
            return _repeat(item, arriving, after)
    return Peak(sum(t.elements for t in {*arriving, *leaving}), "")


def _repeat(item: Repeat, arriving: Sequence[Tensor], after: frozenset[Tensor]) -> Peak:
    """The peak of iterations; inputs of the first that must live on are there in all of them."""
    best, done = Peak(0, ""), 0
    held = {t for t in arriving if t in after}
    for run in item.runs:
        for number in range(run.count):
            arriving = arriving[: len(run.body.inputs)]
            beside = sum(t.elements for t in held.difference(arriving))
            inner = _body(run.body, arriving, frozenset(held))
            if beside + inner.elements > best.elements:
                best = Peak(beside + inner.elements, join(str(done + number), inner.at))
            arriving = INFERENCE.body(run.body).apply(arriving, Made())
        done += run.count
    return best
