"""`archc reference`."""

from __future__ import annotations

import click

from archc.cli import console, options
from archc.diagnostics import suggest
from archc.spec import reference as book


@options.command(
    "reference",
    "reference",
    "reference conv",
    "reference output shape",
    "reference --format markdown > reference.md",
    "reference --format html > reference.html",
)
@click.argument("words", metavar="[WORD]...", nargs=-1, help="What to look for; all if none.")
@options.worked
def reference(words: tuple[str, ...], format: str) -> None:
    """Show the whole language, or what has some words: keys, ops, functions."""
    if not words:
        console.document(book.document(), format)
        return
    found = book.search(words)
    if not found:
        known = {each.name for each in book.entries()}
        console.fail(
            f"nothing has `{' '.join(words)}`; {suggest(words[0], sorted(known), 'names')}"
        )
    exact = [each for each in found if list(words) in ([each.name], [each.path])]
    shown = exact or (found if len(found) <= book.MOST else [])
    rest = [each for each in found if each not in shown]
    made = [*book.document(shown), *([book.listed(rest)] if rest else [])]
    console.document(made, format)
