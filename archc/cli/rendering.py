"""The command that draws: render."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archc.cli import console
from archc.cli.app import Depth, Format, Settings, Spec, Told, Variant, app, examples, settings
from archc.document.words import Lang

if TYPE_CHECKING:
    from archc.network import Network


PAGE = "html"
"""The kind of file that is a page to unfold and search."""


class Shown(StrEnum):
    """What of a network is drawn."""

    graph = "graph"
    volumes = "volumes"


class Direction(StrEnum):
    """Where the data flows."""

    TB = "TB"
    LR = "LR"


class Theme(StrEnum):
    """The themes of figures."""

    paper = "paper"
    slide = "slide"
    dark = "dark"


class Heat(StrEnum):
    """What boxes may be coloured by."""

    params = "params"
    macs = "macs"
    activations = "activations"
    receptive_field = "receptive_field"


@app.command(
    epilog=examples(
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
)
def render(
    spec: Spec,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="FILE.svg, .pdf, .png, .dot, .tex (TikZ), .mmd, .md (Mermaid), .html (a page to "
            "unfold, search and read).",
        ),
    ],
    variant: Variant = None,
    set_: Settings = None,
    view: Annotated[
        Shown, typer.Option("--view", help="The graph, or the feature maps as boxes.")
    ] = Shown.graph,
    depth: Depth = None,
    expand: Annotated[
        list[str] | None,
        typer.Option("--expand", metavar="ID", help="Open this block; a path, or a block's name."),
    ] = None,
    collapse: Annotated[
        list[str] | None,
        typer.Option("--collapse", metavar="ID", help="Fold this block, whatever the depth."),
    ] = None,
    block: Annotated[
        str | None, typer.Option("--block", metavar="NAME", help="This block alone (or its path).")
    ] = None,
    direction: Annotated[
        Direction, typer.Option("--direction", help="Top to bottom, or left to right.")
    ] = Direction.TB,
    theme: Annotated[
        Theme, typer.Option("--theme", help="Black on white, colours, or light on dark.")
    ] = Theme.slide,
    heat: Annotated[
        Heat | None, typer.Option("--heat", help="Colour by this quantity, with a legend.")
    ] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="Of labels and numbers.")] = Lang.en,
    standalone: Annotated[
        bool, typer.Option("--standalone", help="For .tex: a whole document, not for \\input.")
    ] = False,
    steps: Annotated[
        bool, typer.Option("--steps", help="For .tex: beamer overlays, stage by stage.")
    ] = False,
    format: Told = Format.text,
) -> None:
    """Draw the network; `--depth 1` shows each step as one box."""
    path = Path(output)
    given, kind = settings(set_), path.suffix[1:].lower()
    if (standalone or steps) and kind != "tex":
        raise typer.BadParameter("these are for FILE.tex", param_hint="--standalone, --steps")
    if view is Shown.volumes:
        unfit = {"--expand": expand, "--collapse": collapse, "--block": block, "--heat": heat}
        if wrong := [name for name, value in unfit.items() if value]:
            raise typer.BadParameter("these are for the graph", param_hint=", ".join(wrong))
    with console.diagnosing(format):
        from archc import catalogue
        from archc.document import files
        from archc.lectures import figures as diagram
        from archc.lectures.figures import picture

        kinds = picture.VOLUME_KINDS if view is Shown.volumes else (*picture.KINDS, PAGE)
        if kind not in kinds:
            names = [f".{name}" for name in kinds]
            message = f"`{output}` does not end in {', '.join(names[:-1])} or {names[-1]}"
            raise typer.BadParameter(message, param_hint="--output")

        network = catalogue.asked(spec, variant, given)
        chosen = diagram.View(
            depth=depth,
            expand=tuple(expand or ()),
            collapse=tuple(collapse or ()),
            block=block or "",
        )
        look = diagram.THEMES[theme.value]
        tex: dict[str, Any] = {"standalone": standalone, "steps": steps}

        def draw(network: Network, kind: str) -> bytes:
            if view is Shown.volumes:
                return picture.render_volumes(network, kind, depth, theme=look, lang=lang, **tex)
            asked: dict[str, Any] = {"theme": look, "direction": direction.value, "lang": lang}
            asked["heat"] = heat.value if heat else None
            if kind == PAGE:
                from archc.interactive import interactive

                return interactive(network, chosen, **asked).encode()
            return picture.render(network, kind, chosen, **asked, **tex)

        hint = ""
        try:
            data = draw(network, kind)
        except diagram.NoEngine as error:
            hint = str(error)
            kind = "dot" if view is Shown.graph else "svg"
            path = path.with_suffix(f".{kind}")
            data = draw(network, kind)
        files.write({path: data})
        console.say(path.as_posix(), err=console.note(format))
        if hint:
            raise console.fail(f"{output} is not drawn: {hint}")
        console.tell([], format)
