"""Commands that hold networks against each other: compare."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archc.cli import console
from archc.cli.app import Langs, app, examples, picture
from archc.diagnostics import Diagnostic, SpecError
from archc.document.words import Lang

if TYPE_CHECKING:
    from archc.lectures.comparison import Comparison


class Written(StrEnum):
    """What a comparison is written in."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    csv = "csv"
    html = "html"
    json = "json"


class Metric(StrEnum):
    """Which accuracy is compared."""

    top1 = "top1"
    top5 = "top5"


class Key(StrEnum):
    """The columns of a comparison."""

    network = "network"
    params = "params"
    macs = "macs"
    depth = "depth"
    activations = "activations"
    input = "input"
    top1 = "top1"
    top5 = "top5"
    density = "density"


EXACT = (Written.csv, Written.json)


@app.command(
    epilog=examples(
        "compare efficientnet resnet mobilenet_v2 --plot accuracy.svg",
        "compare vgg:d resnet:resnet50 googlenet --sort density --reverse",
        "compare --all --sort macs --format csv > networks.csv",
        "compare resnet:resnet50_v1 se_resnet:se_resnet50 --source senet --format latex --lang fr",
        "compare mine.yaml resnet:resnet18 --accuracies mine.accuracies.yaml --plot mine.pdf",
        "compare resnet_cifar densenet_cifar --data CIFAR-10 --plot cifar.png",
    )
)
def compare(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SPEC]...", help="Paths, known names (all their variants), or name:variant."
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every known spec.")] = False,
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot", metavar="FILE", help="Accuracy against MACs: FILE.svg, .pdf or .png."
        ),
    ] = None,
    sort: Annotated[
        Key | None, typer.Option("--sort", help="Order by a column. [default: as given]")
    ] = None,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="With --sort: the greatest first.")
    ] = False,
    metric: Annotated[Metric, typer.Option("--metric", help="Which accuracy.")] = Metric.top1,
    data: Annotated[
        str | None,
        typer.Option(
            "--data", metavar="NAME", help="The data set. [default: that of most of the networks]"
        ),
    ] = None,
    crop: Annotated[
        str | None,
        typer.Option(
            "--crop", metavar="NAME", help="single, 10-crop, multi-crop, whole or ensemble."
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="ID", help="Take accuracies from this source alone."),
    ] = None,
    accuracies: Annotated[
        str | None,
        typer.Option("--accuracies", metavar="FILE", help="Accuracies of your own, YAML."),
    ] = None,
    format: Annotated[
        Written, typer.Option("--format", help="What to write; latex needs booktabs.")
    ] = Written.text,
    lang: Langs = Lang.en,
) -> None:
    """Compare networks: what they cost, and the published accuracies that can be compared."""
    if bool(specs) == every:
        raise typer.BadParameter("name some specs, or take --all", param_hint="SPEC...")
    path = picture(plot)
    if reverse and sort is None:
        raise typer.BadParameter("by which column? take --sort too", param_hint="--reverse")
    with console.diagnosing():
        from archc import catalogue
        from archc.lectures import comparison, tables
        from archc.lectures.comparison.accuracies import published, read

        wrong: list[Diagnostic] = []
        if every:
            families, wrong = catalogue.families()
            networks = [one for family in families for one in catalogue.distinct(family)]
        else:
            networks = catalogue.chosen(specs or ())
        sources = (*(read(accuracies) if accuracies else ()), *published())
        found = comparison.compare(
            networks,
            sources,
            data=data,
            crop=crop,
            source=source,
            metric=metric.value,
            edited=catalogue.edited(networks),
        )
        if sort is not None:
            found = found.sorted(sort.value, reverse=reverse)
        if path is not None:
            if not found.plotted:
                message = "no accuracy is known of any of these networks: there is nothing to plot"
                help = "`--accuracies FILE` brings your own; `archc explain no-accuracy` shows one"
                raise SpecError([Diagnostic("no-accuracy", message, help=help)])
            _plot(found, path, lang)
        if format is Written.text:
            _show(found, lang)
        else:
            sheet = tables.compared(found, lang, exact=format in EXACT)
            console.say(tables.FORMATS[format.value](sheet).rstrip("\n"))
        console.finish(wrong)


def _show(found: Comparison, lang: Lang) -> None:
    """The table for a terminal, its footnotes below it."""
    from archc.lectures import tables

    sheet = tables.compared(found, lang)
    heads = [column.heading for column in sheet.columns]
    table = console.table(sheet.about or None, heads, heads[1:])
    columns = zip(*(row.cells for row in sheet.rows), strict=True)
    wide = [max(len(cell.mark) for cell in column) for column in columns]
    for row in sheet.rows:
        marked = zip(row.cells, wide, strict=True)
        table.add_row(*(f"{cell.text} {cell.mark:<{w}}" if w else cell.text for cell, w in marked))
    console.show(table)
    for mark, text in sheet.notes:
        console.say(f"{mark}  {text}")


def _plot(found: Comparison, path: Path, lang: Lang) -> None:
    """Write the chart."""
    from archc.lectures.comparison.chart import bubbles

    console.written(path, bubbles.draw(found, path.suffix[1:], lang))
