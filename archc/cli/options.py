"""The arguments and options that several commands have, and how a command is declared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose help ends in examples, a line each."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they are: a command line is not wrapped."""
        with formatter.section("Examples"):
            for line in self.examples:
                formatter.write(f"  $ archc {line}\n")


def command(name: str, *examples: str) -> Callable[[Callable[..., None]], Command]:
    """Declare the command `name`: its function's docstring is the help, `examples` end it."""
    return click.command(name, cls=Command, examples=examples)


def spec(function: Function) -> Function:
    """The argument SPEC: a path, a known name, name:variant, or `-`."""
    return click.argument("spec", metavar="SPEC", help="A path, a known name, name:variant, or -.")(
        function
    )


def variant(function: Function) -> Function:
    """The option --variant NAME."""
    return click.option("--variant", metavar="NAME", help="One of the spec's variants.")(function)


def settings(function: Function) -> Function:
    """The option --set KEY=VALUE, as the dict `settings`; values are expressions, not read yet."""
    return click.option(
        "--set",
        "settings",
        metavar="KEY=VALUE",
        multiple=True,
        callback=_settings,
        help="Set a param, or `input`; may be repeated.",
    )(function)


def network(function: Function) -> Function:
    """The arguments that choose one network: SPEC, --variant, --set."""
    return spec(variant(settings(function)))


def format(function: Function) -> Function:
    """The option --format of commands that print nothing but what is wrong."""
    return click.option(
        "--format",
        type=click.Choice(["text", "json", "github", "sarif"]),
        default="text",
        help="The format of diagnostics.",
    )(function)


def worked(function: Function) -> Function:
    """The option --format of commands that work figures out."""
    return click.option(
        "--format",
        type=click.Choice(["text", "markdown", "latex", "html"]),
        default="text",
        help="What to write; latex needs amsmath, booktabs, graphicx.",
    )(function)


def study(function: Function) -> Function:
    """The option --format of studies of a network."""
    return click.option(
        "--format",
        type=click.Choice(["text", "markdown", "latex", "json"]),
        default="text",
        help="What to write; latex needs amsmath and booktabs.",
    )(function)


def batch(default: int, help: str = "Samples at once.") -> Callable[[Function], Function]:
    """The option --batch N."""
    return click.option(
        "--batch", metavar="N", type=click.IntRange(min=1), default=default, help=help
    )


def dtype(function: Function) -> Function:
    """The option --dtype."""
    return click.option(
        "--dtype",
        type=click.Choice(["float32", "float16", "bfloat16"]),
        default="float32",
        help="The type of activations and weights.",
    )(function)


def depth(default: int | None = None) -> Callable[[Function], Function]:
    """The option --depth N."""
    return click.option(
        "--depth",
        metavar="N",
        type=click.IntRange(min=1),
        default=default,
        help="Levels of blocks to show.",
    )


def lang(function: Function) -> Function:
    """The option --lang: the language of all that the command writes."""
    return click.option(
        "--lang",
        type=click.Choice(["en", "fr"]),
        default="en",
        expose_value=False,
        callback=_lang,
        help="English or French.",
    )(function)


def look(function: Function) -> Function:
    """The options of how a figure looks: `--direction` and `--theme`."""
    theme = click.option(
        "--theme",
        type=click.Choice(["paper", "slide", "dark"]),
        default="slide",
        help="Black on white, colours, or light on dark.",
    )
    return click.option(
        "--direction",
        type=click.Choice(["TB", "LR"]),
        default="TB",
        help="Top to bottom, or left to right.",
    )(theme(function))


def folder(default: str) -> Callable[[Function], Function]:
    """The option --output DIR, as a `Path`."""
    return click.option(
        "--output",
        "-o",
        "folder",
        metavar="DIR",
        type=click.Path(path_type=Path),
        default=default,
        help="The folder to use.",
    )


def plot(help: str) -> Callable[[Function], Function]:
    """The option --plot FILE, as a `Path` whose suffix is .svg, .pdf or .png."""
    return click.option("--plot", metavar="FILE", callback=_picture, help=help)


def _settings(
    ctx: click.Context, param: click.Parameter, written: tuple[str, ...]
) -> dict[str, Any]:
    found = {}
    for setting in written:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise click.BadParameter(f"`{setting}` is not KEY=VALUE")
        found[key.strip()] = value.strip()
    return found


def _lang(ctx: click.Context, param: click.Parameter, written: str) -> None:
    from archc.document.translation import language  # most commands print one language only

    ctx.with_resource(language(written))


def _picture(ctx: click.Context, param: click.Parameter, written: str | None) -> Path | None:
    path = Path(written) if written else None
    if path is not None and path.suffix not in (".svg", ".pdf", ".png"):
        raise click.BadParameter(f"`{written}` is not a .svg, .pdf or .png")
    return path
