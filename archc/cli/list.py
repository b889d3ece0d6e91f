"""`archc list`."""

from __future__ import annotations

import click

from archc import catalogue
from archc.cli import console, options
from archc.lectures.tables import analysis as tables


@options.command("list", "list", "list --names", "list --format markdown")
@click.option("--names", is_flag=True, help="Only the names, one a line.")
@click.option(
    "--format",
    type=click.Choice(["table", "markdown"]),
    default="table",
    help="How to show it; markdown links spec, figure, code.",
)
def list(names: bool, format: str) -> None:
    """Show the known specs: their variants, parameters, multiply-adds and papers."""
    known = catalogue.known()
    if names:
        console.say("\n".join(known))
        return
    with console.diagnosing():
        families, wrong = catalogue.families()
        if format == "markdown":
            console.document([tables.linked(families)], format)
            console.finish(wrong)
            return
        console.table(tables.families(families), texts=("paper",))
        console.say("Figures at inference, for one sample.")
        console.finish(wrong)
