"""Commands about kernels: what is known of them without a GPU, and what is measured with one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archc.cli import console
from archc.cli.app import Spec, Variant, app, examples
from archc.cli.making import Kernels

MODELLED = ("efficientnet:b0", "mobilenet_v1", "mobilenet_v2")
"""The networks whose roofline is kept."""

kernels = typer.Typer(no_args_is_help=True, help="What is known of the kernels without a GPU.")
app.add_typer(kernels, name="kernels")


@kernels.command(epilog=examples("kernels report", "kernels report --check"))
def report(
    folder: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="The folder to use.")
    ] = "generated/kernels",
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a file would change.")
    ] = False,
) -> None:
    """Compile the kernels for GPUs that are not here, count, and model; a minute's work."""
    with console.diagnosing():
        from importlib import import_module

        from archc import catalogue
        from archc.document import files
        from archc.profiling import ahead
        from archc.profiling import report as pages

        version = import_module("triton").__version__
        made = {"kernels.md": pages.compiled_page(ahead.records(), version)}
        for written in MODELLED:
            network = catalogue.asked(written)
            made[f"{network.stem}.md"] = pages.roofline_page(network)
            made[f"{network.stem}.csv"] = pages.roofline_data(network)
        texts = {Path(folder) / name: text.encode() for name, text in made.items()}
        if check:
            console.finish(files.stale(texts, "archc kernels report"))
            return
        files.write(texts)
        for path in texts:
            console.say(path.as_posix())


@app.command(
    epilog=examples("bench efficientnet:b0", "bench mobilenet_v2 --batch 32 --if-available")
)
def bench(
    spec: Spec,
    variant: Variant = None,
    kernels: Annotated[
        Kernels, typer.Option("--kernels", help="Whose kernels to measure.")
    ] = Kernels.triton,
    batch: Annotated[int, typer.Option("--batch", metavar="N", min=1, help="Samples.")] = 128,
    if_available: Annotated[
        bool, typer.Option("--if-available", help="Where there is no GPU, say so and succeed.")
    ] = False,
) -> None:
    """Measure the kernels on a CUDA machine, against eager PyTorch and torch.compile."""
    with console.diagnosing():
        from archc import catalogue
        from archc.profiling import bench as measuring

        network = catalogue.asked(spec, variant)
        try:
            gpu = measuring.device()
        except measuring.NoDevice as error:
            console.say(f"{network.label}: {error}")
            raise typer.Exit(0 if if_available else 1) from None
        bound = measuring.bound(network, batch, gpu)
        columns = ("way", "median (ms)", "share of the bound")
        table = console.table(f"{network.label} on {gpu}, batch {batch}", columns, columns[1:])
        for way, median in measuring.measure(network, batch):
            share = f"{bound / median:.0%}" if bound and way.startswith("kernels") else ""
            table.add_row(way, f"{median:.3f}", share)
        console.show(table)
