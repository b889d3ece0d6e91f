"""Splits a figure into stages, which a lecturer reveals click by click."""

from __future__ import annotations

from typing import NamedTuple

from archc.lectures.figures.columns import rows_of
from archc.lectures.figures.figure import AnyPart, Box, Figure, Join, Terminal, inside

FEWEST = 3
"""The least number of stages by map size; a figure with fewer is revealed part by part."""


class Stage(NamedTuple):
    """Parts that are revealed together."""

    title: str
    """The size of the maps in it (`28 × 28`), or the name of its part."""
    parts: tuple[AnyPart, ...]


def stages(figure: Figure) -> list[Stage]:
    """The outer parts, grouped by the size of their maps."""
    rows = rows_of(figure)
    sizes = [_size(figure, row) for row in rows]
    found: list[Stage] = []
    for size, row in zip(sizes, rows, strict=True):
        if found and found[-1].title == size:
            found[-1] = Stage(size, (*found[-1].parts, *row))
        else:
            found.append(Stage(size, tuple(row)))
    if len(found) >= FEWEST:
        return found
    return [Stage(_name(row[0]), tuple(row)) for row in rows]


def _size(figure: Figure, row: list[AnyPart]) -> str:
    """Height and width of the maps that a row makes; empty for vectors."""
    main = [part for part in row if not part.aside]
    ids = {part.id for part in inside(tuple(main)) if not isinstance(part, Terminal)}
    leaving = [edge for edge in figure.edges if edge.tail in ids and edge.head not in ids]
    if not leaving:  # an end
        arriving = [edge for edge in figure.edges if edge.head == row[0].id]
        leaving = arriving or [edge for edge in figure.edges if edge.tail == row[0].id]
    sizes = (edge.shape.split(" × ")[1:] for edge in leaving)
    return " × ".join(next(sizes, []))


def _name(part: AnyPart) -> str:
    match part:
        case Terminal():
            return part.label
        case Join():
            return part.symbol
        case Box():
            return part.name or part.block or part.rows[0].label
        case _:
            return part.name or part.block
