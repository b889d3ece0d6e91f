"""`archc compare`."""

from __future__ import annotations

from pathlib import Path

import click

from archc import catalogue
from archc.cli import console, options
from archc.diagnostics import Diagnostic, SpecError
from archc.lectures import comparison
from archc.lectures.comparison import KEYS, Comparison
from archc.lectures.comparison.accuracies import Metric, published, read
from archc.lectures.comparison.table import table as compared


@options.command(
    "compare",
    "compare efficientnet resnet mobilenet_v2 --plot accuracy.svg",
    "compare vgg:d resnet:resnet50 googlenet --sort density --reverse",
    "compare --all --sort macs --format csv > networks.csv",
    "compare resnet:resnet50_v1 se_resnet:se_resnet50 --source senet --format latex --lang fr",
    "compare mine.yaml resnet:resnet18 --accuracies mine.accuracies.yaml --plot mine.pdf",
    "compare resnet_cifar densenet_cifar --data CIFAR-10 --plot cifar.png",
)
@click.argument(
    "specs",
    metavar="[SPEC]...",
    nargs=-1,
    help="Paths, known names (all their variants), or name:variant.",
)
@click.option("--all", "every", is_flag=True, help="Every known spec.")
@options.plot("Accuracy against MACs: FILE.svg, .pdf or .png.")
@click.option(
    "--sort",
    type=click.Choice(tuple(KEYS)),
    help="Order by a column. [default: as given]",
)
@click.option("--reverse", is_flag=True, help="With --sort: the greatest first.")
@click.option(
    "--metric", type=click.Choice(["top1", "top5"]), default="top1", help="Which accuracy."
)
@click.option(
    "--data", metavar="NAME", help="The data set. [default: that of most of the networks]"
)
@click.option("--crop", metavar="NAME", help="single, 10-crop, multi-crop, whole or ensemble.")
@click.option("--source", metavar="ID", help="Take accuracies from this source alone.")
@click.option("--accuracies", metavar="FILE", help="Accuracies of your own, YAML.")
@click.option(
    "--format",
    type=click.Choice(["text", "markdown", "latex", "csv", "html", "json"]),
    default="text",
    help="What to write; latex needs booktabs.",
)
@options.lang
def compare(
    specs: tuple[str, ...],
    every: bool,
    plot: Path | None,
    sort: str | None,
    reverse: bool,
    metric: Metric,
    data: str | None,
    crop: str | None,
    source: str | None,
    accuracies: str | None,
    format: str,
) -> None:
    """Compare networks: what they cost, and the published accuracies that can be compared."""
    if bool(specs) == every:
        raise click.BadParameter("name some specs, or take --all", param_hint="SPEC...")
    if reverse and sort is None:
        raise click.BadParameter("by which column? take --sort too", param_hint="--reverse")
    with console.diagnosing():
        wrong: list[Diagnostic] = []
        if every:
            families, wrong = catalogue.families()
            networks = [one for family in families for one in catalogue.distinct(family)]
        else:
            networks = catalogue.chosen(specs)
        sources = (*(read(accuracies) if accuracies else ()), *published())
        found = comparison.compare(
            networks,
            sources,
            data=data,
            crop=crop,
            source=source,
            metric=metric,
            edited=catalogue.edited(networks),
        )
        if sort is not None:
            found = found.sorted(sort, reverse=reverse)
        if plot is not None:
            if not found.plotted:
                message = "no accuracy is known of any of these networks: there is nothing to plot"
                help = "`--accuracies FILE` brings your own; `archc explain no-accuracy` shows one"
                raise SpecError([Diagnostic("no-accuracy", message, help=help)])
            _plot(found, plot)
        if format == "text":
            _show(found)
        else:
            console.document(compared(found, exact=format in ("csv", "json")), format)
        console.finish(wrong)


def _show(found: Comparison) -> None:
    """The table for a terminal, its footnotes below it."""
    sheet = compared(found)
    console.table(sheet, title=sheet.about or None)
    for mark, text in sheet.notes:
        console.say(f"{mark}  {text}")


def _plot(found: Comparison, path: Path) -> None:
    """Write the chart."""
    from archc.lectures.comparison import chart  # matplotlib is an extra

    console.written(path, chart.draw(found, path.suffix[1:]))
