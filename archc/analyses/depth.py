"""Depth: the layers with weights on the longest path."""

from __future__ import annotations

from collections.abc import Iterable

from archc.analyses.folds import PathFold, reached
from archc.network import Instance, Operation, Repeat


class Longest:
    """Counts weighted layers: along a path they add up, of two paths the longer counts."""

    one = 0

    def step(self, operation: Operation, index: int) -> int:
        """1 for a convolution or a linear layer, else 0."""
        return int(operation.op.weighted)

    def then(self, first: int, second: int) -> int:
        """The number of layers on two paths, one after the other."""
        return first + second

    def join(self, left: int, right: int) -> int:
        """The number of layers on the longer of two paths."""
        return max(left, right)


LONGEST = PathFold(Longest())


def depth(items: Iterable[Operation | Instance | Repeat]) -> int:
    """The number of weighted layers on the longest path through these items of one body."""
    made = LONGEST.fold(items, (), outside=(LONGEST.algebra.one,))
    return max((length for row in made.values() for length in reached(row)), default=0)
