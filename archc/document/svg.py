"""Drawing -> SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archc.document.drawing import (
    SANS,
    AnyShape,
    Box,
    Drawing,
    Line,
    Look,
    Path,
    Point,
    Polygon,
    Run,
    Text,
    arrow_head,
)
from archc.document.metrics import CAP_HEIGHT


def write(drawing: Drawing, frame: int | None = None) -> str:
    """One animation step of a drawing (the last one for None) as a file."""
    return "\n".join(_Writer(drawing).lines(frame)) + "\n"


class _Writer:
    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.ink = drawing.colours["ink"]

    def lines(self, frame: int | None) -> Iterator[str]:
        width, height = _n(self.drawing.width), _n(self.drawing.height)
        ink = f' fill="{self.ink}"' * (self.ink != "#000000")
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
            f'viewBox="0 0 {width} {height}" role="img" font-family="{SANS}" '
            f'font-size="{_n(self.drawing.size)}" text-anchor="middle"{ink}>'
        )
        yield f"<title>{_text(self.drawing.caption or self.drawing.title)}</title>"
        paper = self.drawing.colours["paper"]
        yield f'<rect width="{width}" height="{height}" fill="{paper}"/>'
        for shape in self.drawing.seen(frame):
            yield from self.shape(shape)
        yield "</svg>"

    def shape(self, shape: AnyShape) -> Iterator[str]:
        look = self.drawing.look(shape.style)
        match shape:
            case Box():
                yield from self.box(shape, look)
            case Polygon():
                yield f'<polygon points="{_points(shape.points)}"{self.paint(look)}/>'
            case Path():
                yield from self.path(shape, look)
            case Text():
                anchor = f' text-anchor="{shape.anchor}"' * (shape.anchor != "middle")
                size = look.size or self.drawing.size
                y = shape.at[1] + CAP_HEIGHT / 2 * size
                yield self.text((shape.at[0], y), shape.text, look, anchor)

    def box(self, box: Box, look: Look) -> Iterator[str]:
        (x, y), w, h = box.at, box.width, box.height
        if box.title:
            yield f"<g><title>{_text(box.title)}</title>"
        if box.round:
            ellipse = f'<ellipse cx="{_n(x)}" cy="{_n(y)}" rx="{_n(w / 2)}" ry="{_n(h / 2)}"'
            yield f"{ellipse}{self.paint(look)}/>"
        elif look.fill or look.line:
            corner = f'x="{_n(x - w / 2)}" y="{_n(y - h / 2)}" width="{_n(w)}" height="{_n(h)}"'
            radius = f' rx="{_n(look.radius)}"' if look.radius else ""
            yield f"<rect {corner}{radius}{self.paint(look)}/>"
        for baseline, line in self.drawing.baselines(box):
            yield self.text((x, baseline), line, look, "")
        if box.title:
            yield "</g>"

    def path(self, path: Path, look: Look) -> Iterator[str]:
        points = path.points
        if path.curved:
            curves = (_points(points[k : k + 3]) for k in range(1, len(points), 3))
            d = f"M{_points(points[:1])}C{' '.join(curves)}"
        else:
            d = f"M{_points(points[:1])}L{_points(points[1:])}"
        yield f'<path d="{d}" fill="none"{self.stroke(look)}/>'
        colour = self.drawing.colours[look.line or "line"]
        for base, tip in zip((points[0], points[-1]), path.tips, strict=True):
            if tip:
                yield f'<polygon points="{_points(arrow_head(base, tip))}" fill="{colour}"/>'

    def text(self, at: Point, line: Line, look: Look, anchor: str) -> str:
        colour = self.drawing.colours[look.ink or "ink"]
        ink = f' fill="{colour}"' * (colour != self.ink)
        size = f' font-size="{_n(look.size)}"' if look.size else ""
        bold = ' font-weight="bold"' * bool(look.bold)
        faces, written = "", " ".join(map(self.run, line))
        if len(line) == 1:
            faces, written = self.face(line[0]), _text(line[0].text)
        where = f'x="{_n(at[0])}" y="{_n(at[1])}"'
        return f"<text {where}{anchor}{size}{bold}{ink}{faces}>{written}</text>"

    def run(self, run: Run) -> str:
        face = self.face(run)
        return f"<tspan{face}>{_text(run.text)}</tspan>" if face else _text(run.text)

    def face(self, run: Run) -> str:
        return (
            ' font-weight="bold"' * run.bold
            + f' font-size="{_n(self.drawing.small)}"' * run.small
            + ' text-decoration="line-through"' * run.struck
        )

    def paint(self, look: Look) -> str:
        fill = self.drawing.colours[look.fill] if look.fill else "none"
        opacity = f' fill-opacity="{_n(look.opacity)}"' if look.opacity else ""
        return f' fill="{fill}"{opacity}' + (self.stroke(look) if look.line else "")

    def stroke(self, look: Look) -> str:
        width = f' stroke-width="{_n(look.width)}"' if look.width not in (None, 1) else ""
        dashes = f' stroke-dasharray="{" ".join(map(_n, look.dashes))}"' if look.dashes else ""
        return f' stroke="{self.drawing.colours[look.line or "line"]}"{width}{dashes}'


def _text(text: str) -> str:
    return escape(text, quote=False)


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float | None) -> str:
    return f"{round(value or 0.0, 2) + 0.0:g}"
