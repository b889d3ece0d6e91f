"""`archc check`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from archc import catalogue
from archc import compiler as build
from archc.analyses import claims
from archc.analyses.claims import Finding
from archc.cli import console, options
from archc.cli.compile import DEFAULT_FOLDER, carry_out, plan
from archc.diagnostics import Diagnostic, SpecError
from archc.document import files
from archc.document.records import table


@options.command(
    "check", "check", "check googlenet --details", "check specs/resnet.yaml --format sarif"
)
@click.argument(
    "specs",
    metavar="[SPEC]...",
    nargs=-1,
    help="Paths or known names; all known specs if none.",
)
@options.folder(DEFAULT_FOLDER)
@click.option("--details", is_flag=True, help="Show every figure, and why some are disputed.")
@options.format
def check(specs: tuple[str, ...], folder: Path, details: bool, format: str) -> None:
    """Hold the published figures against the analysis, and generated files against the specs."""
    with console.diagnosing(format):
        wrong: list[Diagnostic] = []
        sound: list[str] = []
        for written in specs or sorted(catalogue.known()):
            try:
                spec, report = catalogue.read(catalogue.find(written).path)
                report.raise_if_any()
                sound.append(written)
                found = claims.check_claims(spec)
            except SpecError as error:
                wrong += error.diagnostics
                continue
            wrong += claims.unmet(found)
            console.remark(f"{spec.name}: {claims.tally(found)}", format)
            if details:
                _details(found)
        try:
            wrong += _stale(sound, folder, format, alone=not specs)
        except SpecError as error:
            wrong += error.diagnostics
        console.finish(console.distinct(wrong), format)


def _details(findings: Iterable[Finding]) -> None:
    """Print every published figure beside the computed one."""
    columns = ("source", "at", "network", "figure", "printed", "computed", "status", "reason")
    rows = (
        (
            *(each.source, each.at or "", each.network, each.quantity),
            *(each.printed, each.computed, each.status, each.reason),
        )
        for each in findings
    )
    console.table(table(columns, rows, {4, 5}), texts=("source", "network", "reason"))


def _stale(specs: list[str], folder: Path, format: str, alone: bool) -> list[Diagnostic]:
    """Find the generated files that differ from what the specs give now."""
    if not folder.is_dir():
        console.say(f"{folder}: no generated files to hold against the specs", err=True)
        return []
    made = carry_out(plan(specs, None, {}, True, None))
    texts = {folder / name: data for each in made for name, data in each.files.items()}
    found = files.stale(texts, "archc compile --all")
    found += files.orphans(folder, texts, build.TARGETS.values()) if alone else []
    if not found:
        console.remark(f"{folder}: {len(texts)} files are fresh", format)
    return found
