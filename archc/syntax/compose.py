"""YAML text -> its tree of nodes; every mistake is reported."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import Any, NoReturn

import yaml
from yaml.error import Mark, MarkedYAMLError, YAMLError

from archc.diagnostics import Diagnostic, Report, Source, TooMany
from archc.syntax.flow_values import PATCH, join_items, join_pairs, mend, quoted, torn
from archc.syntax.hints import explain
from archc.syntax.nodes import Node, Pair, place

MAX_DEPTH = 100
MAX_VALUES = 200_000
"""The most nodes of a file after aliases; the largest file without aliases has fewer."""
MAX_DIGITS = 40
MAX_WORK = 5_000_000
"""The most characters that are read again after mending a place."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser is some ten times as fast; the one in Python gives the same."""

_UNREADABLE = re.compile(
    "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s*)+")
# The core schema of YAML 1.2: `yes`, `on`, `1:30` and dates are texts.
_CONSTANTS = {"": None, "~": None} | {
    form: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for form in (word, word.capitalize(), word.upper())
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


class _Stop(Exception):
    """The text cannot be read any further."""


class _Open:
    """A collection whose end has not come yet; a mapping's children are key, value, key, ..."""

    __slots__ = ("anchor", "children", "flow", "mapping", "start")

    def __init__(self, start: Mark, mapping: bool, flow: bool, anchor: str | None) -> None:
        self.start, self.mapping, self.flow, self.anchor = start, mapping, flow, anchor
        self.children: list[Node] = []


def compose(source: Source, report: Report) -> Node | None:
    """The tree of the one document in `source`; None if it cannot be read.

    Everything wrong goes to `report`; what can be read in spite of it is.
    """
    if found := _UNREADABLE.search(source.text):
        report.add(
            "yaml-syntax",
            f"the character U+{ord(found[0]):04X} is not allowed in YAML",
            place(source, found.start()),
            help="remove it; in double quotes it can be written as an escape",
        )
        return None
    text, mended = source.text, Report()
    while True:
        composer = _Composer(source, Report(mended.diagnostics))
        findings, root = composer.report.diagnostics, None
        try:
            root = composer.run(text)
        except TooMany as full:
            findings = list(full.diagnostics)
        except MarkedYAMLError as error:
            again = len(mended.diagnostics) * len(text) < MAX_WORK
            if again and (patched := mend(source, text, error)):
                with suppress(TooMany):  # the next pass ends at once, and says so
                    torn(mended, patched.written, patched.span, patched.key)
                text = patched.text
                continue
            explain(source, error, composer.report)
        except YAMLError as error:
            composer.report.add("yaml-syntax", f"this is not YAML: {error}", place(source, 0))
        except _Stop:
            pass
        report.extend(sorted(findings, key=_position))
        return root


def _position(diagnostic: Diagnostic) -> tuple[int, int]:
    span = diagnostic.span
    return (span.line, span.column) if span else (0, 0)


class _Composer:
    """One pass over the events of a text. No recursion: depth is bounded by `MAX_DEPTH` alone."""

    def __init__(self, source: Source, report: Report) -> None:
        self.source, self.report = source, report
        self.anchors: dict[str, Node | None] = {}
        """None while the anchored collection is still open."""
        self.values = 0

    def run(self, text: str) -> Node | None:
        """The root node; None (and a diagnostic) for a text without one."""
        root: Node | None = None
        stack: list[_Open] = []
        documents = 0
        event: Any
        for event in yaml.parse(text, Loader=LOADER):
            node: Node
            kind = type(event)
            if kind is yaml.ScalarEvent:
                start = self.begin(event)
                node = self.scalar(event, start)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                if len(stack) == MAX_DEPTH:
                    self.stop(event, f"more than {MAX_DEPTH} levels of nesting")
                start = self.begin(event)
                if event.anchor:
                    self.anchors[event.anchor] = None
                mapping = kind is yaml.MappingStartEvent
                stack.append(_Open(start, mapping, bool(event.flow_style), event.anchor))
                continue
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                opened = stack.pop()
                node = self.close(opened, event.end_mark)
                if opened.anchor:
                    self.anchors[opened.anchor] = node
            elif kind is yaml.AliasEvent:
                node = self.alias(event, len(stack))
            else:
                if kind is yaml.DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        self.stop(event, "a second document: a file holds one spec", width=3)
                continue
            if stack:
                stack[-1].children.append(node)
            else:
                root = node
        if root is None or root.value is None:
            self.report.add("yaml-syntax", "the file is empty", place(self.source, 0))
            return None
        return root

    def stop(self, event: Any, message: str, help: str = "", width: int = 1) -> NoReturn:
        self.report.add(
            "yaml-syntax", message, place(self.source, event.start_mark.index, width), help=help
        )
        raise _Stop

    def begin(self, event: Any) -> Mark:
        """The start of the value itself, after its anchor; tags are reported."""
        start: Mark = event.start_mark
        if event.tag is None and event.anchor is None:
            return start
        found = _PROPERTIES.match(self.source.text, start.index)
        written = found[0] if found else ""
        if event.tag is not None:
            tag = written[written.index("!") :].split()[0] if "!" in written else str(event.tag)
            offset = start.index + max(0, written.find("!"))
            self.report.add(
                "yaml-tag",
                f"a spec has no tags, and `{tag}` is one",
                place(self.source, offset, len(tag)),
                help="remove the tag, or quote the value if the `!` belongs to it",
            )
        end = start.index + len(written)
        if event.end_mark.index < end or "\n" in written or "\r" in written:
            return start
        return Mark(start.name, end, start.line, start.column + len(written), None, 0)

    def scalar(self, event: Any, start: Mark) -> Node:
        plain = not event.style
        value = event.value
        if PATCH in value and PATCH not in self.source.text:
            value = " ".join(self.source.text[start.index : event.end_mark.index].split())
        elif plain:
            try:
                value = _resolve(value)
            except OverflowError:
                where = place(self.source, start.index, len(value))
                self.report.add("bad-value", "this number is too large", where)
        node = Node(self.source, start, event.end_mark, value, plain)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self.anchors:
            self.stop(
                event,
                f"`*{event.anchor}` refers to an anchor, and no `&{event.anchor}` is above",
                "quote the value if the `*` belongs to it",
                len(event.anchor) + 1,
            )
        target = self.anchors[event.anchor]
        if target is None:
            message = f"`*{event.anchor}` is inside the value that it refers to"
            self.stop(event, message, width=len(event.anchor) + 1)
        self.values += target.size
        if self.values > MAX_VALUES:
            self.stop(event, f"the aliases make this file larger than {MAX_VALUES} values")
        if depth + target.depth > MAX_DEPTH:
            self.stop(event, f"more than {MAX_DEPTH} levels of nesting")
        return target

    def close(self, opened: _Open, end: Mark) -> Node:
        """The finished collection; a block's end is that of its last value."""
        children = opened.children
        size = 1 + sum(child.size for child in children)
        depth = 1 + max((child.depth for child in children), default=0)
        if not opened.flow and children and children[-1].end.index > opened.start.index:
            end = children[-1].end
        value: Any
        if opened.mapping:
            pairs = list(zip(children[::2], children[1::2], strict=True))
            value = self.entries(join_pairs(pairs, self.report) if opened.flow else pairs)
        else:
            value = join_items(children, self.report) if opened.flow else children
        return Node(self.source, opened.start, end, value, False, size, depth)

    def entries(self, pairs: list[tuple[Node, Node]]) -> dict[str, Pair]:
        found: dict[str, Pair] = {}
        for key, value in pairs:
            name = key.value
            if not isinstance(name, str):
                self.wrong_key(key)
                name = key.text
            if (first := found.get(name)) is not None:
                self.report.add(
                    "duplicate-key",
                    f"`{name}` is given twice in one mapping",
                    key.span,
                    notes=[f"the first is in line {first.key.span.line}"],
                )
                continue
            if value.empty:  # an empty value has no visible place: mark the key
                value = Node(self.source, key.start, key.end, None, True)
            found[name] = Pair(key, value)
        return found

    def wrong_key(self, key: Node) -> None:
        if isinstance(key.value, dict | list):
            message, help = "a key must be a text, not a mapping or a list", ""
        elif key.empty:
            message, help = "a key is missing before this colon", ""
        else:
            what = {bool: "a flag", type(None): "null"}.get(type(key.value), "a number")
            message, help = f"a key must be a text, and `{key.text}` is {what}", "quote it"
            help = f"quote it: {quoted(key.text)}"
        self.report.add("wrong-type", message, key.span, help=help)


def _resolve(text: str) -> str | int | float | bool | None:
    """The value of a scalar without quotes, by the core schema of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if not (text[0] in "+-." or "0" <= text[0] <= "9"):
        return text
    if _INT.fullmatch(text):
        if len(text) > MAX_DIGITS:
            raise OverflowError
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise OverflowError
        return number
    return text
