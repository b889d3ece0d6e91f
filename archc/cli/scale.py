"""`archc scale`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archc import catalogue
from archc.cli import console, options
from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.lectures.derivations import grid as grids
from archc.lectures.derivations import scaling as scalings
from archc.lectures.derivations.grid import Axis, Grid, family
from archc.lectures.derivations.grid import grid as combine
from archc.lectures.derivations.scaling import scaling
from archc.network import Network
from archc.network.elaborator import elaborate

PAPER = {"alpha": "width_mult", "rho": "resolution"}
"""The letters of Howard et al. (2017, arXiv:1704.04861), for a spec that has not got them."""


@options.command(
    "scale",
    "scale efficientnet --variant b3",
    "scale efficientnet --variant b3 --explain --format latex",
    "scale mobilenet_v1 --set width_mult=0.5 --explain",
    "scale mobilenet_v1 --grid alpha=1,0.75,0.5,0.25 rho=224,192,160,128",
    "scale mobilenet_v1 --grid width_mult=1,0.5 resolution=224,160 --plot out.svg",
    "scale efficientnet --plot family.svg",
)
@options.spec
@click.argument("more", metavar="[NAME=V,V...]", nargs=-1, help="More of --grid.")
@options.variant
@options.settings
@click.option("--base", metavar="NAME", help="The variant to start from.")
@click.option(
    "--grid",
    metavar="NAME=V,V...",
    multiple=True,
    help="A network for each combination of these values of params; MobileNet's alpha and rho "
    "stand for width_mult and resolution.",
)
@click.option("--explain", is_flag=True, help="Show every multiplication and rounding.")
@options.plot("Curves: FILE.svg, .pdf or .png.")
@options.worked
@options.lang
def scale(
    spec: str,
    more: tuple[str, ...],
    variant: str | None,
    settings: dict[str, Any],
    base: str | None,
    grid: tuple[str, ...],
    explain: bool,
    plot: Path | None,
    format: str,
) -> None:
    """Scale a network: what its rules make of the base, stage by stage, or a grid of networks.

    Without --variant, --set and --grid, every variant of the spec beside the base.
    """
    axes = _axes([*grid, *more])
    with console.diagnosing():
        target = catalogue.find(spec, variant)
        read, report = catalogue.read(target.path)
        report.raise_if_any()
        several = bool(axes) or not (target.variant or settings)
        if base and several:
            message = "it needs --variant or --set; a grid starts from --variant"
            raise click.BadParameter(message, param_hint="--base")
        scaled = elaborate(read, target.variant, settings)
        if several:
            made = grids.document(_grid(scaled, axes), scaled)
        else:
            found = scaling(elaborate(read, base), scaled)
            made = scalings.document(found, explain)
        if plot is not None:
            _plot(plot, scaled, axes)
        console.document(made, format)


def _axes(written: list[str]) -> dict[str, tuple[str, ...]]:
    """`alpha=1,0.75` as a name and its values."""
    found: dict[str, tuple[str, ...]] = {}
    for axis in written:
        name, equals, values = axis.partition("=")
        parts = tuple(part.strip() for part in values.split(","))
        if not (equals and name and all(parts)):
            raise click.BadParameter(f"`{axis}` is not NAME=VALUE,VALUE", param_hint="--grid")
        found[name] = parts
    return found


def _grid(network: Network, written: dict[str, tuple[str, ...]]) -> Grid:
    """The networks of a grid; without one, those of the family."""
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
    return combine(spec, axes, network.variant, network.settings)


def _plot(path: Path, network: Network, axes: dict[str, tuple[str, ...]]) -> None:
    """Write the curves."""
    from archc.lectures.derivations import curves  # matplotlib is an extra

    data = curves.draw(_grid(network, axes), network.spec.title, path.suffix[1:])
    console.written(path, data)
