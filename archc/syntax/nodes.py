"""The tree that a YAML text is read into: values that know their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from yaml.error import Mark

from archc.diagnostics import Source, Span


class Pair(NamedTuple):
    """A key of a mapping and its value."""

    key: Node
    value: Node


@dataclass(slots=True, eq=False)
class Node:
    """A value and its span: a scalar, a list of nodes, or a dict of entries."""

    source: Source
    start: Mark
    end: Mark
    value: Any
    plain: bool = False
    """A scalar without quotes."""
    size: int = 1
    depth: int = 0

    @property
    def span(self) -> Span:
        """The place, without the blank lines that a YAML parser counts in."""
        line, column = self.end.line, self.end.column
        if line > self.start.line and column == 0:
            text = self.source.text[self.start.index : self.end.index].rstrip()
            lines = text.splitlines() or [""]
            line = self.start.line + len(lines) - 1
            column = len(lines[-1]) + (self.start.column if len(lines) == 1 else 0)
        if (line, column) == (self.start.line, self.start.column):
            column += 1  # nothing is written: something has to be marked
        return Span(self.source, self.start.line + 1, self.start.column + 1, line + 1, column + 1)

    @property
    def text(self) -> str:
        """The source of the value, on one line."""
        return " ".join(self.source.text[self.start.index : self.end.index].split())

    @property
    def empty(self) -> bool:
        """Whether the value is empty, as in `key:`."""
        return self.plain and self.start.index == self.end.index

    def plain_data(self) -> Any:
        """The value as plain dicts, lists and scalars, sharing nothing."""
        if isinstance(self.value, dict):
            return {name: entry.value.plain_data() for name, entry in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain_data() for node in self.value]
        return self.value


def place(source: Source, offset: int, length: int = 1) -> Span:
    """The span of `length` columns from that offset in the text."""
    lines = (source.text[:offset] + "|").splitlines()
    line, column = len(lines), len(lines[-1])
    return Span(source, line, column, line, column + length)
