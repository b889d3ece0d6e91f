"""Diagnostics about a spec: the rule, the span, a message, and help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

LISTED = 24
"""How many names a help line lists."""
MOST = 100
"""Findings after which a stage ends."""


@dataclass(frozen=True, eq=False)
class Source:
    """A text that archc reads: a spec file, or standard input."""

    name: str
    """Its name in messages: the path as the user gave it, or `<stdin>`."""
    text: str

    def line(self, number: int) -> str:
        """The line with that number (from 1), or an empty string past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    @cached_property
    def lines(self) -> list[str]:
        """The text line by line."""
        return self.text.splitlines()


@dataclass(frozen=True)
class Span:
    """A stretch of a source; lines and columns count from 1, and `end_column` is the one after."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"

    def part(self, start: int, length: int) -> Span:
        """The `length` columns from offset `start` of a one-line span."""
        column = self.column + start
        return Span(self.source, self.line, column, self.line, column + max(1, length))


@dataclass(frozen=True)
class Diagnostic:
    """One finding: a rule, a message, the place, how it was reached, and the way out."""

    rule: str
    """A name made of words, such as `bad-shape`; `archc explain` has a page on each."""
    message: str
    span: Span | None = None
    label: str = ""
    """The text beside the marked place."""
    notes: tuple[str, ...] = ()
    """Further places: the call sites that led here, the other end of an edge."""
    help: str = ""
    severity: str = "error"


class SpecError(Exception):
    """The error of a spec that cannot be used, with all its diagnostics."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(map(_line, self.diagnostics)))


def _line(found: Diagnostic) -> str:
    """A finding as an exception tells it, which nothing renders."""
    place = f"{found.span}: " if found.span else ""
    return f"{place}{found.rule}: {found.message}" + (f" ({found.help})" if found.help else "")


class TooMany(SpecError):
    """The number of findings at which a report is full: nobody reads more."""


class Report:
    """Collects the diagnostics of a stage, so that one mistake does not hide the next.

    A rule that is broken at one place is reported once. After `MOST` findings the stage ends.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic] = ()) -> None:
        self.diagnostics = list(diagnostics)
        self._known = {_key(found) for found in self.diagnostics}

    def add(
        self,
        rule: str,
        message: str,
        span: Span | None = None,
        *,
        label: str = "",
        notes: Iterable[str] = (),
        help: str = "",
    ) -> None:
        """Report an error; TooMany if it is one too many."""
        self.extend([Diagnostic(rule, message, span, label, tuple(notes), help)])

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Report the diagnostics of another stage; raises `TooMany` once the report is full."""
        for found in diagnostics:
            key = _key(found)
            if key in self._known:
                continue
            self._known.add(key)
            self.diagnostics.append(found)
            if len(self.diagnostics) >= MOST:
                raise TooMany([*self.diagnostics, _stopped(found.span)])

    def raise_if_any(self) -> None:
        """Raise `SpecError` with all that was found, if anything was."""
        if self.diagnostics:
            raise SpecError(self.diagnostics)


def _stopped(span: Span | None) -> Diagnostic:
    return Diagnostic(
        "too-many",
        f"archc stops after {MOST} findings",
        span,
        help="there may be more: mend these first",
        severity="note",
    )


def _key(diagnostic: Diagnostic) -> Any:
    """The key under which a diagnostic is reported once: rule and place, or all its text."""
    return (diagnostic.rule, diagnostic.span) if diagnostic.span else diagnostic


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` is most probably a slip of, or None.

    One that differs in case and `_` alone, in a letter or two of a longer word, or the only one
    that `word` is a part of (`classes`, `num_classes`).
    """
    known = [name for name in known if name != word]
    for name in known:
        if _folded(name) == _folded(word):
            return name
    least = len(word) // 3 + 1
    match = None
    for name in known:
        slips = _slips(word.lower(), name.lower(), least)
        if slips < least:
            least, match = slips, name
    if match is not None:
        return match
    longer = [name for name in known if len(word) > 2 and word.lower() in name.lower().split("_")]
    return longer[0] if len(longer) == 1 else None


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _slips(a: str, b: str, limit: int) -> int:
    """The edit distance from `a` to `b`: letters inserted, deleted, changed or swapped.

    Counting ends at `limit`, the result for all greater distances.
    """
    if abs(len(a) - len(b)) >= limit:
        return limit
    above: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, above, row = above, row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
            if i > 1 and j > 1 and (x, y) == (b[j - 2], a[i - 2]):
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) >= limit and min(above) >= limit:  # a swap reaches back two rows
            return limit
    return min(row[-1], limit)


def suggest(word: str, known: Iterable[str], what: str = "known names") -> str:
    """A help line for an unknown name: the nearest one, or the list of all."""
    known = list(known)
    if match := nearest(word, known):
        return f"did you mean `{match}`?"
    if not known:
        return f"there are no {what}"
    more = len(known) - LISTED
    return f"{what}: {', '.join(known[:LISTED])}{f' and {more} more' if more > 0 else ''}"
