"""Renders diagnostics for terminals, and as JSON, GitHub commands and SARIF."""

from __future__ import annotations

import json
import unicodedata
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from archc.diagnostics import Diagnostic, Span
from archc.diagnostics.rules import RULES, page, title

WIDTH = 100
"""The columns of a source line that are shown."""
TAB = 4

_CODES = {"error": "1;31", "warning": "1;33", "bold": "1", "gutter": "1;34", "help": "36"}


def text(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """Diagnostics for a terminal: each with its line of the source, then their number."""
    ordered = _ordered(diagnostics)
    if not ordered:
        return ""
    parts = [_block(diagnostic, color) for diagnostic in ordered]
    return "\n\n".join([*parts, _paint(_summary(ordered), "bold", color)])


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """Diagnostics as JSON; a change that breaks readers raises `format_version`."""
    found = [
        {
            "rule": diagnostic.rule,
            "severity": diagnostic.severity,
            "message": diagnostic.message,
            **_where(diagnostic.span),
            "label": diagnostic.label,
            "notes": list(diagnostic.notes),
            "help": diagnostic.help,
        }
        for diagnostic in _ordered(diagnostics)
    ]
    return json.dumps({"format_version": 1, "diagnostics": found}, indent=2, ensure_ascii=False)


def as_github(diagnostics: Iterable[Diagnostic]) -> str:
    """Diagnostics as commands of GitHub Actions, which marks them on the changed file."""
    lines = []
    for diagnostic in _ordered(diagnostics):
        span = diagnostic.span
        properties = (
            {"file": span.source.name, "line": span.line, "col": span.column} if span else {}
        )
        properties["title"] = diagnostic.rule
        written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
        kind = diagnostic.severity if diagnostic.severity in ("error", "warning") else "notice"
        lines.append(f"::{kind} {written}::{_data(_whole(diagnostic))}")
    return "\n".join(lines)


def as_sarif(diagnostics: Iterable[Diagnostic]) -> str:
    """Diagnostics as SARIF 2.1.0 for code scanning, with the page of every broken rule."""
    ordered = _ordered(diagnostics)
    rules = list(dict.fromkeys(diagnostic.rule for diagnostic in ordered))
    driver = {"name": "archc", "rules": [_sarif_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(diagnostic, rules) for diagnostic in ordered],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


FORMATS: dict[str, Callable[[Iterable[Diagnostic]], str]] = {
    "text": text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}


def _ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """File by file as they first come up, and down each file."""
    diagnostics = list(diagnostics)
    names = [d.span.source.name for d in diagnostics if d.span]
    rank = {name: at for at, name in reversed(list(enumerate(names)))}

    def place(diagnostic: Diagnostic) -> tuple[int, int, int]:
        span = diagnostic.span
        return (rank[span.source.name], span.line, span.column) if span else (-1, 0, 0)

    return sorted(diagnostics, key=place)


def _summary(diagnostics: Sequence[Diagnostic]) -> str:
    severities = Counter(diagnostic.severity for diagnostic in diagnostics)
    counts = [f"{n} {name}{'s' if n > 1 else ''}" for name, n in severities.items()]
    names = {diagnostic.span.source.name for diagnostic in diagnostics if diagnostic.span}
    where = f"{len(names)} files" if len(names) > 1 else next(iter(names), "")
    return " and ".join(counts) + (f" in {_visible(where)}" if where else "")


def _block(diagnostic: Diagnostic, color: bool) -> str:
    span, severity = diagnostic.span, diagnostic.severity
    head = _paint(f"{severity}[{diagnostic.rule}]", severity, color)
    lines = [head + _paint(f": {_visible(diagnostic.message)}", "bold", color)]
    margin = " "
    if span:
        number = str(span.line)
        margin = " " * (len(number) + 2)
        bar = _paint("|", "gutter", color)
        shown, marks = _excerpt(span)
        marks = _paint(marks, severity, color)
        label = (
            f" {_paint(_visible(diagnostic.label), severity, color)}" if diagnostic.label else ""
        )
        lines += [
            f"{margin[1:]}{_paint('-->', 'gutter', color)} {_visible(str(span))}",
            f"{margin}{bar}",
            f" {_paint(number, 'gutter', color)} {bar} {shown}".rstrip(),
            f"{margin}{bar} {marks}{label}",
        ]
    sign = _paint("=", "gutter", color)
    for note in diagnostic.notes:
        lines.append(f"{margin}{sign} {_indented(note, margin + '  ')}")
    if diagnostic.help:
        help = _indented(diagnostic.help, margin + " " * len("= help: "))
        lines.append(f"{margin}{sign} {_paint('help', 'help', color)}: {help}")
    return "\n".join(lines)


def _excerpt(span: Span) -> tuple[str, str]:
    """The line where the span begins, clipped around it, and the marks that go below."""
    line = span.source.line(span.line)
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    end = max(start + 1, min(end, len(line)))
    first, last = 0, len(line)
    if len(line) > 2 * WIDTH or sum(map(_columns, line)) > WIDTH:
        # A third of the width for what leads up to the place, the rest for what follows it.
        first = max(0, min(start - WIDTH // 3, len(line) - WIDTH))
        last = min(len(line), first + WIDTH)
    lead, trail = "…" if first else "", "…" if last < len(line) else ""
    shown = lead + "".join(map(_drawn, line[first:last])) + trail
    indent = len(lead) + sum(map(_columns, line[first:start]))
    width = sum(map(_columns, line[start : min(end, last)]))
    return shown, " " * indent + "^" * max(1, width)


def _drawn(char: str) -> str:
    """A character as it can be shown: no tabs, nothing that commands a terminal."""
    if char == "\t":
        return " " * TAB
    # Format characters can turn the order of a line round, and hide what a spec says.
    return "\ufffd" if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char


def _columns(char: str) -> int:
    """The number of columns of a terminal that a character takes."""
    if char < "\x7f":
        return TAB if char == "\t" else 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _visible(words: str) -> str:
    return "".join(char if char == "\n" else _drawn(char) for char in words)


def _indented(words: str, margin: str) -> str:
    return _visible(words).replace("\n", "\n" + margin)


def _paint(words: str, style: str, color: bool) -> str:
    code = _CODES.get(style, _CODES["warning"])
    return f"\x1b[{code}m{words}\x1b[0m" if color else words


def _where(span: Span | None) -> dict[str, Any]:
    if span is None:
        return dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _whole(diagnostic: Diagnostic) -> str:
    """The whole text of a diagnostic, for places that show text only."""
    help = (f"help: {diagnostic.help}",) if diagnostic.help else ()
    return "\n".join((diagnostic.message, *diagnostic.notes, *help))


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")


def _sarif_rule(rule: str) -> dict[str, Any]:
    if rule not in RULES:
        return {"id": rule}
    words = page(rule)
    return {
        "id": rule,
        "shortDescription": {"text": title(rule)},
        "help": {"text": words, "markdown": words},
    }


def _sarif_result(diagnostic: Diagnostic, rules: list[str]) -> dict[str, Any]:
    levels = {"error": "error", "warning": "warning"}
    result: dict[str, Any] = {
        "ruleId": diagnostic.rule,
        "ruleIndex": rules.index(diagnostic.rule),
        "level": levels.get(diagnostic.severity, "note"),
        "message": {"text": _whole(diagnostic)},
    }
    if span := diagnostic.span:
        place = {
            "artifactLocation": {"uri": urllib.parse.quote(span.source.name.replace("\\", "/"))},
            "region": {
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": span.end_line,
                "endColumn": span.end_column,
            },
        }
        result["locations"] = [{"physicalLocation": place}]
    return result
