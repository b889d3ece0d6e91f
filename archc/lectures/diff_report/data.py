"""A difference as JSON for programs: every change by itself, without grouping."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from archc.analyses.differences import REPORTED, Change, Difference, Node

FORMAT_VERSION = 1
"""The version of the JSON: a change that breaks its readers raises it."""


def write(found: Difference, *, every: bool = False) -> str:
    """The changes as JSON; with `every`, also those that follow from others, and equal parts."""
    sides = zip((found.left, found.right), found.totals, strict=True)
    data = {
        "format_version": FORMAT_VERSION,
        "different": found.different,
        "networks": [
            {"name": network.label, "input": list(network.input), "totals": asdict(totals)}
            for network, totals in sides
        ],
        "params": {name: list(pair) for name, pair in found.params.items()},
        "changes": [
            _change(each, every) for each in found.changes if every or each.kind in REPORTED
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _change(change: Change, every: bool) -> dict[str, Any]:
    inner = [_change(each, every) for each in change.inner if every or each.kind in REPORTED]
    made: dict[str, Any] = {
        "kind": change.kind,
        "left": change.left and _node(change.left),
        "right": change.right and _node(change.right),
        "params": change.params,
        "macs": change.macs,
    }
    if change.settings:
        made["settings"] = {each.name: [each.left, each.right] for each in change.settings}
    return made | ({"inner": inner} if inner else {})


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "op": node.op,
        "times": node.times,
        "output_shape": list(node.shape),
        "params": node.cost.params,
        "macs": node.cost.macs,
        "receptive_field": node.seen and node.seen.to_dict(),
    }
