"""Spec file -> plain data, with the span of every key and value: the first step.

A spec may bring in others by `use` and `extends`: each file is read once, checked to be where it
may be, and merged.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from archc.diagnostics import Diagnostic, Report, Source, Span, SpecError, nearest
from archc.syntax.compose import compose
from archc.syntax.nodes import Node, Pair, place

Path = tuple[str | int, ...]
"""The way to a value: `("network", 3, "conv", "stride")`."""


class _Spans(Mapping[Path, Span]):
    """The spans of a tree, made when they are asked for: most never are."""

    def __init__(self, root: Node, keys: bool) -> None:
        self._root, self._keys = root, keys

    def __getitem__(self, path: Path) -> Span:
        node = self._root
        entry: Pair | None = None
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


@dataclasses.dataclass(frozen=True)
class SourceTree:
    """A spec as plain data, after `use` and `extends`, with the place of everything in it."""

    source: Source
    data: Any
    """Dicts with string keys, lists, strings, numbers, flags and None."""
    keys: Mapping[Path, Span] = dataclasses.field(repr=False)
    """The span of the key at a path."""
    values: Mapping[Path, Span] = dataclasses.field(repr=False)
    """The span of the value at a path; where nothing is written, that of its key."""
    files: tuple[Source, ...] = dataclasses.field(default=(), repr=False)
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
) -> SourceTree:
    """Read a spec: the file at `path`, or `text` in its place; `-` is standard input.

    With a `report`, mistakes that leave something to go on with are noted there, so that the
    stages after this one can add theirs.

    Raises:
        SpecError: with everything that is wrong in the file and in those that it brings in.
    """
    found = Report() if report is None else report
    given = os.fspath(path)
    files = _Files(given, found)
    root = files.top(given, text)
    if report is None:
        found.raise_if_any()
    if root is None or files.failed:
        raise SpecError(found.diagnostics)
    return SourceTree(
        files.sources[0],
        root.plain_data(),
        _Spans(root, keys=True),
        _Spans(root, keys=False),
        tuple(files.sources),
    )


MAX_BYTES = 5_000_000
MAX_CHAIN = 32
"""The greatest depth of `use` and `extends`, in files."""

MERGED = ("params", "functions", "blocks", "init")
"""The sections that `extends` merges key by key; others are the child's, else the base's.

Variants are not joined: they are what the paper of the base calls its networks, and `weights` names
them one by one."""
NEVER_INHERITED = ("name", "claims", "table", "use", "extends")
"""A name is a spec's own, and claims and the table are those of the base's paper."""
USED = ("functions", "blocks")
"""The sections that `use` brings in."""


class _Link(NamedTuple):
    """One step from a file to another that it brings in."""

    verb: str
    span: Span
    name: str

    def __str__(self) -> str:
        return f"{self.span} {self.verb} {self.name}"


class _Files:
    """Reads the files of one spec, each once, and merges them."""

    def __init__(self, path: str, report: Report) -> None:
        self.root = pathlib.Path("." if path == "-" else os.path.dirname(path) or ".").absolute()
        self.report = report
        self.sources: list[Source] = []
        self.trees: dict[pathlib.Path, Node | None] = {}
        self.failed = False
        """Something is missing that the stages after this one would stumble over."""

    def top(self, path: str, text: str | None) -> Node | None:
        """The merged tree of the spec itself."""
        if path == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1) if text is None else text
            return self.tree("<stdin>", data, self.root, [], [])
        if text is not None:
            return self.tree(path, text, self.root, [pathlib.Path(path).absolute()], [])
        data = _read(path, pathlib.Path(path), None, self.report)
        if data is None:
            return None
        real = pathlib.Path(path).resolve()
        return self.tree(path, data, self.root, [real], [])

    def tree(
        self,
        name: str,
        data: bytes | str,
        folder: pathlib.Path,
        chain: list[pathlib.Path],
        links: list[_Link],
    ) -> Node | None:
        """The tree of one file after its own `use` and `extends`; `chain` ends in that file."""
        found = Report()
        source = _source(name, data, found)
        node = None
        if source is not None:
            self.sources.append(source)
            node = compose(source, found)
        for diagnostic in found.diagnostics:
            self.tell(diagnostic, links)
        if node is None:
            self.failed = True
        if node is None or not isinstance(node.value, dict):
            return node
        base = used = None
        own = node.value
        if entry := own.get("extends"):
            base = self.other(entry.value, "extends", name, folder, chain, links)
        if entry := own.get("use"):
            used = self.used(entry.value, own, name, folder, chain, links)
        own = {key: entry for key, entry in own.items() if key not in ("use", "extends")}
        for lower in (used, base):
            if lower is not None and isinstance(lower.value, dict):
                own = _inherit(lower.value, own)
        return dataclasses.replace(node, value=own)

    def used(
        self,
        value: Node,
        own: dict[str, Pair],
        name: str,
        folder: pathlib.Path,
        chain: list[pathlib.Path],
        links: list[_Link],
    ) -> Node:
        """The entries of all files after `use`."""
        sections: dict[str, dict[str, Pair]] = {}
        for item in value.value if isinstance(value.value, list) else [value]:
            tree = self.other(item, "uses", name, folder, chain, links)
            if tree is None:
                continue
            given = tree.value if isinstance(tree.value, dict) else {}
            brought = [key for key in USED if isinstance(_at(given, key), dict)]
            if not brought:
                message = f"`{item.value}` brings in nothing: it has neither blocks nor functions"
                self.fail("missing-key", message, item.span, links)
            for section in brought:
                mine = _at(own, section)
                into = sections.setdefault(section, {})
                for key, entry in given[section].value.value.items():
                    other = into.setdefault(key, entry)
                    overridden = isinstance(mine, dict) and key in mine
                    if other.value is not entry.value and not overridden:
                        message = f"`{key}` is brought in by two files"
                        notes = [f"from {other.key.span}", f"and from {entry.key.span}"]
                        self.fail("duplicate-key", message, item.span, links, notes)
        entries = {
            section: Pair(value, dataclasses.replace(value, value=content))
            for section, content in sections.items()
        }
        return dataclasses.replace(value, value=entries)

    def other(
        self,
        value: Node,
        verb: str,
        name: str,
        folder: pathlib.Path,
        chain: list[pathlib.Path],
        links: list[_Link],
    ) -> Node | None:
        """The tree of a file that another one names; None, and a diagnostic, without one."""
        span = value.span
        if not isinstance(value.value, str):
            key = "use" if verb == "uses" else "extends"
            expected = "a file or a list of files" if verb == "uses" else "one file"
            self.fail("wrong-type", f"`{key}` takes {expected}", span, links)
            return None
        shown = os.path.normpath(os.path.join(os.path.dirname(name), value.value))
        links = [*links, _Link(verb, span, shown.replace(os.sep, "/"))]
        try:
            real = self.locate(value.value, folder)
        except ValueError as error:
            self.fail("bad-path", str(error), span, links[:-1])
            return None
        if real in chain:
            notes = [str(link) for link in links[chain.index(real) - len(chain) :]]
            self.fail("file-cycle", f"`{value.value}` leads back to itself", span, (), notes)
            return None
        if len(chain) > MAX_CHAIN:
            self.fail("file-cycle", f"more than {MAX_CHAIN} files deep", span, links[:-1])
            return None
        if real not in self.trees:
            data = _read(shown, real, span, self.report)
            if data is None:
                self.failed = True
                self.trees[real] = None
            else:
                self.trees[real] = self.tree(shown, data, real.parent, [*chain, real], links)
        return self.trees[real]

    def locate(self, written: str, folder: pathlib.Path) -> pathlib.Path:
        """The real path of a file named in another; ValueError if it may not be read."""
        if not written or "\0" in written:
            raise ValueError("this is not a path")
        windows = pathlib.PureWindowsPath(written)
        if written.startswith(("/", "~")) or windows.is_absolute() or windows.drive:
            raise ValueError("a path in a spec is relative to the file that contains it")
        try:
            real = (folder / written).resolve()
            inside = real.is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):  # a loop of links, a name too long
            raise ValueError(f"`{written}` cannot be followed") from None
        if not inside:
            raise ValueError(f"`{written}` leaves the folder of the spec")
        return real

    def tell(self, diagnostic: Diagnostic, links: Iterable[_Link]) -> None:
        """Pass on a finding in a file, with the way that led to the file."""
        way = tuple(f"used from {link.span}" for link in reversed(list(links)))
        self.report.extend([dataclasses.replace(diagnostic, notes=diagnostic.notes + way)])

    def fail(
        self,
        rule: str,
        message: str,
        span: Span,
        links: Iterable[_Link],
        notes: Iterable[str] = (),
    ) -> None:
        """Report what leaves a hole in the spec."""
        self.failed = True
        self.tell(Diagnostic(rule, message, span, notes=tuple(notes)), links)


def _at(entries: dict[str, Pair], key: str) -> Any:
    return entries[key].value.value if key in entries else None


def _inherit(lower: dict[str, Pair], own: dict[str, Pair]) -> dict[str, Pair]:
    """The entries of a base, or of used files, under those of the file itself."""
    merged = {key: entry for key, entry in lower.items() if key not in NEVER_INHERITED}
    for key, entry in own.items():
        below, above = _at(lower, key), entry.value.value
        if key not in MERGED or not isinstance(below, dict):
            merged[key] = entry
        elif isinstance(above, dict):
            # A null drops what is inherited under that name.
            joined = below | above
            for name, item in above.items():
                if item.value.value is None and name in below:
                    del joined[name]
            merged[key] = Pair(entry.key, dataclasses.replace(entry.value, value=joined))
        elif above is not None:  # no mapping: for the next stage to refuse
            merged[key] = entry
    return merged


def _read(name: str, path: pathlib.Path, span: Span | None, report: Report) -> bytes | None:
    """The bytes of a file, or None and a diagnostic."""
    try:
        # Only the spec itself may be a pipe; what a spec names has to be a file.
        if path.is_dir() or (span and path.exists() and not path.is_file()):
            report.add("missing-file", f"`{name}` is a folder or a device, not a file", span)
            return None
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        folder = path.parent
        known = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
        match = nearest(path.name, [n for n in known if n.endswith((".yaml", ".yml"))])
        help = f"did you mean `{os.path.join(os.path.dirname(name), match)}`?" if match else ""
        report.add("missing-file", f"there is no file `{name}`", span, help=help)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        report.add("missing-file", f"`{name}` cannot be read: {reason}", span)
    return None


def _source(name: str, data: bytes | str, report: Report) -> Source | None:
    """The text to read, or None and a diagnostic."""
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1_000_000} MB"
        report.add("yaml-syntax", message, Span(Source(name, ""), 1, 1, 1, 2))
        return None
    if isinstance(data, str):
        return Source(name, data.removeprefix("\ufeff"))
    try:
        return Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        source = Source(name, data.decode("utf-8-sig", "replace"))
        offset = source.text.index("\ufffd")
        message = f"the file is not in UTF-8: byte 0x{data[error.start]:02x}"
        help = "save it as UTF-8"
        report.add("yaml-syntax", message, place(source, offset), help=help)
        return None
