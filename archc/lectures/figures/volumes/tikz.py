"""Scene -> TikZ: three faces for each volume, its words below, what it sees of the one before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from archc.document.words import Lang, say
from archc.lectures.figures import tex
from archc.lectures.figures.preamble import definitions, page
from archc.lectures.figures.theme import Theme
from archc.lectures.figures.volumes.marks import legend
from archc.lectures.figures.volumes.scene import Placed, Point, Scene

SCALE = 0.8
"""From the scene's points to the picture's: its 9 and 8 point letters are 8 and 6.8 there."""

STYLES = {
    "face": "draw=archc-line, line join=round",
    "name": r"archc text, anchor=north, inner sep=2bp, font=\archctext",
    "window": "draw=archc-ink, line join=round",
    "ray": "draw=archc-ink, densely dashed, line width=0.3bp",
}


def write(
    scene: Scene,
    name: str,
    title: str,
    theme: Theme,
    lang: Lang,
    *,
    standalone: bool = False,
    steps: bool = False,
) -> str:
    """The volumes as TikZ; the options are those of the graph."""
    picture = "\n".join(_lines(scene, theme, lang, steps)) + "\n"
    set_up = "\n".join(definitions(title, theme, {}, STYLES)) + "\n"
    if not standalone:
        return set_up + picture
    size = (scene.width * SCALE, scene.height * SCALE)
    return page(picture, set_up, name, size, lang, steps=steps, paper=theme.paper)


def _lines(scene: Scene, theme: Theme, lang: Lang, steps: bool) -> Iterator[str]:
    yield r"\begin{tikzpicture}[archc figure]"
    if theme.paper != "#ffffff":
        corner = _point((scene.width + 10, scene.height + 40))
        yield f"  \\fill[archc-paper] (-8, -8) rectangle {corner};"
    yield f"  \\matrix[archc legend] at {_point((scene.width / 2, scene.height + 8))} {{"
    keys = legend(scene, theme, lang)
    yield " \\&\n".join(f"    \\node[archc key, archc {name}] {{{word}}};" for name, word in keys)
    yield r"    \\"
    yield "  };"
    before: Placed | None = None
    number = 0
    for line in scene.lines:
        for side, group in groupby(line, key=lambda placed: placed.solid.side):
            number += 1
            yield ""
            yield f"  % {say('step', lang)} {number}: {side[0]} x {side[1]}"
            hidden = steps and number > 1
            if hidden:
                yield f"  \\uncover<{number}->{{"
            for placed in group:
                yield from _joined(before, placed, line)
                yield from _solid(placed)
                before = placed
            if hidden:
                yield "  }"
    yield r"\end{tikzpicture}%"


def _solid(placed: Placed) -> Iterator[str]:
    """The faces by their corners from the front lower left one, then the words."""
    fill = f"archc-{placed.solid.fill}"
    wide, high, deep = (tex.length(n * SCALE) for n in (placed.width, placed.height, placed.slant))
    x, y = placed.x, placed.y
    yield (
        f"  \\filldraw[archc face, fill={fill}] {_point((x, y))} "
        f"-- ++({wide}, 0) -- ++(0, {high}) -- ++(-{wide}, 0) -- cycle;"
    )
    yield (
        f"  \\filldraw[archc face, fill={fill}!60!white] {_point((x, y + placed.height))} "
        f"-- ++({wide}, 0) -- ++({deep}, {deep}) -- ++(-{wide}, 0) -- cycle;"
    )
    yield (
        f"  \\filldraw[archc face, fill={fill}!84!black] {_point((x + placed.width, y))} "
        f"-- ++({deep}, {deep}) -- ++(0, {high}) -- ++(-{deep}, -{deep}) -- cycle;"
    )
    words = f"\\textbf{{{tex.tex(placed.name)}}} \\\\ {{\\archcsmall {tex.shape(placed.shape)}}}"
    yield f"  \\node[archc name] at {_point(placed.below)} {{{words}}};"


def _joined(before: Placed | None, placed: Placed, line: tuple[Placed, ...]) -> Iterator[str]:
    """From the last map to this one: an arrow, or the window that makes one of its cells."""
    if before is None:
        return
    (x, y), end = before.leaves, placed.enters
    if placed is line[0]:
        yield f"  \\draw[archc flow] {_point((x, y))} -- {_point((x + before.slant / 2 + 14, y))};"
        yield f"  \\draw[archc flow] {_point((end[0] - 14, end[1]))} -- {_point(end)};"
        return
    cells = placed.solid.window
    if not cells or before.solid.side == (1, 1):
        yield f"  \\draw[archc flow] {_point((x, y))} -- {_point(end)};"
        return
    corners = [_point(corner) for corner in before.window(cells)]
    yield f"  \\draw[archc window] {' -- '.join(corners)} -- cycle;"
    rays = " ".join(f"{corner} -- {_point(end)}" for corner in corners)
    yield f"  \\draw[archc ray] {rays};"


def _point(point: Point) -> str:
    return f"({tex.length(point[0] * SCALE)}, {tex.length(point[1] * SCALE)})"
