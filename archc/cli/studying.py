"""Commands that study a network: memory, roofline, paths, channels, field."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archc.cli import console
from archc.cli.app import Depth, Langs, Settings, Spec, Variant, app, examples, picture, settings
from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.document.words import Lang

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archc.analyses import Analysis, Distribution
    from archc.lectures.derivations.worked.page import Block


class Shown(StrEnum):
    """What a study is written in."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    json = "json"


class Dtype(StrEnum):
    """The types that a network may compute in."""

    float32 = "float32"
    float16 = "float16"
    bfloat16 = "bfloat16"


Format = Annotated[
    Shown,
    typer.Option("--format", help="What to write; latex needs amsmath and booktabs."),
]
Batch = Annotated[int, typer.Option("--batch", metavar="N", min=1, help="Samples at once.")]
Type = Annotated[Dtype, typer.Option("--dtype", help="The type of activations and weights.")]


@app.command(
    epilog=examples(
        "memory resnet:resnet50 --batch 32",
        "memory googlenet --dtype float16 --format latex --lang fr > memory.tex",
        "memory densenet --format json",
    )
)
def memory(
    spec: Spec,
    variant: Variant = None,
    set_: Settings = None,
    batch: Batch = 1,
    dtype: Type = Dtype.float32,
    depth: Depth = 1,
    format: Format = Shown.text,
    lang: Langs = Lang.en,
) -> None:
    """Memory of activations: what training keeps, and the most that inference needs at once."""
    given = settings(set_)
    with console.diagnosing():
        from archc.lectures import studies

        found = _analysis(spec, variant, given).memory(batch, dtype.value)
        _show(found.to_dict(depth), studies.memory.page(found, lang, depth), format, lang)


@app.command(
    epilog=examples(
        "roofline resnet:resnet50 --device a100 --batch 32 --dtype float16",
        "roofline mobilenet_v1 --device l4 --depth 2",
        "roofline googlenet --device h100 --format markdown --lang fr",
    )
)
def roofline(
    spec: Spec,
    device: Annotated[
        str,
        typer.Option("--device", metavar="NAME", help="One that archc/devices.yaml knows: l4."),
    ] = "a100",
    variant: Variant = None,
    set_: Settings = None,
    batch: Batch = 1,
    dtype: Type = Dtype.float32,
    depth: Depth = 1,
    format: Format = Shown.text,
    lang: Langs = Lang.en,
) -> None:
    """Arithmetic intensity and a modelled time on a device, step by step; nothing is measured."""
    given = settings(set_)
    from archc.analyses.devices import devices

    if device not in devices():
        help = suggest(device, devices(), "devices")
        raise typer.BadParameter(f"there is no device `{device}`; {help}", param_hint="--device")
    with console.diagnosing():
        from archc.lectures import studies

        analysis = _analysis(spec, variant, given)
        found = analysis.roofline(device, batch, dtype.value)
        parts = [part for part in analysis.rows(depth) if not part.training_only]
        steps = [{"id": part.id, **found.part(part).to_dict()} for part in parts]
        page = studies.roofline.page(found, parts, lang)
        _show({**found.to_dict(), "steps": steps}, page, format, lang)


@app.command(
    epilog=examples(
        "paths resnet:resnet50",
        "paths resnet_cifar --without conv3_x.4 --format markdown",
        "paths resnet_cifar --plot paths.svg --lang fr",
    )
)
def paths(
    spec: Spec,
    variant: Variant = None,
    set_: Settings = None,
    without: Annotated[
        str | None,
        typer.Option("--without", metavar="ID", help="Show what deleting this part leaves."),
    ] = None,
    plot: Annotated[
        str | None, typer.Option("--plot", metavar="FILE", help="Bars: FILE.svg, .pdf or .png.")
    ] = None,
    format: Format = Shown.text,
    lang: Langs = Lang.en,
) -> None:
    """Count the ways from input to output and their lengths; see what deleting a part leaves."""
    given, file = settings(set_), picture(plot)
    with console.diagnosing():
        from archc.lectures import studies

        analysis = _analysis(spec, variant, given)
        left = None if without is None else _deleted(analysis, without)
        network, found = analysis.network, analysis.paths
        told = found.to_dict()
        if left is not None:
            told |= {"without": without, "left": left.to_dict()}
        page = studies.paths.page(network, found, lang, without or "", left)
        if file is not None:
            from archc.lectures.studies import bars

            title = f"{network.spec.title} ({network.label})"
            console.written(file, bars.draw(found, title, file.suffix[1:], lang, left, without))
        _show(told, page, format, lang)


@app.command(
    epilog=examples(
        "channels densenet --depth 2",
        "channels googlenet --format latex",
        "channels resnet:resnet50 --depth 2 --lang fr",
    )
)
def channels(
    spec: Spec,
    variant: Variant = None,
    set_: Settings = None,
    depth: Depth = 1,
    format: Format = Shown.text,
    lang: Langs = Lang.en,
) -> None:
    """How the channels grow, step by step, with each block's formula: DenseNet's k0 + k l."""
    given = settings(set_)
    with console.diagnosing():
        from archc.lectures import studies

        analysis = _analysis(spec, variant, given)
        found = analysis.channels(depth)
        page = studies.channels.page(analysis.network, found, lang)
        _show([each.to_dict() for each in found], page, format, lang)


@app.command(
    epilog=examples(
        "field googlenet", "field vgg --depth 2 --format markdown", "field alexnet --lang fr"
    )
)
def field(
    spec: Spec,
    variant: Variant = None,
    set_: Settings = None,
    depth: Depth = 1,
    format: Format = Shown.text,
    lang: Langs = Lang.en,
) -> None:
    """Receptive fields, step by step: their size, how far they are apart, where the first is."""
    given = settings(set_)
    with console.diagnosing():
        from archc.lectures import studies

        analysis = _analysis(spec, variant, given)
        parts = analysis.rows(depth)
        told = [
            {"id": part.id, "receptive_field": part.receptive_field.to_dict()}
            for part in parts
            if part.receptive_field
        ]
        _show(told, studies.field.page(analysis.network, parts, lang), format, lang)


def _analysis(spec: str, variant: str | None, given: dict[str, Any]) -> Analysis:
    from archc import analyses, catalogue

    return analyses.analyze(catalogue.asked(spec, variant, given))


def _deleted(analysis: Analysis, path: str) -> Distribution:
    """What is left without a part; a part that is not there, or is needed, is told."""
    from archc.analyses import CanNotDelete, UnknownId

    try:
        return analysis.without(path)
    except UnknownId as error:
        raise console.no_part(analysis.network, error) from None
    except CanNotDelete as error:
        raise SpecError([Diagnostic("bad-shape", str(error))]) from None


def _show(told: Any, page: Sequence[Block], format: Shown, lang: Lang) -> None:
    from archc.lectures.derivations import worked

    if format is Shown.json:
        console.data(told)
        return
    forms: dict[Shown, worked.Form] = {
        Shown.text: "text",
        Shown.markdown: "markdown",
        Shown.latex: "latex",
    }
    console.say(worked.write(page, forms[format], lang).rstrip("\n"))
