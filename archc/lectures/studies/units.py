"""Formats large figures with a unit: bytes, seconds, counts of any size."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from archc.document.records import Content
from archc.document.translation import N_, _, number, percent

BYTES = ((N_("GB"), 10**9), (N_("MB"), 10**6), (N_("kB"), 10**3), (N_("B"), 1))
FLOPS = (("GFLOP", 10**9), ("MFLOP", 10**6), ("kFLOP", 10**3), ("FLOP", 1))
SECONDS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
WRITTEN = 10**18
"""The least count that is written as a power of ten."""


def unit(
    figures: Iterable[int], units: Sequence[tuple[str, int]] = BYTES, least: int = 1
) -> tuple[str, int]:
    """The largest unit, with its size, of which the greatest figure has at least `least`."""
    most = max(figures, default=0)
    return next((one for one in units if most >= least * one[1]), units[-1])


def seconds_unit(figures: Iterable[float]) -> tuple[str, float]:
    """The largest unit of time, with its seconds, of which the greatest time has at least one."""
    most = max(figures, default=0.0)
    return next((one for one in SECONDS if most >= one[1]), SECONDS[-1])


def in_bytes(figure: int) -> str:
    """`9.6 MB`, in French `9,6 Mo`."""
    name, scale = unit([figure])
    return f"{number(figure / scale, 1 if scale > 1 else 0)} {_(name)}"


def duration(figure: float) -> str:
    """`1.1 ms`."""
    name, scale = seconds_unit([figure])
    return f"{number(figure / scale, 2)} {name}"


def share(part: float) -> str:
    """`12.5%`, in French `12,5 %`."""
    return percent(part, 1)


def count(figure: int) -> Content:
    """A whole number as it is; a very large one as a power, or to four digits."""
    if figure < WRITTEN:
        return figure
    if figure & (figure - 1) == 0:
        return ast.BinOp(ast.Constant(2), ast.Pow(), ast.Constant(figure.bit_length() - 1))
    digits = len(str(figure)) - 1
    first = round(figure // 10 ** (digits - 5) / 10**5, 3)
    power = ast.BinOp(ast.Constant(10), ast.Pow(), ast.Constant(digits))
    return ast.BinOp(ast.Constant(first), ast.Mult(), power)
