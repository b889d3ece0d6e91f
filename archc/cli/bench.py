"""`archc bench`."""

from __future__ import annotations

import sys

import click

from archc import catalogue
from archc.cli import console, options
from archc.document.records import table


@options.command("bench", "bench efficientnet:b0", "bench mobilenet_v2 --batch 32 --if-available")
@options.spec
@options.variant
@click.option(
    "--kernels",
    type=click.Choice(["triton"]),
    default="triton",
    help="Whose kernels to measure.",
)
@options.batch(128, "Samples.")
@click.option("--if-available", is_flag=True, help="Where there is no GPU, say so and succeed.")
def bench(spec: str, variant: str | None, kernels: str, batch: int, if_available: bool) -> None:
    """Measure the kernels on a CUDA machine, against eager PyTorch and torch.compile."""
    with console.diagnosing():
        from archc.profiling import bench as measuring  # torch is an extra

        network = catalogue.asked(spec, variant)
        try:
            gpu = measuring.device()
        except measuring.NoDevice as error:
            console.say(f"{network.label}: {error}")
            sys.exit(0 if if_available else 1)
        bound = measuring.bound(network, batch, gpu)
        columns = ("way", "median (ms)", "share of the bound")
        rows = (
            (
                way,
                f"{median:.3f}",
                f"{bound / median:.0%}" if bound and way.startswith("kernels") else "",
            )
            for way, median in measuring.measure(network, batch)
        )
        title = f"{network.label} on {gpu}, batch {batch}"
        console.table(table(columns, rows, {1, 2}), title=title)
