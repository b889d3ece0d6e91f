"""Finds a part of a network by its path, with its items, inputs and output."""

from __future__ import annotations

from dataclasses import dataclass

from archc.analyses import Place, UnknownId
from archc.analyses.hierarchy import named
from archc.lectures.derivations.sums import Items
from archc.network import INPUT, Branch, Group, Instance, Item, Operation, Port, Repeat, flow, join


@dataclass(frozen=True, slots=True)
class Located:
    """Consecutive items of a body."""

    place: Place
    """The body that contains its items."""
    items: Items
    output: Port
    """Its output value in that body."""

    @property
    def maker(self) -> str:
        """The path of the node or block that makes its output; empty for a passed-through input."""
        node = self.output.value.node
        return "" if node == INPUT else join(self.place.path, node) or self.place.path


def locate(place: Place, path: str) -> Located:
    """The part at a path below a place, as `Analysis.at` has it; the empty path is the whole.

    Raises:
        UnknownId: no part has that path.
    """
    if not path:
        return _whole(place)
    parts = dict(named(place.body.items))
    for name in sorted(parts, key=len, reverse=True):
        item = parts[name]
        if name and path != name and not path.startswith(f"{name}."):
            continue
        rest = path.removeprefix(name).removeprefix(".")
        match item:
            case Instance():
                return locate(place.inside(item), rest)
            case Repeat() if rest:
                number, _, rest = rest.partition(".")
                return locate(place.iteration(item, int(number))[1], rest)
            case _ if not rest:
                output = item.output if isinstance(item, Branch) else item.outputs[0]
                return Located(place, _inner(item), output)
    raise UnknownId(path, parts)


def _whole(place: Place) -> Located:
    return Located(place, tuple(place.body.flow()), place.body.outputs[0])


def _inner(item: Item | Branch) -> Items:
    if isinstance(item, Group | Branch):
        return tuple(flow(item.items))
    return (item,) if isinstance(item, Operation | Repeat) else ()
