"""A semantic diff of two networks: blocks and operations added, removed and changed, with costs.

`match` finds which items correspond, `compare` walks both networks and makes the tree of `changes`,
and `grouping` groups equal changes for a report; `wording` puts settings into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from archc.analyses import Totals, analyze
from archc.analyses.differences.changes import REPORTED, Change, Node, Setting
from archc.analyses.differences.compare import compare
from archc.analyses.differences.match import plain
from archc.network import Network

__all__ = ["REPORTED", "Change", "Difference", "Node", "Setting", "diff"]


@dataclass(frozen=True, eq=False)
class Difference:
    """Two networks side by side."""

    left: Network
    right: Network

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changes of all parts of either network, in the order of the data."""
        return compare(self.left, self.right)

    @cached_property
    def totals(self) -> tuple[Totals, Totals]:
        """The costs of each network at inference."""
        return analyze(self.left).inference, analyze(self.right).inference

    @cached_property
    def params(self) -> Mapping[str, tuple[Any, Any]]:
        """The params that differ, by name: both values, None for a param that a spec lacks."""
        left, right = self.left.params, self.right.params
        both = ((name, plain(left.get(name)), plain(right.get(name))) for name in {**left, **right})
        return {name: (before, after) for name, before, after in both if before != after}

    @property
    def different(self) -> bool:
        """Whether the networks differ in anything but the names of params."""
        return self.left.input != self.right.input or any(c.kind != "same" for c in self.changes)


def diff(left: Network, right: Network) -> Difference:
    """Compare two networks; bodies that they share are compared once."""
    return Difference(left, right)
