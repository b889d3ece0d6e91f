"""What archc says about a spec: where, what was expected, and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Source:
    """A text that archc reads: a spec file, or standard input."""

    name: str
    """What a message calls it: the path as the user gave it, or `<stdin>`."""
    text: str

    def line(self, number: int) -> str:
        """The line with that number (from 1), or an empty string past the end."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""


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
    """What stands beside the marked place."""
    notes: tuple[str, ...] = ()
    """What led here: the chain of blocks, the other end of an edge."""
    help: str = ""
    severity: str = "error"


class SpecError(Exception):
    """A spec that can not be used, with everything that is wrong with it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(f"{d.span}: {d.rule}: {d.message}" for d in self.diagnostics))


@dataclass
class Report:
    """Collects what a stage finds, so that one mistake does not hide the next."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

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
        """Note an error; a rule that is broken at one place is told once."""
        found = Diagnostic(rule, message, span, label, tuple(notes), help)
        told = (d for d in self.diagnostics if d.rule == rule and d.span == span)
        if not any(span is not None or d == found for d in told):
            self.diagnostics.append(found)

    def raise_if_any(self) -> None:
        """Raise `SpecError` with all that was found, if anything was."""
        if self.diagnostics:
            raise SpecError(self.diagnostics)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` is most probably a slip of, or None."""
    known = list(known)
    matches = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if matches:
        return matches[0]
    folded = {name.replace("_", "").lower(): name for name in known}
    return folded.get(word.replace("_", "").replace("-", "").lower())


def suggest(word: str, known: Iterable[str], what: str = "known names") -> str:
    """A help line for an unknown name: the nearest one, or the list of all."""
    known = list(known)
    if match := nearest(word, known):
        return f"did you mean `{match}`?"
    if not known:
        return f"there are no {what}"
    return f"{what}: {', '.join(known)}"
