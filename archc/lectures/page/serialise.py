"""Serialises the nested figure as plain data, which the page's script draws and searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from archc.analyses.cost import Cost, body_cost, operation_cost
from archc.analyses.receptive_field_trace import Seen, Sights, Trail, trail
from archc.document.translation import _, op_label
from archc.lectures.figures.figure import AnyPart, Box, Edge, Join, Terminal
from archc.lectures.figures.folding import Copies, shape_text
from archc.lectures.figures.labels import parameters
from archc.lectures.page.nest import Nest
from archc.network import Body, Operation
from archc.ops import Shape

Data = dict[str, Any]
QUANTITIES = ("params", "macs", "activations")


@dataclass(frozen=True, kw_only=True)
class Worked:
    """The derivations of the parts of a network, as HTML."""

    rule: str
    """The rule by which the receptive field grows from layer to layer."""
    layer: Callable[[Operation], tuple[str, str, str]]
    """The derivations of an operation; its parameters and multiply-adds as terms of a sum."""
    sight: Callable[[Seen], str]
    """A layer that widens the receptive field, as a row of a table."""
    printed: Mapping[str, str]
    """The published figures of a part, by its path; the network's path is empty."""


@dataclass(frozen=True)
class Serialiser:
    """Serialises parts; data that several parts share is in a pool, once."""

    nest: Nest
    sights: Sights
    worked: Worked
    arriving: Mapping[str, list[Edge]]
    layers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    trails: dict[tuple[int, str], int] = field(default_factory=dict)
    """A row, and the one before it; -1 for the first."""
    _trails: dict[int, int] = field(default_factory=dict)

    def part(self, part: AnyPart) -> Data:
        """A part, and what is in it; what is empty, zero or false is left out."""
        made: Data = {"id": part.id, "aside": part.aside, "in": list(self.wires(part.id))}
        match part:
            case Terminal():
                made |= {"kind": "end", "label": self.end(part)}
            case Join():
                operation = self.nest.leaves[part.id].first
                made |= {"kind": "join", "label": part.symbol, "about": op_label(operation.op.name)}
                made |= {"family": "join", **self.operation(part.id)}
            case Box() if part.id in self.nest.leaves:
                made |= self.box(part)
                made |= {"kind": "op", "label": op_label(part.rows[0].label)}
                made |= {"family": part.rows[0].family, **self.operation(part.id)}
            case Box() if part.id in self.nest.bodies:
                made |= {"kind": "block", **self.box(part), **self.block(part)}
            case Box():
                made |= {"kind": "block", **self.box(part), **self.group(part)}
        return {key: value for key, value in made.items() if value not in (None, "", 0, [], False)}

    def wires(self, part: str) -> Iterator[list[Any]]:
        """The inputs of a part: the source of the same level, its output's index, the shape."""
        for edge in self.arriving.get(part, ()):
            yield [edge.tail, edge.output, edge.shape]

    def box(self, box: Box) -> Data:
        """The data that operations and blocks share."""
        made: Data = {"name": box.name, "times": box.times if box.times > 1 else 0}
        made["all"] = [box.weights, box.macs, box.activations]
        return made | {"weights": parameters(box.each)}

    def operation(self, part: str) -> Data:
        """An operation."""
        copies = self.nest.leaves[part]
        layer = self.worked.layer(copies.first)
        made = self.facts(
            part, copies.map(operation_cost), copies.map(lambda operation: operation.output_shape)
        )
        return made | {"layer": self.layers.setdefault(layer, len(self.layers)) + 1}

    def block(self, box: Box) -> Data:
        """A block: folded it says its gist, opened it has parts."""
        copies, inside = self.nest.bodies[box.id], self.nest.insides[box.id]
        gist = box.rows[0] if box.rows else None
        about = op_label(gist.label) if gist else box.inside
        made: Data = {"block": box.block, "about": about, "family": gist.family if gist else ""}
        made |= self.facts(box.id, copies.map(body_cost), copies.map(_first_output))
        made |= {"flat": inside.flat, "ends": inside.ends}
        return made | {"parts": [self.part(part) for part in inside.parts]}

    def group(self, box: Box) -> Data:
        """Branches that are drawn once: what all in one of them comes to, and what its end sees."""
        inside = self.nest.insides[box.id]
        parts = [self.part(part) for part in inside.parts]
        made: Data = {"parts": parts, "ends": inside.ends}
        for name in QUANTITIES:
            made[name] = sum(part.get(name, 0) * part.get("times", 1) for part in parts)
        end = next(part for part in parts if part["id"] == inside.ends[0][0])
        return {key: end[key] for key in ("shape", "sees", "trail") if key in end} | made

    def facts(self, part: str, costs: Copies[Cost], shapes: Copies[Shape]) -> Data:
        """Costs of one copy, from the least to the greatest; the output; what it sees."""
        made: Data = {"shape": shapes.text(shape_text)}
        for name in QUANTITIES:
            low, high = costs.range(attrgetter(name))
            made[name] = low if low == high else [low, high]
        last, maker = self.nest.lasts[part], self.nest.maker(part)
        if last != part:
            made["last"] = last
        if maker and (seen := self.sights.field(maker)):
            made["sees"] = [*seen.size, *seen.stride]
            made["trail"] = self.trail(trail(self.sights, maker)) + 1
        return made

    def trail(self, last: Trail | None) -> int:
        """The number of a trail's last row in the pool; -1 for what sees itself alone."""
        waiting: list[Trail] = []
        while last is not None and id(last) not in self._trails:
            waiting.append(last)
            last = last.before
        number = -1 if last is None else self._trails[id(last)]
        for each in reversed(waiting):
            row = (number, self.worked.sight(each.step))
            number = self._trails[id(each)] = self.trails.setdefault(row, len(self.trails))
        return number

    def end(self, part: Terminal) -> str:
        """An end's name; one that the spec gives stays as it is."""
        return _(part.label) if part.label in ("input", "output") else part.label


def serialise(nest: Nest, sights: Sights, worked: Worked) -> Data:
    """The parts of a network, and the pools that they refer to (from 1)."""
    arriving: dict[str, list[Edge]] = {}
    for edge in nest.figure.edges:
        arriving.setdefault(edge.head, []).append(edge)
    serialiser = Serialiser(nest, sights, worked, arriving)
    parts = [serialiser.part(part) for part in nest.figure.parts]
    return {
        "parts": parts,
        "layers": [list(layer) for layer in serialiser.layers],
        "trails": [[before + 1, row] for before, row in serialiser.trails],
        "rule": worked.rule,
        "printed": dict(worked.printed),
    }


def _first_output(body: Body) -> Shape:
    shape = body.outputs[0].shape
    assert shape is not None, "a network with an unknown shape is not given out"
    return shape
