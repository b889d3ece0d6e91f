"""Explains YAML errors as the most probable slip, in the words of somebody writing a spec."""

from __future__ import annotations

import re

from yaml.error import Mark, MarkedYAMLError

from archc.diagnostics import Report, Source, Span
from archc.syntax.nodes import place

_NO_SPACE = re.compile(r"\s*(?:- )*([A-Za-z_][\w()]*):(?=[^\s:/])")
_BARE_STEP = re.compile(r"\s*- +(\w+)\s*(?:#.*)?")


def explain(source: Source, error: MarkedYAMLError, report: Report) -> None:
    """Report a syntax error: what it means, where, and what to do."""
    message, span, help = _reading(source, error)
    notes: tuple[str, ...] = ()
    if (opened := error.context_mark) and span.line != opened.line + 1:
        notes = (f"what it belongs to begins in line {opened.line + 1}",)
    report.add("yaml-syntax", message, span, notes=notes, help=help)


def _reading(source: Source, error: MarkedYAMLError) -> tuple[str, Span, str]:
    problem = error.problem or error.context or "this is not YAML"
    context = error.context or ""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return problem, place(source, 0), ""
    opened = error.context_mark or mark
    line = source.line(mark.line + 1)
    char = source.text[mark.index : mark.index + 1]
    before = line[: mark.column]
    here = _at(source, mark)

    lead = re.match(r"[ \t]*", line)
    if lead and "\t" in lead[0] and mark.column <= len(lead[0]):
        tab = Span(source, mark.line + 1, lead[0].index("\t") + 1, mark.line + 1, len(lead[0]) + 1)
        return "a tab in the indentation", tab, "indent with spaces"
    if close := _colon_without_space(source, mark.line):
        name = close[1]
        return f"a space is missing after `{name}:`", close[0], f"write `{name}: ...`"
    if "quoted scalar" in context and "end of stream" in problem:
        return "this quote is never closed", _at(source, opened), ""
    if "escape" in problem:
        slash = source.text.rfind("\\", 0, mark.index + 1)  # the parsers disagree by one here
        return (
            "a backslash in double quotes begins an escape, and this one does not exist",
            place(source, slash),
            "use single quotes, in which a backslash is only a backslash",
        )
    if "flow" in context:
        return _flow(source, mark, opened, "{" if "mapping" in context else "[")
    if "mapping values are not allowed" in problem:
        above = _BARE_STEP.fullmatch(source.line(mark.line))
        if above and lead and len(lead[0]) >= above.start(1) > 0:
            start, end = above.span(1)
            return (
                f"the step `{above[1]}` has modifiers below it, but no colon",
                Span(source, mark.line, start + 1, mark.line, end + 1),
                f"write `{above[1]}:`",
            )
        return (
            "a `key: value` is not allowed here",
            here,
            "quote a text that has a colon in it, or indent the line as its neighbours are",
        )
    if "simple key" in context:
        span = _at(source, opened, len(source.line(opened.line + 1).rstrip()) - opened.column)
        return "expected `key: value` here", span, "add the colon and a space after the key"
    if char and char in "}])":
        return f"`{char}` closes nothing", here, "remove it, or quote the value"
    if "cannot start any token" in problem or char == "%" or "block scalar" in context:
        return f"`{char}` cannot begin a value", here, "quote the value"
    if re.search(r"[\"'\]}]\s*$", before) and not before.isspace() and char.strip():
        return (
            "the value ends before this",
            here,
            "quote the whole value: in single quotes if there are double quotes in it",
        )
    if "block mapping" in context or "block collection" in context or "sequence" in context:
        if char == "-" and "mapping" in context:
            return "a list item cannot stand among keys", here, "indent the list below its key"
        return (
            "this line fits neither what is above it nor what encloses it",
            here,
            "indent it as its neighbours are, and give every key its colon and space",
        )
    return "a value or a key is expected here", here, ""


def _flow(source: Source, mark: Mark, opened: Mark, bracket: str) -> tuple[str, Span, str]:
    closing = {"{": "}", "[": "]"}[bracket]
    char = source.text[mark.index : mark.index + 1]
    rest = source.text[mark.index :].lstrip()
    if char and char in "}]" and char != closing:
        return (
            f"`{char}` cannot close the `{bracket}` of line {opened.line + 1}",
            _at(source, mark),
            f"close it with `{closing}`",
        )
    if not rest or mark.line != opened.line:
        return f"this `{bracket}` is never closed", _at(source, opened), f"add the `{closing}`"
    return (
        f"expected `,` or `{closing}` before this",
        _at(source, mark),
        "quote a value that has brackets, quotes or a colon in it",
    )


def _colon_without_space(source: Source, line: int) -> tuple[Span, str] | None:
    """A `key:value` on the line of an error or just above it, which YAML reads as one word."""
    for number in (line + 1, line, line - 1):
        if found := _NO_SPACE.match(source.line(number)):
            start, end = found.span(1)
            return Span(source, number, start + 1, number, end + 2), found[1]
    return None


def _at(source: Source, mark: Mark, length: int = 1) -> Span:
    line, column = mark.line + 1, mark.column + 1
    if mark.index >= len(source.text):  # the end of the file: its last line with something on it
        lines = source.text.rstrip().splitlines() or [""]
        line, column = len(lines), len(lines[-1]) + 1
    return Span(source, line, column, line, column + max(1, length))
