"""Where inputs come from, past what one of two bodies alone has."""

from __future__ import annotations

from collections.abc import Sequence

from archc.analyses.differences.align import Pair
from archc.analyses.differences.anatomy import Inner
from archc.analyses.differences.changes import Setting
from archc.network import INPUT, Value


class Wires:
    """The items of two bodies in pairs, and the wires between them."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        columns = zip(*pairs, strict=True)
        self.sides = [{item.name: item for item in column if item} for column in columns]
        self.partner = {a.name: b.name for a, b in pairs if a is not None and b is not None}
        self.kept = [{*self.partner}, {*self.partner.values()}]

    def settings(self, left: Inner, right: Inner) -> list[Setting]:
        """What differs in where the inputs of two items come from."""
        before, after = self._origins(left, 0), self._origins(right, 1)
        if len(before) != len(after):
            return [Setting("inputs", len(before), len(after))]
        moved = [value._replace(node=self.partner.get(value.node, value.node)) for value in before]
        if sorted(moved) == sorted(after):
            return []
        return [Setting("from", _names(before), _names(after))]

    def _origins(self, item: Inner, side: int) -> list[Value]:
        """The values that arrive; for one that its own side alone makes, what that is made of."""
        return [self._origin(port.value, side) for port in item.inputs]

    def _origin(self, value: Value, side: int) -> Value:
        while value.node != INPUT and value.node not in self.kept[side]:
            value = self.sides[side][value.node].inputs[0].value
        return value


def _names(values: Sequence[Value]) -> str:
    return ", ".join("input" if value.node == INPUT else value.node for value in values)
