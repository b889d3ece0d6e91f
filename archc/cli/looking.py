"""Commands that show networks: analyze, list."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archc.cli import console
from archc.cli.app import Depth, Langs, Settings, Spec, Variant, app, examples, settings
from archc.document.words import Lang, say

if TYPE_CHECKING:
    from archc.analyses import Analysis


class Counting(StrEnum):
    """Who counts multiply-adds."""

    paper = "paper"
    fvcore = "fvcore"
    torchinfo = "torchinfo"
    ptflops = "ptflops"
    thop = "thop"


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
        "analyze resnet:resnet50 --convention fvcore",
        "analyze googlenet --convention paper --format markdown --lang fr",
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
    convention: Annotated[
        Counting | None,
        typer.Option(
            "--convention",
            help="Multiply-adds as this tool counts them, and which term makes the difference; "
            "paper shows all of them beside its own.",
        ),
    ] = None,
    lang: Langs = Lang.en,
) -> None:
    """Count parameters, multiply-adds, depth and receptive fields, without running anything."""
    given = settings(set_)
    if convention is not None and format is Shown.csv:
        raise typer.BadParameter("a convention has no csv", param_hint="--format")
    with console.diagnosing():
        from archc import analyses, catalogue

        found = analyses.analyze(catalogue.asked(spec, variant, given))
        if convention is not None:
            _reconcile(found, convention, format, lang)
        elif format is Shown.json:
            console.data(found.to_dict())
        else:
            _show(found, depth, format, lang)


def _reconcile(found: Analysis, convention: Counting, format: Shown, lang: Lang) -> None:
    from archc.lectures.derivations import worked
    from archc.lectures.studies import conventions

    counted = found.counted(convention.value)
    if format is Shown.json:
        console.data(counted.to_dict())
        return
    form: Literal["markdown", "text"] = "markdown" if format is Shown.markdown else "text"
    console.say(worked.write(conventions.page(counted, lang), form, lang).rstrip("\n"))


def _show(found: Analysis, depth: int | None, format: Shown, lang: Lang) -> None:
    from archc.lectures.tables import analysis as tables

    network, parts = found.network, found.rows(depth)
    title = f"{network.spec.title} ({network.label})"
    if format is Shown.csv:
        console.say(tables.comma_separated(parts).rstrip("\n"))
        return
    rows = [tables.cells(part, lang=lang) for part in parts]
    totals, said = tables.totals(found, lang), tables.convention(found, lang)
    if format is Shown.markdown:
        figures = (f"- {name}: {figure}" for name, figure in totals)
        table = tables.markdown(tables.COLUMNS, rows, lang)
        console.say("\n".join([f"## {title}", "", *figures, "", table, "", said]))
        return
    numbers = tables.headings(tables.NUMBERS, lang)
    shown = console.table(title, tables.headings(tables.COLUMNS, lang), numbers)
    for row in rows:
        shown.add_row(*row)
    console.show(shown)
    summary = console.table(None, (say("in all", lang), ""), ("",))
    for name, figure in totals:
        summary.add_row(name, figure)
    console.show(summary)
    console.say(said)


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
    from archc.lectures.tables import analysis as tables

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
