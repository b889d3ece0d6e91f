"""The drawing engine behind one seam: Graphviz lays graphs out, and makes PDF and PNG of drawings.

It is the one inside pygraphviz's wheel, else a `dot` on PATH. It never measures text that a layout
depends on: boxes come with their sizes, and text is set by its middle.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from importlib import import_module
from typing import Any, NamedTuple

from archc.document.drawing import (
    SANS,
    AnyShape,
    Box,
    Drawing,
    Line,
    Look,
    Path,
    Point,
    Polygon,
    Text,
    arrow_head,
    line_width,
    rectangle,
)
from archc.document.metrics import CAP_HEIGHT

PATIENCE = 120
"""Seconds for one picture."""
RESOLUTION = 192
"""Pixels of an inch of a PNG."""
KINDS = ("pdf", "png")
RISE = 0.26
"""From a baseline to the middle of what Graphviz takes for the line, in font sizes."""
PIECE = 8000
"""The length of a string that Graphviz reads at once."""

CHILD = """\
import sys
import pygraphviz
dot = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(pygraphviz.AGraph(string=dot).draw(format=sys.argv[1], prog=sys.argv[2]))
"""
"""The child process that makes pictures, which keeps warnings about this machine's fonts away."""


class NoEngine(Exception):
    """The error for a missing Graphviz; the DOT text of a figure can be drawn elsewhere."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.help = (
            "`pip install pygraphviz` (its wheels carry Graphviz), or put Graphviz's `dot` on PATH "
            "(https://graphviz.org/download); any Graphviz viewer opens the .dot file itself"
        )
        super().__init__(f"no Graphviz to draw with: {reason}")


class Spot(NamedTuple):
    """A rectangle by its middle."""

    x: float
    y: float
    width: float
    height: float


class Route(NamedTuple):
    """A line between two nodes: the points of Bézier curves, and where its arrow head ends."""

    tail: str
    head: str
    points: tuple[Point, ...]
    tip: Point | None
    """None for a line without an arrow head."""


class Layout(NamedTuple):
    """The layout of a graph: nodes, clusters and edges, in points from the top left corner."""

    width: float
    height: float
    nodes: Mapping[str, Spot]
    clusters: Mapping[str, Spot]
    """By the name after `cluster_`."""
    routes: tuple[Route, ...]


def lay_out(dot: str) -> Layout:
    """The layout of a DOT text whose nodes have fixed sizes.

    Raises:
        NoEngine: neither pygraphviz nor a `dot` on PATH can do it.
    """
    found = json.loads(_first((_in_process, _installed), dot, "json0", "dot"))
    things = found.get("objects", [])
    frames = [thing for thing in things if thing["name"].startswith("cluster_") and "bb" in thing]
    names = {thing["_gvid"]: thing["name"] for thing in things}
    left, bottom, right, top = _bounds(found)

    def at(x: float, y: float) -> Point:
        return x - left, top - y

    def spot(a: float, b: float, c: float, d: float) -> Spot:
        return Spot(*at((a + c) / 2, (b + d) / 2), c - a, d - b)

    def node(thing: Mapping[str, Any]) -> Spot:
        place = at(*_numbers(thing["pos"]))
        return Spot(*place, 72 * float(thing["width"]), 72 * float(thing["height"]))

    def route(edge: Mapping[str, Any]) -> Route:
        words = [(word.startswith("e,"), word.removeprefix("e,")) for word in edge["pos"].split()]
        tips = [at(*_numbers(word)) for tip, word in words if tip]
        points = tuple(at(*_numbers(word)) for tip, word in words if not tip)
        return Route(names[edge["tail"]], names[edge["head"]], points, tips[0] if tips else None)

    return Layout(
        right - left,
        top - bottom,
        {thing["name"]: node(thing) for thing in things if "pos" in thing},
        {thing["name"].removeprefix("cluster_"): spot(*_numbers(thing["bb"])) for thing in frames},
        tuple(route(edge) for edge in found.get("edges", [])),
    )


def picture(drawing: Drawing, kind: str, frame: int | None = None) -> bytes:
    """One animation step of a drawing (the last one for None) as one of `KINDS`.

    Raises:
        NoEngine: neither pygraphviz nor a `dot` on PATH can do it.
        ValueError: no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"a picture is {' or '.join(KINDS)}, not {kind}")
    dot = "\n".join(_Background(drawing).lines(frame)) + "\n"
    return _first((_in_child, _installed), dot, kind, "neato")


def _first(engines: Iterable[Any], dot: str, format: str, program: str) -> bytes:
    reasons = []
    for engine in engines:
        try:
            return bytes(engine(dot, format, program))
        except Exception as error:  # whatever one engine lacks, the next may have
            reasons.append(" ".join(str(error).split()) or type(error).__name__)
    raise NoEngine("; ".join(reasons))


def _in_process(dot: str, format: str, program: str) -> bytes:
    try:
        pygraphviz: Any = import_module("pygraphviz")
    except ImportError as error:
        raise RuntimeError(f"pygraphviz: {error}") from error
    return bytes(pygraphviz.AGraph(string=dot).draw(format=format, prog=program))


def _in_child(dot: str, format: str, program: str) -> bytes:
    command = [sys.executable, "-c", CHILD, format, program]
    done = subprocess.run(command, input=dot.encode(), capture_output=True, timeout=PATIENCE)
    if done.returncode or not done.stdout:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(f"pygraphviz: {lines[-1] if lines else f'ended with {done.returncode}'}")
    return done.stdout


def _installed(dot: str, format: str, program: str) -> bytes:
    graphviz: Any = import_module("graphviz")
    return bytes(graphviz.Source(dot, engine=program).pipe(format=format, quiet=True))


def _bounds(found: Mapping[str, Any]) -> tuple[float, float, float, float]:
    left, bottom, right, top = _numbers(found["bb"])
    return left, bottom, right, top


def _numbers(text: str) -> list[float]:
    return [float(word) for word in text.split(",")]


class _Background:
    """A drawing as DOT: its shapes in Graphviz's drawing language, its text as nodes with places.

    The language has text too, but not every build of Graphviz survives that.
    """

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing

    def lines(self, frame: int | None) -> Iterator[str]:
        drawing = self.drawing
        shapes = list(drawing.seen(frame))
        marks = " ".join(mark for shape in shapes for mark in self.marks(shape))
        texts = [text for shape in shapes for text in self.texts(shape)]
        # Two nodes that nobody sees hold the corners.
        ends = ((0.0, drawing.height), (drawing.width, 0.0))
        texts += [f'pos="{self.point(at)}!", style=invis, label=""' for at in ends]
        look = "shape=plaintext, width=0.01, height=0.01, margin=0, fixedsize=true"
        yield "digraph {"
        yield f"  graph [inputscale=72, pad=0, margin=0, dpi={RESOLUTION}];"
        yield f'  graph [bgcolor="{drawing.colours["paper"]}", _background={_quoted(marks)}];'
        yield f'  node [{look}, fontname="{SANS}"];'
        yield from (f"  {k} [{text}];" for k, text in enumerate(texts))
        yield "}"

    def marks(self, shape: AnyShape) -> Iterator[str]:
        look = self.drawing.look(shape.style)
        match shape:
            case Box(at=(x, y), width=w, height=h):
                if shape.round:
                    where = f"{self.point((x, y), ' ')} {w / 2:.2f} {h / 2:.2f}"
                    yield from self.closed(look, where, "E", "e")
                elif look.fill or look.line:
                    yield from self.corners(rectangle(x - w / 2, y - h / 2, w, h), look)
            case Polygon():
                yield from self.corners(shape.points, look)
            case Path():
                yield f"{self.pen(look)} {'B' if shape.curved else 'L'} {self.points(shape.points)}"
                filled = Look(fill=look.line or "line")
                for base, tip in zip((shape.points[0], shape.points[-1]), shape.tips, strict=True):
                    if tip:
                        yield from self.corners(arrow_head(base, tip), filled)

    def corners(self, points: tuple[Point, ...], look: Look) -> Iterator[str]:
        """A polygon; one with round corners as Bézier curves."""
        if look.radius and len(points) == 4:
            yield from self.closed(look, self.points(_rounded(points, look.radius)), "b", "B")
        else:
            yield from self.closed(look, self.points(points), "P", "p")

    def closed(self, look: Look, where: str, filled: str, empty: str) -> Iterator[str]:
        """A fill, and the line around it."""
        if look.fill:
            colour = self.drawing.colours[look.fill]
            if look.opacity:
                colour += f"{round(255 * look.opacity):02x}"
            pen = f"c {_counted(colour)} C {_counted(colour)} S {_counted('setlinewidth(0)')}"
            yield f"{pen} {filled} {where}"
        if look.line:
            yield f"{self.pen(look)} {empty} {where}"

    def pen(self, look: Look) -> str:
        colour = self.drawing.colours[look.line or "line"]
        style = "dashed" if look.dashes else "solid"
        width = f"setlinewidth({1 if look.width is None else look.width:g})"
        return f"c {_counted(colour)} S {_counted(style)} S {_counted(width)}"

    def texts(self, shape: AnyShape) -> Iterator[str]:
        look = self.drawing.look(shape.style)
        size = look.size or self.drawing.size
        match shape:
            case Box():
                for baseline, line in self.drawing.baselines(shape):
                    yield self.text((shape.at[0], baseline - RISE * size), line, look)
            case Text():
                wide = line_width(shape.text, size, self.drawing.small)
                by = {"start": wide / 2, "middle": 0.0, "end": -wide / 2}[shape.anchor]
                y = shape.at[1] + (CAP_HEIGHT / 2 - RISE) * size
                yield self.text((shape.at[0] + by, y), shape.text, look)

    def text(self, at: Point, line: Line, look: Look) -> str:
        label = " ".join(map(self.run, line))
        if look.bold:
            label = f"<b>{label}</b>"
        ink = self.drawing.colours[look.ink or "ink"]
        size = look.size or self.drawing.size
        return f'pos="{self.point(at)}!", label=<{label}>, fontsize={size:g}, fontcolor="{ink}"'

    def run(self, run: Any) -> str:
        found = escape(run.text)
        found = f"<s>{found}</s>" if run.struck else found
        found = f"<b>{found}</b>" if run.bold else found
        return f'<font point-size="{self.drawing.small:g}">{found}</font>' if run.small else found

    def points(self, points: tuple[Point, ...]) -> str:
        return f"{len(points)} " + " ".join(self.point(point, " ") for point in points)

    def point(self, at: Point, between: str = ",") -> str:
        return f"{at[0]:.2f}{between}{self.drawing.height - at[1]:.2f}"


def _rounded(points: tuple[Point, ...], radius: float) -> tuple[Point, ...]:
    """A rectangle with round corners as the points of Bézier curves."""
    (left, top), _, (right, bottom), _ = points
    r, k = radius, radius * 0.45
    corners = [
        ((left, top + r), (left, top + k), (left + k, top), (left + r, top)),
        ((right - r, top), (right - k, top), (right, top + k), (right, top + r)),
        ((right, bottom - r), (right, bottom - k), (right - k, bottom), (right - r, bottom)),
        ((left + r, bottom), (left + k, bottom), (left, bottom - k), (left, bottom - r)),
    ]
    path: list[Point] = [corners[0][0]]
    for number, corner in enumerate(corners):
        path += corner[1:]
        onward = corners[(number + 1) % 4][0]
        path += [corner[3], onward, onward]
    return tuple(path)


def _counted(text: str) -> str:
    return f"{len(text.encode())} -{text}"


def _quoted(text: str) -> str:
    """A DOT string, in pieces that Graphviz's scanner has room for."""
    pieces = (text[k : k + PIECE] for k in range(0, max(1, len(text)), PIECE))
    return " + ".join(f'"{piece}"' for piece in pieces)
