"""`archc compile`: also plans and carries out what `archc check` holds files against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archc import catalogue
from archc import compiler as build
from archc.cli import console, options
from archc.compiler import NAMED, OTHER_VARIANTS, Job, Made
from archc.diagnostics import Diagnostic, SpecError
from archc.document import files

DEFAULT_FOLDER = "generated"


@options.command(
    "compile",
    "compile specs/googlenet.yaml",
    "compile resnet:resnet50 --set num_classes=10 -o build",
    "compile efficientnet --all -t torch",
    "compile efficientnet:b0 --kernels triton --explain-passes",
    "compile --all --check",
)
@click.argument("specs", metavar="[SPEC]...", nargs=-1, help="Paths or known names, or -.")
@options.variant
@options.settings
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="The code of every variant too, beside its spec's code, figure and page; without SPEC, of "
    "every known spec.",
)
@options.folder(DEFAULT_FOLDER)
@click.option(
    "--targets",
    "-t",
    metavar="LIST",
    help=f"Of {', '.join(build.TARGETS)}, for every network; else {','.join(NAMED)}, and "
    f"{','.join(OTHER_VARIANTS)} alone for the variants that --all adds.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if a file would change.")
@click.option(
    "--kernels",
    type=click.Choice(["triton"]),
    help="Call kernels where they pay (torch 2.9, a GPU); unmeasured.",
)
@click.option("--explain-passes", is_flag=True, help="Say which kernels, and the model's reasons.")
@options.format
def compile(
    specs: tuple[str, ...],
    variant: str | None,
    settings: dict[str, Any],
    every: bool,
    folder: Path,
    targets: str | None,
    check: bool,
    kernels: str | None,
    explain_passes: bool,
    format: str,
) -> None:
    """Write PyTorch code, a figure and tables, and say what was written."""
    if not specs and not every:
        raise click.BadParameter("name a SPEC, or take --all", param_hint="SPEC")
    if every and variant:
        raise click.BadParameter("--all has every variant already", param_hint="--variant")
    with console.diagnosing(format):
        wanted = _targets(targets, build.TARGETS) if targets else None
        todo = plan(specs or sorted(catalogue.known()), variant, settings, every, wanted)
        if kernels or explain_passes:
            todo = [replace(job, kernels=True) for job in todo]
        made = carry_out(todo)
        if explain_passes:
            console.say("\n\n".join(each.explained for each in made))
            if not kernels:
                return
        texts = {folder / name: data for each in made for name, data in each.files.items()}
        if check:
            found = files.stale(texts, _again(specs, variant, settings, every, folder))
            if every and not specs:
                found += files.orphans(folder, texts, build.TARGETS.values())
            console.finish(found, format)
            for each in made:
                console.remark(f"{each.label}: up to date", format)
            return
        files.write(texts)
        _told(made, folder, format)
        console.tell([], format)


def _targets(written: str, known: Iterable[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in written.split(","))
    for name in names:
        if name not in known:
            message = f"`{name}` is not one of {', '.join(known)}"
            raise click.BadParameter(message, param_hint="--targets")
    return names


def plan(
    specs: Sequence[str],
    variant: str | None,
    given: dict[str, Any],
    every: bool,
    targets: tuple[str, ...] | None,
) -> list[Job]:
    """The networks to compile, each with its targets.

    Every network has the `targets` given; without, it has `NAMED`, and `OTHER_VARIANTS` where
    `every` adds it.

    Raises:
        SpecError: with what is wrong in any spec as written.
    """
    found: list[Job] = []
    wrong: list[Diagnostic] = []
    for written in specs:
        try:
            target = catalogue.find(written, variant)
            variants: tuple[str | None, ...] = (target.variant,)
            text = None
            if every:
                # Standard input is read once, and every variant needs it.
                text = console.stdin() if target.path == "-" else None
                spec, _ = catalogue.read(target.path, text)
                variants = catalogue.every(spec)
            for name in variants:
                usual = OTHER_VARIANTS if every and name else NAMED
                found.append(Job(target.path, name, given, targets or usual, text))
        except SpecError as error:
            wrong += error.diagnostics
    if wrong:
        raise SpecError(wrong)
    return found


def carry_out(jobs: list[Job]) -> list[Made]:
    """Do all jobs; raises `SpecError` with what is wrong in any of them."""
    made: list[Made] = []
    wrong: list[Diagnostic] = []
    results: Iterable[Made | tuple[Diagnostic, ...]] = build.run_all(jobs)
    if len(jobs) > 1 and console.interactive():
        from rich.progress import track

        results = track(
            results, "compiling", total=len(jobs), console=console.console(err=True), transient=True
        )
    for result in results:
        if isinstance(result, build.Made):
            made.append(result)
        else:
            wrong += result
    if wrong:
        raise SpecError(console.distinct(wrong))
    return made


def _told(made: list[Made], folder: Path, format: str) -> None:
    """Say what was written, with totals and sizes."""
    for each in made:
        console.remark(str(each), format)
        for name, data in each.files.items():
            size = f"{len(data) / 1024:.1f} KiB"
            console.remark(f"  {(folder / name).as_posix()}  {size}", format)
        for hint in each.hints:
            console.say(f"hint: {hint}", err=True)


def _again(
    specs: Sequence[str],
    variant: str | None,
    settings: dict[str, Any],
    every: bool,
    folder: Path,
) -> str:
    """Return the command that would write what was checked."""
    parts = ["archc compile", *specs]
    parts += ["--all"] if every else []
    parts += ["--variant", variant] if variant else []
    for key, value in settings.items():
        parts += ["--set", f"{key}={value}"]
    parts += ["-o", str(folder)] if folder != Path(DEFAULT_FOLDER) else []
    return " ".join(parts)
