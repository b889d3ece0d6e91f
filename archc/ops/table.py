"""Tables about ops: what one target or document makes of each op, by the op's class.

An op's class says what is true of the op itself. What PyTorch, a counting tool or a figure makes of
it is an entry in the table of that target or document. A table answers for every op: with an entry,
or with `unsupported(why)`; `tests/ops/test_tables.py` asks each table for each op.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from archc.ops.base import Op

T = TypeVar("T")


@dataclass(frozen=True)
class Unsupported:
    """Why a target or document has nothing for an op; the reason is shown to the user."""

    why: str


def unsupported(why: str) -> Unsupported:
    """An entry for an op that a target or document has nothing for, with the reason."""
    return Unsupported(why)


class UnsupportedOp(Exception):
    """An op that a table has no entry for; the caller knows where in the spec this is."""

    def __init__(self, table: str, op: type[Op], why: str) -> None:
        self.table, self.op, self.why = table, op, why
        super().__init__(f"`{op.name}` has no {table}: {why}")


class OpTable(Generic[T]):
    """A total table over ops: for each op an entry of one target or document, or why it has none.

    An entry for a class holds for its subclasses too, unless they have their own: `Activation` may
    answer for all activations. There is no entry for every op, as that would answer for ops that
    nobody has thought of.

    Args:
        name: what an entry is, for messages: `squareplus` has no `lowering to PyTorch`.
        entries: by class of op, the entry or `unsupported(why)`.
    """

    every: ClassVar[list[OpTable[Any]]] = []
    """All tables that have been made, for the test that asks each for each op."""

    def __init__(self, name: str, entries: Mapping[type[Op], T | Unsupported]) -> None:
        if Op in entries:
            raise ValueError(f"{name}: an entry for every op would answer for unknown ones")
        self.name = name
        self.entries = entries
        self.module: str = sys._getframe(1).f_globals["__name__"]
        """Where the table is made, for the test's message."""
        OpTable.every.append(self)

    def find(self, op: Op | type[Op]) -> T | Unsupported:
        """The entry for an op, or the reason why it has none."""
        kind = op if isinstance(op, type) else type(op)
        for each in kind.__mro__:
            if each in self.entries:
                return self.entries[each]
        return Unsupported("the table does not list it")

    def __getitem__(self, op: Op | type[Op]) -> T:
        """The entry for an op; raises `UnsupportedOp` if it has none."""
        found = self.find(op)
        if isinstance(found, Unsupported):
            raise UnsupportedOp(self.name, op if isinstance(op, type) else type(op), found.why)
        return found

    def get(self, op: Op | type[Op]) -> T | None:
        """The entry for an op; None if it has none."""
        found = self.find(op)
        return None if isinstance(found, Unsupported) else found

    def missing(self, ops: Iterable[type[Op]]) -> list[type[Op]]:
        """The ops that are not listed at all: neither with an entry nor as unsupported."""
        return [op for op in ops if not self.entries.keys() & set(op.__mro__)]

    def unused(self, ops: Iterable[type[Op]]) -> list[type[Op]]:
        """The classes of entries that no op finds."""
        found = {next((c for c in op.__mro__ if c in self.entries), None) for op in ops}
        return [each for each in self.entries if each not in found]
