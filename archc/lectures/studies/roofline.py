"""The document on a roofline: bytes, FLOPs, time and bound of each step."""

from __future__ import annotations

from collections.abc import Iterable

from archc.analyses import Part, Roofline
from archc.analyses.roofline import Load
from archc.document.records import Block, Code, Content, Heading, Sentence, capital, table
from archc.document.translation import N_, _, number
from archc.lectures.studies.units import FLOPS, duration, in_bytes, seconds_unit, share, unit

MODEL = N_(
    "each operation is a kernel of its own, as in eager PyTorch, and takes as long as its slowest "
    "resource: bytes over bandwidth, multiply-adds over the peak of their units, other "
    "instructions over the issue rate, or a launch; each map moves once where it is made and "
    "wherever it is read"
)
"""The sentence that says what the times are."""
BOUNDS = N_({"memory": "memory", "compute": "compute", "launch": "launch"})
BOUND_BY = N_(
    {
        "memory": "of which bound by memory",
        "compute": "of which bound by compute",
        "launch": "of which bound by launch",
    }
)
"""The bounds of a step, with the line of each among the totals."""


def page(found: Roofline, parts: Iterable[Part]) -> list[Block]:
    """The network as a whole, then its parts."""
    network, device, total = found.network, found.device, found.total
    made: list[Block] = [
        Heading(network.spec.title, 1, network.label),
        Sentence((_("model, not measured"), _(": "), f"{device.title}, "
              f"{_('batch')} {number(found.batch)}, ", Code(found.dtype))),
        table(("", ""), tuple(_totals(found)), frozenset({1})),
        Heading(capital(_("step by step"))),
    ]  # fmt: skip
    loads = [(part, found.part(part)) for part in parts]
    seconds, scale = seconds_unit([total.seconds])
    flops, moved = unit([total.flops], FLOPS, least=100), unit([total.bytes], least=100)
    columns = (
        _("step"), flops[0], _(moved[0]), _("FLOP/byte"),
        _("bound"), f"{_('time')} ({seconds})", _("share"),
    )  # fmt: skip
    scales = flops[1], moved[1], scale
    rows = tuple(_row(part, load, total, scales) for part, load in loads)
    made.append(table(columns, rows, frozenset({1, 2, 3, 5, 6})))
    made.append(Sentence((_("model"), _(": "), _(MODEL))))
    made.append(Sentence((_("source"), _(": "), device.source)))
    return made


def _totals(found: Roofline) -> Iterable[tuple[Content, ...]]:
    total = found.total
    per = _("FLOP/byte")
    name, scale = unit([total.flops], FLOPS)
    yield _("operations"), f"{number(total.flops / scale, 2)} {name}"
    yield _("traffic"), in_bytes(total.bytes)
    yield _("arithmetic intensity"), f"{number(total.intensity, 1)} {per}"
    yield _("ridge of the device"), f"{number(found.ridge, 1)} {per}"
    yield _("kernels"), total.kernels
    yield _("time"), duration(total.seconds)
    for resource, words in BOUND_BY.items():
        part = getattr(total, resource)
        yield _(words), share(part / (total.seconds or 1))


def _row(
    part: Part, load: Load, total: Load, scales: tuple[int, int, float]
) -> tuple[Content, ...]:
    if not load.kernels:
        return (Code(part.id), *[""] * 6)
    return (
        Code(part.id),
        number(load.flops / scales[0], 1),
        number(load.bytes / scales[1], 1),
        number(load.intensity, 1),
        _(BOUNDS[load.bound]),
        number(load.seconds / scales[2], 3),
        share(load.seconds / total.seconds),
    )
