"""The command line: the only part that prints or exits.

A command imports what it needs when it runs, so that `archc --help` is there at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from archc.cli import (  # noqa: F401, each adds its commands to the application
    checking,
    comparing,
    differing,
    drawing,
    looking,
    making,
    measuring,
    reference,
    rendering,
    scaling,
    studying,
    tabulating,
    working,
)
from archc.cli.app import app

__all__ = ["app", "main"]

FAULT = 70
"""The exit code of a fault of archc's own (EX_SOFTWARE)."""


def _version(wanted: bool) -> None:
    if wanted:
        from archc import __version__

        print(f"archc {__version__}")
        raise typer.Exit


@app.callback()
def archc(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A compiler for neural-network architectures: YAML specs to PyTorch, figures and tables."""


def main() -> None:
    """Run archc."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except BrokenPipeError:  # who reads has gone, as in `archc ops | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        _fault(error)


def _fault(error: Exception) -> None:
    """Own up to a fault; it is never the spec's."""
    if os.environ.get("ARCHC_TRACEBACK"):
        raise error
    what = f"{type(error).__name__}: {error}".partition("\n")[0]
    print(
        f"archc: internal error ({what})\n"
        "This is a fault of archc's own, not of the spec. Please report it, with the spec and what "
        "ARCHC_TRACEBACK=1 shows.",
        file=sys.stderr,
    )
    sys.exit(FAULT)
