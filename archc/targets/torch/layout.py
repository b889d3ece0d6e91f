"""Expressions laid out as `ruff format` lays them out: on one line, or opened step by step."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 100
INDENT = "    "
METHOD = INDENT
"""The indent of a `def` in a class."""
BODY = 2 * INDENT
"""The indent of the lines in it."""


@dataclass(frozen=True)
class Group:
    """Brackets around parts: a call, a list, a comprehension.

    Opened, the parts stand on one indented line if they fit there, else on a line each.
    """

    opening: str
    parts: tuple[Doc, ...]
    closing: str = ")"
    comma: bool = True
    """Whether commas stand between the parts (a comprehension has none)."""


Doc: TypeAlias = str | Group


def call(function: str, parts: Sequence[Doc]) -> Group:
    """`function(part, part)`."""
    return Group(f"{function}(", tuple(parts))


def flat(doc: Doc) -> str:
    """The document on one line."""
    if isinstance(doc, str):
        return doc
    between = ", " if doc.comma else " "
    return doc.opening + between.join(flat(part) for part in doc.parts) + doc.closing


def lines(doc: Doc, indent: str, before: str = "", after: str = "") -> list[str]:
    """The document as lines at an indent, with text before its first and after its last line."""
    one = f"{indent}{before}{flat(doc)}{after}"
    if len(one) <= WIDTH or isinstance(doc, str) or not doc.parts:
        return [one]
    inner = indent + INDENT
    between = ", " if doc.comma else " "
    body = inner + between.join(flat(part) for part in doc.parts)
    opened = [f"{indent}{before}{doc.opening}"]
    if len(body) <= WIDTH:
        opened.append(body)
    else:
        comma = "," if doc.comma and len(doc.parts) > 1 else ""
        for part in doc.parts:
            opened += lines(part, inner, after=comma)
    return [*opened, f"{indent}{doc.closing}{after}"]


def docstring(text: str) -> list[str]:
    """A docstring at a method's indent: one line, or its first sentence and the rest below."""
    text = text.strip().replace("\\", "/").replace('"""', "'''")
    text += "." if text.endswith('"') else ""  # else it would close the docstring
    if len(text) + 10 <= WIDTH:
        return [f'{INDENT}"""{text}"""']
    first, _, rest = text.partition(". ")
    if not rest or len(first) + 8 > WIDTH:
        first, *more = textwrap.wrap(text, WIDTH - 8)
        return [f'{INDENT}"""{first}', *(f"{INDENT}{line}" for line in more), f'{INDENT}"""']
    more = textwrap.wrap(rest, WIDTH - 5)
    return [f'{INDENT}"""{first}.', "", *(f"{INDENT}{line}" for line in more), f'{INDENT}"""']
