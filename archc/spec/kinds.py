"""Kinds of values, and how messages show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archc.spec import Callee

LONGEST = 60
"""Characters of a value that a message shows."""


def what(data: Any) -> str:
    """The kind of a value of the file, for messages about an unexpected one."""
    match data:
        case None:
            return "nothing"
        case bool():
            return "a flag"
        case int() | float():
            return f"the number {data}" if abs(data) < 1e12 else "a number"
        case str():
            return f'the text "{data}"' if len(data) < 40 else "a text"
        case list():
            return f"a list of {len(data)}" if data else "an empty list"
    return "a mapping" if data else "an empty mapping"


def shown(value: Any) -> str:
    """A value as a message shows it: no more than `LONGEST` characters of it."""
    text = ""
    for piece in _pieces(value):
        text += piece
        if len(text) > LONGEST:  # lists that hold a list twice, and so on, have no end
            break
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, Callee):
        yield f"the block or op `{value}`"
    elif isinstance(value, list | tuple):
        yield "["
        for number, part in enumerate(value):
            yield ", " * bool(number)
            yield from _pieces(part)
        yield "]"
    else:
        text = " ".join(str(value).split())
        yield f'"{text}"' if isinstance(value, str) else text


def fits(value: Any, kind: str) -> bool:
    """Whether a param of that kind may have this value."""
    match kind:
        case "a flag":
            return isinstance(value, bool)
        case "a number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "a list":
            return isinstance(value, list | tuple)
        case "a text":
            return isinstance(value, str)
    return isinstance(value, Callee)
