"""The command that tells two networks apart: diff."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archc.cli import console
from archc.cli.app import Depth, Langs, app, examples
from archc.cli.rendering import Direction, Theme
from archc.document.words import Lang, say

if TYPE_CHECKING:
    from archc.analyses.differences import Difference


class Written(StrEnum):
    """What a difference is written in."""

    text = "text"
    markdown = "markdown"
    json = "json"


STYLES = {"added": "green", "removed": "red", "changed": "yellow", "inside": "", "renamed": "cyan"}
"""The colours of lines on a terminal; the marks in front of them say the same."""
FIGURES = (".svg", ".pdf", ".png", ".dot")


@app.command(
    epilog=examples(
        "diff googlenet googlenet:torchvision",
        "diff resnet:resnet50 :resnet101",
        "diff specs/resnet.yaml mine/resnet.yaml --exit-code",
        "diff resnet:resnet50 se_resnet:se_resnet50 --format markdown --lang fr",
        "diff vgg:d :e --figure vgg.svg",
        "diff googlenet :torchvision --figure inception.pdf --block inception",
    )
)
def diff(
    left: Annotated[str, typer.Argument(metavar="SPEC", help="The network as it was.")],
    right: Annotated[
        str, typer.Argument(metavar="SPEC", help="As it is; :VARIANT for another of the same spec.")
    ],
    every: Annotated[
        bool, typer.Option("--all", help="Tell also of parts whose sizes alone follow from others.")
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 1 if there are differences, as git does.")
    ] = False,
    figure: Annotated[
        str | None,
        typer.Option("--figure", metavar="FILE", help="Both in one: FILE.svg, .pdf, .png or .dot."),
    ] = None,
    block: Annotated[
        str | None,
        typer.Option("--block", metavar="NAME", help="For the figure: this block alone."),
    ] = None,
    depth: Depth = None,
    direction: Annotated[
        Direction, typer.Option("--direction", help="Top to bottom, or left to right.")
    ] = Direction.TB,
    theme: Annotated[Theme, typer.Option("--theme", help="Of the figure.")] = Theme.slide,
    format: Annotated[Written, typer.Option("--format", help="What to write.")] = Written.text,
    lang: Langs = Lang.en,
) -> None:
    """Tell two networks apart: blocks added, removed, changed, and what that costs."""
    path = Path(figure) if figure else None
    if path is not None and path.suffix not in FIGURES:
        raise typer.BadParameter(
            f"`{figure}` is not a .svg, .pdf, .png or .dot", param_hint="--figure"
        )
    if path is None and (block or depth):
        raise typer.BadParameter("these are for --figure", param_hint="--block, --depth")
    with console.diagnosing():
        from archc import catalogue
        from archc.analyses import differences

        one = catalogue.find(left)
        same = right.startswith(":")
        other = catalogue.find(one.path, right[1:]) if same else catalogue.find(right)
        found = differences.diff(
            catalogue.network(one.path, one.variant), catalogue.network(other.path, other.variant)
        )
        if path is not None:
            _draw(found, path, block, depth, direction.value, theme.value, lang)
        match format:
            case Written.text:
                _show(found, lang, every)
            case Written.markdown:
                from archc.lectures import diff_report as changes

                console.say(changes.markdown(found, lang, every=every).rstrip("\n"))
            case Written.json:
                from archc.lectures.diff_report import data

                console.say(data.write(found, every=every).rstrip("\n"))
    if exit_code and found.different:
        raise typer.Exit(1)


def _show(found: Difference, lang: Lang, every: bool) -> None:
    """Tables for a terminal."""
    from archc.lectures import diff_report as changes

    names = found.left.label, found.right.label
    heads = ("", *names, say("difference", lang))
    table = console.table(None, heads, heads[1:])
    for row in changes.totals(found, lang):
        table.add_row(*row)
    console.show(table)
    console.say("")
    if not found.different:
        console.say(say("no differences", lang))
        return
    columns = [say(column, lang) for column in changes.COLUMNS]
    numbers = [say(column, lang) for column in changes.NUMBERS]
    table = console.table(None, columns, numbers)
    for line in changes.lines(found, lang, every=every):
        first, *others = line.cells
        table.add_row("  " * line.level + first, *others, style=STYLES.get(line.kind, ""))
    console.show(table)
    if not every and (more := changes.remark(found, lang)):
        console.say(more)


def _draw(
    found: Difference,
    path: Path,
    block: str | None,
    depth: int | None,
    direction: Literal["TB", "LR"],
    theme: str,
    lang: Lang,
) -> None:
    """Write the figure, or its DOT text where there is nothing to draw it with."""
    from archc.lectures import figures as diagram
    from archc.lectures.figures.picture import render_difference

    view, look = diagram.View(depth=depth, block=block or ""), diagram.THEMES[theme]

    def draw(kind: str) -> bytes:
        return render_difference(found, kind, view, theme=look, direction=direction, lang=lang)

    hint = ""
    try:
        data = draw(path.suffix[1:])
    except diagram.NoEngine as error:
        hint = f"{path.as_posix()} is not drawn: {error}"
        path = path.with_suffix(".dot")
        data = draw("dot")
    console.written(path, data)
    if hint:
        raise console.fail(hint)
