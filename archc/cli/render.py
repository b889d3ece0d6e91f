"""`archc render`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archc import catalogue
from archc.cli import console, options
from archc.document import files
from archc.lectures import figures as diagram
from archc.lectures import page
from archc.network import Network

PAGE = "html"
"""The kind of file that is a page to unfold and search."""


@options.command(
    "render",
    "render googlenet -o googlenet.svg",
    "render resnet:resnet50 -o resnet50.pdf --expand conv3_x.1 --theme paper",
    "render resnet:resnet50 -o macs.png --heat macs --direction LR",
    "render googlenet -o figure2.tex --block inception --lang fr",
    "render googlenet -o slides.tex --standalone --steps",
    "render googlenet -o googlenet.md",
    "render nasnet -o nasnet.html --heat macs --lang fr",
    "render alexnet -o alexnet.svg --view volumes",
    "render - -o net.dot < net.yaml",
)
@options.spec
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    required=True,
    help="FILE.svg, .pdf, .png, .dot, .tex (TikZ), .mmd, .md (Mermaid), .html (a page to unfold, "
    "search and read).",
)
@options.variant
@options.settings
@click.option(
    "--view",
    type=click.Choice(["graph", "volumes"]),
    default="graph",
    help="The graph, or the feature maps as boxes.",
)
@options.depth()
@click.option(
    "--expand", metavar="ID", multiple=True, help="Open this block; a path, or a block's name."
)
@click.option(
    "--collapse", metavar="ID", multiple=True, help="Fold this block, whatever the depth."
)
@click.option("--block", metavar="NAME", default="", help="This block alone (or its path).")
@options.look
@click.option(
    "--heat",
    type=click.Choice(["params", "macs", "activations", "receptive_field"]),
    help="Colour by this quantity, with a legend.",
)
@options.lang
@click.option("--standalone", is_flag=True, help="For .tex: a whole document, not for \\input.")
@click.option("--steps", is_flag=True, help="For .tex: beamer overlays, stage by stage.")
@options.format
def render(
    spec: str,
    output: str,
    variant: str | None,
    settings: dict[str, Any],
    view: str,
    depth: int | None,
    expand: tuple[str, ...],
    collapse: tuple[str, ...],
    block: str,
    direction: str,
    theme: str,
    heat: str | None,
    standalone: bool,
    steps: bool,
    format: str,
) -> None:
    """Draw the network; `--depth 1` shows each step as one box."""
    path = Path(output)
    kind = path.suffix[1:].lower()
    if (standalone or steps) and kind != "tex":
        raise click.BadParameter("these are for FILE.tex", param_hint="--standalone, --steps")
    if view == "volumes":
        unfit = {"--expand": expand, "--collapse": collapse, "--block": block, "--heat": heat}
        if wrong := [name for name, value in unfit.items() if value]:
            raise click.BadParameter("these are for the graph", param_hint=", ".join(wrong))
    with console.diagnosing(format):
        kinds = diagram.VOLUME_KINDS if view == "volumes" else (*diagram.KINDS, PAGE)
        if kind not in kinds:
            names = [f".{name}" for name in kinds]
            message = f"`{output}` does not end in {', '.join(names[:-1])} or {names[-1]}"
            raise click.BadParameter(message, param_hint="--output")

        network = catalogue.asked(spec, variant, settings)
        chosen = diagram.View(depth=depth, expand=expand, collapse=collapse, block=block)
        look = diagram.THEMES[theme]
        tex: dict[str, Any] = {"standalone": standalone, "steps": steps}

        def draw(network: Network, kind: str) -> bytes:
            if view == "volumes":
                return diagram.render_volumes(network, kind, depth, theme=look, **tex)
            asked: dict[str, Any] = {
                "theme": look,
                "direction": direction,
            }
            asked["heat"] = heat
            if kind == PAGE:
                return page.emit(network, chosen, **asked).encode()
            return diagram.render(network, kind, chosen, **asked, **tex)

        hint = ""
        try:
            data = draw(network, kind)
        except diagram.NoEngine as error:
            hint = str(error)
            kind = "dot" if view == "graph" else "svg"
            path = path.with_suffix(f".{kind}")
            data = draw(network, kind)
        files.write({path: data})
        console.remark(path.as_posix(), format)
        if hint:
            console.fail(f"{output} is not drawn: {hint}")
        console.tell([], format)
