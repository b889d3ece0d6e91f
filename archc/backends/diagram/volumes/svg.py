"""Drawing -> SVG, and -> DOT that has it for a background: so the engine makes PDF and PNG."""

from __future__ import annotations

from html import escape

from archc.backends.diagram.label import quote
from archc.backends.diagram.theme import Theme
from archc.backends.diagram.volumes.marks import Drawing, Mark, Polygon, Stroke, Words

THIN = 0.6
"""The width of lines."""


def svg(drawing: Drawing, title: str, theme: Theme) -> str:
    """An SVG file."""
    width, height = _n(drawing.width), _n(drawing.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" font-family="{escape(theme.font)}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{theme.paper}"/>',
        *(_element(mark, drawing.height) for mark in drawing.marks),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _element(mark: Mark, height: float) -> str:
    if isinstance(mark, Words):
        x, y = mark.at
        look = ' font-weight="bold"' * mark.bold + ' text-anchor="middle"' * mark.middle
        return (
            f'<text x="{_n(x)}" y="{_n(height - y)}" font-size="{_n(mark.size)}"{look} '
            f'fill="{mark.ink}">{escape(mark.text)}</text>'
        )
    points = " ".join(f"{_n(x)},{_n(height - y)}" for x, y in mark.points)
    look = f'stroke="{mark.line}" stroke-width="{THIN}" stroke-linejoin="round"'
    if isinstance(mark, Polygon):
        return f'<polygon points="{points}" fill="{mark.fill or "none"}" {look}/>'
    dashes = ' stroke-dasharray="2 2"' * mark.dashed
    return f'<polyline points="{points}" fill="none" {look}{dashes}/>'


def background(drawing: Drawing, theme: Theme) -> str:
    """DOT for the engine: no graph at all, but this picture behind it."""
    family = theme.font.split(",")[0]
    words = " ".join(_xdot(mark, family) for mark in drawing.marks)
    # Two points, that no one sees, hold the corners.
    corners = ((0.0, 0.0), (drawing.width, drawing.height))
    nodes = "".join(
        f'  {k} [pos="{_n(x)},{_n(y)}!", shape=point, style=invis, width=0, height=0, label=""];\n'
        for k, (x, y) in enumerate(corners)
    )
    return (
        f"digraph {{\n  graph [layout=neato, bgcolor={quote(theme.paper)}, pad=0, margin=0,\n"
        f"    _background={quote(words)}];\n{nodes}}}\n"
    )


def _xdot(mark: Mark, family: str) -> str:
    """A mark in Graphviz's drawing language."""
    match mark:
        case Words():
            x, y = mark.at
            face = f"t {int(mark.bold)} F {_n(mark.size)} {_text(family)} c {_text(mark.ink)}"
            wide = 0.5 * mark.size * len(mark.text)
            side = 0 if mark.middle else -1
            return f"{face} T {_n(x)} {_n(y)} {side} {_n(wide)} {_text(mark.text)}"
        case Polygon():
            filled = f"C {_text(mark.fill)} P" if mark.fill else "p"
            return f"{_pen(mark.line, False)} {filled} {_points(mark.points)}"
        case Stroke():
            return f"{_pen(mark.line, mark.dashed)} L {_points(mark.points)}"


def _pen(line: str, dashed: bool) -> str:
    style = "dashed" if dashed else "solid"
    return f"c {_text(line)} S {_text(style)} S {_text(f'setlinewidth({THIN})')}"


def _points(points: list[tuple[float, float]]) -> str:
    return f"{len(points)} " + " ".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _text(text: str) -> str:
    return f"{len(text.encode())} -{text}"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
