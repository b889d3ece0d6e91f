"""A drawing as SVG."""

from __future__ import annotations

from html import escape

from archc.lectures.illustrations.scene import COLOURS, Item, Scene, Shape, Stroke, Words

CELL = 32
"""Pixels of a cell."""
MARGIN = 0.3
FONT = "Helvetica,Arial,DejaVu Sans,sans-serif"


def write(scene: Scene, frame: int | None = None, title: str = "") -> str:
    """One frame of a drawing (the last one for None) as a file."""
    width, height = (_px(size + 2 * MARGIN) for size in (scene.width, scene.height))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{_px(-MARGIN)} {_px(-MARGIN)} {width} {height}" role="img" '
        f'font-family="{FONT}">'
    ]
    if title:
        lines.append(f"<title>{escape(title)}</title>")
    lines.append(
        '<defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" '
        'markerHeight="6" orient="auto-start-reverse"><path d="M0 0L6 3L0 6z"/></marker></defs>'
    )
    back = f'x="{_px(-MARGIN)}" y="{_px(-MARGIN)}" width="{width}" height="{height}"'
    lines.append(f'<rect {back} fill="#ffffff"/>')
    lines += map(_item, scene.seen(frame))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _item(item: Item) -> str:
    match item:
        case Shape(points=points):
            path = " ".join(f"{_px(x)},{_px(y)}" for x, y in points)
            fill = COLOURS[item.fill] if item.fill else "none"
            look = f'fill="{fill}"' + ' fill-opacity="0.6"' * item.clear
            if item.line:
                look += f' stroke="{COLOURS[item.line]}" stroke-width="{2.5 if item.thick else 1}"'
            look += ' stroke-dasharray="5 4"' * item.dashed
            return f'<polygon points="{path}" {look}/>'
        case Stroke(start=(x1, y1), end=(x2, y2)):
            look = f'stroke="{COLOURS[item.colour]}" stroke-width="1"'
            look += ' stroke-dasharray="4 3"' * item.dashed
            look += ' marker-start="url(#tip)" marker-end="url(#tip)"' * item.arrows
            ends = f'x1="{_px(x1)}" y1="{_px(y1)}" x2="{_px(x2)}" y2="{_px(y2)}"'
            return f"<line {ends} {look}/>"
        case Words(at=(x, y)):
            look = f'font-size="{_px(item.size)}" text-anchor="{item.anchor}"'
            look += f' fill="{COLOURS[item.colour]}"' + ' font-weight="bold"' * item.bold
            # The baseline stands a third of the letters' height below the middle.
            where = f'x="{_px(x)}" y="{_px(y + 0.35 * item.size)}"'
            return f"<text {where} {look}>{escape(signs(item.text), quote=False)}</text>"


def signs(text: str) -> str:
    """Signs that letters have of their own: a minus, a times."""
    return text.replace("-", "\N{MINUS SIGN}").replace("*", "\N{MULTIPLICATION SIGN}")


def _px(size: float) -> str:
    return f"{size * CELL:.6g}"
