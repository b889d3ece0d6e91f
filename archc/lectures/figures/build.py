"""Network -> Figure: opens and folds blocks as a view asks, makes the parts and their edges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count as counter
from operator import attrgetter, itemgetter
from typing import Protocol

from archc.analyses import UnknownId, analyze
from archc.analyses.cost import body_cost, operation_cost
from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.lectures.figures.figure import (
    AnyPart,
    Box,
    Cluster,
    Edge,
    Figure,
    Fork,
    Join,
    Terminal,
    inside,
)
from archc.lectures.figures.folding import (
    Copies,
    Fold,
    folds,
    gist,
    row,
    rows,
    shape_text,
    split,
    summary,
    twins,
)
from archc.network import (
    INPUT,
    Body,
    Group,
    Instance,
    Item,
    Network,
    Operation,
    Repeat,
    Value,
    join,
)
from archc.ops import Shape
from archc.spec import AsideStep

GROUPS = ("branch", "table", "sequence", "aside")
"""The kinds of parts that are not blocks but may contain blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The part of a network to show; `expand` and `collapse` hold paths and names of blocks."""

    depth: int | None = None
    """Levels of blocks to open, from 1; None for the deepest figure that fits a slide."""
    expand: tuple[str, ...] = ()
    collapse: tuple[str, ...] = ()
    block: str = ""
    """One block alone: its name, or the path of one of its uses."""


WHOLE = View()
"""All of it, as deep as fits a slide."""


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a block: its path and its body."""

    path: str
    body: Body


@dataclass(slots=True)
class Chosen:
    """The names and paths of blocks that a view opens or folds whatever the depth.

    A part of a figure stands for several iterations, under the path of the first one; `meet` has
    paths through any of them lead there.
    """

    opened: set[str] = field(default_factory=set)
    folded: set[str] = field(default_factory=set)
    inner: set[str] = field(default_factory=set)
    """The blocks and groups around an opened block, which are opened too."""

    def folds(self, path: str, block: str, *, deep: bool) -> bool:
        """Whether a block is folded; `deep` says whether it lies below the depth."""
        for names in ((path,), (block,)):
            if self.folded.intersection(names):
                return True
            if self.opened.intersection(names):
                return False
        return deep and path not in self.inner

    def meet(self, repeat: str, start: int, end: int) -> None:
        """Apply the view's choices for iterations `start` to `end`, drawn as one, to the first."""
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
    """The blocks that a view opens and folds; raises `SpecError` for unknown paths and blocks."""
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
    """The first use of a block, or the use at a path; raises `SpecError` if none exists."""
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
    """Every use of a block below a path; of equal iterations, only the first."""
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


Shapes = tuple[Shape | None, ...]

Source = tuple[str, int]
"""The id of the part that makes a value, and the index of its output."""


ALONE = (None, 0, 0)
"""The twin of an item outside of all repeated branches."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a part stands."""

    path: str
    """Of the first thing that it stands for."""
    name: str
    """The id that the spec gives it, if any."""
    level: int
    """How many blocks it is in, from 1."""
    aside: bool
    """Whether it exists in training only."""
    repeat: str = ""
    """The path of the repeat whose iterations it stands for, if it does."""


class Blocks(Protocol):
    """How blocks are drawn: opened where they stand, or folded with their insides kept."""

    def block(
        self, tracer: Tracer, fold: Fold, site: Site, sources: list[Source], parts: list[AnyPart]
    ) -> list[Source]:
        """Add the part of a block, or its parts; return where its outputs come from."""

    def close(
        self, tracer: Tracer, parts: list[AnyPart], made: dict[Value, Source]
    ) -> tuple[tuple[AnyPart, ...], dict[Value, Source]]:
        """Return what becomes of the parts of a body, and of its values, once all are traced."""


class Tracer:
    """Follows the data through a network and notes the parts and edges of its figure.

    Args:
        network: what to follow.
        blocks: how blocks are drawn.
    """

    def __init__(self, network: Network, blocks: Blocks) -> None:
        self.network = network
        self.blocks = blocks
        self.edges: list[Edge] = []
        self.lasts = {"": ""}
        """The path of the last item that a part represents, by the path of the first."""
        self.leaves: dict[str, Copies[Operation]] = {}
        """The operations that a part stands for, by the path of the first."""
        self.asides = frozenset(_asides(network.root.items, within=False))
        self.named = {output.name for output in network.outputs}

    def body(
        self, copies: Copies[Body], path: str, arrive: list[Source], level: int, aside: bool = False
    ) -> tuple[tuple[AnyPart, ...], dict[Value, Source]]:
        """Return the parts of a body's items, and where each of its values comes from."""
        made = {Value(INPUT, i): source for i, source in enumerate(arrive)}
        parts: list[AnyPart] = []
        alike, branch = twins(copies), list[AnyPart]()
        for items in split(copies):
            item, into = items.first, parts
            group, number, place = alike.get(item.name, ALONE)
            if group and number:  # the first of these branches is drawn for all
                made[Value(item.name)] = made[Value(group.branches[0][place])]
                continue
            if group:
                items, into = items.times(len(group)), branch
            sources = [made[port.value] for port in item.inputs]
            off = aside or (not path and item.name in self.asides)
            site = Site(join(path, item.name), self.name(item), level, off)
            self.lasts[site.path] = join(self.lasts[path], item.name)
            match item:
                case Operation():
                    drawn = [
                        None if alike.get(port.value.node, ALONE)[1] else made[port.value]
                        for port in item.inputs
                    ]
                    leave = self.operation(items, items, site, drawn, into)
                case Instance():
                    bodies = items.map(lambda call: call.body)
                    fold = Fold(bodies, bodies, 0, 1)
                    leave = self.blocks.block(self, fold, site, sources, into)
                case Repeat():
                    leave = self.repeat(items, site, sources, into)
            made.update({Value(item.name, i): source for i, source in enumerate(leave)})
            if group and place == len(group.branches[0]) - 1:
                parts.append(
                    Cluster(
                        id=join(path, group.name),
                        name=group.name,
                        block="",
                        times=len(group),
                        parts=tuple(branch),
                        aside=off,
                    )
                )
                branch.clear()
        return self.blocks.close(self, parts, made)

    def name(self, item: Item) -> str:
        """The name that the spec gives an item; empty without one."""
        return item.step.id or (item.name if item.name in self.named else "")

    def operation(
        self,
        leaves: Copies[Operation],
        entry: Copies[Operation],
        site: Site,
        sources: Sequence[Source | None],
        parts: list[AnyPart],
        times: int = 1,
    ) -> list[Source]:
        """Add an operation, whose `entry` are those that its inputs reach first.

        Returns where its output comes from.
        """
        path, aside = site.path, site.aside
        self.leaves[path] = leaves
        shown = row(leaves)
        total = leaves.total(lambda operation: 1)
        part: AnyPart
        if shown.family == "join":
            part = Join(id=path, symbol=shown.label, ops=total, aside=aside)
        else:
            part = Box(
                id=path,
                name=site.name,
                times=times,
                rows=(shown,),
                each=leaves.range(lambda operation: operation_cost(operation).params),
                last=self.lasts[path],
                weights=leaves.total(lambda operation: operation_cost(operation).params),
                macs=leaves.total(lambda operation: operation_cost(operation).macs),
                activations=leaves.total(lambda operation: operation_cost(operation).activations),
                ops=total,
                aside=aside,
            )
        parts.append(part)
        self.connect(entry.map(_arriving), sources, site)
        return [(path, 0)]

    def box(self, fold: Fold, site: Site, *, folded: bool) -> Box:
        """A block as one box; if it is not folded, with a row for each operation, if they fit."""
        copies, block = fold.copies, fold.copies.first.block.name
        return Box(
            id=site.path,
            name=site.name,
            block=block if block in self.network.spec.blocks else "",
            times=fold.times,
            rows=gist(copies) if folded else rows(copies),
            inside=copies.text(summary) if folded else "",
            each=copies.range(lambda copy: body_cost(copy).params),
            last=self.lasts[site.path],
            weights=copies.total(lambda copy: body_cost(copy).params),
            macs=copies.total(lambda copy: body_cost(copy).macs),
            activations=copies.total(lambda copy: body_cost(copy).activations),
            ops=copies.total(lambda copy: copy.size),
            folded=folded,
            aside=site.aside,
        )

    def repeat(
        self, repeats: Copies[Repeat], site: Site, sources: list[Source], parts: list[AnyPart]
    ) -> list[Source]:
        """Add a part for the iterations of a repeat that are alike, and one for the next ones."""
        found = folds(repeats)
        for fold in found:
            body, end = fold.copies.first, fold.start + fold.times - 1
            name = site.name
            if name and len(found) > 1:
                name += f".{fold.start}" if end == fold.start else f".{fold.start}–{end}"
            path, taken = join(site.path, str(fold.start)), sources[: len(body.inputs)]
            self.lasts[path] = join(self.lasts[site.path], str(end))
            here = replace(site, path=path, name=name, repeat=site.path)
            if operation := _only(body):
                leaves, entry = (
                    copies.map(lambda copy: _only(copy) or operation)
                    for copies in (fold.copies, fold.entry)
                )
                here = replace(here, name=name or self.name(leaves.first))
                sources = self.operation(leaves, entry, here, taken, parts, fold.times)
            else:
                sources = self.blocks.block(self, fold, here, taken, parts)
        return sources

    def connect(self, shapes: Copies[Shapes], sources: Sequence[Source | None], site: Site) -> None:
        """Add the edges into a part; none for a value whose source is not drawn."""
        for k, source in enumerate(sources):
            text = shapes.map(itemgetter(k)).text(shape_text)
            if source:
                self.edges.append(Edge(*source, site.path, text, site.aside))


@dataclass(frozen=True, slots=True)
class Opened:
    """Opens blocks where they stand, down to a depth, and as a view has chosen."""

    depth: int
    chosen: Chosen

    def block(
        self, tracer: Tracer, fold: Fold, site: Site, sources: list[Source], parts: list[AnyPart]
    ) -> list[Source]:
        """Add a box for a block that is folded or a short chain, else a cluster."""
        copies, body = fold.copies, fold.copies.first
        if site.repeat:
            self.chosen.meet(site.repeat, fold.start, fold.start + fold.times - 1)
        anonymous = body.block.name not in tracer.network.spec.blocks
        deep = site.level >= self.depth
        folded = not anonymous and self.chosen.folds(site.path, body.block.name, deep=deep)
        box = tracer.box(fold, site, folded=folded)
        if box.ops and (folded or box.rows):
            parts.append(box)
            tracer.connect(fold.entry.map(lambda copy: copy.inputs), sources, site)
            ends = [(site.path, k) for k in range(len(body.outputs))]
            return list(leaving(body, fold.times, sources, ends))
        level, start = site.level + (not anonymous), len(tracer.edges)
        entries = {(join(site.path, f"{INPUT}.{k}"), 0): each for k, each in enumerate(sources)}
        arrive = sources if fold.times == 1 else [*entries]
        inner, made = tracer.body(copies, site.path, arrive, level, site.aside)
        if fold.times > 1:
            forks, tracer.edges[start:] = _enter(fold, entries, tracer.edges[start:], site)
            inner = (*forks, *inner)
        if inner:
            parts.append(
                Cluster(
                    id=site.path,
                    name=site.name,
                    block=box.block,
                    times=fold.times,
                    parts=inner,
                    aside=site.aside,
                )
            )
        ends = [made[port.value] for port in body.outputs]
        ends = [entries.get(end, end) for end in ends]  # an input that is passed on
        return list(leaving(body, fold.times, sources, ends))

    def close(
        self, tracer: Tracer, parts: list[AnyPart], made: dict[Value, Source]
    ) -> tuple[tuple[AnyPart, ...], dict[Value, Source]]:
        """Return the parts and values as they are."""
        return tuple(parts), made


def _enter(
    fold: Fold, entries: Mapping[Source, Source], edges: Sequence[Edge], site: Site
) -> tuple[list[Fork], list[Edge]]:
    """Lead the inputs of iterations that are drawn once into their frame.

    An input that goes several ways forks inside of the frame: a skip is one of each iteration, and
    none over all of them. Outside stands the shape that the first iteration gets, inside what
    those of all iterations are.

    Args:
        fold: the iterations.
        entries: where each input comes from, by the source that edges inside of the frame have.
        edges: the edges that end inside of the frame.
        site: where the iterations stand.
    """
    forks: list[Fork] = []
    led: list[Edge] = []
    direct: dict[Edge, Edge] = {}
    for k, (entry, source) in enumerate(entries.items()):
        taken = [edge for edge in edges if (edge.tail, edge.output) == entry]
        first, every = (
            copies.map(attrgetter("inputs")).map(itemgetter(k)).text(shape_text)
            for copies in (fold.entry, fold.copies)
        )
        if len(taken) > 1:
            forks.append(Fork(id=entry[0], aside=site.aside, shape=every))
            led.append(Edge(*source, entry[0], first, site.aside))
        else:
            direct |= {edge: Edge(*source, edge.head, first, edge.aside) for edge in taken}
    return forks, [*led, *(direct.get(edge, edge) for edge in edges)]


def _arriving(operation: Operation) -> Shapes:
    return tuple(port.shape for port in operation.inputs)


def leaving(body: Body, times: int, sources: list[Source], ends: list[Source]) -> Iterator[Source]:
    """The source of each output of a body that is repeated `times` times in a row.

    What passes through once (a cell's input, handed on beside its output) was made the time before.
    """
    for place in range(len(ends)):
        for _ in range(times):
            value = body.outputs[place].value
            if value.node != INPUT:
                yield ends[place]
                break
            place = value.output
        else:
            yield sources[place]


def _only(body: Body) -> Operation | None:
    """The operation of an iteration that consists of just one unnamed operation."""
    items = list(body.flow())
    one = items[0] if len(items) == 1 else None
    return one if isinstance(one, Operation) and not one.name else None


def _asides(items: tuple[Item, ...], *, within: bool) -> Iterator[str]:
    """The names of the training-only items."""
    for item in items:
        if isinstance(item, Group):
            step = item.step
            off = isinstance(step, AsideStep) and step.training_only
            yield from _asides(item.items, within=within or off)
        elif within:
            yield item.name
            if isinstance(item, Operation):
                for branch in item.branches.values():
                    yield from _asides(branch.items, within=True)


READABLE = 32
"""The most boxes that fit a slide."""

ENTRY, END = "input", "output"
"""The default names of the ends of the main flow."""


def trace(network: Network, view: View = WHOLE, *, depth: int | None = None) -> Figure:
    """The figure of a network, or of one block, with blocks opened down to a depth; see `emit`.

    Raises:
        SpecError: the view names what the network does not have.
        ValueError: the depth is less than 1.
    """
    depth = view.depth if depth is None else depth
    if depth is None:
        depth = _readable(network, view)
    if depth < 1:
        raise ValueError(f"the depth of a figure is at least 1, not {depth}")
    return _figure(network, depth, view)


def _readable(network: Network, view: View) -> int:
    """The greatest depth that fits a slide, whatever is opened or folded beyond it."""
    plain = View(block=view.block)
    best = _figure(network, 1, plain)
    for deeper in counter(2):
        if not any(box.folded for box in best.boxes()):
            break
        figure = _figure(network, deeper, plain)
        if len(figure.boxes()) > READABLE:
            break
        best = figure
    return best.depth


def _figure(network: Network, depth: int, view: View) -> Figure:
    return follow(Tracer(network, Opened(depth, choose(network, view))), view, depth)


def follow(tracer: Tracer, view: View, depth: int) -> Figure:
    """The figure that a tracer makes of its network, or of the one block of a view."""
    if view.block:
        return _alone(tracer, find(tracer.network, view.block), depth)
    return _whole(tracer, depth)


def _whole(tracer: Tracer, depth: int) -> Figure:
    """The figure of the whole network."""
    network = tracer.network
    entry = Terminal(id=INPUT, label=ENTRY)
    root = Copies(((network.root, 1),))
    parts, made = tracer.body(root, "", [(INPUT, i) for i in range(len(network.root.inputs))], 1)
    ends = []
    for k, output in enumerate(network.outputs):
        aside = output.training_only
        label = output.name if output.step else END
        end = Terminal(id=f"<output>.{k}", label=label, aside=aside)
        shape = shape_text(output.port.shape)
        tracer.edges.append(Edge(*made[output.port.value], end.id, shape, aside))
        ends.append(end)
    training = sum(part.weights for part in inside(parts) if isinstance(part, Box) and part.aside)
    return Figure(
        name=network.label,
        title=network.spec.title,
        depth=depth,
        weights=body_cost(network.root).params - training,
        training=training,
        end=ends[0].id,
        parts=(entry, *parts, *ends),
        edges=tuple(tracer.edges),
    )


def _alone(tracer: Tracer, use: Use, depth: int) -> Figure:
    """The figure of one block alone."""
    body, names = use.body, use.body.block.inputs
    one = len(names) == 1
    entries = [
        Terminal(id=INPUT if one else f"{INPUT}.{k}", label=ENTRY if one else name)
        for k, name in enumerate(names)
    ]
    tracer.lasts[use.path] = use.path
    arrive = [(entry.id, 0) for entry in entries]
    parts, made = tracer.body(Copies(((body, 1),)), use.path, arrive, 1)
    named = body.block.outputs or ()
    ends = [
        Terminal(id=f"<output>.{k}", label=named[k] if len(named) > 1 else END)
        for k in range(len(body.outputs))
    ]
    for port, end in zip(body.outputs, ends, strict=True):
        tracer.edges.append(Edge(*made[port.value], end.id, shape_text(port.shape)))
    return Figure(
        name=tracer.network.label,
        title=body.block.name,
        place=use.path,
        depth=depth,
        weights=body_cost(body).params,
        training=0,
        end=ends[0].id,
        parts=(*entries, *parts, *ends),
        edges=tuple(tracer.edges),
    )
