"""The sum under a figure: `1*(-1) + 1*(-2) + ... = 1`, in text and in LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from archc.document.words import Lang
from archc.lectures.illustrations.window import Sliding
from archc.ops.conv import Conv
from archc.ops.pool import MaxPool

LETTER = 0.27
"""The width of a letter of the sum, in cells: those of LaTeX's mathematics are wide."""


def written(of: Sliding, place: tuple[int, int], lang: Lang) -> list[tuple[str, str]]:
    """The parts of the sum for one cell of the response, each as text and as LaTeX."""
    cells, result = of.counted(*place), figure(of.value(*place), lang)
    if of.op is Conv:
        parts = [(figure(c.value, lang), _factor(figure(c.weight, lang))) for c in cells]
        made = [(f"{value}*{weight}", rf"{value} \times {weight}") for value, weight in parts]
        return _joined(made, " + ", f" = {result}")
    numbers = [figure(cell.value, lang) for cell in cells]
    if of.op is MaxPool:
        comma = "; " if lang is Lang.fr else ", "
        made = _joined([(n, n) for n in numbers], comma, f") = {result}")
        return [(f"max({made[0][0]}", rf"\max({made[0][1]}"), *made[1:]]
    made = _joined([(n, n) for n in map(_factor, numbers)], " + ", f") / {len(cells)} = {result}")
    return [(f"({made[0][0]}", f"({made[0][1]}"), *made[1:]]


def _joined(parts: list[tuple[str, str]], sign: str, end: str) -> list[tuple[str, str]]:
    last = len(parts) - 1
    return [
        (text + (end if k == last else sign), tex + (end if k == last else sign))
        for k, (text, tex) in enumerate(parts)
    ]


def lines_of(parts: Sequence[tuple[str, str]], width: float) -> list[tuple[str, str]]:
    """The parts on lines of about the same length that are no wider than the figure."""
    count = max(1, ceil(sum(len(text) for text, _ in parts) * LETTER / width))
    each = ceil(len(parts) / count)
    lines = [parts[k : k + each] for k in range(0, len(parts), each)]
    return [("".join(t for t, _ in line), f"${''.join(x for _, x in line)}$") for line in lines]


def _factor(number: str) -> str:
    return f"({number})" if number.startswith("-") else number


def figure(number: float, lang: Lang) -> str:
    """A number as short as it is: `3`, `-0.5`, two digits at most after the point."""
    text = f"{round(number, 2):g}"
    return text.replace(".", ",") if lang is Lang.fr else text
