"""Which items of one body are which of another: difflib, by what says most first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher

from archc.analyses.differences.anatomy import Inner, branch, callee, form, operations
from archc.network import Operation

Pair = tuple[Inner | None, Inner | None]

ALIKE = 0.6
"""The share of operations in common from which on two blocks are one that was changed."""


def _id(item: Inner) -> Hashable:
    """The id that the spec gives, for ops and blocks each."""
    return (item.step.id, isinstance(item, Operation)) if item.step.id else object()


def _same(item: Inner) -> Hashable:
    return branch(item), form(item)


def _call(item: Inner) -> Hashable:
    return branch(item), callee(item)


def _family(item: Inner) -> Hashable:
    return (branch(item), item.op.family) if isinstance(item, Operation) else object()


KEYS: tuple[Callable[[Inner], Hashable], ...] = (_id, _same, _call, callee, _family)
"""By id; whatever does the same in the same branch; the same op or block; a similar op."""


def align(left: Sequence[Inner], right: Sequence[Inner]) -> list[Pair]:
    """The items of two bodies in pairs, in order; None beside those that only one has."""
    return _within(left, right, KEYS)


def _within(
    left: Sequence[Inner], right: Sequence[Inner], keys: Sequence[Callable[[Inner], Hashable]]
) -> list[Pair]:
    if not left or not right:
        return _apart(left, right)
    if not keys:
        return _last(left, right)
    key, *others = keys
    matcher = SequenceMatcher(None, list(map(key, left)), list(map(key, right)), autojunk=False)
    pairs: list[Pair] = []
    i = j = 0
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            a, b = block.a + k, block.b + k
            if key is _id and not _plausible(left[a], right[b]):
                continue  # two things that happen to be called the same
            pairs += [*_within(left[i:a], right[j:b], others), (left[a], right[b])]
            i, j = a + 1, b + 1
    return pairs + _within(left[i:], right[j:], others)


def _last(left: Sequence[Inner], right: Sequence[Inner]) -> list[Pair]:
    """Blocks under other names: one for one, where their operations are much the same."""
    blocks = [
        [item for item in items if not isinstance(item, Operation)] for items in (left, right)
    ]
    if len(blocks[0]) != len(blocks[1]) or not all(map(_alike, *blocks)):
        return _apart(left, right)
    pairs: list[Pair] = []
    for a, b in zip(*blocks, strict=True):
        i, j = left.index(a), right.index(b)
        pairs += [*_apart(left[:i], right[:j]), (a, b)]
        left, right = left[i + 1 :], right[j + 1 :]
    return pairs + _apart(left, right)


def _apart(left: Sequence[Inner], right: Sequence[Inner]) -> list[Pair]:
    return [(item, None) for item in left] + [(None, item) for item in right]


def _plausible(one: Inner, other: Inner) -> bool:
    """Whether the one may have become the other."""
    if isinstance(one, Operation) and isinstance(other, Operation):
        return one.op.family == other.op.family
    return callee(one) == callee(other) or _alike(one, other)


def _alike(one: Inner, other: Inner) -> bool:
    matcher = SequenceMatcher(None, operations((one,)), operations((other,)), autojunk=False)
    return matcher.ratio() >= ALIKE
