"""Commands that draw the arithmetic of layers: draw conv, pool, layer, cone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archc.cli import console
from archc.cli.app import Langs, Settings, Spec, Variant, app, examples, settings
from archc.cli.written import matrix, pair
from archc.diagnostics import Diagnostic, SpecError
from archc.document.words import Lang

if TYPE_CHECKING:
    from archc.lectures.illustrations import Scene
    from archc.network import Network

draw = typer.Typer(
    name="draw",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Draw the arithmetic of a layer: on numbers, with its sizes, or what it sees.",
)
app.add_typer(draw)

Output = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="FILE.svg, .pdf, .png or .tex (TikZ).")
]
Steps = Annotated[
    bool,
    typer.Option("--steps", help="Step by step: beamer overlays, or FILE-1.svg, FILE-2.svg, ..."),
]
Alone = Annotated[bool, typer.Option("--standalone", help="A .tex that is a document of its own.")]
Image = Annotated[
    str,
    typer.Option("--image", metavar="ROWS", help="'1 0; 0 1', [[1, 0], [0, 1]], or a file (CSV)."),
]
Pace = Annotated[
    str | None, typer.Option("--stride", metavar="N[,N]", help="Cells from place to place.")
]
Pad = Annotated[str, typer.Option("--padding", metavar="N[,N]", help="Cells on each side.")]
At = Annotated[
    str, typer.Option("--at", metavar="ROW,COLUMN", help="The cell of the response to work out.")
]

EXAMPLE = "--image '1 1 0 1; 0 0 0 1; 1 1 1 0; 1 0 0 1'"
SOBEL = "--filter '-1 -2 -1; 0 0 0; 1 2 1'"


@draw.command(
    epilog=examples(
        f"draw conv {EXAMPLE} {SOBEL} -o conv.svg",
        f"draw conv {EXAMPLE} {SOBEL} --padding 1 --steps --standalone -o conv.tex",
        f"draw conv {EXAMPLE} --filter '1 0; 0 1' --stride 2 --at 1,1 --lang fr -o conv.tex",
    )
)
def conv(
    image: Image,
    filter: Annotated[str, typer.Option("--filter", metavar="ROWS", help="The weights.")],
    output: Output,
    stride: Pace = None,
    padding: Pad = "0",
    dilation: Annotated[
        str, typer.Option("--dilation", metavar="N[,N]", help="Cells from weight to weight.")
    ] = "1",
    at: At = "0,0",
    steps: Steps = False,
    standalone: Alone = False,
    lang: Langs = Lang.en,
) -> None:
    """Convolve an image of one channel: image * filter = response, with the numbers."""
    from archc.lectures.illustrations import window

    matrices = matrix(image, "--image"), matrix(filter, "--filter")
    sizes = pair(stride or "1", "--stride", 1), pair(padding, "--padding")
    with console.diagnosing():
        of = _fitting(lambda: window.convolve(*matrices, *sizes, pair(dilation, "--dilation", 1)))
        _grids(of, pair(at, "--at"), output, steps, standalone, lang)


@draw.command(
    epilog=examples(
        f"draw pool {EXAMPLE} --kernel 2 -o pool.svg",
        f"draw pool {EXAMPLE} --kernel 3 --stride 1 --padding 1 --average -o pool.tex",
    )
)
def pool(
    image: Image,
    kernel: Annotated[str, typer.Option("--kernel", metavar="N[,N]", help="The window.")],
    output: Output,
    stride: Pace = None,
    padding: Pad = "0",
    average: Annotated[bool, typer.Option("--average", help="The mean, not the maximum.")] = False,
    ceil_mode: Annotated[
        bool, typer.Option("--ceil", help="Let the last window stick out.")
    ] = False,
    at: At = "0,0",
    steps: Steps = False,
    standalone: Alone = False,
    lang: Langs = Lang.en,
) -> None:
    """Pool an image of one channel, with the numbers."""
    from archc.lectures.illustrations import window

    cells, size = matrix(image, "--image"), pair(kernel, "--kernel", 1)
    pace = pair(stride, "--stride", 1) if stride else None
    kind: Any = "avg_pool" if average else "max_pool"
    with console.diagnosing():
        pads = pair(padding, "--padding")
        of = _fitting(lambda: window.pool(cells, kind, size, pace, pads, ceil_mode))
        _grids(of, pair(at, "--at"), output, steps, standalone, lang)


@draw.command(
    epilog=examples(
        "draw layer googlenet conv1 -o conv1.svg",
        "draw layer googlenet pool1 --lang fr --steps --standalone -o pool1.tex",
    )
)
def layer(
    spec: Spec,
    node: Annotated[str, typer.Argument(metavar="NODE", help="A convolution or a pool.")],
    output: Output,
    variant: Variant = None,
    set_: Settings = None,
    steps: Steps = False,
    standalone: Alone = False,
    lang: Langs = Lang.en,
) -> None:
    """Draw one layer of a network: input, padding, two places of its window, output, sizes."""
    given = settings(set_)
    with console.diagnosing():
        from archc.analyses import analyze
        from archc.lectures import illustrations as arithmetic
        from archc.lectures.derivations.locate import locate
        from archc.lectures.derivations.node import one
        from archc.lectures.derivations.sums import terms

        network = _network(spec, variant, given)
        analysis, node = analyze(network), one(node)
        _known(network, node)
        found = locate(analysis.top, node)
        for term in terms(found.place, found.items):
            of = term.symbols
            try:
                assert of is not None
                scene = arithmetic.layer.draw(of.op, of.inputs, of.output, lang, steps)
            except (arithmetic.layer.NoWindow, AssertionError):
                continue
            _write(scene, output, steps, standalone, f"{network.label} {term.id}")
            return
        message = f"no window slides in `{node}` of `{network.label}`"
        help = "convolutions and pools can be drawn"
        raise SpecError([Diagnostic("no-backend", message, help=help)])


@draw.command(
    epilog=examples(
        "draw cone vgg conv3 -o cone.svg",
        "draw cone resnet:resnet18 conv2_x --lang fr --steps --standalone -o cone.tex",
    )
)
def cone(
    spec: Spec,
    node: Annotated[str, typer.Argument(metavar="NODE", help="Any part on the way of a map.")],
    output: Output,
    variant: Variant = None,
    set_: Settings = None,
    steps: Steps = False,
    standalone: Alone = False,
    lang: Langs = Lang.en,
) -> None:
    """Draw what a cell of a layer sees of the layers below it, down to the input."""
    given = settings(set_)
    with console.diagnosing():
        from archc.analyses import receptive_field_trace as seen
        from archc.lectures import illustrations as arithmetic
        from archc.lectures.derivations.node import maker, one

        network, node = _network(spec, variant, given), one(node)
        _known(network, node)
        name = maker(network, node)
        if not name:
            message = f"`{node}` of `{network.label}` sees no map"
            raise SpecError([Diagnostic("no-backend", message)])
        sights = seen.sights(network)
        path = seen.steps(sights, name, together=False)
        if len(path) > arithmetic.cone.MOST:
            path = seen.steps(sights, name)
        scene = arithmetic.cone.draw(path, network.input, lang, steps)
        _write(scene, output, steps, standalone, f"{network.label} {node}")


def _network(spec: str, variant: str | None, given: dict[str, Any]) -> Network:
    from archc import catalogue

    return catalogue.asked(spec, variant, given)


def _known(network: Network, node: str) -> None:
    """Tell of a part that there is not."""
    from archc.analyses import UnknownId, analyze

    try:
        analyze(network).at(node)
    except UnknownId as error:
        raise console.no_part(network, error) from None


def _fitting(make: Any) -> Any:
    """A window on an image; what does not fit is told as of a spec."""
    from archc.ops import BadShape

    try:
        return make()
    except BadShape as error:
        raise SpecError([Diagnostic("bad-shape", error.message, help=error.help)]) from None
    except ValueError as error:
        raise SpecError([Diagnostic("bad-value", str(error).partition("\n")[0])]) from None


def _grids(
    of: Any, at: tuple[int, int], output: str, steps: bool, standalone: bool, lang: Lang
) -> None:
    from archc.lectures import illustrations as arithmetic

    rows, columns = of.output
    if not (at[0] < rows and at[1] < columns):
        raise typer.BadParameter(f"the response has {rows} x {columns} cells", param_hint="--at")
    scene = arithmetic.grids.draw(of, lang, steps, at)
    _write(scene, output, steps, standalone, of.kind.replace("_", " "))


def _write(scene: Scene, output: str, steps: bool, standalone: bool, title: str) -> None:
    """Write a drawing as its file's name says."""
    from archc.document import files
    from archc.lectures.illustrations import svg, tikz

    path = Path(output)
    kind = path.suffix
    if kind == ".tex":
        made = {path: tikz.write(scene, steps, standalone, title).encode()}
    elif kind == ".svg" and steps:
        made = {
            path.with_name(f"{path.stem}-{number}.svg"): svg.write(scene, number, title).encode()
            for number in range(1, scene.frames + 1)
        }
    elif kind == ".svg":
        made = {path: svg.write(scene, None, title).encode()}
    elif kind in (".pdf", ".png"):
        from archc.lectures.illustrations import paint

        made = {path: paint.write(scene, kind[1:])}
    else:
        message = f"`{output}` is not a .svg, .tex, .pdf or .png"
        raise typer.BadParameter(message, param_hint="--output")
    files.write(made)
    for each in made:
        console.say(each.as_posix())
