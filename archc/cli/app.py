"""The command line's frame: the application, its options, and how an example is shown."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from archc.document.words import Lang

PANELS = {
    "Specs and code": ("compile", "validate", "check", "verify", "weights"),
    "Figures, tables, worked costs": ("render", "table", "grade", "explain", "scale", "draw"),
    "Questions about networks": (
        *("analyze", "memory", "roofline", "paths", "channels", "field"),
        *("compare", "diff"),
    ),
    "Kernels": ("kernels", "bench"),
    "Reference": ("list", "ops", "schema"),
}
"""The commands as `archc --help` shows them."""


class Commands(TyperGroup):
    """All commands, in the order of their panels."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names."""
        return [name for names in PANELS.values() for name in names]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, in its panel."""
        found: Any = super().get_command(ctx, cmd_name)
        for panel, names in PANELS.items():
            if found and cmd_name in names:
                found.rich_help_panel = panel
        return found


app = typer.Typer(
    name="archc",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`archc COMMAND --help` has examples. A SPEC is a path, a known name (`archc list`), "
    "either with `:variant` after it, or `-` for standard input.",
)


class Format(StrEnum):
    """How mistakes in a spec are told."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


Spec = Annotated[
    str, typer.Argument(metavar="SPEC", help="A path, a known name, name:variant, or -.")
]
Variant = Annotated[
    str | None, typer.Option("--variant", metavar="NAME", help="One of the spec's variants.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a param, or `input`; may be repeated."),
]
Told = Annotated[Format, typer.Option("--format", help="How mistakes in a spec are told.")]
Depth = Annotated[
    int | None, typer.Option("--depth", metavar="N", min=1, help="Levels of blocks to show.")
]
Langs = Annotated[Lang, typer.Option("--lang", help="English or French.")]
Folder = Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="The folder to use.")]


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\n\n".join(["Examples:", *(f"  $ archc {line}" for line in lines)])


def picture(plot: str | None) -> Path | None:
    """The file of `--plot`, whose name says what is drawn."""
    path = Path(plot) if plot else None
    if path is not None and path.suffix not in (".svg", ".pdf", ".png"):
        raise typer.BadParameter(f"`{plot}` is not a .svg, .pdf or .png", param_hint="--plot")
    return path


def settings(written: list[str] | None) -> dict[str, Any]:
    """`--set KEY=VALUE` as a mapping; the values are expressions, which elaboration reads."""
    found = {}
    for setting in written or []:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise typer.BadParameter(f"`{setting}` is not KEY=VALUE", param_hint="--set")
        found[key.strip()] = value.strip()
    return found
