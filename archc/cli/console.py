"""What archc says, and with which exit code: 0, or 1 for input that it can not use."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import typer

from archc.cli.app import Format
from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.document.files import CanNotWrite

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from archc.analyses import UnknownId
    from archc.network import Network

EXTRAS = {"torch": "torch", "matplotlib": "plot"}
"""The packages that come with an extra of archc, and which."""
WIDE = 4000
"""Columns of what is not a terminal: a table that is piped on is never cut or wrapped."""


def console(*, err: bool = False) -> Console:
    """Standard output (or standard error), plain where it is no terminal."""
    from rich.console import Console

    made = Console(stderr=err, highlight=False, markup=False)
    if made.is_terminal:
        return made
    return Console(stderr=err, highlight=False, markup=False, width=WIDE)


def say(text: str, *, err: bool = False) -> None:
    """A line as it is."""
    typer.echo(text, err=err)


def data(value: Any) -> None:
    """JSON on standard output."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def table(
    title: str | None,
    columns: Iterable[str],
    numbers: Iterable[str] = (),
    texts: Iterable[str] = (),
) -> Table:
    """An empty table: `numbers` stand to the right, `texts` take more lines where it is narrow."""
    from rich import box
    from rich.table import Table

    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    made.pad_edge = False
    numbers, texts = set(numbers), set(texts)
    for column in columns:
        side: Literal["left", "right"] = "right" if column in numbers else "left"
        made.add_column(
            column, justify=side, no_wrap=column not in texts, overflow="fold", min_width=12
        )
    return made


def show(item: Any) -> None:
    """A rich thing on standard output, without the blanks that fill its lines."""
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


def tell(diagnostics: Iterable[Diagnostic], format: Format = Format.text) -> None:
    """Diagnostics: text for people on standard error, the rest for machines on standard output."""
    from archc.diagnostics import rendering as messages

    if format is Format.text:
        err = console(err=True)
        color = err.is_terminal and not err.no_color
        if text := messages.text(diagnostics, color=color):
            say(text, err=True)
    elif text := messages.FORMATS[format.value](diagnostics):
        say(text)


def finish(diagnostics: Iterable[Diagnostic], format: Format = Format.text) -> None:
    """Tell what was found, and end with code 1 if that was anything."""
    diagnostics = list(diagnostics)
    tell(diagnostics, format)
    if diagnostics:
        raise typer.Exit(1)


@contextmanager
def diagnosing(format: Format = Format.text) -> Iterator[None]:
    """Around a command: what is wrong with a spec, or missing here, is told, with code 1."""
    try:
        yield
    except SpecError as error:
        finish(error.diagnostics, format)
    except CanNotWrite as error:
        raise fail(str(error)) from None
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("torchvision", "triton", *EXTRAS):
            raise
        finish([_needs(error.name or "")], format)


def fail(message: str) -> typer.Exit:
    """The end of a command that the system (not a spec) stopped; to be raised."""
    say(f"error: {message}", err=True)
    return typer.Exit(1)


def no_part(network: Network, error: UnknownId) -> SpecError:
    """A path of a part, on a command line, that leads nowhere."""
    message = f"`{network.label}` has no part `{error.path}`"
    help = suggest(error.path, error.known, "parts")
    return SpecError([Diagnostic("unknown-id", message, help=help)])


def written(path: Path, data: bytes) -> None:
    """Write a file that a command makes beside what it says, and name it."""
    from archc.document import files

    files.write({path: data})
    say(path.as_posix(), err=True)


def note(format: Format) -> bool:
    """Whether remarks go to standard error, since standard output is for a machine."""
    return format is not Format.text


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
    """All of standard input."""
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def interactive() -> bool:
    """Whether a progress bar has someone to look at it."""
    return sys.stderr.isatty()
