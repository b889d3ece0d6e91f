"""A roofline as a page: what each step moves, computes and waits for."""

from __future__ import annotations

from collections.abc import Iterable

from archc.analyses import Part, Roofline
from archc.analyses.roofline import Load
from archc.document.words import Lang, number, say, sign
from archc.lectures.derivations.worked.page import Block, Cell, Code, Heading, Line, Table
from archc.lectures.studies.units import FLOPS, duration, seconds_unit, share, size, unit

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
        Line((say("model, not measured", lang), sign(":", lang), f"{device.title}, "
              f"{say('batch', lang)} {number(found.batch, lang)}, ", Code(found.dtype))),
        Table(("", ""), tuple(_totals(found, lang)), frozenset({1})),
        Heading(say("step by step", lang)),
    ]  # fmt: skip
    loads = [(part, found.part(part)) for part in parts]
    seconds, scale = seconds_unit([total.seconds])
    flops, moved = unit([total.flops], FLOPS, least=100), unit([total.bytes], least=100)
    columns = (
        say("step", lang), flops[0], say(moved[0], lang), say("FLOP/byte", lang),
        say("bound", lang), f"{say('time', lang)} ({seconds})", say("share", lang),
    )  # fmt: skip
    scales = flops[1], moved[1], scale
    rows = tuple(_row(part, load, total, scales, lang) for part, load in loads)
    made.append(Table(columns, rows, frozenset({1, 2, 3, 5, 6})))
    made.append(Line((say("model", lang), sign(":", lang), say(MODEL, lang))))
    made.append(Line((say("source", lang), sign(":", lang), device.source)))
    return made


def _totals(found: Roofline, lang: Lang) -> Iterable[tuple[Cell, ...]]:
    total = found.total
    per = say("FLOP/byte", lang)
    name, scale = unit([total.flops], FLOPS)
    yield say("operations", lang), f"{number(total.flops / scale, lang, 2)} {name}"
    yield say("traffic", lang), size(total.bytes, lang)
    yield say("arithmetic intensity", lang), f"{number(total.intensity, lang, 1)} {per}"
    yield say("ridge of the device", lang), f"{number(found.ridge, lang, 1)} {per}"
    yield say("kernels", lang), total.kernels
    yield say("time", lang), duration(total.seconds, lang)
    for name in ("memory", "compute", "launch"):
        part = getattr(total, name)
        yield say(f"of which bound by {name}", lang), share(part / (total.seconds or 1), lang)


def _row(
    part: Part, load: Load, total: Load, scales: tuple[int, int, float], lang: Lang
) -> tuple[Cell, ...]:
    if not load.kernels:
        return (Code(part.id), *[""] * 6)
    return (
        Code(part.id),
        number(load.flops / scales[0], lang, 1),
        number(load.bytes / scales[1], lang, 1),
        number(load.intensity, lang, 1),
        say(load.bound, lang),
        number(load.seconds / scales[2], lang, 3),
        share(load.seconds / total.seconds, lang),
    )
