"""The tables of the kernels: machine code, counted, and time, modelled; both are goldens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archc.analyses.price import time
from archc.devices import devices
from archc.kernels.ahead import Compiled
from archc.kernels.roofline import Row, rows
from archc.kernels.variants import Variant, variants
from archc.network import Network

BATCHES = (1, 32, 128)
HALF = 2
"""Bytes of an element in float16."""


def compiled_page(records: Iterable[Compiled], version: str) -> str:
    """What the machine code says, a line for each kernel and target."""
    known = {variant.label: variant for variant in variants()}
    head = ["kernel", "target", "registers", "ceiling", "spilled", "shared bytes"]
    head += ["16-byte loads", "matrix", "instructions a result", "ceiling"]
    lines = [
        "# Kernels, compiled ahead of time",
        "",
        f"Made by `archc kernels report` with triton {version}, no GPU involved: registers a",
        "thread, bytes that spill, instructions; `matrix` counts those of matrix units.",
        "Instructions a result are those of all threads of a program over its results, loops",
        "counted as often as they run; an upper bound, as branches not taken are counted.",
        "",
        *table(head, (_cells(record, known[record.label]) for record in records)),
    ]
    return "\n".join(lines) + "\n"


def _cells(record: Compiled, variant: Variant) -> list[str]:
    nvidia = record.target.startswith("sm")
    return [
        record.label,
        record.target,
        str(record.registers),
        str(variant.registers if nvidia else variant.registers_amd),
        str(record.spilled),
        str(record.shared),
        str(record.vector_loads),
        str(record.matrix),
        "" if record.instructions is None else f"{record.instructions:.1f}",
        f"{variant.instructions:g}" if record.target == "sm_90" and variant.outputs else "",
    ]


def table(head: list[str], body: Iterable[list[str]]) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for cells in body:
        yield f"| {' | '.join(cells)} |"


def roofline_page(network: Network) -> str:
    """The model of a network, block by block."""
    found = rows(network)
    lines = [
        f"# {network.label}: roofline of its kernels (model, not measured)",
        "",
        "Nothing here was measured on a GPU. Float16, channels last, every map moved once where",
        "it is made and once where it is read; each kernel takes as long as its slowest",
        "resource: bytes over bandwidth, multiply-adds over the matrix peak, instructions over",
        "the issue rate, or a launch. Weights are folded and packed ahead. Three ways to run it:",
        "*eager*, a kernel for each operation; *conv*, one for each convolution with its norm and",
        "activation, and one for each other operation; *ours*, with the fusions that are taken.",
        "",
    ]
    for name, device in devices().items():
        lines += [f"## {device.title} ({name})", "", f"{device.source}.", ""]
        head = ["batch", "way", "launches", "MB", "GFLOP", "bound (us)", "of which memory (us)"]
        body = []
        for batch in BATCHES:
            for way in ("eager", "conv", "ours"):
                prices = [price for row in found for price in row.ways[way] if price.launches]
                times = [time(price, device, batch, HALF) for price in prices]
                body.append(
                    [
                        str(batch),
                        way,
                        str(sum(price.launches for price in prices)),
                        f"{sum(p.bytes(batch, HALF) for p in prices) / 1e6:.1f}",
                        f"{sum(p.flops(batch) for p in prices) / 1e9:.2f}",
                        f"{sum(t.seconds for t in times) * 1e6:.0f}",
                        f"{sum(t.memory for t in times) * 1e6:.0f}",
                    ]
                )
        lines += [*table(head, body), ""]
    lines += ["## By block and layer, H100, batch 128", ""]
    head = ["part", "launches", "MB", "bound (us)", "waits for"]
    ways = ("eager", "conv", "ours")
    head = ["part", *(f"{way}: {what}" for way in ways for what in head[1:])]
    lines += [*table(head, (_part(row) for row in found)), ""]
    return "\n".join(lines)


def _part(row: Row) -> list[str]:
    device, cells = devices()["h100"], [f"{row.name}"]
    for way in ("eager", "conv", "ours"):
        prices = [price for price in row.ways[way] if price.launches]
        times = [time(price, device, 128, HALF) for price in prices]
        slowest = max(times, key=lambda each: each.seconds, default=None)
        cells += [
            str(sum(price.launches for price in prices)),
            f"{sum(p.bytes(128, HALF) for p in prices) / 1e6:.1f}",
            f"{sum(t.seconds for t in times) * 1e6:.1f}",
            slowest.bound if slowest else "",
        ]
    return cells
