"""The application: the table of commands, each imported from the file of its name when it runs.

So `archc --help` imports no command at all, and `archc validate` nothing that draws.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

COMMANDS = {
    "Specs and code": {
        "new": "Write a starter spec, NAME.yaml, with a comment on each part.",
        "compile": "Write PyTorch code, a figure and tables, and say what was written.",
        "validate": "Find every mistake in specs: their form, their names, and the shapes of all "
        "variants.",
        "check": "Hold the published figures against the analysis, and generated files against "
        "the specs.",
        "verify": "Build the generated module in PyTorch; hold shapes, parameters and MACs, node "
        "by node.",
        "weights": "Rename a library's checkpoint for the generated module; explain every key left "
        "over.",
    },
    "Figures, tables, worked costs": {
        "render": "Draw the network; `--depth 1` shows each step as one box.",
        "table": "Show a network as a table: its paper's, Keras's, or a sheet of exercises.",
        "grade": "Mark a filled-in sheet of `table --blank` cell by cell: points, what was "
        "expected, why.",
        "explain": "Say what a rule means; or how a part of a network comes by its size, cost and "
        "field.",
        "scale": "Scale a network: what its rules make of the base, stage by stage, or a grid of "
        "networks.",
        "draw": "Draw the arithmetic of a layer: on numbers, with its sizes, or what it sees.",
    },
    "Questions about networks": {
        "analyze": "Count parameters, multiply-adds, depth and receptive fields, without running "
        "anything.",
        "memory": "Memory of activations: what training keeps, and the most that inference needs "
        "at once.",
        "roofline": "Arithmetic intensity and a modelled time on a device, step by step; nothing "
        "is measured.",
        "paths": "Count the ways from input to output and their lengths; see what deleting a part "
        "leaves.",
        "channels": "How the channels grow, step by step, with each block's formula: DenseNet's "
        "k0 + k l.",
        "field": "Receptive fields, step by step: their size, how far they are apart, where the "
        "first is.",
        "compare": "Compare networks: what they cost, and the published accuracies that can be "
        "compared.",
        "diff": "Tell two networks apart: blocks added, removed, changed, and what that costs.",
    },
    "Kernels": {
        "kernels": "The properties of the kernels that are known without a GPU.",
        "bench": "Measure the kernels on a CUDA machine, against eager PyTorch and torch.compile.",
    },
    "Reference": {
        "list": "Show the known specs: their variants, parameters, multiply-adds and papers.",
        "ops": "Show the ops: what each does, its arguments, their types and defaults.",
        "reference": "Show the whole language, or what has some words: keys, ops, functions.",
        "schema": "Print the JSON schema of specs, which gives editors completion and checks.",
    },
}
"""Every command by its panel of `archc --help`, with the first line of its own help."""

FAULT = 70
"""The exit code of a fault of archc's own (EX_SOFTWARE)."""


class Commands(click.Group):
    """The commands; `archc.cli.NAME` is imported when the command NAME is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, panel by panel."""
        return [name for panel in COMMANDS.values() for name in panel]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name; None if no command has it."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = getattr(import_module(f"archc.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the panels, from `COMMANDS` alone."""
        for panel, commands in COMMANDS.items():
            with formatter.section(panel):
                formatter.write_dl(list(commands.items()))


def _version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from archc import __version__  # reads the metadata of the package

        click.echo(f"archc {__version__}")
        ctx.exit()


def _completion(ctx: click.Context, param: click.Parameter, shell: str | None) -> None:
    if shell:
        from click.shell_completion import get_completion_class

        made = get_completion_class(shell)
        assert made is not None
        click.echo(made(app, {}, "archc", "_ARCHC_COMPLETE").source())
        ctx.exit()


@click.group(
    "archc",
    cls=Commands,
    no_args_is_help=True,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "show_default": True,
        "max_content_width": 100,
    },
    epilog="`archc COMMAND --help` has examples. A SPEC is a path, a known name (`archc list`), "
    "either with `:variant` after it, or `-` for standard input.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version.",
)
@click.option(
    "--show-completion",
    type=click.Choice(["bash", "zsh", "fish"]),
    is_eager=True,
    expose_value=False,
    callback=_completion,
    help="Print what makes this shell complete commands; to be put into its start-up file.",
)
def app() -> None:
    """A compiler for neural-network architectures: YAML specs to PyTorch, figures and tables."""


def main() -> None:
    """Run archc."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Pydantic reads the metadata of every installed package to find plug-ins; archc has none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    try:
        app(prog_name="archc")
    except BrokenPipeError:  # the reader has closed the pipe, as in `archc ops | head`
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
