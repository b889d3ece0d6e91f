"""`archc grade`."""

from __future__ import annotations

import click

from archc import catalogue
from archc.cli import console, options
from archc.cli.table import STYLES, filled
from archc.diagnostics import Diagnostic, Source, Span, SpecError
from archc.document.records import Table
from archc.document.translation import language
from archc.lectures import exercises


@options.command(
    "grade",
    "grade answers.csv",
    "grade answers.csv --all --format markdown > marked.md",
    "grade - --format json < answers.csv",
)
@click.argument("sheet", metavar="CSV", help="A filled-in sheet, or -.")
@click.option("--all", "every", is_flag=True, help="Show right answers too.")
@click.option(
    "--format",
    type=click.Choice(["markdown", "latex", "csv", "html", "json", "text"]),
    default="text",
    help="How to show the marks.",
)
def grade(sheet: str, every: bool, format: str) -> None:
    """Mark a filled-in sheet of `table --blank` cell by cell: points, what was expected, why."""
    with console.diagnosing():
        source = _answers(sheet)
        exercise = exercises.read(source.line(1))
        if exercise is None or exercise.style not in STYLES or not any(exercise.blanks):
            message = "the first line does not say which exercise this is"
            help = "it is as `archc table --blank` writes it: # archc exercise: ..."
            raise SpecError([Diagnostic("bad-sheet", message, _line(source, 1), help=help)])
        network = catalogue.asked(exercise.spec, settings=exercise.settings)
        key = filled(network, exercise)
        try:
            marks = exercises.grade(network, exercise, key, source.text)
        except exercises.BadSheet as error:
            span = _line(source, error.line)
            raise SpecError(
                [Diagnostic("bad-sheet", error.message, span, help=error.help)]
            ) from None
        with language(exercise.lang):
            made = exercises.marks_table(marks, network.spec.title, every)
        if format == "text":
            _marks(made)
        else:
            console.document(made, format)


def _marks(sheet: Table) -> None:
    """The marks as a table for the terminal, and the points in all."""
    if sheet.rows:
        console.table(sheet, texts=[sheet.columns[-1].heading])
    console.say(sheet.about)


def _answers(path: str) -> Source:
    if path == "-":
        return Source("<stdin>", console.stdin())
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            return Source(path, file.read())
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise SpecError([Diagnostic("missing-file", message)]) from None


def _line(source: Source, number: int) -> Span:
    return Span(source, number, 1, number, max(2, len(source.line(number)) + 1))
