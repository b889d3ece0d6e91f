"""Anti-unification: the expression that gives the right value in every use of a block.

A class serves several uses of its block, so each argument of its modules must be written in terms
of the class's own. `generalise` tries the expressions that the uses remember and keeps the shortest
that evaluates to each use's value in that use's scope.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from archc.expr import Unknown, grammar
from archc.expr.grammar import BadExpression
from archc.expr.sizes import Size, Sizes, expression_of, growth, plain, python, remember, traced
from archc.network.symbolic import Scope


class Conflict(Exception):
    """Uses that no single expression or structure describes: they become several classes."""


class Sample(NamedTuple):
    """A value in one use, and the values of the names that may be written there."""

    value: Any
    scope: Scope


def generalise(samples: Sequence[Sample], more: Iterable[Any] = ()) -> Any:
    """The value whose expression evaluates to every sample; raises `Conflict` if none exists.

    `more` are further candidates, tried after those of the samples themselves.
    """
    first = samples[0].value
    if isinstance(first, bool | int | float | str) and not traced(first):
        kind = type(first)
        if all(type(sample.value) is kind and sample.value == first for sample in samples):
            return first
    if isinstance(first, tuple | list) and not any(isinstance(s.value, Sizes) for s in samples):
        if len({len(sample.value) for sample in samples}) > 1:
            raise Conflict
        parts = [
            generalise([Sample(s.value[k], s.scope) for s in samples]) for k in range(len(first))
        ]
        return tuple(parts) if isinstance(first, tuple) else parts
    texts = {_form(sample.value) for sample in samples}
    if len(texts) == 1 and len(samples) == len([s for s in samples if holds(first, s)]):
        return first
    # The shortest that is right: `filters` rather than what it is put together from.
    candidates = sorted([s.value for s in samples if traced(s.value)], key=lambda v: len(python(v)))
    candidates += [*more]
    candidates += [s.value for s in samples if not traced(s.value)]
    tried: set[str] = set()
    for candidate in candidates:
        text = _form(candidate)
        if text not in tried:
            tried.add(text)
            if all(holds(candidate, sample) for sample in samples):
                return candidate
    raise Conflict


def generalise_by(
    conditions: Sequence[Any], samples: Sequence[Sample], more: Sequence[Any] = ()
) -> Any:
    """As `generalise`; where no one expression is right, one for each outcome of a condition.

    Plain numbers are left alone: that they differ as a condition does may be an accident.
    """
    try:
        return generalise(samples, more)
    except Conflict:
        for when in conditions:
            yes = [sample for sample in samples if holds(when, sample._replace(value=True))]
            no = [sample for sample in samples if holds(when, sample._replace(value=False))]
            if not (yes and no) or len(yes) + len(no) < len(samples):
                continue
            try:
                ways = [generalise(some, more) for some in (yes, no)]
            except Conflict:
                continue
            if all(isinstance(way, Size) and isinstance(way.value, int) for way in ways):
                chosen = ast.IfExp(expression_of(when), *(expression_of(way) for way in ways))
                return remember(plain(samples[0].value), chosen)
        raise


def holds(candidate: Any, sample: Sample) -> bool:
    """Whether the candidate's expression gives the sample's value."""
    if not traced(candidate):
        return same(candidate, sample.value)
    try:
        found = sample.scope.value(expression_of(candidate))
    except (BadExpression, Unknown):
        return False
    return same(found, sample.value)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal; a list is as good as a tuple."""
    one, other = plain(one), plain(other)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return list(one) == list(other)
    return bool(one == other)


def over_iterations(entering: Sequence[Any]) -> list[Any]:
    """Candidates for a size that enters iteration `i`, from the first few of them."""
    found = list(entering[:1])
    if len(entering) > 1:
        first, then = expression_of(entering[0]), expression_of(entering[1])
        is_first = ast.Compare(ast.Name("i"), [ast.Eq()], [ast.Constant(0)])
        found.append(entering[1])
        found.append(remember(plain(entering[0]), ast.IfExp(is_first, first, then)))
        if (step := growth(entering)) is not None:
            grown = ast.BinOp(ast.Name("i"), ast.Mult(), expression_of(step))
            found.append(remember(plain(entering[0]), ast.BinOp(first, ast.Add(), grown)))
    if len(entering) > 2:
        last = expression_of(entering[2])
        is_second = ast.Compare(ast.Name("i"), [ast.Eq()], [ast.Constant(1)])
        later = ast.IfExp(is_second, expression_of(entering[1]), last)
        found.append(
            remember(plain(entering[0]), ast.IfExp(is_first, expression_of(entering[0]), later))
        )
    return found


def _form(value: Any) -> str:
    """The same text for values with the same expression."""
    expression = expression_of(value)
    return expression.id if isinstance(expression, ast.Name) else ast.dump(expression)


def names_in(value: Any) -> set[str]:
    """The names that a value's expression uses."""
    if not traced(value):
        return set()
    return {node.id for node, _ in grammar.names(expression_of(value))}
