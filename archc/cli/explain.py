"""`archc explain`."""

from __future__ import annotations

from typing import Any

import click

from archc import catalogue
from archc.analyses import UnknownId
from archc.cli import console, options
from archc.diagnostics import SpecError, suggest
from archc.diagnostics.rules import RULES, page, title
from archc.document.records import table
from archc.lectures.derivations import Derivation, derive
from archc.lectures.derivations import explain as explained
from archc.spec import reference


@options.command(
    "explain",
    "explain",
    "explain bad-shape",
    "explain claims.at",
    "explain round_to",
    "explain googlenet conv1",
    "explain googlenet inception_3a --format latex --lang fr > 3a.tex",
    "explain inception_block:bottleneck inception --against inception_block:naive",
    "explain mobilenet_v1 conv8.0 --format markdown",
    "explain resnet:resnet50 --depth 2",
)
@click.argument(
    "what",
    metavar="[RULE|KEY|OP|FUNCTION|MODIFIER|SPEC]",
    required=False,
    help="All rules if none.",
)
@click.argument(
    "node", metavar="[NODE]", default="", help="A part of the network; all of it if none."
)
@options.variant
@options.settings
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(min=1),
    help="Levels of blocks to open in a sum.",
)
@click.option("--against", metavar="SPEC[:VARIANT]", help="Work out this network's cost beside it.")
@options.worked
@options.lang
def explain(
    what: str | None,
    node: str,
    variant: str | None,
    settings: dict[str, Any],
    depth: int | None,
    against: str | None,
    format: str,
) -> None:
    """Say what a rule means; or how a part of a network comes by its size, cost and field.

    With RULE, its page: a wrong and a right example. With a key, an op, a function or a modifier
    (`claims.at`, `conv`, `round_to`, `repeat`), what the reference of the language says of it. With
    SPEC, the sum of the network's cost; with NODE too, every figure of that part, worked out with
    its numbers.
    """
    if what is None or (not node and what in RULES):
        _rules(what)
        return
    if not node and (entries := reference.find(what)):
        console.document(reference.document(entries), format)
        return
    with console.diagnosing():
        if not node and not _spec(what):
            names = dict.fromkeys(each.name for each in reference.entries())
            help = suggest(what, [*names, *catalogue.known()], "names and specs")
            console.fail(f"neither the language nor a spec has `{what}`; {help}")
        found = _derivation(what, variant, settings, node, depth)
        other = None
        if against is not None:
            other = _derivation(against, None, {}, node, depth, whole=True)
        console.document(explained(found, other), format)


def _spec(written: str) -> bool:
    """Whether this means a spec, rather than a slip of a rule's name."""
    try:
        catalogue.find(written)
    except SpecError:
        return ":" in written
    return True


def _derivation(
    spec: str,
    variant: str | None,
    settings: dict[str, Any],
    node: str,
    depth: int | None,
    whole: bool = False,
) -> Derivation:
    """The derivation of a part; with `whole`, of the whole network if it has no such part."""
    network = catalogue.asked(spec, variant, settings)
    try:
        return derive(network, node, depth)
    except UnknownId as error:
        if whole:
            return derive(network, "", depth)
        raise console.no_part(network, error) from None


def _rules(rule: str | None) -> None:
    """The page on a rule, or the list of all."""
    if rule is not None:
        _markdown(page(rule))
        return
    rows = ((name, title(name)) for name in RULES)
    console.table(table(("rule", "what it says"), rows), texts=("what it says",))


def _markdown(text: str) -> None:
    """A page: rendered for a terminal, as it is for a pipe."""
    if console.console().is_terminal:
        from rich.markdown import Markdown

        console.show(Markdown(text))
    else:
        console.say(text.rstrip("\n"))
