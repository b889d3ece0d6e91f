"""`archc analyze`."""

from __future__ import annotations

from typing import Any

import click

from archc import analyses, catalogue
from archc.analyses import Analysis
from archc.analyses.conventions import TOOLS, Convention
from archc.cli import console, options
from archc.document import markdown, records
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
    parts = found.rows(depth)
    if format == "csv":
        console.say(tables.comma_separated(parts).rstrip("\n"))
    elif format == "markdown":
        console.say(markdown.write(tables.page(found, parts), top=2).rstrip("\n"))
    else:
        console.table(tables.steps(parts), title=tables.title(found.network))
        console.table(records.table((_("in all"), ""), tables.totals(found), {1}))
        console.say(tables.convention(found))
