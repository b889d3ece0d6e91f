"""What of an item two networks are compared by: its operation, its settings, what is inside."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from archc.expr.sizes import plain as forgotten
from archc.network import Body, Instance, Item, Operation, Repeat
from archc.ops import Op

Inner = Operation | Instance | Repeat


def callee(item: Item) -> str:
    """The op, or the block; of a repeat that of its iterations."""
    match item:
        case Operation():
            return item.op.name
        case Instance():
            return item.body.block.name
        case Repeat(iterations=iterations):
            return iterations[0].body.block.name if iterations else ""
    raise AssertionError(f"no node: {item}")


def settings(item: Item) -> Mapping[str, Any]:
    """The fields of an op, the arguments of a block, with plain values."""
    match item:
        case Operation():
            return fields(item.op)
        case Instance():
            return {name: plain(value) for name, value in item.body.args.items()}
    return {}


def fields(op: Op) -> dict[str, Any]:
    """The fields of an op with plain values."""
    return {name: plain(getattr(op, name)) for name in type(op).model_fields}


def plain(value: Any) -> Any:
    """A value without the expression that it may remember, to be compared."""
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else forgotten(value)


def branch(item: Item) -> str:
    """The branch that an item without an id stands in: `branch2`, of `branch2.0`."""
    return item.name.rpartition(".")[0]


def form(item: Item) -> Hashable:
    """Everything about an item but names and sizes: equal forms do the same."""
    match item:
        case Operation():
            return item.op.name, tuple(fields(item.op).items()), len(item.inputs)
        case Instance():
            return _form(item.body)[0]
        case Repeat(iterations=iterations):
            return tuple((_form(group.body)[0], group.count) for group in iterations)
    raise AssertionError(f"no node: {item}")


def skeleton(body: Body) -> Hashable:
    """What bodies have in common whose settings alone differ."""
    return _form(body)[1]


def body_form(body: Body) -> Hashable:
    """What bodies have in common that do the same."""
    return _form(body)[0]


def operations(items: Iterable[Inner]) -> tuple[str, ...]:
    """The ops in the order of the data, one iteration of each repeat."""
    found: list[str] = []
    for item in items:
        match item:
            case Operation():
                found.append(item.op.name)
            case Instance():
                found += _form(item.body)[2]
            case Repeat(iterations=iterations):
                found += [name for group in iterations[:1] for name in _form(group.body)[2]]
    return tuple(found)


def _form(body: Body) -> tuple[Hashable, Hashable, tuple[str, ...]]:
    known: tuple[Hashable, Hashable, tuple[str, ...]] | None = body.facts.get(form)
    if known is None:
        items = tuple(body.flow())
        place = {item.name: k for k, item in enumerate(items)}
        wires = tuple(
            tuple((place.get(port.value.node, -1), port.value.output) for port in item.inputs)
            for item in items
        )
        ends = tuple((place.get(p.value.node, -1), p.value.output) for p in body.outputs)
        bones = tuple(_bones(item) for item in items)
        known = body.facts[form] = (
            (body.block.name, tuple(map(form, items)), wires, ends),
            (body.block.name, bones, wires, ends),
            operations(items),
        )
    return known


def _bones(item: Inner) -> Hashable:
    match item:
        case Operation():
            return item.op.name
        case Instance():
            return _form(item.body)[1]
        case Repeat(iterations=iterations):
            return tuple((_form(group.body)[1], group.count) for group in iterations)
