"""How much faster archc answers than the fastest way with torch; ratios, side by side in one run.

    python tests/bench.py

Whole processes are run in turn, `ROUNDS` times each, and the median is taken. In process, the best
of several rounds counts: what a machine does beside it only ever adds time.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 5

TORCH = """
import torch, torchvision
from torch.utils.flop_counter import FlopCounterMode
with torch.device("meta"):
    model = torchvision.models.efficientnet_b7(weights=None).eval()
    image = torch.empty(1, 3, 600, 600)
with FlopCounterMode(display=False) as counter:
    model(image)
assert counter.get_total_flops() == 2 * 37_745_884_192
"""
DEEP = """
archc: 1
name: deep
input: [16, 32, 32]
blocks:
  basic:
    args: {{out_channels: int, stride: 1}}
    body:
      - add:
          residual:
            - conv: {{out_channels: out_channels, kernel_size: 3, padding: 1, stride: stride}}
            - batch_norm
          shortcut: []
      - relu
network:
  - basic: {{out_channels: 16, stride: 1 if i == 0 else 1}}
    repeat: {count}
"""


def whole_processes() -> None:
    """`archc analyze` against torch, from nothing to the figures."""
    archc = ["-m", "archc", "analyze", "efficientnet:b7", "--format", "json"]
    times: dict[str, list[float]] = {"archc": [], "torch": []}
    for _ in range(ROUNDS):
        for name, arguments in (("archc", archc), ("torch", ["-c", TORCH])):
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)
            times[name].append(time.perf_counter() - start)
    ours, theirs = (statistics.median(times[name]) for name in ("archc", "torch"))
    say("analyze efficientnet:b7, whole process", theirs / ours, ours, theirs, "at least 8")


def in_process() -> None:
    """The analysis of GoogLeNet against FlopCounterMode on meta; imports and building left out."""
    import torch
    import torchvision
    from torch.utils.flop_counter import FlopCounterMode

    from archc.analyses import analyze
    from archc.network.elaborator import elaborate
    from archc.spec.parser import parse
    from archc.syntax.load import load

    spec = parse(load(ROOT / "specs" / "googlenet.yaml"))
    with torch.device("meta"):
        model = torchvision.models.googlenet(weights=None, init_weights=False).eval()
        image = torch.empty(1, 3, 224, 224)

    def count() -> None:
        with FlopCounterMode(display=False):
            model(image)

    theirs = best(count, 5)
    # A network remembers its answers, so each round asks a new one.
    ours = best(lambda network: analyze(network).totals, 20, lambda: elaborate(spec, "torchvision"))
    say("analysis of GoogLeNet, in process", theirs / ours, ours, theirs, "at least 20")
    ours = best(lambda network: analyze(network).nodes, 20, lambda: elaborate(spec, "torchvision"))
    say("  every node, receptive field included", theirs / ours, ours, theirs)
    ours = best(lambda: analyze(elaborate(spec, "torchvision")).totals, 20)
    say("  elaboration and totals", theirs / ours, ours, theirs)


def depth() -> None:
    """1,200 repeated blocks against 12: elaboration, totals and generated code."""
    from archc.analyses import analyze
    from archc.network.elaborator import elaborate
    from archc.spec.parser import parse
    from archc.syntax.load import load
    from archc.targets.torch import emit

    def work(count: int) -> Callable[[], object]:
        text = DEEP.format(count=count)

        def run() -> object:
            network = elaborate(parse(load("deep.yaml", text)))
            analysis = analyze(network)
            return analysis.totals, emit(network, analysis)

        return run

    shallow, deep = best(work(12), 10), best(work(1200), 10)
    print(f"1,200 blocks against 12: {deep / shallow:.2f} times the time (at most 2)")


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


def say(what: str, ratio: float, ours: float, theirs: float, aim: str = "") -> None:
    """A line of the result."""
    wanted = f" ({aim})" if aim else ""
    times = f"{ours * 1e3:.1f} ms, torch {theirs * 1e3:.0f} ms"
    print(f"{what}: {ratio:.1f} times faster{wanted}: {times}")


if __name__ == "__main__":
    whole_processes()
    in_process()
    depth()
