"""Passes: what an optimising compiler does to a network, a tuple of plain functions.

A pass takes a `Program` and gives one. It reads the flat graph (`nodes`, `readers`), and says what
it did in a record of the program, with its reasons, which `--explain-passes` shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from archc.network import Network
from archc.passes.explain import explain
from archc.passes.fuse import fuse
from archc.passes.program import Fusion, Launch, Match, Program

__all__ = ["PASSES", "Fusion", "Launch", "Match", "Program", "explain", "run"]

Pass: TypeAlias = Callable[[Program], Program]

PASSES: tuple[Pass, ...] = (fuse,)
"""In the order in which they run."""


def run(network: Network, passes: tuple[Pass, ...] = PASSES) -> Program:
    """A network after the passes."""
    program = Program(network)
    for each in passes:
        program = each(program)
    return program
