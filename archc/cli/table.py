"""`archc table`."""

from __future__ import annotations

from typing import Any

import click

from archc import catalogue
from archc.cli import console, options
from archc.document.records import Table
from archc.document.translation import current_language, language
from archc.lectures import exercises, tables
from archc.network import Network

STYLES = ("paper", "keras", "body", "layers")
"""Which table of a network."""


@options.command(
    "table",
    "table googlenet",
    "table resnet --format latex > table1.tex",
    "table resnet --variant resnet18_v1 --variant resnet50_v1 --lang fr",
    "table googlenet:fashion_mnist --style keras",
    "table mobilenet_v2 --style body --format html",
    "table alexnet --blank output_shape,params --format csv > sheet.csv",
    "table alexnet --blank output_shape,params --solution --format latex",
)
@options.spec
@click.option(
    "--variant",
    "variants",
    metavar="NAME",
    multiple=True,
    help="One of the spec's variants; several stand abreast.",
)
@options.settings
@click.option(
    "--style",
    type=click.Choice(STYLES),
    help="The paper's table; model.summary() of Keras; the body as MobileNet's paper prints it; or "
    "every layer with its sizes. [default: paper; layers with --blank]",
)
@click.option(
    "--format",
    type=click.Choice(["markdown", "latex", "csv", "html", "json", "text"]),
    help="latex needs booktabs. [default: markdown; text for keras]",
)
@options.lang
@click.option(
    "--blank",
    metavar="LIST",
    help="Leave these columns for students to fill in: output_shape, params, macs, depth, "
    "receptive_field.",
)
@click.option(
    "--notes",
    type=click.Choice(["full", "short", "none"]),
    help="What footnotes say of figures that cannot be right. [default: full; short in French, as "
    "specs give reasons in English]",
)
@click.option("--solution", is_flag=True, help="With --blank: the key of that sheet.")
def table(
    spec: str,
    variants: tuple[str, ...],
    settings: dict[str, Any],
    style: str | None,
    format: str | None,
    blank: str | None,
    notes: str | None,
    solution: bool,
) -> None:
    """Show a network as a table: its paper's, Keras's, or a sheet of exercises."""
    if solution and not blank:
        raise click.BadParameter(
            "it is the key of a sheet: take --blank too", param_hint="--solution"
        )
    if blank and style == "keras":
        raise click.BadParameter("take another style for exercises", param_hint="--blank")
    if format == "text" and style != "keras":
        raise click.BadParameter("text is Keras's own: take --style keras", param_hint="--format")
    with console.diagnosing():
        target = catalogue.find(spec, variants[0] if len(variants) == 1 else None)
        read, report = catalogue.read(target.path)
        asked = [target.variant] if target.variant else list(variants)
        if blank or style in ("keras", "body", "layers"):
            if len(asked) > 1:
                raise click.BadParameter("one variant at a time here", param_hint="--variant")
            wanted: tuple[str | None, ...] = tuple(asked) or (None,)
        else:
            wanted = tables.wanted(read, asked)
        networks = catalogue.networks(read, report, wanted, settings)
        if not blank:
            shown = format or ("text" if style == "keras" else "markdown")
            detail = tables.Notes(notes) if notes else None
            made = tables.emit(networks, style or "paper", shown, detail)
            console.say(made.rstrip("\n"))
            return
        label = f"{spec.partition(':')[0]}:{target.variant}" if target.variant else spec
        exercise = exercises.Exercise(
            label,
            style or "layers",
            tuple(part.strip() for part in blank.split(",")),
            current_language(),
            {name: str(value) for name, value in settings.items()},
        )
        key = filled(networks[0], exercise)
        console.document(key if solution else exercises.blank(key, exercise), format or "markdown")


def filled(network: Network, exercise: exercises.Exercise) -> Table:
    """The key of an exercise's sheet: every figure in full."""
    plan = exercises.layout(tables.plan(network.spec, exercise.style), exercise)
    with language(exercise.lang):
        made = tables.table([network], plan, unrolled=True)
    return exercises.key(made, network, exercise)
