"""The command that compiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archc.cli import console
from archc.cli.app import Folder, Format, Settings, Told, Variant, app, examples, settings
from archc.diagnostics import Diagnostic, SpecError

if TYPE_CHECKING:
    from archc.compiler import Job, Made

DEFAULT_FOLDER = "generated"


class Kernels(StrEnum):
    """Languages that kernels are written in."""

    triton = "triton"


@app.command(
    "compile",
    epilog=examples(
        "compile specs/googlenet.yaml",
        "compile resnet:resnet50 --set num_classes=10 -o build",
        "compile efficientnet --all -t torch",
        "compile efficientnet:b0 --kernels triton --explain-passes",
        "compile --all --check",
    ),
)
def compile_(
    specs: Annotated[
        list[str] | None, typer.Argument(metavar="[SPEC]...", help="Paths or known names, or -.")
    ] = None,
    variant: Variant = None,
    set_: Settings = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="The code of every variant too, beside its spec's code, figure and page; "
            "without SPEC, of every known spec.",
        ),
    ] = False,
    folder: Folder = DEFAULT_FOLDER,
    targets: Annotated[
        str | None,
        typer.Option(
            "--targets",
            "-t",
            metavar="LIST",
            help="Of torch, dot, svg, md, for every network; else torch,svg,md, and torch alone "
            "for the variants that --all adds.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a file would change.")
    ] = False,
    kernels: Annotated[
        Kernels | None,
        typer.Option(
            "--kernels", help="Call kernels where they pay (torch 2.9, a GPU); unmeasured."
        ),
    ] = None,
    explain_passes: Annotated[
        bool, typer.Option("--explain-passes", help="Say which kernels, and the model's reasons.")
    ] = False,
    format: Told = Format.text,
) -> None:
    """Write PyTorch code, a figure and tables, and say what was written."""
    given = settings(set_)
    if not specs and not every:
        raise typer.BadParameter("name a SPEC, or take --all", param_hint="SPEC")
    if every and variant:
        raise typer.BadParameter("--all has every variant already", param_hint="--variant")
    with console.diagnosing(format):
        from archc import catalogue
        from archc import compiler as build
        from archc.document import files

        wanted = _targets(targets, build.TARGETS) if targets else None
        todo = plan(specs or sorted(catalogue.known()), variant, given, every, wanted)
        if kernels or explain_passes:
            todo = [replace(job, kernels=True) for job in todo]
        made = carry_out(todo)
        if explain_passes:
            console.say("\n\n".join(each.explained for each in made))
            if not kernels:
                return
        into = Path(folder)
        texts = {into / name: data for each in made for name, data in each.files.items()}
        if check:
            found = files.stale(texts, _again(specs, variant, set_, every, folder))
            if every and not specs:
                found += files.orphans(into, texts, build.TARGETS.values())
            console.finish(found, format)
            for each in made:
                console.say(f"{each.label}: up to date", err=console.note(format))
            return
        files.write(texts)
        _told(made, into, format)
        console.tell([], format)


def _targets(written: str, known: Iterable[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in written.split(","))
    for name in names:
        if name not in known:
            message = f"`{name}` is not one of {', '.join(known)}"
            raise typer.BadParameter(message, param_hint="--targets")
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
    from archc import catalogue
    from archc.compiler import NAMED, OTHER_VARIANTS, Job

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
    from archc import compiler as build

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


def _told(made: list[Made], folder: Path, format: Format) -> None:
    """What was written, with totals and sizes."""
    for each in made:
        console.say(str(each), err=console.note(format))
        for name, data in each.files.items():
            size = f"{len(data) / 1024:.1f} KiB"
            console.say(f"  {(folder / name).as_posix()}  {size}", err=console.note(format))
        for hint in each.hints:
            console.say(f"hint: {hint}", err=True)


def _again(
    specs: list[str] | None, variant: str | None, set_: list[str] | None, every: bool, folder: str
) -> str:
    """The command that would write what was checked."""
    parts = ["archc compile", *(specs or [])]
    parts += ["--all"] if every else []
    parts += ["--variant", variant] if variant else []
    for setting in set_ or []:
        parts += ["--set", setting]
    parts += ["-o", folder] if folder != DEFAULT_FOLDER else []
    return " ".join(parts)
