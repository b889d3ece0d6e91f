"""`archc roofline`."""

from __future__ import annotations

from typing import Any

import click

from archc import catalogue
from archc.analyses import analyze
from archc.analyses.devices import devices
from archc.cli import console, options
from archc.diagnostics import suggest
from archc.lectures import studies


@options.command(
    "roofline",
    "roofline resnet:resnet50 --device a100 --batch 32 --dtype float16",
    "roofline mobilenet_v1 --device l4 --depth 2",
    "roofline googlenet --device h100 --format markdown --lang fr",
)
@options.spec
@click.option(
    "--device",
    metavar="NAME",
    default="a100",
    help="One that archc/devices.yaml knows: l4.",
)
@options.variant
@options.settings
@options.batch(1)
@options.dtype
@options.depth(1)
@options.study
@options.lang
def roofline(
    spec: str,
    device: str,
    variant: str | None,
    settings: dict[str, Any],
    batch: int,
    dtype: str,
    depth: int,
    format: str,
) -> None:
    """Arithmetic intensity and a modelled time on a device, step by step; nothing is measured."""
    if device not in devices():
        help = suggest(device, devices(), "devices")
        raise click.BadParameter(f"there is no device `{device}`; {help}", param_hint="--device")
    with console.diagnosing():
        analysis = analyze(catalogue.asked(spec, variant, settings))
        found = analysis.roofline(device, batch, dtype)
        parts = [part for part in analysis.rows(depth) if not part.training_only]
        steps = [{"id": part.id, **found.part(part).to_dict()} for part in parts]
        page = studies.roofline.page(found, parts)
        console.study({**found.to_dict(), "steps": steps}, page, format)
