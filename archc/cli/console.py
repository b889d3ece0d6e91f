"""Printing, and the exit code: 0, or 1 for input that archc cannot use.

Rich is imported where a table is printed, since most output needs none.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.document import files
from archc.document.files import CannotWrite

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from archc.analyses import UnknownId
    from archc.document import records
    from archc.network import Network

EXTRAS = {"torch": "torch", "matplotlib": "plot"}
"""The packages that come with an extra of archc, and which."""
WIDE = 4000
"""Columns of what is not a terminal: a table that is piped on is never cut or wrapped."""


def console(*, err: bool = False) -> Console:
    """Standard output (or standard error), without colours unless it is a terminal."""
    from rich.console import Console

    made = Console(stderr=err, highlight=False, markup=False)
    if made.is_terminal:
        return made
    return Console(stderr=err, highlight=False, markup=False, width=WIDE)


def say(text: str, *, err: bool = False) -> None:
    """Print a text as it is."""
    click.echo(text, err=err)


def remark(text: str, format: str) -> None:
    """Print a remark; on standard error where standard output is for a machine."""
    say(text, err=format != "text")


def data(value: Any) -> None:
    """Print JSON on standard output."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def table(
    made: records.Table,
    *,
    title: str | None = None,
    texts: Iterable[str] = (),
    styles: Sequence[str] = (),
) -> None:
    """Print a table on standard output.

    Args:
        made: the table; its footnotes are not printed.
        title: a line above it, in bold.
        texts: headings of columns that take more lines where the terminal is narrow.
        styles: how each row is coloured, by rich's names.
    """
    from rich import box
    from rich.table import Table

    from archc.document import text

    shown = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    shown.pad_edge = False
    texts = set(texts)
    for column in made.columns:
        shown.add_column(
            column.heading,
            justify=column.side,
            no_wrap=column.heading not in texts,
            overflow="fold",
            min_width=12,
        )
    marks = [
        max(len(each.mark) for each in cells)
        for cells in zip(*(row.cells for row in made.rows), strict=True)
    ]
    for row, style in zip(made.rows, styles or [""] * len(made.rows), strict=True):
        cells = [text.cell(each, room) for each, room in zip(row.cells, marks, strict=True)]
        shown.add_row("  " * row.level + cells[0], *cells[1:], style=style)
    show(shown)


def show(item: Any) -> None:
    """Print something of rich's on standard output, without the blanks that fill its lines."""
    from rich.cells import cell_len
    from rich.measure import Measurement
    from rich.table import Table

    out = console()
    # Rather let the terminal break lines than cut figures off.
    for column in item.columns if isinstance(item, Table) else ():
        if column.no_wrap:
            column.min_width = max(cell_len(str(cell)) for cell in (column.header, *column.cells))
    out.width = max(out.width, Measurement.get(out, out.options.update(width=WIDE), item).minimum)
    with out.capture() as captured:
        out.print(item)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    say("\n".join(lines).strip("\n"))


def tell(diagnostics: Sequence[Diagnostic], format: str = "text") -> None:
    """Print diagnostics: text for people on standard error, the rest for machines on output."""
    if format == "text" and not diagnostics:
        return
    from archc.diagnostics import rendering  # a sound spec needs none of it

    if format == "text":
        color = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
        say(rendering.text(diagnostics, color=color), err=True)
    elif text := rendering.FORMATS[format](diagnostics):
        say(text)


def finish(diagnostics: Sequence[Diagnostic], format: str = "text") -> None:
    """Print what was found, and end with code 1 if that was anything."""
    tell(diagnostics, format)
    if diagnostics:
        sys.exit(1)


def document(made: records.Document | records.Table, format: str) -> None:
    """Print a document or a table in a format."""
    from archc.document.formats import Format, write  # a sound spec needs none of it

    say(write(made, cast("Format", format)).rstrip("\n"))


def study(data_: Any, page: records.Document, format: str) -> None:
    """Print a study: its figures as JSON, or its page as text, Markdown or LaTeX."""
    if format == "json":
        data(data_)
    else:
        document(page, format)


@contextmanager
def diagnosing(format: str = "text") -> Iterator[None]:
    """Run a command; mistakes in a spec and missing tools are reported, with exit code 1."""
    try:
        yield
    except SpecError as error:
        finish(error.diagnostics, format)
    except CannotWrite as error:
        fail(str(error))
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("torchvision", "triton", *EXTRAS):
            raise
        finish([_needs(error.name or "")], format)


def fail(message: str) -> NoReturn:
    """End a command that the system (not a spec) stopped, with code 1."""
    say(f"error: {message}", err=True)
    sys.exit(1)


def no_part(network: Network, error: UnknownId) -> SpecError:
    """A path of a part, on a command line, that leads nowhere."""
    message = f"`{network.label}` has no part `{error.path}`"
    help = suggest(error.path, error.known, "parts")
    return SpecError([Diagnostic("unknown-id", message, help=help)])


def written(path: Path, data: bytes) -> None:
    """Write a file that a command makes beside what it says, and name it."""
    files.write({path: data})
    say(path.as_posix(), err=True)


def _needs(name: str) -> Diagnostic:
    package = name.split(".")[0]
    extra = EXTRAS.get(package)
    help = f"pip install 'archc[{extra}]'" if extra else f"pip install {package}"
    return Diagnostic(
        "needs-extra", f"this command runs {package}, which is not installed", help=help
    )


def distinct(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each finding once, though several variants of a spec have it."""
    return list({(d.rule, d.message, str(d.span)): d for d in diagnostics}.values())


def stdin() -> str:
    """Read all of standard input."""
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def interactive() -> bool:
    """Whether a progress bar has someone to look at it."""
    return sys.stderr.isatty()
