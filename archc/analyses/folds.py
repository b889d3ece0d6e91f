"""The two folds over a network's bodies that the analyses share: sums, and paths.

What adds up over operations (parameters, bytes, seconds) is a `Sums`. What depends on the paths
from inputs to outputs (depth, receptive field, path lengths) is a `PathFold` over an algebra of
paths: what lies between the inputs and outputs of a body is a small matrix over the algebra, a use
multiplies by it, and a repeat takes a power. Results are kept in the `facts` of each body and
operation, so that each is computed once, however often it is used, and is freed with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeAlias, TypeVar

from archc.network import INPUT, Body, Instance, Operation, Repeat, Value

T = TypeVar("T")
Record = TypeVar("Record", bound=tuple[float, ...])


class Sums(Generic[Record]):
    """Adds up a record of figures, field by field, over operations and bodies."""

    def __init__(
        self,
        kind: Callable[..., Record],
        operation: Callable[[Operation], Record],
        key: object = None,
    ) -> None:
        """Make the fold.

        Args:
            kind: the record, a NamedTuple of numbers.
            operation: the figures of one operation.
            key: what results are kept under, where another fold of the same key may use them.
        """
        self._kind, self._operation = kind, operation
        self._key = self if key is None else key

    def operation(self, operation: Operation) -> Record:
        """The record of one operation."""
        known: Record | None = operation.facts.get(self._key)
        if known is None:
            known = operation.facts[self._key] = self._operation(operation)
        return known

    def body(self, body: Body) -> Record:
        """The record of a body; computed once, however often the body is used."""
        known: Record | None = body.facts.get(self._key)
        if known is None:
            known = body.facts[self._key] = self.of(body.flow())
        return known

    def of(self, items: Iterable[Operation | Instance | Repeat]) -> Record:
        """The sum of the records of some items of one body."""
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

    def times(self, one: Record, count: int) -> Record:
        """A record times `count`, field by field."""
        return self._kind(*(count * part for part in one))


class PathAlgebra(Protocol[T]):
    """An algebra of paths (a semiring): `then` along a path, `join` where paths meet."""

    one: T
    """The value of the empty path, neutral for `then`."""

    def step(self, operation: Operation, index: int) -> T:
        """The value of the path from input number `index` of an operation to its output."""

    def then(self, first: T, second: T) -> T:
        """The value of two paths, one after the other; distributes over `join`."""

    def join(self, left: T, right: T) -> T:
        """The value of two paths between the same ends."""


Row: TypeAlias = tuple[T | None, ...]
"""The paths to a value from each source; None for a source without a path to it."""
Matrix: TypeAlias = tuple[Row[T], ...]
"""A row for each of several values."""


class PathFold(Generic[T]):
    """Folds bodies over one algebra of paths."""

    def __init__(self, algebra: PathAlgebra[T]) -> None:
        self.algebra = algebra

    def sources(self, count: int) -> Matrix[T]:
        """The rows of the sources themselves: the identity matrix."""
        return tuple(
            tuple(self.algebra.one if i == k else None for i in range(count)) for k in range(count)
        )

    def through(self, body: Body) -> Matrix[T]:
        """The paths from the inputs of a body (columns) to its outputs (rows)."""
        known: Matrix[T] | None = body.facts.get(self)
        if known is None:
            made = self.fold(body.flow(), self.sources(len(body.inputs)))
            known = body.facts[self] = tuple(made[port.value] for port in body.outputs)
        return known

    def fold(
        self,
        items: Iterable[Operation | Instance | Repeat],
        arriving: Matrix[T],
        outside: Row[T] | None = None,
    ) -> dict[Value, Row[T]]:
        """Every value that these items of one body make, in the order of the data.

        Args:
            items: what `flow` gives.
            arriving: the body's inputs.
            outside: any other value that the items do not make themselves.
        """
        made = {Value(INPUT, i): row for i, row in enumerate(arriving)}
        for item in items:
            rows = tuple(
                made[port.value] if outside is None else made.get(port.value, outside)
                for port in item.inputs
            )
            for i, row in enumerate(self.leave(item, rows)):
                made[Value(item.name, i)] = row
        return made

    def leave(self, item: Operation | Instance | Repeat, arriving: Matrix[T]) -> Matrix[T]:
        """The outputs of an item."""
        match item:
            case Operation() if len(arriving) == 1:
                step, then = self.algebra.step(item, 0), self.algebra.then
                return (tuple(None if p is None else then(p, step) for p in arriving[0]),)
            case Operation():
                steps = tuple(self.algebra.step(item, k) for k in range(len(arriving)))
                return self.apply((steps,), arriving)
            case Instance():
                return self.apply(self.through(item.body), arriving)
            case Repeat():
                for group in item.iterations:
                    arriving = self.iterate(group.body, group.count, arriving)
                return arriving

    def iterate(self, body: Body, count: int, arriving: Matrix[T]) -> Matrix[T]:
        """The outputs of a body after `count` times in a row, by repeated squaring."""
        if count < 1:
            return arriving
        matrix, width = self.through(body), len(body.inputs)
        arriving, power = arriving[:width], matrix[:width]
        for bit in range((count - 1).bit_length()):
            if (count - 1) >> bit & 1:
                arriving = self.apply(power, arriving)
            power = self.apply(power, power)
        return self.apply(matrix, arriving)

    def apply(self, matrix: Matrix[T], arriving: Matrix[T]) -> Matrix[T]:
        """The product of a matrix with the rows of the values that arrive."""
        return tuple(
            tuple(
                self.meet(zip(column, row, strict=False)) for column in zip(*arriving, strict=True)
            )
            for row in matrix
        )

    def meet(self, ways: Iterable[tuple[T | None, T | None]]) -> T | None:
        """The join of several ways, each a path (None: no path) and the step after it."""
        result: T | None = None
        for first, second in ways:
            if first is None or second is None:
                continue
            path = self.algebra.then(first, second)
            result = path if result is None else self.algebra.join(result, path)
        return result


def reached(row: Sequence[T | None]) -> list[T]:
    """The paths of a row that exist."""
    return [path for path in row if path is not None]
