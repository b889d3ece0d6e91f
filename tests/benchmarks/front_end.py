"""How the front end (text to checked spec) grows with what is written.

    python -m tests.benchmarks.front_end

For each way to be long, the CPU time of four sizes and the exponent of the growth between the first
and the last: 1 is linear, and the goal is at most 1.2. Garbage is not collected meanwhile.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from contextlib import suppress

from archc.diagnostics import SpecError
from archc.spec.parser import parse
from archc.syntax.load import load

SIZES = (1_000, 2_000, 4_000, 8_000)
ROUNDS = 3
GOAL = 1.2
HEAD = "archc: 1\nname: long\ninput: [3, 8, 8]\n"
RELU = "network: [relu]\n"


def lines(count: int, line: str) -> str:
    """So many lines; `{i}` is the number of each."""
    return "".join(line.replace("{i}", str(i)) for i in range(count))


SHAPES: dict[str, Callable[[int], str]] = {
    "steps": lambda n: (
        "network:\n" + lines(n, "  - conv: {out_channels: 4 + {i}, kernel_size: 1}\n    id: s{i}\n")
    ),
    "sizes of the first step": lambda n: (
        "network:\n  - relu:\n    id: s\n"
        + lines(n, "  - conv: {out_channels: s.channels, kernel_size: 1}\n    id: s{i}\n")
    ),
    "rows": lambda n: (
        "network:\n  - table: conv\n    columns: [id, out_channels, kernel_size]\n    rows:\n"
        + lines(n, "      - [s{i}, 4 + {i}, 1]\n")
    ),
    "repeated sequences": lambda n: (
        "network:\n" + lines(n, "  - sequence: [relu]\n    repeat: 2\n    id: s{i}\n")
    ),
    "branches": lambda n: (
        "network:\n  - add:\n" + lines(n, "      b{i}: [conv: {out_channels: 3, kernel_size: 1}]\n")
    ),
    "blocks": lambda n: (
        "blocks:\n"
        + lines(n, "  b{i}:\n    args: {w: int}\n    body: [linear: {out_features: w}]\n")
        + "network:\n"
        + lines(n, "  - b{i}: {w: 4}\n")
    ),
    "params": lambda n: (
        "params:\n"
        + lines(n, "  p{i}: {i}\n")
        + "network:\n"
        + lines(n, "  - dropout: {p: p{i}}\n")
    ),
    "functions": lambda n: "functions:\n" + lines(n, "  f{i}(x): x + {i}\n") + RELU,
    "variants": lambda n: "params: {w: 1}\nvariants:\n" + lines(n, "  v{i}: {w: {i}}\n") + RELU,
    "unknown ops": lambda n: "network:\n" + lines(n, "  - convx{i}: {out_channels: 4}\n"),
    "keys twice": lambda n: RELU + "a: 1\n" * n,
    "torn values": lambda n: "network: [" + "conv: {out_channels: max(8, 4)}, " * n + "]\n",
}


def seconds(text: str) -> float:
    """The least CPU time of some runs."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        gc.disable()
        start = time.process_time()
        with suppress(SpecError):
            parse(load("long.yaml", text))
        times.append(time.process_time() - start)
        gc.enable()
    return min(times)


def main() -> None:
    """Print the times and the exponent of each shape."""
    for name, shape in SHAPES.items():
        times = [seconds(HEAD + shape(size)) for size in SIZES]
        exponent = math.log(times[-1] / times[0], SIZES[-1] / SIZES[0])
        shown = " ".join(f"{1e3 * each:7.0f}" for each in times)
        print(f"{name:24} {shown} ms  exponent {exponent:.2f} (at most {GOAL})")


if __name__ == "__main__":
    main()
