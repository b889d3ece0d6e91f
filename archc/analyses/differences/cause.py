"""Why a setting differs: because something around it does, which is told already, or by itself."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archc.expr.grammar import names
from archc.network import Item
from archc.spec import Argument, Block, CallStep, Expr, Spec, Step, leaves


@dataclass(frozen=True, slots=True)
class Around:
    """What differs around the items of two bodies."""

    specs: tuple[Spec, Spec]
    params: frozenset[str]
    """Params with other values, or that only one spec has."""
    known: frozenset[str] = frozenset()
    """Arguments of the block in both bodies."""
    changed: frozenset[str] = frozenset()
    """Those of them with other values."""

    def inside(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> Around:
        """The same within a block that has these arguments on either side."""
        known = left.keys() & right.keys()
        changed = frozenset(name for name in known if left[name] != right[name])
        return Around(self.specs, self.params, frozenset(known), changed)

    def explains(self, left: Item, right: Item, name: str, blocks: Sequence[Block] = ()) -> bool:
        """Whether both write the same for a setting, which something around them makes differ.

        Args:
            left: an item.
            right: its counterpart.
            name: the setting.
            blocks: what both call, if that is a block; its defaults speak of its own arguments.
        """
        one, other = _written(left.step, name), _written(right.step, name)
        if one is not None or other is not None:
            return self._explains(one, other)
        defaults = [block.args[name].default for block in blocks if name in block.args]
        if len(defaults) < 2 or None in defaults:
            return False
        own = replace(self, known=frozenset(blocks[1].args), changed=frozenset(blocks[1].args))
        return own._explains(*defaults)

    def explains_count(self, left: Item, right: Item) -> bool:
        """The same for the number of iterations."""
        return self._explains(left.step.repeat, right.step.repeat)

    def _explains(self, left: Argument | None, right: Argument | None) -> bool:
        if left is None or right is None or _shape(left) != _shape(right):
            return False
        used = set(self._names(left))
        if used & self.changed:
            return True
        # The sizes of what arrives, or a number of an iteration; a param is told where it is used.
        return not used & self.params and bool(used - self.known - self.specs[0].params.keys())

    def _names(self, written: Argument) -> Iterator[str]:
        """The names in an argument, those in the functions that it calls included."""
        waiting = [each.tree for each in leaves(written)]
        seen: set[str] = set()
        while waiting:
            for node, role in names(waiting.pop()):
                function = self.specs[0].functions.get(node.id) if role == "function" else None
                if function and node.id not in seen:
                    seen.add(node.id)
                    waiting.append(function.body)
                elif role != "function":
                    yield node.id


def _written(step: Step, name: str) -> Argument | None:
    return step.args.get(name) if isinstance(step, CallStep) else None


def _shape(written: Argument) -> Hashable:
    if isinstance(written, Expr):
        return ast.dump(written.tree)
    return tuple(_shape(part) for part in written)
