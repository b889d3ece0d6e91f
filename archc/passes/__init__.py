"""Passes: plain functions from a program to a program, run in the order of `PASSES`.

A `Program` is a network with its flat graph (`nodes`, `readers`) and the decisions of the passes so
far. A pass changes no network: it returns the program with one more record of what is to be done
and why, which a target reads (`fusions`) and `--explain-passes` prints.
"""

from __future__ import annotations

from typing import Protocol

from archc.network import Network
from archc.passes.explain import explain
from archc.passes.fuse import fuse
from archc.passes.program import Fusion, Launch, Match, Program

__all__ = ["PASSES", "Fusion", "Launch", "Match", "Program", "explain", "run"]


class Pass(Protocol):
    """A function that returns a program with its own decisions added."""

    def __call__(self, program: Program, /) -> Program:
        """The program after this pass; the one given stays as it is."""


PASSES: tuple[Pass, ...] = (fuse,)
"""The passes in the order in which they run."""


def run(network: Network, passes: tuple[Pass, ...] = PASSES) -> Program:
    """The program of a network after the passes."""
    program = Program(network)
    for each in passes:
        program = each(program)
    return program
