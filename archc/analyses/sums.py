"""One fold for whatever adds up over the ops of a network: parameters, bytes, seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from archc.network import Body, Call, Leaf, Repeat

T = TypeVar("T", bound=tuple[float, ...])


class Sums(Generic[T]):
    """Adds up a record of figures, field by field; each op and each body once, while it lives."""

    def __init__(self, kind: Callable[..., T], leaf: Callable[[Leaf], T]) -> None:
        self._kind, self._leaf = kind, leaf
        self._known: WeakKeyDictionary[Body | Leaf, T] = WeakKeyDictionary()

    def leaf(self, leaf: Leaf) -> T:
        """Of one op."""
        known = self._known.get(leaf)
        if known is None:
            known = self._known[leaf] = self._leaf(leaf)
        return known

    def body(self, body: Body) -> T:
        """Of a body, however often it is used."""
        known = self._known.get(body)
        if known is None:
            known = self._known[body] = self.of(body.flow())
        return known

    def of(self, items: Iterable[Leaf | Call | Repeat]) -> T:
        """Of some items of one body together."""
        parts = [self._kind()]
        for item in items:
            match item:
                case Leaf():
                    parts.append(self.leaf(item))
                case Call():
                    parts.append(self.body(item.body))
                case Repeat():
                    parts += (self.times(self.body(run.body), run.count) for run in item.runs)
        return self._kind(*map(sum, zip(*parts, strict=True)))

    def times(self, one: T, count: int) -> T:
        """Of `count` of them."""
        return self._kind(*(count * part for part in one))
