"""Which activations overwrite their input: those whose input nobody else needs."""

from __future__ import annotations

from collections import Counter
from weakref import WeakKeyDictionary

from archc.network import INPUT, Body, Instance, Item, Operation, Port, Repeat, Value

_known: WeakKeyDictionary[Body, frozenset[str]] = WeakKeyDictionary()


def overwriting(body: Body) -> frozenset[str]:
    """The activations of a body that work in place, as in the generated code; each body once."""
    known = _known.get(body)
    if known is None:
        known = _known[body] = frozenset(_overwriting(body))
    return known


def _overwriting(body: Body) -> list[str]:
    items = tuple(body.flow())
    makers = {port.value: item for item in items for port in item.outputs}
    readers = Counter(port.value for item in (*items, body) for port in _read(item))
    found: list[str] = []
    for item in items:
        if not (isinstance(item, Operation) and item.op.inplace):
            continue
        value: Value = item.inputs[0].value
        if value.node != INPUT and readers[value] == 1 and _safe(makers[value]):
            found.append(item.name)
    return found


def _read(of: Item | Body) -> tuple[Port, ...]:
    """What an item needs, or who uses the body."""
    return of.outputs if isinstance(of, Body) else of.inputs


def _safe(item: Item) -> bool:
    """Whether the last operation of an item keeps nothing of its output for the gradient."""
    match item:
        case Operation():
            return item.op.overwritable
        case Instance():
            *_, last = (None, *item.body.flow())
            return last is not None and last.outputs == item.body.outputs and _safe(last)
        case Repeat():
            return False
    return False
