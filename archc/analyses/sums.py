"""One fold for whatever adds up over the ops of a network: parameters, bytes, seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from archc.network import Body, Instance, Operation, Repeat

T = TypeVar("T", bound=tuple[float, ...])


class Sums(Generic[T]):
    """Adds up a record of figures, field by field; each op and each body once, while it lives."""

    def __init__(self, kind: Callable[..., T], operation: Callable[[Operation], T]) -> None:
        self._kind, self._operation = kind, operation
        self._known: WeakKeyDictionary[Body | Operation, T] = WeakKeyDictionary()

    def operation(self, operation: Operation) -> T:
        """Of one op."""
        known = self._known.get(operation)
        if known is None:
            known = self._known[operation] = self._operation(operation)
        return known

    def body(self, body: Body) -> T:
        """Of a body, however often it is used."""
        known = self._known.get(body)
        if known is None:
            known = self._known[body] = self.of(body.flow())
        return known

    def of(self, items: Iterable[Operation | Instance | Repeat]) -> T:
        """Of some items of one body together."""
        parts = [self._kind()]
        for item in items:
            match item:
                case Operation():
                    parts.append(self.operation(item))
                case Instance():
                    parts.append(self.body(item.body))
                case Repeat():
                    parts += (
                        self.times(self.body(group.body), group.count) for group in item.iterations
                    )
        return self._kind(*map(sum, zip(*parts, strict=True)))

    def times(self, one: T, count: int) -> T:
        """Of `count` of them."""
        return self._kind(*(count * part for part in one))
