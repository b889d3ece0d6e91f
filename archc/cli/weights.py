"""`archc weights`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archc import catalogue
from archc.cli import console, options


@options.command(
    "weights",
    "weights resnet:resnet50 --from torchvision:resnet50 in.pth -o out.pth",
    "weights googlenet:torchvision --from torchvision:googlenet in.pth -o out.pth",
)
@options.spec
@click.argument(
    "checkpoint",
    metavar="IN.pth",
    type=click.Path(path_type=Path),
    help="The library's file.",
)
@click.option(
    "--from",
    "source",
    metavar="LIBRARY:MODEL",
    required=True,
    help="Whose names the file has.",
)
@click.option(
    "--output",
    "-o",
    metavar="OUT.pth",
    type=click.Path(path_type=Path),
    required=True,
    help="The new file.",
)
@options.variant
@options.settings
@options.format
def weights(
    spec: str,
    checkpoint: Path,
    source: str,
    output: Path,
    variant: str | None,
    settings: dict[str, Any],
    format: str,
) -> None:
    """Rename a library's checkpoint for the generated module; explain every key left over."""
    library, colon, model = source.partition(":")
    if not (library and colon and model):
        raise click.BadParameter(f"`{source}` is not LIBRARY:MODEL", param_hint="--from")
    with console.diagnosing(format):
        from archc.targets.torch.runtime.weights import move  # torch is an extra

        network = catalogue.asked(spec, variant, settings)
        console.remark(str(move(network, library, model, checkpoint, output)), format)
        console.tell([], format)
