"""`archc new`."""

from __future__ import annotations

import re
from pathlib import Path

import click

import archc
from archc.cli import console, options
from archc.document import files

PACKAGE = Path(archc.__file__).parent
NAME = re.compile(r"[a-z][a-z0-9_]*")


@options.command("new", "new my_net", "new my_net --force")
@click.argument("name", metavar="NAME", help="Small letters, digits and `_`.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def new(name: str, force: bool) -> None:
    """Write a starter spec, NAME.yaml, with a comment on each part."""
    if not NAME.fullmatch(name):
        raise click.BadParameter(f"`{name}` has more than small letters, digits and `_`")
    path = Path(f"{name}.yaml")
    if path.exists() and not force:
        console.fail(f"{path} is there already; --force writes over it")
    with console.diagnosing():
        files.write({path: starter(name).encode()})
        console.say(f"{path}: next, `archc validate {path}` and `archc compile {path}`")


def starter(name: str) -> str:
    """The text of a starter spec; its first line leads editors to the schema of this archc."""
    schema = (PACKAGE / "schema.json").as_uri()
    text = (PACKAGE / "spec" / "examples" / "starter.yaml").read_text("utf-8").replace("NAME", name)
    return f"# yaml-language-server: $schema={schema}\n{text}"
