"""A convolution or a pool on numbers, as on the slides: image * filter = response."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched

from archc.backends.arithmetic.scene import Frames, Scene, Shape, Stroke, Words, box
from archc.backends.arithmetic.window import Matrix, Seen, Sliding
from archc.words import Lang, say

GAP = 1.4
"""Between two grids."""
TOP = 0.2
LETTER = 0.5
"""Of a cell's height: how wide a letter of the sum is, at most."""


def draw(of: Sliding, lang: Lang = Lang.en, steps: bool = False, at: tuple[int, int] = (0, 0)) -> Scene:
    """The grids, side by side, and the sum for one cell of the response.

    Args:
        of: what to draw.
        lang: of the captions.
        steps: whether each place of the window is a frame of its own, the response filling up.
        at: the cell of the response whose window is marked where there are no steps.
    """
    rows, columns = of.output
    places = [(r, c) for r in range(rows) for c in range(columns)] if steps else [at]
    scene = Scene(frames=len(places))
    ground, down, across = _extent(of)
    tall = max(down, rows, len(of.filter) if of.filter else 0)
    left, top = 0.0, TOP

    def middle(height: int) -> float:
        return top + (tall - height) / 2

    image = (left - ground[1], middle(down) - ground[0])
    _image(scene, of, image, (down, across), ground)
    captions = [(left + across / 2, say("image", lang), _padding(of))]
    left += across
    if of.filter:
        _sign(scene, left + GAP / 2, top + tall / 2, "*", r"$*$")
        left += GAP
        height, width = len(of.filter), len(of.filter[0])
        _matrix(scene, of.filter, (left, middle(height)), "weight", lang)
        text = f"{say('filter', lang)} {height} × {width}"
        captions.append((left + width / 2, text, _steps(of)))
        left += width
    _sign(scene, left + GAP / 2, top + tall / 2, "=" if of.filter else "→", "$=$" if of.filter else r"$\to$")
    left += GAP
    response = (left, middle(rows))
    _empty(scene, response, rows, columns)
    captions.append((left + columns / 2, say("response", lang), "" if of.filter else _steps(of)))
    left += columns
    bottom = top + tall + 0.45
    for x, text, small in captions:
        scene.add(Words(at=(x, bottom), text=text))
        if small:
            scene.add(Words(at=(x, bottom + 0.5), text=small, tex=f"${small}$", size=0.36))
    sums = bottom + 1.3
    lines = 1
    for number, place in enumerate(places, 1):
        frames = Frames(number, number) if steps else Frames()
        written = _sum(of, place, left, lang)
        lines = max(lines, len(written))
        _mark(scene, of, image, response, place, frames)
        for k, (text, tex) in enumerate(written):
            scene.add(Words(at=(left / 2, sums + 0.55 * k), text=text, tex=tex), frames=frames)
    for number, (r, c) in enumerate((r, c) for r in range(rows) for c in range(columns)):
        x, y = response
        text = figure(of.value(r, c), lang)
        frames = Frames(number + 1) if steps else Frames()
        scene.add(Words(at=(x + c + 0.5, y + r + 0.5), text=text, tex=f"${text}$"), frames=frames)
    scene.width, scene.height = left, sums + 0.55 * (lines - 1) + 0.3
    return scene


def _extent(of: Sliding) -> tuple[tuple[int, int], int, int]:
    """Where the padded image starts, and how many rows and columns it has."""
    ends = [
        max(axis.size + axis.after, (count - 1) * axis.stride - axis.before + axis.reach)
        for axis, count in zip(of.axes, of.output, strict=True)
    ]
    down, across = of.axes
    return (-down.before, -across.before), ends[0] + down.before, ends[1] + across.before


def _image(
    scene: Scene, of: Sliding, origin: tuple[float, float], size: tuple[int, int], ground: tuple[int, int]
) -> None:
    """The image with its padding; zeros where these count."""
    x0, y0 = origin
    down, across = of.axes
    for r in range(ground[0], ground[0] + size[0]):
        for c in range(ground[1], ground[1] + size[1]):
            inside = 0 <= r < down.size and 0 <= c < across.size
            beyond = r >= down.size + down.after or c >= across.size + across.after
            scene.add(
                Shape(
                    points=box(x0 + c, y0 + r),
                    fill=None if inside else "padding",
                    line="faint" if beyond else "line",
                    dashed=beyond,
                )
            )


def _numbers(scene: Scene, of: Sliding, origin: tuple[float, float], lang: Lang) -> None:
    x0, y0 = origin
    for r, row in enumerate(of.image):
        for c, number in enumerate(row):
            text = figure(number, lang)
            scene.add(Words(at=(x0 + c + 0.5, y0 + r + 0.5), text=text, tex=f"${text}$"))


def _matrix(
    scene: Scene, numbers: Matrix, origin: tuple[float, float], fill: str, lang: Lang
) -> None:
    x0, y0 = origin
    for r, row in enumerate(numbers):
        for c, number in enumerate(row):
            text = figure(number, lang)
            scene.add(
                Shape(points=box(x0 + c, y0 + r), fill=fill),
                Words(at=(x0 + c + 0.5, y0 + r + 0.5), text=text, tex=f"${text}$"),
            )


def _empty(scene: Scene, origin: tuple[float, float], rows: int, columns: int) -> None:
    x0, y0 = origin
    for r in range(rows):
        for c in range(columns):
            scene.add(Shape(points=box(x0 + c, y0 + r)))


def _sign(scene: Scene, x: float, y: float, text: str, tex: str) -> None:
    scene.add(Words(at=(x, y), text=text, tex=tex, size=0.7))
