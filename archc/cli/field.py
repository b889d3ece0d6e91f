"""`archc field`."""

from __future__ import annotations

from typing import Any

from archc import catalogue
from archc.analyses import analyze
from archc.cli import console, options
from archc.lectures import studies


@options.command(
    "field", "field googlenet", "field vgg --depth 2 --format markdown", "field alexnet --lang fr"
)
@options.network
@options.depth(1)
@options.study
@options.lang
def field(
    spec: str,
    variant: str | None,
    settings: dict[str, Any],
    depth: int,
    format: str,
) -> None:
    """Receptive fields, step by step: their size, how far they are apart, where the first is."""
    with console.diagnosing():
        analysis = analyze(catalogue.asked(spec, variant, settings))
        parts = analysis.rows(depth)
        told = [
            {"id": part.id, "receptive_field": part.receptive_field.to_dict()}
            for part in parts
            if part.receptive_field
        ]
        console.study(told, studies.field.page(analysis.network, parts), format)
