"""The command that scales a network: scale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archc.cli import console
from archc.cli.app import Langs, Settings, Spec, Variant, app, examples, picture, settings
from archc.cli.working import Form, Forms
from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.document.words import Lang

if TYPE_CHECKING:
    from archc.lectures.derivations.grid import Grid
    from archc.network import Network

PAPER = {"alpha": "width_mult", "rho": "resolution"}
"""The letters of Howard et al. (2017, arXiv:1704.04861), for a spec that has not got them."""


@app.command(
    epilog=examples(
        "scale efficientnet --variant b3",
        "scale efficientnet --variant b3 --explain --format latex",
        "scale mobilenet_v1 --set width_mult=0.5 --explain",
        "scale mobilenet_v1 --grid alpha=1,0.75,0.5,0.25 rho=224,192,160,128",
        "scale mobilenet_v1 --grid width_mult=1,0.5 resolution=224,160 --plot out.svg",
        "scale efficientnet --plot family.svg",
    )
)
def scale(
    spec: Spec,
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=V,V...]", help="More of --grid.")
    ] = None,
    variant: Variant = None,
    set_: Settings = None,
    base: Annotated[
        str | None, typer.Option("--base", metavar="NAME", help="The variant to start from.")
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid",
            metavar="NAME=V,V...",
            help="A network for each combination of these values of params; MobileNet's alpha and "
            "rho stand for width_mult and resolution.",
        ),
    ] = None,
    steps: Annotated[
        bool, typer.Option("--explain", help="Show every multiplication and rounding.")
    ] = False,
    plot: Annotated[
        str | None, typer.Option("--plot", metavar="FILE", help="Curves: FILE.svg, .pdf or .png.")
    ] = None,
    format: Forms = Form.text,
    lang: Langs = Lang.en,
) -> None:
    """Scale a network: what its rules make of the base, stage by stage, or a grid of networks.

    Without --variant, --set and --grid, every variant of the spec beside the base.
    """
    given, axes = settings(set_), _axes([*(grid or []), *(more or [])])
    path = picture(plot)
    with console.diagnosing():
        from archc import catalogue
        from archc.lectures.derivations import worked
        from archc.lectures.derivations.scaling import scaling
        from archc.network.elaborator import elaborate

        target = catalogue.find(spec, variant)
        read, report = catalogue.read(target.path)
        report.raise_if_any()
        grids = bool(axes) or not (target.variant or given)
        if base and grids:
            message = "it needs --variant or --set; a grid starts from --variant"
            raise typer.BadParameter(message, param_hint="--base")
        scaled = elaborate(read, target.variant, given)
        if grids:
            text = worked.emit_grid(_grid(scaled, axes), scaled, format.value, lang)
        else:
            found = scaling(elaborate(read, base), scaled)
            text = worked.emit_scaling(found, format.value, lang, steps)
        if path is not None:
            _plot(path, scaled, axes, lang)
        console.say(text.rstrip("\n"))


def _axes(written: list[str]) -> dict[str, tuple[str, ...]]:
    """`alpha=1,0.75` as a name and its values."""
    found: dict[str, tuple[str, ...]] = {}
    for axis in written:
        name, equals, values = axis.partition("=")
        parts = tuple(part.strip() for part in values.split(","))
        if not (equals and name and all(parts)):
            raise typer.BadParameter(f"`{axis}` is not NAME=VALUE,VALUE", param_hint="--grid")
        found[name] = parts
    return found


def _grid(network: Network, written: dict[str, tuple[str, ...]]) -> Grid:
    """The networks of a grid; without one, those of the family."""
    from archc.lectures.derivations.grid import Axis, family, grid

    spec = network.spec
    if not written:
        return family(spec)
    axes: list[Axis] = []
    for name, values in written.items():
        param = name if name in spec.params else PAPER.get(name, name)
        if param not in spec.params:
            message = f"`{spec.name}` has no param `{name}`"
            help = suggest(name, spec.params, "params")
            raise SpecError([Diagnostic("unknown-param", message, help=help)])
        axes.append(Axis(name, param, values))
    return grid(spec, axes, network.variant, network.settings)


def _plot(path: Path, network: Network, axes: dict[str, tuple[str, ...]], lang: Lang) -> None:
    """Write the curves."""
    from archc.lectures.derivations.worked import curves

    data = curves.draw(_grid(network, axes), network.spec.title, path.suffix[1:], lang)
    console.written(path, data)
