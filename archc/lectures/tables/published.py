"""The figures that a paper prints, for the cells of its table, with footnotes on disputed ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from archc.analyses import Part
from archc.analyses.claims import Checker, Finding
from archc.document.records import Cell, cell, footnote
from archc.document.translation import Lang, _, current_language, localized, number
from archc.network import Network
from archc.spec import Spec

_TIMES = re.compile(r"(?<=[\d)]) ?\* ?(?=[\d(])|(?<=\d)( ?)x(?=\1\d)\1")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Notes(StrEnum):
    """The detail of footnotes on disputed figures."""

    full = "full"
    short = "short"
    none = "none"


@dataclass
class Published:
    """The claims of one source, and the footnotes that cells have asked for."""

    spec: Spec
    source: str
    style: Notes | None = None
    """The detail of footnotes; None for everything in English and figures alone in French, since
    specs give reasons in English."""
    notes: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        checker = Checker(self.spec)
        self.findings = [
            finding
            for entry in (checker.entries() if self.source else ())
            if self.speaks(entry.claim.source)
            for finding in checker.check(entry)
        ]

    def speaks(self, source: str) -> bool:
        """Whether a claim is about this table: `Table 1`, `Table 1, the last row`."""
        return source == self.source or source.startswith(f"{self.source},")

    def cell(self, network: Network, at: str, quantity: str, values: Iterable[int]) -> Cell | None:
        """A figure as it was printed, with a footnote where it cannot be right.

        None where nothing is printed. A claim speaks of a cell if it is about the same variant and
        part, and the same figure is computed for it, by any of the ways to count it in `values`.
        """
        computed = {f"{value:,}" for value in values}
        for finding in self.findings:
            if (finding.at or "", finding.quantity) != (at, quantity):
                continue
            if finding.variant == network.variant and finding.computed in computed:
                made = cell(printed(finding.printed), finding.computed)
                disputed = finding.status == "disputed" and self.style is not Notes.none
                return made.marked(self.note(finding)) if disputed else made
        return None

    def disputes(self, network: Network, part: Part, quantities: Iterable[str]) -> str:
        """The footnotes on a part that are about none of these quantities, which have cells."""
        found = [
            finding
            for finding in (() if self.style is Notes.none else self.findings)
            if finding.status == "disputed"
            and finding.variant == network.variant
            and finding.at is not None
            and f"{part.id}.".startswith(f"{finding.at}.")
            and finding.quantity not in quantities
        ]
        # Of the rows inside a part the first one has the note.
        marks = [self.note(each) for each in found if not self.noted(each)]
        return ",".join(marks)

    def note(self, finding: Finding) -> str:
        """The letter of the footnote on a disputed figure; equal footnotes share one."""
        text = self.text(finding)
        for mark, known in self.notes:
            if known == text:
                return mark
        self.notes.append((footnote(len(self.notes)), text))
        return self.notes[-1][0]

    def noted(self, finding: Finding) -> bool:
        """Whether a figure has a footnote."""
        return any(text == self.text(finding) for _, text in self.notes)

    def text(self, finding: Finding) -> str:
        """`2.7K printed, 9,472 computed: 7*7*3*64 = 9408 weights`."""
        computed = finding.computed.replace(" x ", "×")
        if computed.replace(",", "").isdigit():
            computed = number(int(computed.replace(",", "")))
        text = f"{_('printed')} {printed(finding.printed)}"
        text += f", {_('computed')} {computed}"
        short = (
            current_language() is not Lang.en if self.style is None else self.style is Notes.short
        )
        if short:
            return text
        return f"{text}: {_TIMES.sub('×', finding.reason)}" if finding.reason else text


def printed(text: str) -> str:
    """A figure as a paper sets it: `1.8e9` is `1.8×10⁹`."""
    head, e, power = text.partition("e")
    if e and power.lstrip("+").isdigit():
        text = f"{head}×10{power.lstrip('+').translate(_RAISED)}"
    return localized(text.replace(" x ", "×"))


def short(value: int) -> str:
    """A computed figure to three digits: `9.41K`, `159K`, `1.58G`."""
    for power, unit in ((10**9, "G"), (10**6, "M"), (10**3, "K")):
        if value >= 0.9995 * power:
            size = value / power
            digits = 2 if size < 9.995 else 1 if size < 99.95 else 0
            return number(size, digits) + unit
    return str(value)
