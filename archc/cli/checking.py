"""Commands that hold a spec against its language, its paper, its files and PyTorch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archc.cli import console
from archc.cli.app import Folder, Format, Settings, Spec, Told, Variant, app, examples, settings
from archc.cli.making import DEFAULT_FOLDER
from archc.diagnostics import Diagnostic, SpecError

if TYPE_CHECKING:
    from archc.analyses.claims import Finding


@app.command(
    epilog=examples(
        "validate specs/resnet.yaml",
        "validate my/*.yaml --format github",
        "validate googlenet --variant fashion_mnist --set num_classes=100",
        "validate - --format json < net.yaml",
    )
)
def validate(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC...", help="Paths or names, or -.")],
    variant: Variant = None,
    set_: Settings = None,
    format: Told = Format.text,
) -> None:
    """Find every mistake in specs: their form, their names, and the shapes of all variants."""
    given = settings(set_)
    with console.diagnosing(format):
        from archc import catalogue

        wrong: list[Diagnostic] = []
        for written in specs:
            try:
                target = catalogue.find(written, variant)
                spec, report = catalogue.read(target.path)
                one = target.variant is not None
                variants = (target.variant,) if one else catalogue.every(spec)
                catalogue.networks(spec, report, variants, given)
            except SpecError as error:
                wrong += error.diagnostics
                continue
            count = len(spec.variants)
            what = f"variant {target.variant}" if one else f"{count} variant{'s' * (count != 1)}"
            console.say(f"{target.path}: no mistakes ({what})", err=console.note(format))
        console.finish(console.distinct(wrong), format)


@app.command(
    epilog=examples("check", "check googlenet --details", "check specs/resnet.yaml --format sarif")
)
def check(
    specs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SPEC]...", help="Paths or known names; all known specs if none."),
    ] = None,
    folder: Folder = DEFAULT_FOLDER,
    details: Annotated[
        bool, typer.Option("--details", help="Show every figure, and why some are disputed.")
    ] = False,
    format: Told = Format.text,
) -> None:
    """Hold the published figures against the analysis, and generated files against the specs."""
    with console.diagnosing(format):
        from archc import catalogue
        from archc.analyses import claims

        wrong: list[Diagnostic] = []
        sound: list[str] = []
        for written in specs or sorted(catalogue.known()):
            try:
                spec, report = catalogue.read(catalogue.find(written).path)
                report.raise_if_any()
                sound.append(written)
                found = claims.check_claims(spec)
            except SpecError as error:
                wrong += error.diagnostics
                continue
            wrong += claims.unmet(found)
            console.say(f"{spec.name}: {claims.tally(found)}", err=console.note(format))
            if details:
                _details(found)
        try:
            wrong += _stale(sound, Path(folder), format, alone=not specs)
        except SpecError as error:
            wrong += error.diagnostics
        console.finish(console.distinct(wrong), format)


def _details(findings: Iterable[Finding]) -> None:
    """Every published figure beside the computed one."""
    columns = ("source", "at", "network", "figure", "printed", "computed", "status", "reason")
    table = console.table(None, columns, ("printed", "computed"), ("source", "network", "reason"))
    for found in findings:
        figure = (found.quantity, found.printed, found.computed, found.status, found.reason)
        table.add_row(found.source, found.at or "", found.network, *figure)
    console.show(table)


def _stale(specs: list[str], folder: Path, format: Format, alone: bool) -> list[Diagnostic]:
    """The generated files that are not what the specs give now."""
    from archc import compiler as build
    from archc.cli.making import carry_out, plan
    from archc.document import files

    if not folder.is_dir():
        console.say(f"{folder}: no generated files to hold against the specs", err=True)
        return []
    made = carry_out(plan(specs, None, {}, True, None))
    texts = {folder / name: data for each in made for name, data in each.files.items()}
    found = files.stale(texts, "archc compile --all")
    found += files.orphans(folder, texts, build.TARGETS.values()) if alone else []
    if not found:
        console.say(f"{folder}: {len(texts)} files are fresh", err=console.note(format))
    return found


@app.command(epilog=examples("verify googlenet", "verify resnet:resnet50 --set num_classes=10"))
def verify(
    spec: Spec, variant: Variant = None, set_: Settings = None, format: Told = Format.text
) -> None:
    """Build the generated module in PyTorch; hold shapes, parameters and MACs, node by node."""
    given = settings(set_)
    with console.diagnosing(format):
        from archc import catalogue
        from archc.targets.torch.runtime.verify import verify as hold

        found = hold(catalogue.asked(spec, variant, given))
        if found.mismatches:
            table = console.table(None, ("node", "what", "archc", "torch"))
            for line in found.mismatches:
                table.add_row(*map(str, (line.node, line.what, line.expected, line.actual)))
            console.show(table)
        console.say(str(found), err=console.note(format))
        if found.mismatches:
            raise typer.Exit(1)


@app.command(
    epilog=examples(
        "weights resnet:resnet50 --from torchvision:resnet50 in.pth -o out.pth",
        "weights googlenet:torchvision --from torchvision:googlenet in.pth -o out.pth",
    )
)
def weights(
    spec: Spec,
    checkpoint: Annotated[str, typer.Argument(metavar="IN.pth", help="The library's file.")],
    source: Annotated[
        str, typer.Option("--from", metavar="LIBRARY:MODEL", help="Whose names the file has.")
    ],
    output: Annotated[str, typer.Option("--output", "-o", metavar="OUT.pth", help="The new file.")],
    variant: Variant = None,
    set_: Settings = None,
    format: Told = Format.text,
) -> None:
    """Rename a library's checkpoint for the generated module; explain every key left over."""
    given = settings(set_)
    library, colon, model = source.partition(":")
    if not (library and colon and model):
        raise typer.BadParameter(f"`{source}` is not LIBRARY:MODEL", param_hint="--from")
    with console.diagnosing(format):
        from archc import catalogue
        from archc.targets.torch.runtime.weights import move

        network = catalogue.asked(spec, variant, given)
        moved = move(network, library, model, Path(checkpoint), Path(output))
        console.say(str(moved), err=console.note(format))
        console.tell([], format)
