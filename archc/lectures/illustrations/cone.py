"""Draws the receptive field of a cell as a cone, layer by layer down to the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archc.analyses.receptive_field_trace import Seen
from archc.document.drawing import AnyShape, Frames
from archc.document.translation import _, op_label
from archc.lectures.illustrations.scene import Scene, box, label, polygon, stroke
from archc.ops import Shape as Sizes

WIDTH = 14.0
"""The greatest width of the widest layer."""
WIDEST = 0.8
"""The greatest width of a cell of the input, so that few cells do not look like bars."""
MOST = 14
"""The most layers with a line each; beyond, equal ones in a row share a line."""
ROW, BETWEEN = 0.5, 0.75
"""The height of a layer, and the distance from one to the next."""
FIGURES = 4.0
"""Room for words at the right."""
LETTER = 0.55
"""The width of a letter as a share of its size."""
SIZES = (0.4, 0.26)
"""The font sizes of a layer's operation and of its name."""
FINE = 0.16
"""The narrowest cell that is drawn by itself."""


@dataclass(frozen=True, slots=True)
class Level:
    """A map, and the cells of it that the cell at the top sees."""

    name: str
    what: str
    cells: tuple[int, int]
    """The number of seen cells, down and across, cells in the padding included."""
    jump: float
    """Input cells from one cell to the next; 1 where all see the same."""


def levels(steps: Sequence[Seen]) -> list[Level]:
    """The maps from the cell at the top down to the input."""
    seen = (1, 1)
    made: list[Level] = []
    for step in reversed(steps):
        name = step.first if step.count == 1 else f"{step.first} ... {step.last}"
        label = op_label(step.what)
        what = label if step.count == 1 else f"{step.count} × {label}"
        made.append(Level(name, what, seen, float(step.field.stride[1]) or 1.0))
        seen = _before(step, 0, seen[0]), _before(step, 1, seen[1])
    made.append(Level("", _("input"), seen, 1))
    return made


def _before(step: Seen, k: int, cells: int) -> int:
    """The number of input cells that some output cells of a layer see."""
    if step.whole:
        return step.extent[k]
    return (cells - 1) * step.stride[k] + 1 + step.count * (step.extent[k] - 1)


def draw(steps: Sequence[Seen], input: Sizes, overlays: bool = False) -> Scene:
    """The cone of a node, its own cell at the top and the input at the bottom.

    Args:
        steps: what `archc.analyses.receptive_field_trace.steps` says of the node.
        input: the network's.
        overlays: whether each layer is a frame of its own, from the top.
    """
    rows = levels(steps)
    scene = Scene(frames=len(rows) if overlays else 1)
    room = 0.3 + LETTER * max(
        max(len(level.what) * SIZES[0], len(level.name) * SIZES[1]) for level in rows
    )
    widest = max(level.cells[1] * level.jump for level in rows)
    scale = min(WIDEST, WIDTH / widest)
    right = room + widest * scale
    middle = room + widest * scale / 2
    edges: list[float] = []
    y = 0.3
    for number, level in enumerate(rows, 1):
        frames = Frames(number) if overlays else Frames()
        half = max(level.cells[1] * level.jump * scale, ROW) / 2
        items: list[AnyShape] = []
        if edges:
            upper, above = edges[-1], y - BETWEEN
            cone = (
                (middle - upper, above),
                (middle + upper, above),
                (middle + half, y),
                (middle - half, y),
            )
            items.append(polygon(cone, fill="cone", line=None, clear=True))
        items += _cells(level, middle, half, y, scale)
        items += _words(level, (room, right, y + ROW / 2), number == len(rows), input)
        scene.add(*items, frames=frames)
        edges.append(half)
        y += ROW + BETWEEN
    scene.width, scene.height = right + FIGURES, y - BETWEEN + 0.1
    return scene


def _cells(level: Level, middle: float, half: float, y: float, scale: float) -> list[AnyShape]:
    """The seen cells, or a bar where they are many."""
    pitch = level.jump * scale
    fill = "response" if level.cells == (1, 1) else "window"
    items: list[AnyShape] = [polygon(box(middle - half, y, 2 * half, ROW), fill=fill)]
    if pitch >= FINE:
        for k in range(1, level.cells[1]):
            x = middle - half + k * pitch
            items.append(stroke((x, y), (x, y + ROW)))
    return items


def _words(
    level: Level, ends: tuple[float, float, float], last: bool, input: Sizes
) -> list[AnyShape]:
    """The words of a layer: its name at the left, the number of seen cells at the right."""
    left, right, y = ends
    x, up = left - 0.3, y - 0.06 * bool(level.name)
    words: list[AnyShape] = [label((x, up), level.what, anchor="end", size=SIZES[0])]
    if level.name:
        below = (x, y + 0.38)
        name = label(below, level.name, anchor="end", size=SIZES[1], colour="faint")
        words.append(name)
    at = right + 0.3
    size = " × ".join(map(str, level.cells))
    words.append(label((at, y), size, anchor="start", size=SIZES[0]))
    if last and any(seen > cells for seen, cells in zip(level.cells, input[1:], strict=True)):
        whole = f"{_('input')} {' × '.join(map(str, input[1:]))}"
        words.append(label((at, y + 0.42), whole, anchor="start", size=SIZES[1], colour="faint"))
    return words
