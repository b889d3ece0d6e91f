"""Spec file -> plain data, with the span of every key and value: the first step."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from archc.diagnostics import Report, Source, Span, SpecError
from archc.syntax.files import Files
from archc.syntax.nodes import Entry, Node

Path = tuple[str | int, ...]
"""The way to a value: `("network", 3, "conv", "stride")`."""


class _Spans(Mapping[Path, Span]):
    """The spans of a tree, made when they are asked for: most never are."""

    def __init__(self, root: Node, keys: bool) -> None:
        self._root, self._keys = root, keys

    def __getitem__(self, path: Path) -> Span:
        node = self._root
        entry: Entry | None = None
        for step in path:
            entry = None
            if isinstance(node.value, dict) and step in node.value:
                entry = node.value[step]
                node = entry.value
            elif isinstance(node.value, list) and type(step) is int and 0 <= step < len(node.value):
                node = node.value[step]
            else:
                raise KeyError(path)
        if not self._keys:
            return node.span
        if entry is None:
            raise KeyError(path)
        return entry.key.span

    def __iter__(self) -> Iterator[Path]:
        waiting: list[tuple[Path, Node]] = [((), self._root)]
        while waiting:
            path, node = waiting.pop()
            if not self._keys or (path and isinstance(path[-1], str)):
                yield path
            if isinstance(node.value, dict):
                waiting += [((*path, name), e.value) for name, e in reversed(node.value.items())]
            elif isinstance(node.value, list):
                waiting += [((*path, i), child) for i, child in enumerate(node.value)][::-1]

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Document:
    """A spec as plain data, after `use` and `extends`, with the place of everything in it."""

    source: Source
    data: Any
    """Dicts with string keys, lists, strings, numbers, flags and None."""
    keys: Mapping[Path, Span] = field(repr=False)
    """The span of the key at a path."""
    values: Mapping[Path, Span] = field(repr=False)
    """The span of the value at a path; where nothing is written, that of its key."""
    files: tuple[Source, ...] = field(default=(), repr=False)
    """Everything that was read, the spec itself first."""

    def span(self, path: Path, *, key: bool = False) -> Span:
        """The span of the value (or key) at `path`, or of the nearest thing around it."""
        path = tuple(path)
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.values:
            path = path[:-1]
        return self.values[path]


def load(
    path: str | os.PathLike[str], text: str | None = None, report: Report | None = None
) -> Document:
    """Read a spec: the file at `path`, or `text` in its place; `-` is standard input.

    With a `report`, mistakes that leave something to go on with are noted there, so that the
    stages after this one can add theirs.

    Raises:
        SpecError: with everything that is wrong in the file and in those that it brings in.
    """
    found = Report() if report is None else report
    given = os.fspath(path)
    files = Files(given, found)
    root = files.top(given, text)
    if report is None:
        found.raise_if_any()
    if root is None or files.failed:
        raise SpecError(found.diagnostics)
    return Document(
        files.sources[0],
        root.plain_data(),
        _Spans(root, keys=True),
        _Spans(root, keys=False),
        tuple(files.sources),
    )
