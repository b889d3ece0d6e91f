"""What of a network a figure shows: how deep, which blocks opened or folded, which one alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from archc.analyses import UnknownId, analyze
from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.network import Body, Instance, Network, Repeat, join

GROUPS = ("branch", "table", "sequence", "aside")
"""What is no block, but may have some in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """As someone asks for it; `expand` and `collapse` hold paths, and names of blocks."""

    depth: int | None = None
    """Levels of blocks, from 1; None for the deepest that still fits a slide."""
    expand: tuple[str, ...] = ()
    collapse: tuple[str, ...] = ()
    block: str = ""
    """One block alone: its name, or the path of one of its uses."""


WHOLE = View()
"""All of it, as deep as fits a slide."""


@dataclass(frozen=True, slots=True)
class Use:
    """A block, used: where, and with what."""

    path: str
    body: Body


@dataclass(slots=True)
class Chosen:
    """The blocks that are opened or folded whatever the depth: names of blocks, and paths.

    A part of a figure stands for several iterations, under the path of the first one; `meet` has
    paths through any of them lead there.
    """

    opened: set[str] = field(default_factory=set)
    folded: set[str] = field(default_factory=set)
    inner: set[str] = field(default_factory=set)
    """Blocks around one that is opened, and groups: opened on the way."""

    def folds(self, path: str, block: str, *, deep: bool) -> bool:
        """Whether a block is folded; `deep` is what the depth says."""
        for names in ((path,), (block,)):
            if self.folded.intersection(names):
                return True
            if self.opened.intersection(names):
                return False
        return deep and path not in self.inner

    def meet(self, repeat: str, start: int, end: int) -> None:
        """Iterations of a repeat are drawn as one: what is said of any holds for the first."""
        first = join(repeat, str(start))
        for paths in (self.opened, self.folded, self.inner):
            for path in [*paths]:
                if path == repeat and paths is not self.inner:
                    paths.add(first)
                for k in range(start, end + 1) if path.startswith(repeat) else ():
                    one = join(repeat, str(k))
                    if path == one or path.startswith(one + "."):
                        paths.add(first + path.removeprefix(one))


def choose(network: Network, view: View) -> Chosen:
    """What a view opens and folds; raises `SpecError` for what the network does not have."""
    analysis, blocks = analyze(network), network.spec.blocks
    wrong: list[Diagnostic] = []
    for written in dict.fromkeys((*view.expand, *view.collapse)):
        try:
            part = None if written in blocks else analysis.at(written)
        except UnknownId as error:
            help = suggest(written, (*error.known, *blocks), "known here")
            wrong.append(Diagnostic("unknown-id", f"{error}, nor is a block", help=help))
            continue
        if part and part.op not in blocks and part.op not in GROUPS:
            message = f"`{written}` is one {part.op}: there is nothing to open or fold"
            wrong.append(Diagnostic("unknown-id", message))
    if wrong:
        raise SpecError(wrong)
    inner = {prefix for path in view.expand for prefix in _prefixes(path)}
    return Chosen(set(view.expand), set(view.collapse), inner)


def find(network: Network, block: str) -> Use:
    """The first use of a block, or the use at a path; raises `SpecError` if there is none."""
    found = list(uses(network.root, ""))
    for use in found:
        if block in (use.body.block.name, use.path):
            return use
    names = dict.fromkeys(
        use.body.block.name for use in found if use.body.block.name in network.spec.blocks
    )
    help = suggest(block, names, "its blocks")
    message = f"{network.label} has no block `{block}`"
    raise SpecError([Diagnostic("unknown-id", message, help=help)])


def uses(body: Body, path: str) -> Iterator[Use]:
    """Every use of a block below a path, of iterations that are alike the first one's."""
    for item in body.flow():
        here = join(path, item.name)
        if isinstance(item, Instance):
            yield Use(here, item.body)
            yield from uses(item.body, here)
        elif isinstance(item, Repeat):
            number = 0
            for group in item.iterations:
                yield Use(join(here, str(number)), group.body)
                yield from uses(group.body, join(here, str(number)))
                number += group.count


def _prefixes(path: str) -> Iterator[str]:
    names = path.split(".")
    yield from (".".join(names[:k]) for k in range(1, len(names)))
