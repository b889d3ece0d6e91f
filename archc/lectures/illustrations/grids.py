"""A convolution or a pool on numbers, as on the slides: image * filter = response."""

from __future__ import annotations

from archc.document.drawing import Frames
from archc.document.translation import _
from archc.lectures.illustrations.scene import Scene, box, label, polygon
from archc.lectures.illustrations.sums import figure, lines_of, written
from archc.lectures.illustrations.window import Matrix, Sliding
from archc.ops.conv import Conv
from archc.ops.pool import AvgPool

GAP = 1.4
"""Between two grids."""
LEAST = 9.0
"""Width of a figure, so that its sum has room."""
TOP = 0.2
LINE = 0.6
"""The distance from one line of words to the next."""


def draw(of: Sliding, steps: bool = False, at: tuple[int, int] = (0, 0)) -> Scene:
    """The grids side by side, and the sum for one cell of the response.

    Args:
        of: what to draw.
        steps: whether each place of the window is a frame of its own, the response filling up.
        at: the cell of the response whose window is marked where there are no steps.
    """
    return _Drawing(of, steps, at).scene


class _Drawing:
    """The drawing while it is made."""

    def __init__(self, of: Sliding, steps: bool, at: tuple[int, int]) -> None:
        self.of, self.steps = of, steps
        rows, columns = of.output
        every = [(r, c) for r in range(rows) for c in range(columns)]
        self.places = every if steps else [at]
        self.scene = Scene(frames=len(self.places))
        down, across = of.axes
        self.first = -down.before, -across.before
        self.size = tuple(
            max(axis.size + axis.after, (count - 1) * axis.stride - axis.before + axis.reach)
            + axis.before
            for axis, count in zip(of.axes, of.output, strict=True)
        )
        self.tall = max(self.size[0], rows, len(of.filter or ()))
        wide = self.size[1] + GAP + columns
        wide += GAP + len(of.filter[0]) if of.filter else 0
        self.wide = max(LEAST, wide)
        self.left, self.noted = (self.wide - wide) / 2, False
        self.draw()

    def draw(self) -> None:
        """Draw all shapes, the lowest first."""
        of = self.of
        x, y = self.grid(*self.size)
        self.image = x - self.first[1], y - self.first[0]
        self.ground()
        self.caption(x + self.size[1] / 2, _("image"), self.padding())
        if of.filter:
            self.sign("∗", "$*$")
            height, width = len(of.filter), len(of.filter[0])
            x, y = self.grid(height, width)
            self.matrix(of.filter, x, y)
            self.caption(x + width / 2, f"{_('filter')} {height} × {width}", self.pace())
        self.sign("=" if of.filter else "→", "$=$" if of.filter else r"$\to$")
        rows, columns = of.output
        self.response = x, y = self.grid(rows, columns)
        self.cells(x, y, rows, columns, None)
        pooled = "" if of.filter else self.pace()
        self.caption(x + columns / 2, _("response"), pooled)
        for number, place in enumerate(self.places, 1):
            self.fill(place, self.turn(number))
        self.numbers()
        bottom = TOP + self.tall + (1.75 if self.noted else 1.35)
        lines = 1
        for number, place in enumerate(self.places, 1):
            self.mark(place, self.turn(number))
            parts = lines_of(written(of, place), self.wide)
            lines = max(lines, len(parts))
            for k, (text, tex) in enumerate(parts):
                where = (self.wide / 2, bottom + LINE * k)
                self.scene.add(label(where, text, tex=tex), frames=self.turn(number))
        self.scene.width, self.scene.height = self.wide, bottom + LINE * (lines - 1) + 0.3

    def turn(self, number: int) -> Frames:
        """The frame of one place of the window."""
        return Frames(number, number) if self.steps else Frames()

    def grid(self, rows: int, columns: int) -> tuple[float, float]:
        """Room for a grid: where it starts."""
        x = self.left
        self.left += columns
        return x, TOP + (self.tall - rows) / 2

    def sign(self, text: str, tex: str) -> None:
        """A sign between two grids."""
        at = (self.left + GAP / 2, TOP + self.tall / 2)
        self.scene.add(label(at, text, tex=tex, size=0.7))
        self.left += GAP

    def caption(self, x: float, text: str, small: str) -> None:
        """The caption of a grid: its name, and its numbers below."""
        y = TOP + self.tall + 0.45
        self.scene.add(label((x, y), text))
        if small:
            self.noted = True
            self.scene.add(label((x, y + 0.5), small, tex=f"${small}$", size=0.36))

    def padding(self) -> str:
        """`p = 1`."""
        ends = {end for axis in self.of.axes for end in (axis.before, axis.after)}
        return f"p = {ends.pop()}" if len(ends) == 1 and ends != {0} else ""

    def pace(self) -> str:
        """`s = 2, d = 2`, where they are not 1."""
        down, across = self.of.axes
        words = []
        for name, a, b in (
            ("s", down.stride, across.stride),
            ("d", down.dilation, across.dilation),
        ):
            if (a, b) != (1, 1):
                words.append(f"{name} = {a}" if a == b else f"{name} = ({a}, {b})")
        return ", ".join(words)

    def ground(self) -> None:
        """The cells of the image, its padding in grey, what lies beyond dashed."""
        x, y = self.image
        down, across = self.of.axes
        for r in range(self.first[0], self.first[0] + self.size[0]):
            for c in range(self.first[1], self.first[1] + self.size[1]):
                inside = 0 <= r < down.size and 0 <= c < across.size
                beyond = r >= down.size + down.after or c >= across.size + across.after
                fill = None if inside or beyond else "padding"
                look = "faint" if beyond else "line"
                cell = box(x + c, y + r)
                self.scene.add(polygon(cell, fill=fill, line=look, dashed=beyond))

    def cells(self, x: float, y: float, rows: int, columns: int, fill: str | None) -> None:
        """An empty grid."""
        for r in range(rows):
            self.scene.add(*(polygon(box(x + c, y + r), fill=fill) for c in range(columns)))

    def matrix(self, numbers: Matrix, x: float, y: float) -> None:
        """A grid with its numbers."""
        self.cells(x, y, len(numbers), len(numbers[0]), "weight")
        for r, row in enumerate(numbers):
            for c, number in enumerate(row):
                self.number(x + c, y + r, number)

    def number(self, x: float, y: float, number: float, frames: Frames | None = None) -> None:
        """A number in a cell."""
        text = figure(number)
        self.scene.add(label((x + 0.5, y + 0.5), text, tex=f"${text}$"), frames=frames)

    def numbers(self) -> None:
        """The numbers of the image, of a padding that counts, and of the response."""
        (x, y), of = self.image, self.of
        down, across = of.axes
        padded = of.op is Conv or (of.op is AvgPool and of.counts_padding)
        for r in range(-down.before, down.size + down.after):
            for c in range(-across.before, across.size + across.after):
                if 0 <= r < down.size and 0 <= c < across.size:
                    self.number(x + c, y + r, of.image[r][c])
                elif padded:
                    zero = label((x + c + 0.5, y + r + 0.5), "0", tex="$0$", colour="faint")
                    self.scene.add(zero)
        x, y = self.response
        rows, columns = of.output
        for number, (r, c) in enumerate(((r, c) for r in range(rows) for c in range(columns)), 1):
            frames = Frames(number) if self.steps else None
            self.number(x + c, y + r, of.value(r, c), frames)

    def fill(self, place: tuple[int, int], frames: Frames) -> None:
        """The cells that the window sees, and the output cell computed from them."""
        x, y = self.image
        for cell in self.of.window(*place):
            seen = polygon(box(x + cell.column, y + cell.row), fill="window")
            self.scene.add(seen, frames=frames)
        x, y = self.response
        self.scene.add(polygon(box(x + place[1], y + place[0]), fill="response"), frames=frames)

    def mark(self, place: tuple[int, int], frames: Frames) -> None:
        """The edges of the window and of its response, and the weights in the window's cells."""
        x, y = self.image
        seen = self.of.window(*place)
        first, last = seen[0], seen[-1]
        height, width = last.row - first.row + 1, last.column - first.column + 1
        edge = box(x + first.column, y + first.row, width, height)
        self.scene.add(polygon(edge, line="edge", thick=True), frames=frames)
        for cell in seen if self.of.filter else ():
            weight = figure(cell.weight)
            text, tex = f"×{weight}", rf"${{\times}}{weight.replace('-', '{-}')}$"
            at = (x + cell.column + 0.94, y + cell.row + 0.84)
            small = label(at, text, tex=tex, size=0.24, anchor="end", colour="edge")
            self.scene.add(small, frames=frames)
        x, y = self.response
        corner = box(x + place[1], y + place[0])
        self.scene.add(polygon(corner, line="edge", thick=True), frames=frames)
