"""One call of PyTorch's for an op wherever it stands in the uses of a block."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from archc.expr.sizes import Real, expression_of, remember
from archc.network import Operation
from archc.ops import Op, Shape
from archc.targets.torch.agree import Conflict, Sample, agree_by, names_in, over_iterations
from archc.targets.torch.lowering import Call, lower


def one_call(
    leaves: Sequence[Operation],
    scopes: Sequence[Mapping[str, Any]],
    named: Sequence[Operation],
    conditions: Sequence[Any],
) -> Call:
    """The call that is right for all of these ops; raises `Conflict` if there is none.

    Args:
        leaves: the op in each place where it stands.
        scopes: the names that are known in each.
        named: the op in the first iterations of one use, for how its arguments develop.
        conditions: what decides, in the block, whether steps before it are taken.
    """
    try:
        return _call(leaves, scopes, named, (), exact_size)
    except Conflict:
        # Padding that fits each size by itself: the call that works it out from the input.
        return _call(leaves, scopes, named, conditions, any_size)


def _call(
    leaves: Sequence[Operation],
    scopes: Sequence[Mapping[str, Any]],
    named: Sequence[Operation],
    conditions: Sequence[Any],
    arriving: Callable[[Operation], tuple[Shape, ...]],
) -> Call:
    """That call, made for the shapes that are `arriving`."""
    calls = [lower(operation.op, *arriving(operation)) for operation in leaves]
    ahead = [lower(operation.op, *arriving(operation)) for operation in named[:3]]
    if len({(call.target, len(call.args), tuple(call.options)) for call in calls}) > 1:
        raise Conflict

    def one(pick: Callable[[Call], Any]) -> Any:
        samples = [Sample(pick(c), scope) for c, scope in zip(calls, scopes, strict=True)]
        more = over_iterations([pick(call) for call in ahead])
        return agree_by(conditions, samples, more)

    args = tuple(one(argument(k)) for k in range(len(calls[0].args)))
    options = {
        name: (one(option(name)), default) for name, (_, default) in calls[0].options.items()
    }
    return Call(calls[0].target, args, options)


def exact_size(operation: Operation) -> tuple[Shape, ...]:
    """The shapes that arrive."""
    return operation.input_shapes


def any_size(operation: Operation) -> tuple[Shape, ...]:
    """The shapes that arrive, with heights and widths that may be others at the next use."""
    return tuple(
        (shape[0], *(remember(n, "size") for n in shape[1:])) for shape in operation.input_shapes
    )


def argument(place: int) -> Callable[[Call], Any]:
    """Picks a positional argument of a call."""
    return lambda call: call.args[place]


def option(name: str) -> Callable[[Call], Any]:
    """Picks an option of a call."""
    return lambda call: call.options[name][0]


def deciding(call: Call, op: Op) -> set[str]:
    """The names in a call that decide a structure: all but those that only pass a number on."""
    free = _free(op)
    found: set[str] = set()
    for value in (*call.args, *(value for value, _ in call.options.values())):
        names = names_in(value)
        found |= names - free if passed_on(value) else names
    return found


def _free(op: Op) -> set[str]:
    """The names that an op takes without their deciding a structure: a width, a drop rate."""
    fields = op.__dict__
    values = (
        list(fields.values())
        if op.random
        else [fields[name] for name in ("out_channels", "out_features") if name in fields]
    )
    return set().union(*(names_in(value) for value in values if passed_on(value)))


def passed_on(value: Any) -> bool:
    """Whether a value only passes a number on: a bare name, or a rate (no size depends on one)."""
    return isinstance(value, Real) or isinstance(expression_of(value), ast.Name)
