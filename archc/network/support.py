"""Reports the steps of a network whose op a table of ops does not support."""

from __future__ import annotations

from typing import Any

from archc.diagnostics import Report
from archc.network import Network, operations
from archc.ops.table import OpTable, Unsupported


def require(network: Network, table: OpTable[Any]) -> None:
    """Check that a table has an entry for each op of a network.

    Raises:
        SpecError: `no-backend`, at each step whose op is unsupported, with the reason.
    """
    report = Report()
    for operation in operations(network.root):
        found = table.find(operation.op)
        if isinstance(found, Unsupported):
            report.add(
                "no-backend",
                f"`{operation.op.name}` has no {table.name}",
                network.spec.span(operation.step.at),
                help=found.why,
            )
    report.raise_if_any()
