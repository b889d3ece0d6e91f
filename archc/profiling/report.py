"""The tables of the kernels: machine code, counted, and time, modelled; both are goldens."""

from __future__ import annotations

from collections.abc import Iterable

from archc.analyses.devices import Device, devices
from archc.analyses.kernel_prices import Price, time
from archc.document import markdown
from archc.document.records import (
    Block,
    Code,
    Content,
    Heading,
    Prose,
    Sentence,
    Table,
    table,
)
from archc.network import Network
from archc.profiling.ahead import Compiled
from archc.profiling.roofline import WAYS, Row, blocks, layers
from archc.profiling.variants import Variant, variants

BATCHES = (1, 32, 128)
HALF = 2
"""Bytes of an element in float16."""
COMPILED = """\
Made by `archc kernels report` with triton {version}, no GPU involved: registers a
thread, bytes that spill, instructions; `matrix` counts those of matrix units.
Instructions a result are those of all threads of a program over its results, loops
counted as often as they run; an upper bound, as branches not taken are counted."""
MODELLED = """\
Nothing here was measured on a GPU. Float16, channels last, every map moved once where
it is made and once where it is read; each kernel takes as long as its slowest
resource: bytes over bandwidth, multiply-adds over the matrix peak, instructions over
the issue rate, or a launch. Caches, latency and idle multiprocessors are left out,
but for the gate's kernel, which is one program an image. Weights are folded and
packed ahead, as a compiler does that freezes them; eager code makes scale and shift
anew in each call, by launches that are not counted. Three ways to run it: *eager*, a
kernel for each operation; *conv*, one for each convolution with its norm and
activation, and one for each other operation; *ours*, with the fusions that are taken,
where a kernel that does several counts in the row where it begins.
All batches, devices and layers are in `{data}`."""


def compiled_page(records: Iterable[Compiled], version: str) -> str:
    """The page on machine code, with a line for each kernel and target."""
    known = {variant.label: variant for variant in variants()}
    head = ["kernel", "target", "registers", "ceiling", "spilled", "shared bytes"]
    head += ["16-byte loads", "matrix", "instructions a result", "ceiling"]
    page: list[Block] = [
        Heading("Kernels, compiled ahead of time", 1),
        Sentence((Prose(COMPILED.format(version=version)),)),
        table(head, (_cells(record, known[record.label]) for record in records)),
    ]
    return markdown.write(page, top=1)


def _cells(record: Compiled, variant: Variant) -> list[str]:
    nvidia, ceiling = record.target.startswith("sm"), variant.ceiling
    return [
        record.label,
        record.target,
        str(record.registers),
        str(ceiling.registers if nvidia else ceiling.registers_amd),
        str(record.spilled),
        str(record.shared),
        str(record.vector_loads),
        str(record.matrix),
        "" if record.instructions is None else f"{record.instructions:.1f}",
        f"{ceiling.instructions:g}" if nvidia else "",
    ]


def roofline_page(network: Network) -> str:
    """The model of a network: all of it, block by block, and layer by layer."""
    found = blocks(network)
    title = f"{network.label}: roofline of its kernels (model, not measured)"
    page: list[Block] = [
        Heading(title, 1),
        Sentence((Prose(MODELLED.format(data=f"{network.stem}.csv")),)),
    ]
    head = ("batch", "way", "launches", "MB", "GFLOP", "bound (us)", "memory (us)", "issue (us)")
    for name, device in devices().items():
        body = (
            (str(batch), way, *_total([p for row in found for p in row.ways[way]], device, batch))
            for batch in BATCHES
            for way in WAYS
        )
        page += [Heading(f"{device.title} ({name})"), Sentence((f"{device.source}.",))]
        page.append(table(head, body))
    for batch in BATCHES:
        page += [Heading(f"By block, H100, batch {batch}"), _by(found, batch)]
    page += [Heading("By layer, H100, batch 32"), _by(layers(network), 32)]
    return markdown.write(page, top=1)


def _total(prices: list[Price], device: Device, batch: int) -> list[str]:
    times = [time(price, device, batch, HALF) for price in prices]
    return [
        str(sum(price.launches for price in prices)),
        f"{sum(p.bytes(batch, HALF) for p in prices) / 1e6:.1f}",
        f"{sum(p.flops(batch) for p in prices) / 1e9:.2f}",
        f"{sum(t.seconds for t in times) * 1e6:.0f}",
        f"{sum(t.memory for t in times) * 1e6:.0f}",
        f"{sum(t.issue for t in times) * 1e6:.0f}",
    ]


def _by(rows: list[Row], batch: int) -> Table:
    what = ["launches", "MB", "issue (us)", "bound (us)", "waits for"]
    head = ["part", "GFLOP", *(f"{way}: {one}" for way in WAYS for one in what)]
    return table(head, (_part(row, batch) for row in rows if row.ways["eager"]))


def _part(row: Row, batch: int) -> list[Content]:
    flops = sum(price.flops(batch) for price in row.ways["eager"])
    cells: list[Content] = [Code(row.name), f"{flops / 1e9:.2f}"]
    for way in WAYS:
        prices = row.ways[way]
        times = [time(price, devices()["h100"], batch, HALF) for price in prices]
        if not prices:
            cells += 5 * [""]
            continue
        cells += [
            str(sum(price.launches for price in prices)),
            f"{sum(p.bytes(batch, HALF) for p in prices) / 1e6:.1f}",
            f"{sum(t.issue for t in times) * 1e6:.1f}",
            f"{sum(t.seconds for t in times) * 1e6:.1f}",
            max(times, key=lambda each: each.seconds).bound,
        ]
    return cells


def roofline_data(network: Network) -> str:
    """The same for each layer, batch and device, as comma-separated values; times in us."""
    bounds = ("memory", "issue", "matrix", "launch", "bound")
    head = ["layer", "batch", "way", "launches", "bytes", "flops", "instructions"]
    lines = [",".join([*head, *(f"{name}_{one}" for name in devices() for one in bounds)])]
    for row in layers(network):
        for batch in BATCHES:
            lines += [_line(row, batch, way) for way in WAYS if row.ways[way]]
    return "\n".join(lines) + "\n"


def _line(row: Row, batch: int, way: str) -> str:
    prices = row.ways[way]
    counts = (
        sum(price.launches for price in prices),
        sum(price.bytes(batch, HALF) for price in prices),
        sum(price.flops(batch) for price in prices),
        sum(price.instructions * batch for price in prices),
    )
    cells = [row.name, str(batch), way, *map(str, counts)]
    for device in devices().values():
        times = [time(price, device, batch, HALF) for price in prices]
        sums = [*map(sum, zip(*times, strict=True)), sum(each.seconds for each in times)]
        cells += [f"{seconds * 1e6:.3f}" for seconds in sums]
    return ",".join(cells)
