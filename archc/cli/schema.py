"""`archc schema`."""

from __future__ import annotations

from archc.cli import console, options
from archc.spec.schema import text


@options.command("schema", "schema > archc/schema.json")
def schema() -> None:
    """Print the JSON schema of specs, which gives editors completion and checks."""
    console.say(text().rstrip("\n"))
