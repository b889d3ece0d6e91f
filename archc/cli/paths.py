"""`archc paths`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archc import catalogue
from archc.analyses import Analysis, CannotDelete, Distribution, UnknownId, analyze
from archc.cli import console, options
from archc.diagnostics import Diagnostic, SpecError
from archc.lectures import studies


@options.command(
    "paths",
    "paths resnet:resnet50",
    "paths resnet_cifar --without conv3_x.4 --format markdown",
    "paths resnet_cifar --plot paths.svg --lang fr",
)
@options.network
@click.option("--without", metavar="ID", help="Show what deleting this part leaves.")
@options.plot("Bars: FILE.svg, .pdf or .png.")
@options.study
@options.lang
def paths(
    spec: str,
    variant: str | None,
    settings: dict[str, Any],
    without: str | None,
    plot: Path | None,
    format: str,
) -> None:
    """Count the ways from input to output and their lengths; see what deleting a part leaves."""
    with console.diagnosing():
        analysis = analyze(catalogue.asked(spec, variant, settings))
        left = None if without is None else _deleted(analysis, without)
        network, found = analysis.network, analysis.paths
        told = found.to_dict()
        if left is not None:
            told |= {"without": without, "left": left.to_dict()}
        page = studies.paths.page(network, found, without or "", left)
        if plot is not None:
            from archc.lectures.studies import bars  # matplotlib is an extra

            title = f"{network.spec.title} ({network.label})"
            console.written(plot, bars.draw(found, title, plot.suffix[1:], left, without))
        console.study(told, page, format)


def _deleted(analysis: Analysis, path: str) -> Distribution:
    """Count the paths without a part; `SpecError` if the part is unknown or cannot be deleted."""
    try:
        return analysis.without(path)
    except UnknownId as error:
        raise console.no_part(analysis.network, error) from None
    except CannotDelete as error:
        raise SpecError([Diagnostic("bad-shape", str(error))]) from None
