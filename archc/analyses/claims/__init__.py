"""Published figures, held against the analysis: the `claims` of a spec."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from archc.analyses import Analysis, Part, UnknownId, analyze
from archc.analyses.claims.printed import hold, shown
from archc.diagnostics import Diagnostic, Report, Span, SpecError, suggest
from archc.network.elaborator import elaborate
from archc.spec import Spec
from archc.spec.header import Claim, Figure
from archc.syntax.load import Path

Status = Literal["exact", "rounded", "disputed", "failed", "agrees-though-disputed"]

COUNTS = {
    "params": "params",
    "weights": "weights",
    "macs": "MACs",
    "flops": "FLOPs",
    "connections": "connections",
    "activations": "activations",
    "buffers": "buffers",
    "total_params": "params and buffers",
}
"""The quantities that are counts, and what a message calls them."""
QUANTITIES = (*COUNTS, "depth", "expected_depth", "output_shape", "receptive_field")
COLUMNS = ("at", "variant", "disputed", *QUANTITIES)
"""What a table of claims may have for columns."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A published figure beside the computed one."""

    source: str
    at: str | None
    """The part that the figure is about; None for the whole network."""
    network: str
    """`googlenet:torchvision`, `googlenet (aux = False)`: what was elaborated for it."""
    variant: str | None
    quantity: str
    printed: str
    computed: str
    status: Status
    reason: str
    """How the figure was rounded or counted, or why it is disputed."""
    span: Span
    help: str = ""
    """The difference to the computed value, for a figure that is not met."""

    @property
    def met(self) -> bool:
        """Whether this is as the spec says: met, or disputed and not met."""
        return self.status in ("exact", "rounded", "disputed")

    def diagnostic(self) -> Diagnostic:
        """The diagnostic for a figure that does not agree with the analysis."""
        where = f"{self.at} of {self.network}" if self.at else self.network
        verb = "is"
        what = f"{self.quantity.replace('_', ' ')} {self.printed}"
        if self.quantity in COUNTS:
            what, verb = f"{self.printed} {COUNTS[self.quantity]}", "are"
        if self.status == "agrees-though-disputed":
            message = (
                f"{self.source} prints {what} for {where}, disputed, yet {self.computed} agrees"
            )
            return Diagnostic(
                "claim-not-met",
                message,
                self.span,
                notes=(f"disputed: {self.reason}",),
                help="the dispute is stale: take `disputed` away",
            )
        message = f"{self.source} prints {what} for {where}, and {self.computed} {verb} computed"
        return Diagnostic("claim-not-met", message, self.span, help=self.help)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of claims: a claim by itself, or a row of its table."""

    claim: Claim
    at: Path
    cells: Mapping[str, tuple[Any, Path]]
    """What is written, and where."""

    def text(self, key: str) -> str | None:
        """The text that the spec has under a key."""
        value = self.cells[key][0] if key in self.cells else None
        return None if value is None else str(value)

    def place(self, key: str) -> Path:
        """The path of that text in the spec."""
        return self.cells[key][1] if key in self.cells else self.at


def check_claims(spec: Spec, variant: str | None = None) -> list[Finding]:
    """Hold every claim of a spec against the analysis of the network that it speaks of.

    With a `variant`, only the claims about that one.

    A figure that is printed in full must be equal. One that was cut short (`159K`) is met if the
    computed number rounds or truncates to its digits; parameters, which papers count with or
    without biases, are met by either count. A disputed claim must not be met: of a line with
    several figures, at least one.

    Raises:
        SpecError: claims about what is not there, with the claims that are not met.
    """
    checker = Checker(spec)
    entries = [e for e in checker.entries() if variant in (None, e.text("variant"))]
    found = [finding for entry in entries for finding in checker.check(entry)]
    if checker.report.diagnostics:
        raise SpecError([*checker.report.diagnostics, *unmet(found)])
    return found


def unmet(findings: Sequence[Finding]) -> list[Diagnostic]:
    """A diagnostic for each figure that is not as the spec says."""
    return [finding.diagnostic() for finding in findings if not finding.met]


def tally(findings: Sequence[Finding]) -> str:
    """`31 figures: 20 exact, 6 rounded, 5 disputed`."""
    counts = Counter(finding.status for finding in findings)
    order: tuple[Status, ...] = (
        "exact", "rounded", "disputed", "agrees-though-disputed", "failed"
    )  # fmt: skip
    parts = [f"{counts[status]} {status}" for status in order if counts[status]]
    total = f"{len(findings)} figure{'s' * (len(findings) != 1)}"
    return f"{total}: {', '.join(parts)}" if parts else total


class Checker:
    """Holds the claims of one spec; each network that they speak of is elaborated once."""

    def __init__(self, spec: Spec) -> None:
        self.spec, self.report = spec, Report()
        self.known: dict[str, Analysis | None] = {}

    def entries(self) -> Iterator[Entry]:
        """Every line of claims; tables that do not fit together are reported."""
        for i, claim in enumerate(self.spec.header.claims):
            at: Path = ("claims", i)
            own = {
                name: (getattr(claim, name), (*at, name))
                for name in COLUMNS
                if getattr(claim, name) is not None
            }
            if any(name in own for name in QUANTITIES):
                yield Entry(claim, at, own)
            elif not claim.rows:
                known = ", ".join(QUANTITIES)
                self.say("missing-key", "a claim needs a figure", at, f"figures: {known}")
            yield from self.rows(claim, at, own)

    def rows(self, claim: Claim, at: Path, own: Mapping[str, Any]) -> Iterator[Entry]:
        """The rows of a claim's table."""
        for k, column in enumerate(claim.columns):
            if column not in COLUMNS:
                text = f"a table of claims has no column `{column}`"
                help = suggest(column, COLUMNS, "columns")
                self.say("unknown-key", text, (*at, "columns", k), help)
        # Figures of the claim itself are an entry of their own.
        shared = {name: own[name] for name in ("at", "variant", "disputed") if name in own}
        for r, row in enumerate(claim.rows):
            here = (*at, "rows", r)
            if len(row) != len(claim.columns):
                text = f"the row has {len(row)} cells, and there are {len(claim.columns)} columns"
                self.say("bad-table", text, here, f"columns: {', '.join(claim.columns)}")
                continue
            cells = {
                column: (cell, (*here, k))
                for k, (column, cell) in enumerate(zip(claim.columns, row, strict=True))
                if column in COLUMNS and cell is not None
            }
            yield Entry(claim, here, shared | cells)

    def check(self, entry: Entry) -> list[Finding]:
        """The figures of one line, beside the computed ones."""
        analysis = self.analysis(entry)
        part = None if analysis is None else self.part(analysis, entry)
        if analysis is None or part is None:
            return []
        found: list[Finding] = []
        for quantity in QUANTITIES:
            if quantity in entry.cells:
                figure, at = entry.cells[quantity]
                try:
                    found.append(self.finding(entry, analysis, part, quantity, figure))
                except ValueError as error:
                    self.say("wrong-type", str(error), at)
        dispute = entry.text("disputed")
        return _stale(found, dispute) if dispute else found

    def finding(
        self, entry: Entry, analysis: Analysis, part: Part, quantity: str, figure: Figure
    ) -> Finding:
        """One figure beside the computed one; raises `ValueError` for text that is not a figure."""
        held = hold(part, quantity, figure, entry.claim.kilo)
        status: Status = held.fit or "failed"
        reason = held.reason
        if held.fit is None and (dispute := entry.text("disputed")):
            status, reason = "disputed", dispute
        return Finding(
            source=entry.claim.source,
            at=part.id or None,
            network=_label(analysis, entry.claim.set),
            variant=analysis.network.variant,
            quantity=quantity,
            printed=shown(figure),
            computed=held.computed,
            status=status,
            reason=reason,
            span=self.spec.span(entry.place(quantity)),
            help=held.help,
        )

    def analysis(self, entry: Entry) -> Analysis | None:
        """The analysis of the network that a line speaks of; None if there is no such network."""
        variant, settings = entry.text("variant"), entry.claim.set
        if variant is not None and variant not in self.spec.variants:
            text = f"`{self.spec.name}` has no variant `{variant}`"
            help = suggest(variant, self.spec.variants, "variants")
            self.say("unknown-variant", text, entry.place("variant"), help)
            return None
        unknown = [name for name in settings if name not in (*self.spec.params, "input")]
        for name in unknown:
            text = f"`{self.spec.name}` has no param `{name}`"
            help = suggest(name, self.spec.params, "params")
            span = self.spec.span((*entry.at[:2], "set", name), key=True)
            self.report.add("unknown-param", text, span, help=help)
        key = repr((variant, sorted(settings.items())))
        if key not in self.known:
            try:
                self.known[key] = (
                    None if unknown else analyze(elaborate(self.spec, variant, settings))
                )
            except SpecError as error:
                self.report.extend(error.diagnostics)
                self.known[key] = None
        return self.known[key]

    def part(self, analysis: Analysis, entry: Entry) -> Part | None:
        """The part that a line is about; None if the network has no such part."""
        try:
            return analysis.at(entry.text("at") or "")
        except UnknownId as error:
            text = f"{error} in {_label(analysis, entry.claim.set)}"
            self.say("unknown-id", text, entry.place("at"), suggest(error.path, error.known, "ids"))
            return None

    def say(self, rule: str, message: str, at: Path, help: str = "") -> None:
        """Report a claim that cannot be held against anything."""
        self.report.add(rule, message, self.spec.span(at), help=help)


def _stale(found: list[Finding], dispute: str) -> list[Finding]:
    """A diagnostic for a disputed line whose figures are all met: the dispute is out of date."""
    if any(finding.status == "disputed" for finding in found):
        return found
    return [replace(each, status="agrees-though-disputed", reason=dispute) for each in found]


def _label(analysis: Analysis, settings: Mapping[str, Any]) -> str:
    set_ = ", ".join(f"{name} = {value}" for name, value in settings.items())
    return f"{analysis.network.label} ({set_})" if set_ else analysis.network.label
