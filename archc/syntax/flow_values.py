"""Values that a comma or a bracket tears apart inside `{}` and `[]`: found, reported, mended."""

from __future__ import annotations

import re
from typing import NamedTuple

from yaml.error import MarkedYAMLError

from archc.diagnostics import Report, Source, Span
from archc.syntax.nodes import Node, place

PATCH = "\ue000"
"""Stands in for each character of a mended text; the text itself is taken from the source."""

MOST_PIECES = 50

_VALUE_START = re.compile(r"(?:^[\s-]*|[{\[,(]|: )\s*")


def quoted(text: str) -> str:
    """The text as a quoted YAML scalar."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def torn(report: Report, text: str, span: Span, key: str = "") -> None:
    """Report a value that a comma or a bracket tears apart."""
    if "," in text:
        message = "a comma inside `{}` or `[]` ends the value, even between parentheses"
    else:
        message = "a bracket inside `{}` or `[]` does not belong to the value before it"
    report.add(
        "comma-in-flow",
        message,
        span,
        label="meant as one value",
        help=f"quote it: {key + ': ' if key else ''}{quoted(text)}",
    )


class Mended(NamedTuple):
    """A text with an expression replaced by `PATCH`es of equal length, so that places stay."""

    text: str
    written: str
    span: Span
    key: str


def mend(source: Source, text: str, error: MarkedYAMLError) -> Mended | None:
    """Patch an expression with brackets inside `{}` or `[]`, such as `{a: depths[0]}`.

    The rest of the file can then be read. None if something else is wrong.
    """
    mark = error.problem_mark
    if mark is None or "flow" not in (error.context or "") or PATCH in source.text:
        return None
    begin = mark.index - mark.column
    line = re.split("[\n\r\x85\u2028\u2029]", text[begin : begin + 5000], maxsplit=1)[0]
    for found in _VALUE_START.finditer(line):
        start = found.end()
        end = _extent(line, start)
        if end is None or not start < mark.column < end or not re.match(r"[\w(-]", line[start:]):
            continue
        written = source.text[begin + start : begin + end]
        if not re.search(r"[\w)\]]\s*[\[(]", written):
            continue
        key = re.search(r"([\w]+):\s*$", line[:start])
        patched = text[: begin + start] + PATCH * (end - start) + text[begin + end :]
        span = place(source, begin + start, end - start)
        return Mended(patched, written, span, key[1] if key else "")
    return None


def _extent(line: str, start: int) -> int | None:
    """The end of the expression from `start`, including commas between brackets."""
    depth, at = 0, start
    while at < len(line):
        char = line[at]
        if char in "\"'":
            closing = line.find(char, at + 1)
            if closing < 0:
                return None
            at = closing
        elif char in "([":
            depth += 1
        elif depth and char in ")]":
            depth -= 1
        elif not depth and (char in ",{})]" or line.startswith((": ", " #"), at)):
            break
        at += 1
    return None if depth else start + len(line[start:at].rstrip())


def _balance(node: Node) -> int:
    """The number of parentheses left open; a value in quotes is whole."""
    if not node.plain or not isinstance(node.value, str):
        return 0
    return node.value.count("(") - node.value.count(")")


def _run(nodes: list[Node]) -> int:
    """The number of nodes, the first one with an open parenthesis, that are pieces of one value."""
    depth = 0
    for count, node in enumerate(nodes, 1):
        if isinstance(node.value, dict | list):
            return 1
        depth += _balance(node)
        if depth <= 0:
            return count if depth == 0 else 1
    return 1


def _joined(first: Node, last: Node, report: Report, key: str = "") -> Node:
    node = Node(first.source, first.start, last.end, None)
    node.value = node.text
    torn(report, node.text, node.span, key)
    return node


def join_items(items: list[Node], report: Report) -> list[Node]:
    """The items of `[...]`, with the pieces of `max(8, c)` put together again and reported."""
    joined, at = [], 0
    while at < len(items):
        count = _run(items[at : at + MOST_PIECES]) if _balance(items[at]) > 0 else 1
        joined.append(
            items[at] if count == 1 else _joined(items[at], items[at + count - 1], report)
        )
        at += count
    return joined


def join_pairs(pairs: list[tuple[Node, Node]], report: Report) -> list[tuple[Node, Node]]:
    """The entries of `{...}`, with torn values and torn keys put together again and reported."""
    joined, at = [], 0
    while at < len(pairs):
        key, value = pairs[at]
        # Pieces after the first are keys without a value, except that a torn key ends in one.
        pieces = [value] if not value.empty else [key]
        if _balance(pieces[0]) > 0:
            for key_next, value_next in pairs[at + 1 : at + MOST_PIECES]:
                if pieces[0] is value and not value_next.empty:
                    break
                pieces.append(key_next)
                if not value_next.empty:
                    break
        count = _run(pieces)
        last_key, last_value = pairs[at + count - 1]
        if count == 1:
            joined.append((key, value))
        elif pieces[0] is value:
            joined.append((key, _joined(value, last_key, report, key.text)))
        else:
            joined.append((_joined(key, last_key, report), last_value))
        at += count
    return joined
