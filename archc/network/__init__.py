"""Networks: a spec with every choice made, as a tree of elaborated blocks over a dataflow graph.

`elaborator` makes one from a spec; `symbolic` elaborates its blocks in terms of their arguments.
"""

from __future__ import annotations

from archc.network.graph import (
    INPUT,
    Body,
    Branch,
    Group,
    Instance,
    Item,
    IterationGroup,
    Network,
    Node,
    Operation,
    Output,
    Port,
    Repeat,
    Skipped,
    Value,
    alike,
    flow,
    inner_bodies,
    join,
    operations,
)

__all__ = [
    "INPUT",
    "Body",
    "Branch",
    "Group",
    "Instance",
    "Item",
    "IterationGroup",
    "Network",
    "Node",
    "Operation",
    "Output",
    "Port",
    "Repeat",
    "Skipped",
    "Value",
    "alike",
    "flow",
    "inner_bodies",
    "join",
    "operations",
]
