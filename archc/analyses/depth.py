"""Depth: the layers with weights on the longest path."""

from __future__ import annotations

from collections.abc import Iterable

from archc.analyses.folds import PathFold, reached
from archc.network import Instance, Operation, Repeat


class Longest:
    """Counts weighted layers: along a path they add up, of two paths the longer counts."""

    one = 0

    def step(self, operation: Operation, index: int) -> int:
        """1 for a convolution or a linear layer."""
        return int(operation.op.weighted)

    def then(self, first: int, second: int) -> int:
        """Both."""
        return first + second

    def join(self, left: int, right: int) -> int:
        """The longer."""
        return max(left, right)


LONGEST = PathFold(Longest())


def depth(items: Iterable[Operation | Instance | Repeat]) -> int:
    """The most weighted layers in a row among these items of one body."""
    made = LONGEST.fold(items, (), outside=(LONGEST.algebra.one,))
    return max((length for row in made.values() for length in reached(row)), default=0)
