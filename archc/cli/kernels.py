"""`archc kernels`: the command `report`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from archc import catalogue
from archc.cli import console, options
from archc.document import files

MODELLED = ("efficientnet:b0", "mobilenet_v1", "mobilenet_v2")
"""The networks whose roofline is kept."""


@click.group()
def kernels() -> None:
    """The properties of the kernels that are known without a GPU."""


@options.command("report", "kernels report", "kernels report --check")
@options.folder("generated/kernels")
@click.option("--check", is_flag=True, help="Write nothing; fail if a file would change.")
def report(folder: Path, check: bool) -> None:
    """Compile the kernels for GPUs that are not here, count, and model; a minute's work."""
    with console.diagnosing():
        from archc.profiling import ahead  # triton comes with torch, an extra
        from archc.profiling import report as pages

        version = import_module("triton").__version__
        made = {"kernels.md": pages.compiled_page(ahead.records(), version)}
        for written in MODELLED:
            network = catalogue.asked(written)
            made[f"{network.stem}.md"] = pages.roofline_page(network)
            made[f"{network.stem}.csv"] = pages.roofline_data(network)
        texts = {folder / name: text.encode() for name, text in made.items()}
        if check:
            console.finish(files.stale(texts, "archc kernels report"))
            return
        files.write(texts)
        for path in texts:
            console.say(path.as_posix())


kernels.add_command(report)
