"""Commands that work figures out by hand: explain, scale."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archc.cli import console
from archc.cli.app import Langs, Settings, Variant, app, examples, settings
from archc.diagnostics import SpecError, suggest
from archc.document.words import Lang

if TYPE_CHECKING:
    from archc.lectures.derivations import Derivation


class Form(StrEnum):
    """What a worked page is written in."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    html = "html"


Forms = Annotated[
    Form, typer.Option("--format", help="What to write; latex needs amsmath, booktabs, graphicx.")
]


@app.command(
    epilog=examples(
        "explain",
        "explain bad-shape",
        "explain googlenet conv1",
        "explain googlenet inception_3a --format latex --lang fr > 3a.tex",
        "explain inception_block:bottleneck inception --against inception_block:naive",
        "explain mobilenet_v1 conv8.0 --format markdown",
        "explain resnet:resnet50 --depth 2",
    )
)
def explain(
    what: Annotated[
        str | None, typer.Argument(metavar="[RULE|SPEC]", help="All rules if none.")
    ] = None,
    node: Annotated[
        str | None,
        typer.Argument(metavar="[NODE]", help="A part of the network; all of it if none."),
    ] = None,
    variant: Variant = None,
    set_: Settings = None,
    depth: Annotated[
        int | None,
        typer.Option("--depth", metavar="N", min=1, help="Levels of blocks to open in a sum."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="SPEC[:VARIANT]", help="Work out this network's cost beside it."
        ),
    ] = None,
    format: Forms = Form.text,
    lang: Langs = Lang.en,
) -> None:
    """Say what a rule means; or how a part of a network comes by its size, cost and field.

    With RULE, its page: a wrong and a right example. With SPEC, the sum of the network's cost; with
    NODE too, every figure of that part, worked out with its numbers.
    """
    from archc.diagnostics.rules import RULES

    if what is None or (node is None and what in RULES):
        _rules(what)
        return
    given = settings(set_)
    with console.diagnosing():
        from archc import catalogue
        from archc.lectures.derivations import worked

        if node is None and not _spec(what):
            known = [*RULES, *catalogue.known()]
            help = suggest(what, known, "rules and specs")
            raise console.fail(f"there is no rule and no spec `{what}`; {help}")
        found = _derivation(what, variant, given, node or "", depth)
        other = None
        if against is not None:
            other = _derivation(against, None, {}, node or "", depth, whole=True)
        console.say(worked.emit(found, format.value, lang, other).rstrip("\n"))


def _spec(written: str) -> bool:
    """Whether this means a spec, rather than a slip of a rule's name."""
    from archc import catalogue

    try:
        catalogue.find(written)
    except SpecError:
        return ":" in written
    return True


def _derivation(
    spec: str,
    variant: str | None,
    given: dict[str, Any],
    node: str,
    depth: int | None,
    whole: bool = False,
) -> Derivation:
    """A part worked out; `whole` takes the whole network where it has no such part."""
    from archc import catalogue
    from archc.analyses import UnknownId
    from archc.lectures.derivations import derive

    network = catalogue.asked(spec, variant, given)
    try:
        return derive(network, node, depth)
    except UnknownId as error:
        if whole:
            return derive(network, "", depth)
        raise console.no_part(network, error) from None


def _rules(rule: str | None) -> None:
    """The page on a rule, or the list of all."""
    from archc.diagnostics.rules import RULES, page, title

    if rule is not None:
        _markdown(page(rule))
        return
    table = console.table(None, ("rule", "what it says"), texts=("what it says",))
    for name in RULES:
        table.add_row(name, title(name))
    console.show(table)


def _markdown(text: str) -> None:
    """A page: rendered for a terminal, as it is for a pipe."""
    if console.console().is_terminal:
        from rich.markdown import Markdown

        console.show(Markdown(text))
    else:
        console.say(text.rstrip("\n"))
