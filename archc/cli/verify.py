"""`archc verify`."""

from __future__ import annotations

import sys
from typing import Any

from archc import catalogue
from archc.cli import console, options
from archc.document.records import table


@options.command("verify", "verify googlenet", "verify resnet:resnet50 --set num_classes=10")
@options.network
@options.format
def verify(spec: str, variant: str | None, settings: dict[str, Any], format: str) -> None:
    """Build the generated module in PyTorch; hold shapes, parameters and MACs, node by node."""
    with console.diagnosing(format):
        from archc.targets.torch.runtime.verify import verify  # torch is an extra

        found = verify(catalogue.asked(spec, variant, settings))
        if found.mismatches:
            rows = (
                map(str, (each.node, each.what, each.expected, each.actual))
                for each in found.mismatches
            )
            console.table(table(("node", "what", "archc", "torch"), rows))
        console.remark(str(found), format)
        if found.mismatches:
            sys.exit(1)
