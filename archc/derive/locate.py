"""A part of a network by its path, with what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archc.analyses import Place, UnknownId
from archc.derive.sums import Items
from archc.network import INPUT, Branch, Call, Group, Item, Leaf, Port, Repeat, flow, join


@dataclass(frozen=True, slots=True)
class Located:
    """A stretch of a body."""

    place: Place
    """The body that its items stand in."""
    items: Items
    output: Port
    """What leaves it, in that body."""

    @property
    def maker(self) -> str:
        """The path of the node or block that makes its output; empty for what just arrives."""
        node = self.output.value.node
        return "" if node == INPUT else join(self.place.path, node) or self.place.path


def locate(place: Place, path: str) -> Located:
    """The part at a path below a place, as `Analysis.at` has it; the empty path is the whole.

    Raises:
        UnknownId: there is none.
    """
    if not path:
        return _whole(place)
    named = dict(_named(place.body.items))
    for name in sorted(named, key=len, reverse=True):
        item = named[name]
        if name and path != name and not path.startswith(f"{name}."):
            continue
        rest = path.removeprefix(name).removeprefix(".")
        match item:
            case Call():
                return locate(place.inside(item), rest)
            case Repeat() if rest:
                number, _, rest = rest.partition(".")
                return locate(place.iteration(item, int(number))[1], rest)
            case _ if not rest:
                output = item.output if isinstance(item, Branch) else item.outputs[0]
                return Located(place, _inner(item), output)
    raise UnknownId(path, named)


def _whole(place: Place) -> Located:
    return Located(place, tuple(place.body.flow()), place.body.outputs[0])


def _inner(item: Item | Branch) -> Items:
    if isinstance(item, Group | Branch):
        return tuple(flow(item.items))
    return (item,) if isinstance(item, Leaf | Repeat) else ()


def _named(items: Iterable[Item]) -> Iterator[tuple[str, Item | Branch]]:
    """The parts of a body by name; of two with one name the later one counts."""
    for item in items:
        match item:
            case Leaf():
                for name, branch in item.branches.items():
                    yield name, branch
                    yield from _named(branch.items)
                yield item.name, item
            case Group():
                if item.step.id:
                    yield item.step.id, item
                yield from _named(item.items)
            case _:
                yield item.name, item
