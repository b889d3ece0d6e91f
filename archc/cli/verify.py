"""`archc verify`."""

from __future__ import annotations

import sys
from typing import Any

from archc import catalogue
from archc.cli import console, options


@options.command("verify", "verify googlenet", "verify resnet:resnet50 --set num_classes=10")
@options.network
@options.format
def verify(spec: str, variant: str | None, settings: dict[str, Any], format: str) -> None:
    """Build the generated module in PyTorch; hold shapes, parameters and MACs, node by node."""
    with console.diagnosing(format):
        from archc.targets.torch.runtime.verify import verify  # torch is an extra

        found = verify(catalogue.asked(spec, variant, settings))
        if found.mismatches:
            table = console.table(None, ("node", "what", "archc", "torch"))
            for line in found.mismatches:
                table.add_row(*map(str, (line.node, line.what, line.expected, line.actual)))
            console.show(table)
        console.remark(str(found), format)
        if found.mismatches:
            sys.exit(1)
