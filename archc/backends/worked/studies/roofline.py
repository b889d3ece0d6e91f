"""A roofline as a page: what each step moves, computes and waits for."""

from __future__ import annotations

from collections.abc import Iterable

from archc.analyses import Part, Roofline
from archc.analyses.roofline import Load
from archc.backends.worked.node import colon
from archc.backends.worked.page import Block, Cell, Code, Heading, Line, Table
from archc.backends.worked.studies.units import duration, seconds_unit, share, size
from archc.words import Lang, number, say

MODEL = (
    "each operation is a kernel of its own, as in eager PyTorch, and takes as long as its slowest "
    "resource: bytes over bandwidth, multiply-adds over the peak of their units, other "
    "instructions over the issue rate, or a launch; each map moves once where it is made and "
    "wherever it is read"
)
"""What the times are, in a sentence."""


def page(found: Roofline, parts: Iterable[Part], lang: Lang) -> list[Block]:
    """The network as a whole, then its parts."""
    network, device, total = found.network, found.device, found.total
    made: list[Block] = [
        Heading(network.spec.title, 1, network.label),
        Line((say("model, not measured", lang), colon(lang), f"{device.title}, "
              f"{say('batch', lang)} {number(found.batch, lang)}, ", Code(found.dtype))),
        Table(("", ""), tuple(_totals(found, lang)), frozenset({1})),
        Heading(say("step by step", lang)),
    ]  # fmt: skip
    loads = [(part, found.part(part)) for part in parts]
    unit, scale = seconds_unit([total.seconds])
    columns = (
        say("step", lang), "MFLOP", say("MB", lang), say("FLOP/byte", lang), say("bound", lang),
        f"{say('time', lang)} ({unit})", say("share", lang),
    )  # fmt: skip
    rows = tuple(_row(part, load, total, scale, lang) for part, load in loads)
    made.append(Table(columns, rows, frozenset({1, 2, 3, 5, 6})))
    made.append(Line((say("model", lang), colon(lang), say(MODEL, lang))))
    made.append(Line((say("source", lang), colon(lang), device.source)))
    return made


def _totals(found: Roofline, lang: Lang) -> Iterable[tuple[Cell, ...]]:
    total = found.total
    per = say("FLOP/byte", lang)
    yield say("operations", lang), f"{number(total.flops / 1e9, lang, 2)} GFLOP"
    yield say("traffic", lang), size(total.bytes, lang)
    yield say("arithmetic intensity", lang), f"{number(total.intensity, lang, 1)} {per}"
    yield say("ridge of the device", lang), f"{number(found.ridge, lang, 1)} {per}"
    yield say("kernels", lang), total.kernels
    yield say("time", lang), duration(total.seconds, lang)
    for name in ("memory", "compute", "launch"):
        part = getattr(total, name)
        yield say(f"of which bound by {name}", lang), share(part / (total.seconds or 1), lang)


def _row(part: Part, load: Load, total: Load, scale: float, lang: Lang) -> tuple[Cell, ...]:
    if not load.kernels:
        return (Code(part.id), *[""] * 6)
    return (
        Code(part.id),
        number(load.flops / 1e6, lang, 1),
        number(load.bytes / 1e6, lang, 2),
        number(load.intensity, lang, 1),
        say(load.bound, lang),
        number(load.seconds / scale, lang, 3),
        share(load.seconds / total.seconds, lang),
    )
