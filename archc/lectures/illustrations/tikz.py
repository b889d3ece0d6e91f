"""A drawing as TikZ: a picture to be put into a document, or a document of its own."""

from __future__ import annotations

from itertools import groupby

from archc.lectures.illustrations.scene import COLOURS, Frames, Item, Scene, Shape, Stroke, Words

ANCHORS = {"middle": "center", "start": "west", "end": "east"}
CELL = 6.0
"""Millimetres of a cell, where there is room."""
SLIDE = (140.0, 74.0)
"""Room on a slide of beamer's, 16:9."""
POINTS = 2.83
"""Of a millimetre."""


def write(scene: Scene, steps: bool = False, alone: bool = False, title: str = "") -> str:
    """The picture, its text in the document's fonts.

    Args:
        scene: what to draw.
        steps: whether to take turns, as beamer's overlays; else the last frame is drawn.
        alone: whether to make a document of its own of it.
        title: a comment, and the title of the frame.
    """
    cell = min(CELL, SLIDE[0] / scene.width, SLIDE[1] / scene.height) if steps else CELL
    unit = f"{_n(cell)}mm"
    lines = [f"% {title}", "% needs \\usepackage{tikz}"]
    lines.append(rf"\begin{{tikzpicture}}[x={unit}, y=-{unit}]")
    lines += [f"  \\definecolor{{archc{n}}}{{HTML}}{{{c[1:].upper()}}}" for n, c in _used(scene)]
    lines.append(f"  \\useasboundingbox (0,0) rectangle ({_n(scene.width)},{_n(scene.height)});")
    if steps:
        for frames, items in groupby(scene.items, key=lambda item: item.frames):
            lines += _turn(frames, [_item(item, cell) for item in items], scene.frames)
    else:
        lines += [f"  {_item(item, cell)}" for item in scene.seen(None)]
    lines.append(r"\end{tikzpicture}")
    body = "\n".join(lines) + "\n"
    return _document(body, steps) if alone else body


def _used(scene: Scene) -> list[tuple[str, str]]:
    names: set[str | None] = set()
    for item in scene.items:
        match item:
            case Shape():
                names |= {item.fill, item.line}
            case Stroke() | Words():
                names.add(item.colour)
    return [(name, colour) for name, colour in COLOURS.items() if name in names]


def _turn(frames: Frames, lines: list[str], count: int) -> list[str]:
    """Things that are seen together."""
    if frames.first <= 1 and frames.last in (None, count):
        return [f"  {line}" for line in lines]
    last = "" if frames.last is None else str(frames.last)
    span = f"{frames.first}" if frames.first == frames.last else f"{frames.first}-{last}"
    return [f"  \\only<{span}>{{%", *(f"    {line}" for line in lines), "  }"]


def _item(item: Item, cell: float) -> str:
    match item:
        case Shape(points=points):
            look = [f"draw=archc{item.line}"] if item.line else []
            look += [f"fill=archc{item.fill}"] if item.fill else []
            look += ["fill opacity=0.6"] if item.clear else []
            look += ["very thick"] if item.thick else []
            look += ["dashed"] if item.dashed else []
            (left, top), (right, bottom) = points[0], points[2]
            if len(points) == 4 and points == _corners(left, top, right, bottom):
                return rf"\path[{', '.join(look)}] {_at(points[0])} rectangle {_at(points[2])};"
            return rf"\path[{', '.join(look)}] {' -- '.join(map(_at, points))} -- cycle;"
        case Stroke(start=start, end=end):
            look = [f"draw=archc{item.colour}", "thin"]
            look += ["dashed"] if item.dashed else []
            look += ["<->", ">=stealth"] if item.arrows else []
            return rf"\draw[{', '.join(look)}] {_at(start)} -- {_at(end)};"
        case Words(at=at):
            look = [f"anchor={ANCHORS[item.anchor]}", "inner sep=0pt"]
            look += [f"text=archc{item.colour}"] if item.colour != "ink" else []
            size = item.size * cell * POINTS
            font = rf"\fontsize{{{_n(size)}}}{{{_n(1.2 * size)}}}\selectfont"
            font += r"\bfseries" if item.bold else ""
            return rf"\node[{', '.join(look)}, font={font}] at {_at(at)} {{{_tex(item)}}};"


def _corners(left: float, top: float, right: float, bottom: float) -> tuple[object, ...]:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _tex(item: Words) -> str:
    if item.tex is not None:
        return item.tex
    words = item.text
    for sign in "&%$#_{}":
        words = words.replace(sign, "\\" + sign)
    return words.replace("\N{MULTIPLICATION SIGN}", r"$\times$").replace("...", r"\dots{}")


def _at(point: tuple[float, float]) -> str:
    return f"({_n(point[0])},{_n(point[1])})"


def _n(number: float) -> str:
    return f"{number:.4g}"


def _document(body: str, steps: bool) -> str:
    kind = "[aspectratio=169]{beamer}" if steps else "[tikz, border=2mm]{standalone}"
    lines = [
        rf"\documentclass{kind}",
        r"\usepackage[utf8]{inputenc}",
        r"\usepackage[T1]{fontenc}",
        r"\usepackage{lmodern, tikz}",
        r"\begin{document}",
    ]
    if steps:
        lines += [r"\begin{frame}", r"\centering", body.rstrip(), r"\end{frame}"]
    else:
        lines.append(body.rstrip())
    return "\n".join([*lines, r"\end{document}"]) + "\n"
