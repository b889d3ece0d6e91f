"""`archc channels`."""

from __future__ import annotations

from typing import Any

from archc import catalogue
from archc.analyses import analyze
from archc.cli import console, options
from archc.lectures import studies


@options.command(
    "channels",
    "channels densenet --depth 2",
    "channels googlenet --format latex",
    "channels resnet:resnet50 --depth 2 --lang fr",
)
@options.network
@options.depth(1)
@options.study
@options.lang
def channels(
    spec: str,
    variant: str | None,
    settings: dict[str, Any],
    depth: int,
    format: str,
) -> None:
    """How the channels grow, step by step, with each block's formula: DenseNet's k0 + k l."""
    with console.diagnosing():
        analysis = analyze(catalogue.asked(spec, variant, settings))
        found = analysis.channels(depth)
        page = studies.channels.page(analysis.network, found)
        console.study([each.to_dict() for each in found], page, format)
