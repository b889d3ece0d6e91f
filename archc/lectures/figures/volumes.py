"""Network -> Drawing of its feature maps as 3-D boxes in proportion to their sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count as counter
from itertools import groupby
from math import ceil, sqrt
from typing import NamedTuple

from archc.document.drawing import (
    AnyShape,
    Drawing,
    Frames,
    Look,
    Path,
    Point,
    Polygon,
    Run,
    Text,
    rectangle,
)
from archc.document.metrics import LINE_HEIGHT, text_width
from archc.document.translation import _, op_label
from archc.lectures.figures.draw import INKS, PAD
from archc.lectures.figures.draw import looks as figure_looks
from archc.lectures.figures.folding import Copies, chain, gist
from archc.lectures.figures.labels import FAMILIES, Heading
from archc.lectures.figures.labels import GAP as BELOW
from archc.lectures.figures.theme import Theme, channels
from archc.network import INPUT, Body, Instance, Network, Operation, Repeat, Value
from archc.ops import Shape
from archc.ops.base import Family
from archc.ops.labels import label

HIGHEST = 110.0
"""The side of the greatest map, in points."""
POWER = 0.55
"""Sides grow as this power of their cells: to scale, 7 cells beside 224 would be invisible."""
SLANT = 0.38
"""How much of a side goes into the depth, both along and up."""
NAME, SMALL = 10.0, 8.5
"""Sizes of the words below a volume."""
WORDS = 2 + LINE_HEIGHT * (NAME + SMALL)
"""The height of the words below a volume."""
GAP, LINE = 16.0, 14.0
"""Between volumes, and between lines of them."""
LONGEST = 800.0
"""The longest row; a longer one continues in a line below."""
TURN = 14.0
"""The length of an arrow at the end of a line, and at the start of the next."""
HEAD = 4.0
"""The length of an arrow head."""
SHADES = {"front": 0.0, "top": 0.4, "side": -0.16}
"""The shading of each face: lighter (above 0) or darker than its colour."""
LOOKS = {
    "face": Look(line="line", width=0.6),
    "name": Look(size=NAME, bold=True),
    "size": Look(size=SMALL),
    "window": Look(line="ink", width=0.6),
    "ray": Look(line="ink", width=0.6, dashes=(2, 2)),
    "flow": Look(line="line", width=0.6),
}
SCALE = 0.8
"""Print: letters of 10 and 8.5 points are 7.2 and 6.2 there."""


READABLE = 20
"""The most volumes that fit a slide."""

LIGHT = frozenset[Family](("norm", "activation", "regularise", "reshape", "other"))
"""The families of ops that have no volume: they keep the size of a map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """A feature map, or a vector, and the step that makes it."""

    name: str
    """The step's id, else its block or operation; empty for the network's input."""
    family: Family | None
    """None for the network's input, and for a block."""
    shape: Shape
    times: int = 1
    """The number of equal steps in a row that it represents."""
    window: int = 0
    """The side of the window that one of its cells sees of the map before; 0 if not square."""

    @property
    def fill(self) -> str:
        """The name of its colour in a theme: that of its family, of blocks, or of the paper."""
        return self.family or ("block" if self.name else "paper")

    @property
    def channels(self) -> int:
        """The number of channels; the length of a vector."""
        return int(self.shape[0])

    @property
    def side(self) -> tuple[int, int]:
        """Height and width; those of a vector are 1."""
        return (int(self.shape[1]), int(self.shape[2])) if len(self.shape) == 3 else (1, 1)


def solids(network: Network, depth: int | None = None) -> tuple[Solid, ...]:
    """The volumes of a network, its input first.

    Args:
        network: what to show.
        depth: levels of blocks that are opened where they are plain chains, from 1; None for the
            deepest that fits a slide.
    """
    if depth is not None:
        return _merged(network, depth)
    best = _merged(network, 1)
    for deeper in counter(2):
        found = _merged(network, deeper)
        if len(found) > READABLE or (len(found), _blocks(found)) == (len(best), _blocks(best)):
            return best
        best = found
    raise AssertionError("a network has no more levels than blocks")


def _blocks(found: tuple[Solid, ...]) -> int:
    """The number of volumes that are blocks rather than operations."""
    return sum(solid.family is None for solid in found)


def _merged(network: Network, depth: int) -> tuple[Solid, ...]:
    """The volumes; ops that keep a map's size join the one before, equal steps are one volume."""
    found = [Solid(name="", family=None, shape=network.input)]
    for solid in _walk(network.root, 1, depth):
        last = found[-1]
        same = _bare(solid.shape) == _bare(last.shape)
        if solid.family in LIGHT and same:
            found[-1] = replace(last, shape=solid.shape)
        elif solid.name == last.name and solid.family == last.family and same:
            found[-1] = replace(last, times=last.times + solid.times)
        elif solid.family != "join" or not same:
            found.append(solid)
    return tuple(found)


def _walk(body: Body, level: int, depth: int) -> Iterator[Solid]:
    for item in body.flow(asides=False):
        match item:
            case Operation():
                yield _operation(item, item.step.id or "")
            case Instance():
                yield from _block(item.body, item.step.id or "", 1, level, depth)
            case Repeat():
                for group in item.iterations:
                    yield from _block(group.body, item.step.id or "", group.count, level, depth)


def _block(body: Body, name: str, times: int, level: int, depth: int) -> Iterator[Solid]:
    """A block: one volume for a convolution with what follows it, and for what branches."""
    leaves = chain(body)
    if leaves is not None and len(gist(Copies(((body, 1),)))) == 1:
        heavy = next(operation for operation in leaves if operation.op.weighted)
        one = _operation(heavy, name)
        yield replace(one, shape=leaves[-1].output_shape, times=times)
    elif leaves is not None and len(leaves) == 1:
        yield replace(_operation(leaves[0], name), times=times)
    elif times == 1 and (level < depth or body.block.name == "") and _straight(body):
        yield from _walk(body, level + 1, depth)
    else:
        shape = body.outputs[0].shape
        assert shape is not None, "a network with an unknown shape is not given out"
        yield Solid(name=name or body.block.name, family=None, shape=shape, times=times)


def _operation(operation: Operation, name: str) -> Solid:
    window = operation.op.window(*operation.input_shapes)
    square = not window.everything and window.extent[0] == window.extent[1] > 1
    return Solid(
        name=name or label(operation.op).partition(",")[0],
        family=operation.op.family,
        shape=operation.output_shape,
        window=window.extent[0] if square else 0,
    )


def _straight(body: Body) -> bool:
    """Whether a body does one thing after the other."""
    current = Value(INPUT)
    for item in body.flow(asides=False):
        if [port.value for port in item.inputs] != [current]:
            return False
        current = Value(item.name)
    return [port.value for port in body.outputs] == [current]


def _bare(shape: Shape) -> tuple[int, ...]:
    """A shape without the 1s at its end."""
    sizes = [int(n) for n in shape]
    while len(sizes) > 1 and sizes[-1] == 1:
        sizes.pop()
    return tuple(sizes)


class Placed(NamedTuple):
    """A volume in its place: the front lower left corner, and the sides."""

    solid: Solid
    x: float
    y: float
    width: float
    height: float
    slant: float
    name: str
    """What is written below it, in bold."""
    shape: str

    @property
    def front(self) -> tuple[Point, ...]:
        """The face of the channels."""
        return rectangle(self.x, self.y - self.height, self.width, self.height)

    @property
    def top(self) -> tuple[Point, ...]:
        """The face above."""
        x, y, w, s = self.x, self.y - self.height, self.width, self.slant
        return (x, y), (x + w, y), (x + w + s, y - s), (x + s, y - s)

    @property
    def side(self) -> tuple[Point, ...]:
        """The last map: what the next step sees."""
        x, y, h, s = self.x + self.width, self.y, self.height, self.slant
        return (x, y), (x + s, y - s), (x + s, y - s - h), (x, y - h)

    @property
    def leaves(self) -> Point:
        """The middle of the last map."""
        return self.x + self.width + self.slant / 2, self.y - (self.height + self.slant) / 2

    @property
    def enters(self) -> Point:
        """The end of a line to it: on its left edge, at the height of the middle."""
        return self.x, self.y - min(self.height, (self.height + self.slant) / 2)

    @property
    def below(self) -> Point:
        """The middle of the words below it."""
        return self.x + (self.width + self.slant) / 2, self.y

    def window(self, cells: int) -> tuple[Point, ...]:
        """A square of `cells` x `cells` in the middle of the last map."""
        across = min(1.0, (cells / self.solid.side[0]) ** POWER)
        (x, y), h, s = self.leaves, self.height * across / 2, self.slant * across / 2
        return (x - s, y - h + s), (x + s, y - h - s), (x + s, y + h - s), (x - s, y + h + s)


class Scene(NamedTuple):
    """All volumes, in lines from the top."""

    lines: tuple[tuple[Placed, ...], ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Size:
    """The size of a volume in points."""

    solid: Solid
    width: float
    height: float
    slant: float
    name: str
    shape: str

    @property
    def room(self) -> float:
        """The width of it with its words."""
        words = text_width(self.name, NAME, bold=True), text_width(self.shape, SMALL)
        return max(self.width + self.slant, *words)


def arrange(solids: Iterable[Solid]) -> Scene:
    """Put volumes side by side on a common axis, in as many lines as they need."""
    found = list(solids)
    most = max(max(solid.side) for solid in found)
    sizes = [_size(solid, most) for solid in found]
    total = sum(size.room + GAP for size in sizes)
    per = total / ceil(total / LONGEST)
    rows: list[list[_Size]] = [[]]
    reached = 0.0
    for size in sizes:
        if rows[-1] and reached + size.room / 2 > per * len(rows):
            rows.append([])
        rows[-1].append(size)
        reached += size.room + GAP
    lines: list[tuple[Placed, ...]] = []
    low = 0.0
    for row in rows:
        half = max(size.height + size.slant for size in row) / 2
        lines.append(tuple(_line(row, low + half)))
        low += 2 * half + WORDS + LINE
    width = max(sum(size.room + GAP for size in row) for row in rows) - GAP
    return Scene(tuple(lines), width, low - LINE)


def _line(row: list[_Size], axis: float) -> Iterator[Placed]:
    x = 0.0
    for size in row:
        left = x + (size.room - size.width - size.slant) / 2
        bottom = axis + (size.height + size.slant) / 2
        yield Placed(
            size.solid, left, bottom, size.width, size.height, size.slant, size.name, size.shape
        )
        x += size.room + GAP


def _size(solid: Solid, most: int) -> _Size:
    times = f" × {solid.times}" if solid.times > 1 else ""
    name = op_label(solid.name) if solid.name else _("input")
    shape = " × ".join(str(int(n)) for n in solid.shape)
    high, wide = solid.side
    if (high, wide) == (1, 1):  # a vector stands upright
        tall = min(HIGHEST, 2 * sqrt(solid.channels))
        return _Size(solid, 5, tall, 3, name + times, shape)
    slant = SLANT * HIGHEST * (wide / most) ** POWER
    height = HIGHEST * (high / most) ** POWER
    return _Size(solid, 2 + sqrt(solid.channels), height, slant, name + times, shape)


def draw(
    solids: Iterable[Solid], name: str, size: str, theme: Theme, *, titled: bool = True
) -> Drawing:
    """The volumes as a drawing; its steps are lines of maps of one size.

    Args:
        solids: what to draw.
        name: the network's title.
        size: the text beside the name.
        theme: the colours.
        titled: whether to draw the title above.
    """
    scene = arrange(solids)
    colours, used = theme.colours(), {p.solid.fill for line in scene.lines for p in line}
    families = {str(family): word for family, word in FAMILIES.items()} | {"block": "block"}
    keys = [
        (family, _(word))
        for family, word in families.items()
        if family in used and colours[family] != theme.paper
    ]
    title = (Run(name, bold=True), Run(size))
    heading = Heading(title if titled else (), keys, scene.width, theme)
    wide = max(scene.width, heading.width) + 2 * PAD
    left, top = (wide - scene.width) / 2, PAD + heading.height + BELOW
    steps = [
        (before, group, line is not scene.lines[-1] and group[-1] is line[-1])
        for line in scene.lines
        for before, group in _groups(line)
    ]
    shapes = (
        _moved(shape, left, top)
        for number, (before, group, last) in enumerate(steps, 1)
        for shape in _group(before, group, last, Frames(number))
    )
    shades = {
        f"{fill}-{face}": shade(colours[fill], by)
        for fill in sorted(used)
        for face, by in SHADES.items()
    }
    looks = {name: Look(fill=name) for name in shades}
    return Drawing(
        title=name,
        caption=f"{name} {size}",
        width=wide,
        height=top + scene.height + PAD,
        shapes=(*heading.shapes(wide / 2, PAD), *shapes),
        colours=colours | INKS | shades,
        looks=figure_looks(theme) | LOOKS | looks,
        size=theme.size,
        small=theme.small,
        steps=tuple(" × ".join(map(str, group[0].solid.side)) for _, group, _ in steps),
        scale=SCALE,
    )


def shade(fill: str, by: float) -> str:
    """A colour made lighter (above 0) or darker."""
    goal = 255 if by > 0 else 0
    mixed = (round(c + (goal - c) * abs(by)) for c in channels(fill))
    return "#" + "".join(f"{c:02x}" for c in mixed)


def _groups(line: tuple[Placed, ...]) -> Iterator[tuple[Placed | None, list[Placed]]]:
    """Volumes of one size in a row, each row with the volume before it."""
    before: Placed | None = None
    for _side, group in groupby(line, key=lambda placed: placed.solid.side):
        volumes = list(group)
        yield before, volumes
        before = volumes[-1]


def _group(
    before: Placed | None, group: Iterable[Placed], last: bool, frames: Frames
) -> Iterator[AnyShape]:
    """The shapes of volumes, each with the arrow or window that leads to it."""
    for placed in group:
        if before is not None:
            yield from _between(before, placed, frames)
        elif placed.solid.name:  # a line that goes on
            x, y = placed.enters
            yield _arrow((x - TURN, y), (x, y), frames)
        yield from _solid(placed, frames)
        before = placed
    if before is not None and last:
        x, y = before.leaves
        yield _arrow((x, y), (x + before.slant / 2 + TURN, y), frames)


def _solid(placed: Placed, frames: Frames) -> Iterator[AnyShape]:
    """Three faces, and two lines of words."""
    for face in SHADES:
        style = ("face", f"{placed.solid.fill}-{face}")
        yield Polygon(points=getattr(placed, face), style=style, frames=frames)
    x, y = placed.below
    first = y + 2 + LINE_HEIGHT * NAME / 2
    second = first + LINE_HEIGHT * (NAME + SMALL) / 2
    yield Text(at=(x, first), text=(Run(placed.name),), style=("name",), frames=frames)
    yield Text(at=(x, second), text=(Run(placed.shape),), style=("size",), frames=frames)


def _between(placed: Placed, following: Placed, frames: Frames) -> Iterator[AnyShape]:
    """The shapes between a map and the next: an arrow, or the window of one of its cells."""
    cells = following.solid.window
    if not cells or placed.solid.side == (1, 1):
        yield _arrow(placed.leaves, following.enters, frames)
        return
    window = placed.window(cells)
    yield Polygon(points=window, style=("window",), frames=frames)
    for corner in window:
        yield Path(points=(corner, following.enters), style=("ray",), frames=frames)


def _arrow(start: Point, end: Point, frames: Frames) -> Path:
    base = (end[0] - HEAD, end[1])
    return Path(points=(start, base), tips=(None, end), style=("flow",), frames=frames)


def _moved(shape: AnyShape, x: float, y: float) -> AnyShape:
    def moved(at: Point) -> Point:
        return at[0] + x, at[1] + y

    match shape:
        case Path():
            start, end = (tip and moved(tip) for tip in shape.tips)
            return replace(shape, points=tuple(map(moved, shape.points)), tips=(start, end))
        case Polygon():
            return replace(shape, points=tuple(map(moved, shape.points)))
        case _:
            return replace(shape, at=moved(shape.at))
