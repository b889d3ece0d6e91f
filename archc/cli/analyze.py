"""`archc analyze`."""

from __future__ import annotations

from typing import Any

import click

from archc import analyses, catalogue
from archc.analyses import Analysis
from archc.analyses.conventions import TOOLS, Convention
from archc.cli import console, options
from archc.document.markdown import escape
from archc.document.translation import _
from archc.lectures.tables import analysis as tables


@options.command(
    "analyze",
    "analyze googlenet",
    "analyze efficientnet --variant b7 --format json",
    "analyze resnet:resnet50 --depth 3 --format csv > resnet50.csv",
    "analyze resnet:resnet50 --convention fvcore",
    "analyze googlenet --convention paper --format markdown --lang fr",
)
@options.network
@options.depth(1)
@click.option(
    "--format",
    type=click.Choice(["table", "json", "csv", "markdown"]),
    default="table",
    help="How to show it; json has every node.",
)
@click.option(
    "--convention",
    type=click.Choice(TOOLS),
    help="Multiply-adds as this tool counts them, and which term makes the difference; paper shows "
    "all of them beside its own.",
)
@options.lang
def analyze(
    spec: str,
    variant: str | None,
    settings: dict[str, Any],
    depth: int,
    format: str,
    convention: Convention | None,
) -> None:
    """Count parameters, multiply-adds, depth and receptive fields, without running anything."""
    if convention is not None and format == "csv":
        raise click.BadParameter("a convention has no csv", param_hint="--format")
    with console.diagnosing():
        found = analyses.analyze(catalogue.asked(spec, variant, settings))
        if convention is not None:
            _reconcile(found, convention, format)
        elif format == "json":
            console.data(found.to_dict())
        else:
            _show(found, depth, format)


def _reconcile(found: Analysis, convention: Convention, format: str) -> None:
    from archc.lectures.studies import conventions  # the plain analysis is quick without it

    counted = found.counted(convention)
    if format == "json":
        console.data(counted.to_dict())
        return
    console.document(conventions.page(counted), "markdown" if format == "markdown" else "text")


def _show(found: Analysis, depth: int, format: str) -> None:
    network, parts = found.network, found.rows(depth)
    title = f"{network.spec.title} ({network.label})"
    if format == "csv":
        console.say(tables.comma_separated(parts).rstrip("\n"))
        return
    rows = [tables.cells(part) for part in parts]
    totals, counting = tables.totals(found), tables.convention(found)
    if format == "markdown":
        figures = (f"- {name}: {figure}" for name, figure in totals)
        table = tables.markdown(tables.COLUMNS, rows)
        console.say("\n".join([f"## {escape(title)}", "", *figures, "", table, "", counting]))
        return
    numbers = tables.headings(tables.NUMBERS)
    shown = console.table(title, tables.headings(tables.COLUMNS), numbers)
    for row in rows:
        shown.add_row(*row)
    console.show(shown)
    summary = console.table(None, (_("in all"), ""), ("",))
    for name, figure in totals:
        summary.add_row(name, figure)
    console.show(summary)
    console.say(counting)
