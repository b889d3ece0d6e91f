"""`archc memory`."""

from __future__ import annotations

from typing import Any

from archc import catalogue
from archc.analyses import analyze
from archc.cli import console, options
from archc.lectures import studies


@options.command(
    "memory",
    "memory resnet:resnet50 --batch 32",
    "memory googlenet --dtype float16 --format latex --lang fr > memory.tex",
    "memory densenet --format json",
)
@options.network
@options.batch(1)
@options.dtype
@options.depth(1)
@options.study
@options.lang
def memory(
    spec: str,
    variant: str | None,
    settings: dict[str, Any],
    batch: int,
    dtype: str,
    depth: int,
    format: str,
) -> None:
    """Memory of activations: what training keeps, and the most that inference needs at once."""
    with console.diagnosing():
        found = analyze(catalogue.asked(spec, variant, settings)).memory(batch, dtype)
        page = studies.memory.page(found, depth)
        console.study(found.to_dict(depth), page, format)
