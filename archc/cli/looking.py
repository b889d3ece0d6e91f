"""Commands that show networks: analyze, list."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from archc.cli import console
from archc.cli.app import Depth, Settings, Spec, Variant, app, examples, settings

if TYPE_CHECKING:
    from archc.analyses import Analysis


class Shown(StrEnum):
    """How an analysis is shown."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"


@app.command(
    epilog=examples(
        "analyze googlenet",
        "analyze efficientnet --variant b7 --format json",
        "analyze resnet:resnet50 --depth 3 --format csv > resnet50.csv",
    )
)
def analyze(
    spec: Spec,
    variant: Variant = None,
    set_: Settings = None,
    depth: Depth = 1,
    format: Annotated[
        Shown, typer.Option("--format", help="How to show it; json has every node.")
    ] = Shown.table,
) -> None:
    """Count parameters, multiply-adds, depth and receptive fields, without running anything."""
    given = settings(set_)
    with console.diagnosing():
        from archc import analyses, catalogue

        target = catalogue.find(spec, variant)
        network = catalogue.network(target.path, target.variant, given)
        found = analyses.analyze(network)
        if format is Shown.json:
            console.data(found.to_dict())
        else:
            _show(found, depth, format)


def _show(found: Analysis, depth: int | None, format: Shown) -> None:
    from archc import tables

    network, parts = found.network, found.rows(depth)
    title = f"{network.spec.title} ({network.label})"
    if format is Shown.csv:
        console.say(tables.comma_separated(parts).rstrip("\n"))
    elif format is Shown.markdown:
        figures = (f"- {name}: {figure}" for name, figure in tables.totals(found))
        rows = tables.markdown(tables.COLUMNS, map(tables.cells, parts))
        said = tables.convention(found)
        console.say("\n".join([f"## {title}", "", *figures, "", rows, "", said]))
    else:
        table = console.table(title, tables.COLUMNS, tables.NUMBERS)
        for part in parts:
            table.add_row(*tables.cells(part))
        console.show(table)
        summary = console.table(None, ("in all", ""), ("",))
        for row in tables.totals(found):
            summary.add_row(*row)
        console.show(summary)
        console.say(tables.convention(found))


class Listed(StrEnum):
    """How the known specs are listed."""

    table = "table"
    markdown = "markdown"


@app.command("list", epilog=examples("list", "list --names", "list --format markdown"))
def list_(
    names: Annotated[bool, typer.Option("--names", help="Only the names, one a line.")] = False,
    format: Annotated[
        Listed, typer.Option("--format", help="How to show it; markdown links spec, figure, code.")
    ] = Listed.table,
) -> None:
    """Show the known specs: their variants, parameters, multiply-adds and papers."""
    from archc import catalogue

    known = catalogue.known()
    if names:
        console.say("\n".join(known))
        return
    from archc import tables

    with console.diagnosing():
        families, wrong = catalogue.families()
        if format is Listed.markdown:
            console.say(tables.linked(families))
            console.finish(wrong)
            return
        columns = ("spec", "variant", "params", "MACs", "depth", "paper")
        table = console.table(None, columns, tables.NUMBERS, ("paper",))
        for family in families:
            for row in tables.family(family):
                table.add_row(*row)
        console.show(table)
        console.say("Figures at inference, for one sample.")
        console.finish(wrong)
