"""Drawing -> SVG, and -> DOT that has it for a background: so the engine makes PDF and PNG."""

from __future__ import annotations

from html import escape

from archc.lectures.figures.label import quote
from archc.lectures.figures.theme import Theme
from archc.lectures.figures.volumes.marks import Drawing, Mark, Polygon, Stroke, Words

THIN = 0.6
"""The width of lines."""
RISE = 0.33
"""From a text's foot to its middle, of its size."""


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
        look = ' font-weight="bold"' * mark.bold
        return (
            f'<text x="{_n(x)}" y="{_n(height - y)}" text-anchor="middle" '
            f'font-size="{_n(mark.size)}"{look} fill="{mark.ink}">{escape(mark.text)}</text>'
        )
    points = " ".join(f"{_n(x)},{_n(height - y)}" for x, y in mark.points)
    look = f'stroke="{mark.line}" stroke-width="{THIN}" stroke-linejoin="round"'
    if isinstance(mark, Polygon):
        return f'<polygon points="{points}" fill="{mark.fill or "none"}" {look}/>'
    dashes = ' stroke-dasharray="2 2"' * mark.dashed
    return f'<polyline points="{points}" fill="none" {look}{dashes}/>'


def background(drawing: Drawing, theme: Theme) -> str:
    """DOT for the engine: the faces and lines as a background, the words as nodes without edges.

    The engine can have words in a background too, but not every build of it survives that.
    """
    drawn = " ".join(_xdot(mark) for mark in drawing.marks if not isinstance(mark, Words))
    nodes = [_node(mark) for mark in drawing.marks if isinstance(mark, Words)]
    # What no one sees holds the corners.
    for x, y in ((0.0, 0.0), (drawing.width, drawing.height)):
        nodes.append(f'pos="{_n(x)},{_n(y)}!", style=invis, label=""')
    look = "shape=plaintext, width=0.01, height=0.01, margin=0, fixedsize=true"
    face = f"fontname={quote(theme.font)}"
    return "\n".join(
        [
            "digraph {",
            f"  graph [inputscale=72, bgcolor={quote(theme.paper)}, pad=0, margin=0];",
            f"  graph [_background={quote(drawn)}];",
            f"  node [{look}, {face}];",
            *(f"  {k} [{node}];" for k, node in enumerate(nodes)),
            "}\n",
        ]
    )


def _node(words: Words) -> str:
    x, y = words.at
    text = escape(words.text)
    label = f"<<b>{text}</b>>" if words.bold else quote(words.text)
    at = f'pos="{_n(x)},{_n(y + words.size * RISE)}!"'
    return f'{at}, label={label}, fontsize={_n(words.size)}, fontcolor="{words.ink}"'


def _xdot(mark: Polygon | Stroke) -> str:
    """A mark in Graphviz's drawing language."""
    if isinstance(mark, Polygon):
        filled = f"C {_text(mark.fill)} P" if mark.fill else "p"
        return f"{_pen(mark.line, False)} {filled} {_points(mark.points)}"
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
