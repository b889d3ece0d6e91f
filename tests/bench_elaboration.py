"""How many networks archc elaborates and counts in a minute of one core, and how its cost grows.

    python tests/bench_elaboration.py

CPU seconds of this process, so that what else a machine does hardly matters. Each variant is
elaborated for the first time: what is measured is what a search over architectures pays.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from archc.analyses import analyze
from archc.network.elaborator import elaborate
from archc.spec import Spec
from archc.spec.parser import parse
from archc.syntax.load import load

ROOT = Path(__file__).parents[1]
STAGES = {"24": "stage3", "40": "stage4", "80": "stage5", "112": "stage6", "192": "stage7"}
SECONDS = 5.0
"""CPU time for each line of the result."""


def efficientnet() -> Spec:
    """EfficientNet with a param for the width of each of five stages."""
    path = ROOT / "specs" / "efficientnet.yaml"
    text = path.read_text()
    for width, stage in STAGES.items():
        text = text.replace(f"width({width})", f"width({stage}_width)")
        text = text.replace("params:\n", f"params:\n  {stage}_width: {width}\n", 1)
    return parse(load(str(path), text))


def one_width(draw: random.Random) -> Iterator[Mapping[str, Any]]:
    """One stage of another width."""
    while True:
        stage = draw.choice([*STAGES.values()])
        yield {f"{stage}_width": draw.randrange(8, 4000, 8)}


def everything(draw: random.Random) -> Iterator[Mapping[str, Any]]:
    """All widths, depths and the resolution."""
    while True:
        yield {
            "width_mult": draw.uniform(0.5, 3),
            "depth_mult": draw.uniform(0.5, 3),
            "resolution": draw.randrange(96, 640),
            "num_classes": draw.randrange(2, 10_000),
        }


def other_classes(draw: random.Random) -> Iterator[Mapping[str, Any]]:
    """Another number of classes."""
    for classes in range(2, 10**9):
        yield {"num_classes": classes}


def variants(spec: Spec, variant: str | None, settings: Iterator[Mapping[str, Any]]) -> float:
    """Networks elaborated and counted in a CPU minute; the first one is not counted."""
    analyze(elaborate(spec, variant, next(settings))).totals  # noqa: B018
    count, start = 0, time.process_time()
    while time.process_time() < start + SECONDS:
        totals = analyze(elaborate(spec, variant, next(settings))).totals
        assert totals.params > 0
        count += 1
    return 60 * count / (time.process_time() - start)


def stacked(count: int) -> str:
    """Steps one after the other, each of another width."""
    steps = (f"  - conv: {{out_channels: {n % 64 + 1}, kernel_size: 1}}\n" for n in range(count))
    return HEAD + "network:\n" + "".join(steps)


def rows(count: int) -> str:
    """A table of many rows."""
    lines = (f"      - [row{n}, {n % 64 + 1}]\n" for n in range(count))
    return (
        f"{HEAD}{BLOCK}network:\n  - table: unit\n    columns: [id, width]\n    rows:\n"
        + "".join(lines)
    )


def blocks(count: int) -> str:
    """As many blocks, each used once."""
    made = (
        f"  unit{n}:\n    body: [{{conv: {{out_channels: {n % 64 + 1}, kernel_size: 1}}}}]\n"
        for n in range(count)
    )
    return f"{HEAD}blocks:\n{''.join(made)}network:\n" + "".join(
        f"  - unit{n}\n" for n in range(count)
    )


def repeats(count: int) -> str:
    """A repeat of which no two iterations are the same."""
    step = "  - conv: {out_channels: i + 1, kernel_size: 1}\n"
    return f"{HEAD}network:\n{step}    repeat: {count}\n"


def params(count: int) -> str:
    """Params that follow from one another."""
    chain = "".join(f"  p{n}: p{n + 1}\n" for n in range(count))
    step = "{conv: {out_channels: p0, kernel_size: 1}}"
    return f"{HEAD}params:\n{chain}  p{count}: 4\nnetwork: [{step}]\n"


def lists(count: int) -> str:
    """Lists of lists, each used twice by the next, given to a block."""
    chain = "".join(f"  p{n + 1}: [p{n}, p{n}]\n" for n in range(count))
    block = "blocks:\n  unit:\n    args: {sizes: list}\n    body: [{identity: {}}]\n"
    return f"{HEAD}params:\n  p0: [1, 1]\n{chain}{block}network: [{{unit: {{sizes: p{count}}}}}]\n"


HEAD = "archc: 1\nname: tiny\ninput: [3, 32, 32]\n"
BLOCK = """blocks:
  unit:
    args: {width: int}
    body: [{conv: {out_channels: width, kernel_size: 1}}]
"""


def growth(make: Callable[[int], str], small: int, large: int) -> tuple[float, float, float]:
    """CPU seconds of parsing, elaborating and counting two sizes, and the exponent."""
    seconds = []
    for count in (small, large):
        start = time.process_time()
        totals = analyze(elaborate(parse(load("tiny.yaml", make(count))))).totals
        assert totals.params >= 0
        seconds.append(time.process_time() - start)
    exponent = math.log(seconds[1] / seconds[0]) / math.log(large / small)
    return seconds[0], seconds[1], exponent


def main() -> None:
    """Print both tables."""
    draw = random.Random(0)
    print("networks a minute and core, elaboration and totals")
    for what, spec, variant, settings, aim in (
        ("EfficientNet, one width", efficientnet(), None, one_width(draw), 8_000),
        ("EfficientNet, everything", efficientnet(), None, everything(draw), 3_000),
        ("ResNet-50, classes", spec_of("resnet"), "resnet50", other_classes(draw), 20_000),
        ("GoogLeNet, classes", spec_of("googlenet"), None, other_classes(draw), 20_000),
        ("NASNet, classes", spec_of("nasnet"), None, other_classes(draw), 20_000),
    ):
        print(f"  {what:26}{variants(spec, variant, settings):>10,.0f}   (at least {aim:,})")
    print("how the cost grows: CPU seconds at two sizes, and the exponent (at most 1.2)")
    for make, small, large in (
        (stacked, 1_000, 8_000),
        (rows, 1_000, 8_000),
        (blocks, 500, 4_000),
        (repeats, 2_000, 16_000),
        (params, 500, 4_000),
        (lists, 20, 160),
    ):
        first, second, exponent = growth(make, small, large)
        sizes = f"{small:,} and {large:,}"
        print(f"  {make.__name__:12}{sizes:18}{first:8.2f}{second:8.2f}{exponent:8.2f}")


def spec_of(name: str) -> Spec:
    """A spec of this repository."""
    return parse(load(ROOT / "specs" / f"{name}.yaml"))


if __name__ == "__main__":
    main()
