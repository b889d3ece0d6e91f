"""The sum under a figure: `1*(-1) + 1*(-2) + ... = 1`, in text and in LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from archc.document.translation import comma, localized
from archc.lectures.illustrations.window import Sliding
from archc.ops.conv import Conv
from archc.ops.pool import MaxPool

LETTER = 0.27
"""The width of a letter of the sum, in cells: those of LaTeX's mathematics are wide."""


def written(of: Sliding, place: tuple[int, int]) -> list[tuple[str, str]]:
    """The parts of the sum for one cell of the response, each as text and as LaTeX."""
    cells, result = of.counted(*place), figure(of.value(*place))
    if of.op is Conv:
        parts = [(figure(c.value), _factor(figure(c.weight))) for c in cells]
        made = [(f"{value}*{weight}", rf"{value} \times {weight}") for value, weight in parts]
        return _joined(made, " + ", f" = {result}")
    numbers = [figure(cell.value) for cell in cells]
    if of.op is MaxPool:
        made = _joined([(n, n) for n in numbers], comma(), f") = {result}")
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


def figure(number: float) -> str:
    """A number as short as it is: `3`, `-0.5`, two digits at most after the point."""
    return localized(f"{round(number, 2):g}")
