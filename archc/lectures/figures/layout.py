"""DOT text -> where everything is: what a writer needs that draws the same figure by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from archc.lectures.figures import engine

Point = tuple[float, float]
"""In points (1/72 inch), upwards."""


class Spot(NamedTuple):
    """A rectangle by its middle."""

    x: float
    y: float
    width: float
    height: float


class Path(NamedTuple):
    """A line between two nodes: the points of a spline, and where its arrow ends."""

    tail: str
    head: str
    points: tuple[Point, ...]
    tip: Point | None
    """None for a line without an arrow."""
    dashed: bool


class Layout(NamedTuple):
    """A figure, laid out."""

    nodes: Mapping[str, Spot]
    clusters: Mapping[str, Spot]
    """By the id of the block."""
    paths: tuple[Path, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of all that is drawn."""
        spots = [*self.nodes.values(), *self.clusters.values()]
        points = [point for path in self.paths for point in path.points]
        xs = [s.x + side * s.width / 2 for s in spots for side in (-1, 1)] + [x for x, _ in points]
        ys = [s.y + side * s.height / 2 for s in spots for side in (-1, 1)] + [y for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)


def lay_out(dot: str) -> Layout:
    """Ask the engine; raises `NoEngine`."""
    found = json.loads(engine.run(dot, engine.LAYOUT))
    things = found["objects"]
    nodes = {thing["name"]: _node(thing) for thing in things if "pos" in thing}
    frames = [thing for thing in things if thing["name"].startswith("cluster_") and "bb" in thing]
    clusters = {
        thing["name"].removeprefix("cluster_"): _frame(thing)
        for thing in frames
        if "invis" not in thing.get("style", "")
    }
    names = {thing["_gvid"]: thing["name"] for thing in things}
    paths = (_path(edge, names) for edge in found["edges"])
    return Layout(nodes, clusters, tuple(paths))


def _node(thing: Mapping[str, Any]) -> Spot:
    x, y = _numbers(thing["pos"])
    return Spot(x, y, 72 * float(thing["width"]), 72 * float(thing["height"]))


def _frame(thing: Mapping[str, Any]) -> Spot:
    left, bottom, right, top = _numbers(thing["bb"])
    return Spot((left + right) / 2, (bottom + top) / 2, right - left, top - bottom)


def _path(edge: Mapping[str, Any], names: Mapping[int, str]) -> Path:
    tip: Point | None = None
    points: list[Point] = []
    for word in edge["pos"].split():
        x, y = _numbers(word.removeprefix("e,"))
        if word.startswith("e,"):
            tip = (x, y)
        else:
            points.append((x, y))
    dashed = "dashed" in edge.get("style", "")
    return Path(names[edge["tail"]], names[edge["head"]], tuple(points), tip, dashed)


def _numbers(text: str) -> list[float]:
    return [float(word) for word in text.split(",")]
