"""What is left of a network's paths when one of its parts is deleted.

The experiment of Veit et al., "Residual networks behave like ensembles of relatively shallow
networks", 2016, arXiv:1605.06431, section 4.1, on paper.
"""

from __future__ import annotations

from itertools import zip_longest

from archc.analyses.hierarchy import find, inner, named, top
from archc.analyses.path_lengths import PATHS, Counts, Distribution, Lengths, ending
from archc.analyses.paths import Matrix, Paths, Row
from archc.network import (
    INPUT,
    Body,
    Branch,
    Instance,
    Item,
    Network,
    Operation,
    Port,
    Repeat,
    Value,
)
from archc.ops.base import size
from archc.ops.join import Add, Multiply

PAST: Paths[Counts] = Paths(Lengths({}))
"""Only the paths that pass no weighted layer: what a deleted part still lets through."""


class CanNotDelete(Exception):
    """A part that the network can not do without: what is left does not fit together."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"the network does not fit together without `{path}`: {why}")


def without(network: Network, path: str) -> Distribution:
    """The paths that are left when a part is deleted: those that go through none of its layers.

    What arrives at the part goes on in the place of what leaves it, so both must have the same
    shape; a branch is left out of its sum or product.

    Raises:
        UnknownId: there is no such part.
        CanNotDelete: the shapes do not fit.
    """
    find(top(network), path)
    made = _fold(network.root, path, PATHS.sources(1), path, asides=False)
    return ending(network, made)


def _fold(
    body: Body, path: str, arriving: Matrix[Counts], whole: str, asides: bool = True
) -> dict[Value, Row[Counts]]:
    """Every value of a body without the part at a path in it, of which `whole` is the full one."""
    name, item = _first(body, path)
    rest = path.removeprefix(name).removeprefix(".")
    deleted = frozenset[str]()
    if not rest and not isinstance(item, Branch):
        _check(whole, item.inputs, item.outputs)
        if isinstance(item, Operation) and len(item.inputs) > 1:
            raise CanNotDelete(whole, "several flows join in it")
        deleted = frozenset(each.name for each in inner(item))
    made = {Value(INPUT, i): row for i, row in enumerate(arriving)}
    for each in body.flow(asides=asides):
        rows = tuple(made[port.value] for port in each.inputs)
        if rest and each is item:
            leaving = _inside(each, rest, rows, whole)
        elif isinstance(each, Operation) and item in each.branches.values():
            leaving = _less(each, item, rows, whole)
        else:
            leaving = (PAST if each.name in deleted else PATHS).leave(each, rows)
        made.update({Value(each.name, i): row for i, row in enumerate(leaving)})
    return made


def _first(body: Body, path: str) -> tuple[str, Item | Branch]:
    """The part of a body that a path leads to or into."""
    parts = dict(named(body.items))
    steps = dict(parts)
    for each in body.flow():  # of a branch and the one step in it, the branch
        parts |= each.branches if isinstance(each, Operation) else {}
    for name in sorted(parts, key=len, reverse=True):
        if not name or path == name:
            return name, parts[name]
        if path.startswith(f"{name}.") and isinstance(steps.get(name), Instance | Repeat):
            return name, steps[name]
    raise AssertionError(f"{path} was found before")


def _inside(item: Item, path: str, arriving: Matrix[Counts], whole: str) -> Matrix[Counts]:
    """What leaves a use of a block, or a repeat, without a part in it."""
    if isinstance(item, Instance):
        made = _fold(item.body, path, arriving, whole)
        return tuple(made[port.value] for port in item.body.outputs)
    assert isinstance(item, Repeat)
    number, _, rest = path.partition(".")
    left = int(number)
    for group in item.iterations:
        if not 0 <= left < group.count:
            arriving = PATHS.iterate(group.body, group.count, arriving)
        else:
            arriving = PATHS.iterate(group.body, left, arriving)[: len(group.body.inputs)]
            if rest:
                made = _fold(group.body, rest, arriving, whole)
                arriving = tuple(made[port.value] for port in group.body.outputs)
            else:
                before = tuple(Port(Value(INPUT), shape) for shape in group.body.inputs)
                _check(whole, before, group.body.outputs)
                arriving = PAST.apply(PAST.through(group.body), arriving)
            arriving = PATHS.iterate(group.body, group.count - left - 1, arriving)
        left -= group.count
    return arriving


def _less(
    operation: Operation, branch: Item | Branch, arriving: Matrix[Counts], whole: str
) -> Matrix[Counts]:
    """What leaves a join that has a branch less."""
    if len(operation.branches) < 2:
        raise CanNotDelete(whole, "it is the only branch")
    if not isinstance(operation.op, Add | Multiply):
        raise CanNotDelete(whole, f"{operation.op.name} would give fewer channels")
    kept = zip(operation.branches.values(), arriving, strict=True)
    return PATHS.leave(
        operation, tuple((None,) * len(row) if way is branch else row for way, row in kept)
    )


def _check(path: str, before: tuple[Port, ...], after: tuple[Port, ...]) -> None:
    """That what arrives may stand in the place of what leaves."""
    for arrives, leaves in zip_longest(before[: len(after)], after):
        if arrives is None or arrives.shape != leaves.shape:
            what = size(arrives.shape) if arrives and arrives.shape else "nothing"
            needed = size(leaves.shape or ())
            raise CanNotDelete(path, f"{what} would go on in the place of {needed}")
