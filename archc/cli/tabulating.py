"""Commands for tables and exercises: table, grade."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from archc.cli import console
from archc.cli.app import Langs, Settings, Spec, app, examples, settings
from archc.diagnostics import Diagnostic, Source, Span, SpecError
from archc.document.words import Lang

if TYPE_CHECKING:
    from archc.lectures.tables import Sheet


class Written(StrEnum):
    """What a table is written in."""

    markdown = "markdown"
    latex = "latex"
    csv = "csv"
    html = "html"
    json = "json"
    text = "text"


class Style(StrEnum):
    """Which table of a network."""

    paper = "paper"
    keras = "keras"
    body = "body"
    layers = "layers"


class Footnotes(StrEnum):
    """How much footnotes say."""

    full = "full"
    short = "short"
    none = "none"


@app.command(
    epilog=examples(
        "table googlenet",
        "table resnet --format latex > table1.tex",
        "table resnet --variant resnet18_v1 --variant resnet50_v1 --lang fr",
        "table googlenet:fashion_mnist --style keras",
        "table mobilenet_v2 --style body --format html",
        "table alexnet --blank output_shape,params --format csv > sheet.csv",
        "table alexnet --blank output_shape,params --solution --format latex",
    )
)
def table(
    spec: Spec,
    variants: Annotated[
        list[str] | None,
        typer.Option(
            "--variant", metavar="NAME", help="One of the spec's variants; several stand abreast."
        ),
    ] = None,
    set_: Settings = None,
    style: Annotated[
        Style | None,
        typer.Option(
            "--style",
            help="The paper's table; model.summary() of Keras; the body as MobileNet's paper "
            "prints it; or every layer with its sizes. [default: paper; layers with --blank]",
        ),
    ] = None,
    format: Annotated[
        Written | None,
        typer.Option("--format", help="latex needs booktabs. [default: markdown; text for keras]"),
    ] = None,
    lang: Langs = Lang.en,
    blank: Annotated[
        str | None,
        typer.Option(
            "--blank",
            metavar="LIST",
            help="Leave these columns for students to fill in: output_shape, params, macs, depth, "
            "receptive_field.",
        ),
    ] = None,
    notes: Annotated[
        Footnotes | None,
        typer.Option(
            "--notes",
            help="What footnotes say of figures that can not be right. [default: full; short in "
            "French, as specs give reasons in English]",
        ),
    ] = None,
    solution: Annotated[
        bool, typer.Option("--solution", help="With --blank: the key of that sheet.")
    ] = False,
) -> None:
    """Show a network as a table: its paper's, Keras's, or a sheet of exercises."""
    given = settings(set_)
    if solution and not blank:
        raise typer.BadParameter(
            "it is the key of a sheet: take --blank too", param_hint="--solution"
        )
    if blank and style is Style.keras:
        raise typer.BadParameter("take another style for exercises", param_hint="--blank")
    if format is Written.text and style is not Style.keras:
        raise typer.BadParameter("text is Keras's own: take --style keras", param_hint="--format")
    with console.diagnosing():
        from archc import catalogue
        from archc.lectures import tables

        target = catalogue.find(spec, variants[0] if variants and len(variants) == 1 else None)
        read, report = catalogue.read(target.path)
        asked = [target.variant] if target.variant else list(variants or [])
        if blank or style in (Style.keras, Style.body, Style.layers):
            if len(asked) > 1:
                raise typer.BadParameter("one variant at a time here", param_hint="--variant")
            wanted: tuple[str | None, ...] = tuple(asked) or (None,)
        else:
            wanted = tables.wanted(read, asked)
        networks = catalogue.networks(read, report, wanted, given)
        if not blank:
            shown = format or (Written.text if style is Style.keras else Written.markdown)
            said = tables.Notes(notes.value) if notes else None
            made = tables.emit(networks, (style or Style.paper).value, shown.value, lang, said)
            console.say(made.rstrip("\n"))
            return
        label = f"{spec.partition(':')[0]}:{target.variant}" if target.variant else spec
        exercise = tables.Exercise(
            label,
            (style or Style.layers).value,
            tuple(part.strip() for part in blank.split(",")),
            lang,
            {key: str(value) for key, value in given.items()},
        )
        sheet = tables.key(networks[0], tables.plan(read, exercise.style), exercise)
        _say(sheet if solution else tables.blank(sheet, exercise), format or Written.markdown)


@app.command(
    epilog=examples(
        "grade answers.csv",
        "grade answers.csv --all --format markdown > marked.md",
        "grade - --format json < answers.csv",
    )
)
def grade(
    sheet: Annotated[str, typer.Argument(metavar="CSV", help="A filled-in sheet, or -.")],
    every: Annotated[bool, typer.Option("--all", help="Show right answers too.")] = False,
    format: Annotated[
        Written, typer.Option("--format", help="How to show the marks.")
    ] = Written.text,
) -> None:
    """Mark a filled-in sheet of `table --blank` cell by cell: points, what was expected, why."""
    with console.diagnosing():
        from archc import catalogue
        from archc.lectures import tables

        source = _answers(sheet)
        exercise = tables.read(source.line(1))
        if exercise is None or exercise.style not in Style.__members__ or not any(exercise.blanks):
            message = "the first line does not say which exercise this is"
            help = "it is as `archc table --blank` writes it: # archc exercise: ..."
            raise SpecError([Diagnostic("bad-sheet", message, _line(source, 1), help=help)])
        network = catalogue.asked(exercise.spec, settings=exercise.settings)
        key = tables.key(network, tables.plan(network.spec, exercise.style), exercise)
        try:
            marks = tables.grade(network, exercise, key, source.text)
        except tables.BadSheet as error:
            span = _line(source, error.line)
            raise SpecError(
                [Diagnostic("bad-sheet", error.message, span, help=error.help)]
            ) from None
        made = tables.marks_table(marks, exercise.lang, network.spec.title, every)
        if format is Written.text:
            _marks(made)
        else:
            _say(made, format)


def _say(sheet: Sheet, format: Written) -> None:
    from archc.lectures import tables

    console.say(tables.FORMATS[format.value](sheet).rstrip("\n"))


def _marks(sheet: Sheet) -> None:
    """The marks as a table for the terminal, and the points in all."""
    if sheet.rows:
        heads = [column.heading for column in sheet.columns]
        right = [column.heading for column in sheet.columns if column.side == "right"]
        made = console.table(None, heads, right, heads[-1:])
        for row in sheet.rows:
            made.add_row(*(cell.text for cell in row.cells))
        console.show(made)
    console.say(sheet.about)


def _answers(path: str) -> Source:
    if path == "-":
        return Source("<stdin>", console.stdin())
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            return Source(path, file.read())
    except OSError as error:
        message = f"can not read {path}: {error.strerror}"
        raise SpecError([Diagnostic("missing-file", message)]) from None


def _line(source: Source, number: int) -> Span:
    return Span(source, number, 1, number, max(2, len(source.line(number)) + 1))
