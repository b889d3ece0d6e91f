"""Analyses of a network: costs, depth, receptive fields, memory, paths, roofline, claims.

`analyze(network)` gives an `Analysis`, which answers each question when it is asked. Its parts are
files of their own: `cost`, `depth`, `receptive_field`, `memory`, `paths`, `channels`, `roofline`,
the `conventions` of other tools, the published `claims`, and the `differences` of two networks.
They share two folds over the bodies (`folds`) and the `hierarchy` of parts by their paths.
"""

from __future__ import annotations

from archc.analyses.analysis import Analysis, NodeReport, Totals, analyze
from archc.analyses.channels import Channels
from archc.analyses.conventions import Convention, Counted
from archc.analyses.cost import CONVENTIONS
from archc.analyses.hierarchy import Part, Place, UnknownId
from archc.analyses.memory import Memory
from archc.analyses.paths import CannotDelete, Distribution
from archc.analyses.roofline import Roofline

__all__ = [
    "CONVENTIONS",
    "Analysis",
    "CannotDelete",
    "Channels",
    "Convention",
    "Counted",
    "Distribution",
    "Memory",
    "NodeReport",
    "Part",
    "Place",
    "Roofline",
    "Totals",
    "UnknownId",
    "analyze",
]
