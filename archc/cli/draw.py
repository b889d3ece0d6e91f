"""`archc draw`: the commands `conv`, `pool`, `layer` and `cone`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from archc import catalogue
from archc.analyses import UnknownId, analyze
from archc.analyses import receptive_field_trace as seen
from archc.cli import console, options
from archc.diagnostics import Diagnostic, SpecError
from archc.document import files
from archc.document.export import KINDS, export
from archc.lectures import illustrations as arithmetic
from archc.lectures.derivations.locate import locate
from archc.lectures.derivations.part import maker, one
from archc.lectures.derivations.sums import terms
from archc.lectures.illustrations import Scene, window
from archc.network import Network
from archc.ops import BadShape
from archc.ops.pool import AvgPool, MaxPool

EXAMPLE = "--image '1 1 0 1; 0 0 0 1; 1 1 1 0; 1 0 0 1'"
SOBEL = "--filter '-1 -2 -1; 0 0 0; 1 2 1'"
MOST = 24
"""Rows and columns that can still be read in a figure."""


@click.group()
def draw() -> None:
    """Draw the arithmetic of a layer: on numbers, with its sizes, or what it sees."""


output = click.option(
    "--output",
    "-o",
    metavar="FILE",
    required=True,
    help="FILE.svg, .pdf, .png or .tex (TikZ).",
)
steps = click.option(
    "--steps", is_flag=True, help="Step by step: beamer overlays, or FILE-1.svg, FILE-2.svg, ..."
)
standalone = click.option(
    "--standalone", is_flag=True, help="A .tex that is a document of its own."
)
image = click.option(
    "--image",
    metavar="ROWS",
    required=True,
    help="'1 0; 0 1', [[1, 0], [0, 1]], or a file (CSV).",
)
stride = click.option("--stride", metavar="N[,N]", help="Cells from place to place.")
padding = click.option("--padding", metavar="N[,N]", default="0", help="Cells on each side.")
at = click.option(
    "--at", metavar="ROW,COLUMN", default="0,0", help="The cell of the response to work out."
)


@options.command(
    "conv",
    f"draw conv {EXAMPLE} {SOBEL} -o conv.svg",
    f"draw conv {EXAMPLE} {SOBEL} --padding 1 --steps --standalone -o conv.tex",
    f"draw conv {EXAMPLE} --filter '1 0; 0 1' --stride 2 --at 1,1 --lang fr -o conv.tex",
)
@image
@click.option("--filter", metavar="ROWS", required=True, help="The weights.")
@output
@stride
@padding
@click.option("--dilation", metavar="N[,N]", default="1", help="Cells from weight to weight.")
@at
@steps
@standalone
@options.lang
def conv(
    image: str,
    filter: str,
    output: str,
    stride: str | None,
    padding: str,
    dilation: str,
    at: str,
    steps: bool,
    standalone: bool,
) -> None:
    """Convolve an image of one channel: image * filter = response, with the numbers."""
    matrices = _matrix(image, "--image"), _matrix(filter, "--filter")
    sizes = _pair(stride or "1", "--stride", 1), _pair(padding, "--padding")
    with console.diagnosing():
        of = _fitting(lambda: window.convolve(*matrices, *sizes, _pair(dilation, "--dilation", 1)))
        _grids(of, _pair(at, "--at"), output, steps, standalone)


@options.command(
    "pool",
    f"draw pool {EXAMPLE} --kernel 2 -o pool.svg",
    f"draw pool {EXAMPLE} --kernel 3 --stride 1 --padding 1 --average -o pool.tex",
)
@image
@click.option("--kernel", metavar="N[,N]", required=True, help="The window.")
@output
@stride
@padding
@click.option("--average", is_flag=True, help="The mean, not the maximum.")
@click.option("--ceil", "ceil_mode", is_flag=True, help="Let the last window stick out.")
@at
@steps
@standalone
@options.lang
def pool(
    image: str,
    kernel: str,
    output: str,
    stride: str | None,
    padding: str,
    average: bool,
    ceil_mode: bool,
    at: str,
    steps: bool,
    standalone: bool,
) -> None:
    """Pool an image of one channel, with the numbers."""
    cells, size = _matrix(image, "--image"), _pair(kernel, "--kernel", 1)
    pace = _pair(stride, "--stride", 1) if stride else None
    kind = AvgPool if average else MaxPool
    with console.diagnosing():
        pads = _pair(padding, "--padding")
        of = _fitting(lambda: window.pool(cells, kind, size, pace, pads, ceil_mode))
        _grids(of, _pair(at, "--at"), output, steps, standalone)


@options.command(
    "layer",
    "draw layer googlenet conv1 -o conv1.svg",
    "draw layer googlenet pool1 --lang fr --steps --standalone -o pool1.tex",
)
@options.spec
@click.argument("node", metavar="NODE", help="A convolution or a pool.")
@output
@options.variant
@options.settings
@steps
@standalone
@options.lang
def layer(
    spec: str,
    node: str,
    output: str,
    variant: str | None,
    settings: dict[str, Any],
    steps: bool,
    standalone: bool,
) -> None:
    """Draw one layer of a network: input, padding, two places of its window, output, sizes."""
    with console.diagnosing():
        network = catalogue.asked(spec, variant, settings)
        analysis, node = analyze(network), one(node)
        _known(network, node)
        found = locate(analysis.top, node)
        for term in terms(found.place, found.items):
            of = term.symbols
            try:
                assert of is not None
                scene = arithmetic.layer.draw(of.op, of.inputs, of.output, steps)
            except (arithmetic.layer.NoWindow, AssertionError):
                continue
            _write(scene, output, steps, standalone, f"{network.label} {term.id}")
            return
        message = f"no window slides in `{node}` of `{network.label}`"
        help = "convolutions and pools can be drawn"
        raise SpecError([Diagnostic("no-backend", message, help=help)])


@options.command(
    "cone",
    "draw cone vgg conv3 -o cone.svg",
    "draw cone resnet:resnet18 conv2_x --lang fr --steps --standalone -o cone.tex",
)
@options.spec
@click.argument("node", metavar="NODE", help="Any part on the way of a map.")
@output
@options.variant
@options.settings
@steps
@standalone
@options.lang
def cone(
    spec: str,
    node: str,
    output: str,
    variant: str | None,
    settings: dict[str, Any],
    steps: bool,
    standalone: bool,
) -> None:
    """Draw what a cell of a layer sees of the layers below it, down to the input."""
    with console.diagnosing():
        network, node = catalogue.asked(spec, variant, settings), one(node)
        _known(network, node)
        name = maker(network, node)
        if not name:
            message = f"`{node}` of `{network.label}` sees no map"
            raise SpecError([Diagnostic("no-backend", message)])
        sights = seen.sights(network)
        path = seen.steps(sights, name, together=False)
        if len(path) > arithmetic.cone.MOST:
            path = seen.steps(sights, name)
        scene = arithmetic.cone.draw(path, network.input, steps)
        _write(scene, output, steps, standalone, f"{network.label} {node}")


for command in (conv, pool, layer, cone):
    draw.add_command(command)


def _known(network: Network, node: str) -> None:
    """Tell of a part that there is not."""
    try:
        analyze(network).at(node)
    except UnknownId as error:
        raise console.no_part(network, error) from None


def _fitting(make: Any) -> Any:
    """A window on an image; mistakes are reported as diagnostics."""
    try:
        return make()
    except BadShape as error:
        raise SpecError([Diagnostic("bad-shape", error.message, help=error.help)]) from None
    except ValueError as error:
        raise SpecError([Diagnostic("bad-value", str(error).partition("\n")[0])]) from None


def _grids(of: Any, at: tuple[int, int], output: str, steps: bool, standalone: bool) -> None:
    rows, columns = of.output
    if not (at[0] < rows and at[1] < columns):
        raise click.BadParameter(f"the response has {rows} x {columns} cells", param_hint="--at")
    scene = arithmetic.grids.draw(of, steps, at)
    _write(scene, output, steps, standalone, of.op.name.replace("_", " "))


def _write(scene: Scene, output: str, steps: bool, standalone: bool, title: str) -> None:
    """Write a drawing as its file's name says."""
    path = Path(output)
    kind = path.suffix
    drawing = scene.drawing(title)
    if kind[1:] not in KINDS:
        message = f"`{output}` is not a .svg, .tex, .pdf or .png"
        raise click.BadParameter(message, param_hint="--output")
    if kind == ".svg" and steps:
        made = {
            path.with_name(f"{path.stem}-{number}.svg"): export(drawing, "svg", frame=number)
            for number in range(1, scene.frames + 1)
        }
    else:
        made = {path: export(drawing, kind[1:], standalone=standalone, steps=steps)}
    files.write(made)
    for each in made:
        console.say(each.as_posix())


def _matrix(written: str, option: str) -> tuple[tuple[float, ...], ...]:
    """`'1 0; 0 1'`, `[[1, 0], [0, 1]]`, or a file of either or of CSV."""
    text = written
    try:
        if Path(written).is_file():
            text = Path(written).read_text(encoding="utf-8")
        if text.lstrip().startswith("["):
            rows = json.loads(text)
        else:
            lines = text.strip().replace(";", "\n").splitlines()
            rows = [line.replace(",", " ").split() for line in lines if line.strip()]
        numbers = tuple(tuple(_number(cell) for cell in row) for row in rows)
    except (OSError, ValueError, TypeError):
        raise click.BadParameter(f"`{written}` is no matrix", param_hint=option) from None
    if not numbers or not numbers[0] or len({len(row) for row in numbers}) > 1:
        raise click.BadParameter("the rows of a matrix are equally long", param_hint=option)
    if max(len(numbers), len(numbers[0])) > MOST:
        raise click.BadParameter(f"more than {MOST} rows or columns", param_hint=option)
    return numbers


def _number(cell: Any) -> float:
    value = float(cell)
    if value != value or abs(value) == float("inf"):
        raise ValueError(cell)
    return int(value) if value.is_integer() else value


def _pair(written: str, option: str, least: int = 0) -> tuple[int, int]:
    """`2` for both directions, or `2,1`."""
    parts = written.split(",")
    try:
        numbers = [int(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or min(numbers) < least:
        message = f"`{written}` is no whole number, or two, of {least} or more"
        raise click.BadParameter(message, param_hint=option)
    return numbers[0], numbers[-1]
