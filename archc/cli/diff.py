"""`archc diff`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from archc import catalogue
from archc.analyses import differences
from archc.analyses.differences import Difference
from archc.cli import console, options
from archc.document.translation import _
from archc.lectures import diff_report as changes
from archc.lectures import figures as diagram
from archc.lectures.diff_report import data
from archc.lectures.figures import render_difference

STYLES = {"added": "green", "removed": "red", "changed": "yellow", "inside": "", "renamed": "cyan"}
"""The colours of lines on a terminal; the marks in front of them say the same."""
FIGURES = (".svg", ".pdf", ".png", ".dot")


@options.command(
    "diff",
    "diff googlenet googlenet:torchvision",
    "diff resnet:resnet50 :resnet101",
    "diff specs/resnet.yaml mine/resnet.yaml --exit-code",
    "diff resnet:resnet50 se_resnet:se_resnet50 --format markdown --lang fr",
    "diff vgg:d :e --figure vgg.svg",
    "diff googlenet :torchvision --figure inception.pdf --block inception",
)
@click.argument("left", metavar="SPEC", help="The network as it was.")
@click.argument("right", metavar="SPEC", help="As it is; :VARIANT for another of the same spec.")
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Tell also of parts whose sizes alone follow from others.",
)
@click.option("--exit-code", is_flag=True, help="End with 1 if there are differences, as git does.")
@click.option("--figure", metavar="FILE", help="Both in one: FILE.svg, .pdf, .png or .dot.")
@click.option("--block", metavar="NAME", default="", help="For the figure: this block alone.")
@options.depth()
@options.look
@click.option(
    "--format",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="What to write.",
)
@options.lang
def diff(
    left: str,
    right: str,
    every: bool,
    exit_code: bool,
    figure: str | None,
    block: str,
    depth: int | None,
    direction: Literal["TB", "LR"],
    theme: str,
    format: str,
) -> None:
    """Tell two networks apart: blocks added, removed, changed, and what that costs."""
    path = Path(figure) if figure else None
    if path is not None and path.suffix not in FIGURES:
        raise click.BadParameter(
            f"`{figure}` is not a .svg, .pdf, .png or .dot", param_hint="--figure"
        )
    if path is None and (block or depth):
        raise click.BadParameter("these are for --figure", param_hint="--block, --depth")
    with console.diagnosing():
        one = catalogue.find(left)
        same = right.startswith(":")
        other = catalogue.find(one.path, right[1:]) if same else catalogue.find(right)
        found = differences.diff(
            catalogue.network(one.path, one.variant), catalogue.network(other.path, other.variant)
        )
        if path is not None:
            _draw(found, path, block, depth, direction, theme)
        match format:
            case "text":
                _show(found, every)
            case "markdown":
                console.say(changes.markdown(found, every=every).rstrip("\n"))
            case "json":
                console.say(data.write(found, every=every).rstrip("\n"))
    if exit_code and found.different:
        sys.exit(1)


def _show(found: Difference, every: bool) -> None:
    """Tables for a terminal."""
    console.table(changes.totals_table(found))
    console.say("")
    if not found.different:
        console.say(_("no differences"))
        return
    lines = changes.lines(found, every=every)
    styles = [STYLES.get(line.kind, "") for line in lines]
    console.table(changes.changes_table(lines), styles=styles)
    if not every and (more := changes.remark(found)):
        console.say(more)


def _draw(
    found: Difference,
    path: Path,
    block: str,
    depth: int | None,
    direction: Literal["TB", "LR"],
    theme: str,
) -> None:
    """Write the figure, or its DOT text where there is nothing to draw it with."""
    view, look = diagram.View(depth=depth, block=block), diagram.THEMES[theme]

    def draw(kind: str) -> bytes:
        return render_difference(found, kind, view, theme=look, direction=direction)

    hint = ""
    try:
        drawn = draw(path.suffix[1:])
    except diagram.NoEngine as error:
        hint = f"{path.as_posix()} is not drawn: {error}"
        path = path.with_suffix(".dot")
        drawn = draw("dot")
    console.written(path, drawn)
    if hint:
        console.fail(hint)
