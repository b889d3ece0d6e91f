"""`archc validate`."""

from __future__ import annotations

from typing import Any

import click

from archc import catalogue
from archc.cli import console, options
from archc.diagnostics import Diagnostic, SpecError


@options.command(
    "validate",
    "validate specs/resnet.yaml",
    "validate my/*.yaml --format github",
    "validate googlenet --variant fashion_mnist --set num_classes=100",
    "validate - --format json < net.yaml",
)
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True, help="Paths or names, or -.")
@options.variant
@options.settings
@options.format
def validate(
    specs: tuple[str, ...], variant: str | None, settings: dict[str, Any], format: str
) -> None:
    """Find every mistake in specs: their form, their names, and the shapes of all variants."""
    with console.diagnosing(format):
        wrong: list[Diagnostic] = []
        for written in specs:
            try:
                target = catalogue.find(written, variant)
                spec, report = catalogue.read(target.path)
                one = target.variant is not None
                variants = (target.variant,) if one else catalogue.every(spec)
                catalogue.networks(spec, report, variants, settings)
            except SpecError as error:
                wrong += error.diagnostics
                continue
            count = len(spec.variants)
            what = f"variant {target.variant}" if one else f"{count} variant{'s' * (count != 1)}"
            console.remark(f"{target.path}: no mistakes ({what})", format)
        console.finish(console.distinct(wrong), format)
