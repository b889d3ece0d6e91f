"""Benchmarks: how much faster archc answers than torch, and how its cost grows with a spec.

    python tests/bench.py            # everything
    python tests/bench.py growth     # exponents alone, without torch

Whole processes are run in turn, `ROUNDS` times each, and the median is taken. In process, the best
of several rounds counts: what a machine does beside it only ever adds time. Nothing here is a test.
"""

from __future__ import annotations

import gc
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from archc.analyses import analyze
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch import emit

ROOT = Path(__file__).parents[1]
ROUNDS = 5

TORCH = """
import torch, torchvision
from torch.utils.flop_counter import FlopCounterMode
with torch.device("meta"):
    model = torchvision.models.{model}(weights=None{options}).eval()
    image = torch.empty(1, 3, {size}, {size})
with FlopCounterMode(display=False) as counter:
    model(image)
print(counter.get_total_flops())
"""
RIVALS = {
    "googlenet:torchvision": ("googlenet", 224, ", init_weights=False"),
    "resnet:resnet152": ("resnet152", 224, ""),
    "efficientnet:b7": ("efficientnet_b7", 600, ""),
}
"""The rival of each `archc analyze`: torchvision's model, the size of its input, its options."""


def whole_processes() -> None:
    """`archc analyze` against FlopCounterMode on meta, from nothing to the figures."""
    for name, (model, size, options) in RIVALS.items():
        rival = TORCH.format(model=model, size=size, options=options)
        commands = {"archc": ["-m", "archc", "analyze", name], "torch": ["-c", rival]}
        times: dict[str, list[float]] = {each: [] for each in commands}
        for _ in range(ROUNDS):
            for each, arguments in commands.items():
                start = time.perf_counter()
                subprocess.run(
                    [sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT
                )
                times[each].append(time.perf_counter() - start)
        ours, theirs = (statistics.median(times[each]) for each in commands)
        report(f"analyze {name}, whole process", ours, theirs, "at least 10")


def in_process() -> None:
    """The analysis of GoogLeNet against FlopCounterMode on meta; imports and building left out."""
    import torch
    import torchvision
    from torch.utils.flop_counter import FlopCounterMode

    spec = parse(load(ROOT / "specs" / "googlenet.yaml"))
    with torch.device("meta"):
        model = torchvision.models.googlenet(weights=None, init_weights=False).eval()
        image = torch.empty(1, 3, 224, 224)

    def count() -> None:
        with FlopCounterMode(display=False):
            model(image)

    def fresh() -> Network:  # a network remembers its answers
        return elaborate(spec, "torchvision")

    theirs = best(count, 5)
    ours = best(lambda network: analyze(network).totals, 20, fresh)
    report("analysis of GoogLeNet, in process", ours, theirs, "at least 20")
    ours = best(lambda network: analyze(network).nodes, 20, fresh)
    report("  every node, receptive field included", ours, theirs)
    ours = best(lambda: analyze(elaborate(spec, "torchvision")).totals, 20)
    report("  elaboration and totals", ours, theirs)
    ours = best(lambda network: emit(network, analyze(network)), 10, fresh)
    print(f"code of GoogLeNet: {ours * 1e3:.1f} ms")


# How the cost of each stage grows

CONV = "{out_channels: 8, kernel_size: 1}"


def spec_of(*parts: str) -> str:
    """A spec of these sections."""
    return "\n".join(["archc: 1", "name: grown", "input: [8, 32, 32]", *parts, ""])


def steps(count: int) -> str:
    """Steps one after the other."""
    return spec_of("network:", *(f"  - conv: {CONV}" for _ in range(count)))


def rows(count: int) -> str:
    """Rows of a table."""
    block = f"  unit:\n    args: {{width: int}}\n    body: [{{conv: {CONV}}}]"
    table = "  - table: unit\n    columns: [width]\n    rows:"
    return spec_of("blocks:", block, "network:", table, *["      - [8]"] * count)


def blocks(count: int) -> str:
    """Blocks, each used once."""
    made = (f"  b{k}:\n    args: {{}}\n    body: [{{conv: {CONV}}}, relu]" for k in range(count))
    return spec_of("blocks:", *made, "network:", *(f"  - b{k}" for k in range(count)))


def joins(count: int) -> str:
    """Residual connections one after the other."""
    join = "  - add:\n      a{0}: [{{conv: " + CONV.replace("{", "{{").replace("}", "}}")
    join += "}}]\n      b{0}: []"
    return spec_of("network:", *(join.format(k) for k in range(count)))


def varying_repeats(count: int) -> str:
    """Iterations that are all different."""
    block = (
        f"  unit:\n    args: {{p: float}}\n    body: [{{conv: {CONV}}}, {{drop_path: {{p: p}}}}]"
    )
    return spec_of(
        "blocks:", block, "network:", f"  - unit: {{p: i / 100000}}\n    repeat: {count}"
    )


def nesting(count: int) -> str:
    """Blocks in blocks; 40 levels are the most."""
    inner = f"  b0:\n    args: {{}}\n    body: [{{conv: {CONV}}}]"
    made = (f"  b{k}:\n    args: {{}}\n    body: [b{k - 1}, relu]" for k in range(1, count))
    return spec_of("blocks:", inner, *made, "network:", f"  - b{count - 1}")


def upsampling(count: int) -> str:
    """Maps that double: the last one has 32 * 2^count cells along each axis."""
    return spec_of(
        "network:", f"  - upsample: {{scale_factor: 2}}\n    repeat: {count}", "  - relu"
    )


SIZES: Mapping[Callable[[int], str], int] = {
    steps: 2000,
    rows: 2000,
    blocks: 500,
    joins: 500,
    varying_repeats: 1000,
    nesting: 16,
    upsampling: 12,
}
"""Each way to grow, and the size that is compared with its double."""


def stages(text: str) -> Iterator[tuple[str, float]]:
    """The CPU seconds of every stage for one spec."""
    start = time.process_time()

    def lap() -> float:
        nonlocal start
        passed, start = time.process_time() - start, time.process_time()
        return passed

    spec = parse(load("grown.yaml", text))
    yield "parse", lap()
    network = elaborate(spec)
    yield "elaborate", lap()
    analysis = analyze(network)
    for name, ask in (
        ("totals", lambda: analysis.totals),
        ("nodes", lambda: analysis.nodes),
        ("parts", lambda: analysis.rows(None)),
        ("memory", lambda: analysis.memory().to_dict()),
        ("channels", lambda: analysis.channels(None)),
        ("code", lambda: emit(network, analysis)),
    ):
        ask()
        yield name, lap()


def growth() -> None:
    """The exponent of each stage's cost in each size: at most 1.2 is the aim."""
    for make, size in SIZES.items():
        found = []
        for count in (size, 2 * size):
            gc.collect()
            gc.disable()  # else its passes over a larger heap are what is measured
            rounds = [dict(stages(make(count))) for _ in range(3)]
            gc.enable()
            found.append({name: min(each[name] for each in rounds) for name in rounds[0]})
        small, large = found
        cells = [
            f"{name} {large[name] * 1e3:.0f} ms"
            + (f" ^{math.log2(large[name] / small[name]):.1f}" if small[name] > 2e-3 else "")
            for name in small
        ]
        print(f"{make.__name__} {2 * size}: {', '.join(cells)}")


def best(
    run: Callable[..., object], rounds: int, prepare: Callable[[], object] | None = None
) -> float:
    """The shortest of some runs, in seconds; what `prepare` gives is not timed."""
    times = []
    for _ in range(rounds + 1):
        given = [prepare()] if prepare else []
        start = time.perf_counter()
        run(*given)
        times.append(time.perf_counter() - start)
    return min(times[1:])


def report(what: str, ours: float, theirs: float, aim: str = "") -> None:
    """A line of the comparison with torch."""
    wanted = f" ({aim})" if aim else ""
    times = f"{ours * 1e3:.1f} ms, torch {theirs * 1e3:.0f} ms"
    print(f"{what}: {theirs / ours:.1f} times faster{wanted}: {times}")


if __name__ == "__main__":
    if "growth" not in sys.argv:
        whole_processes()
        in_process()
    growth()
