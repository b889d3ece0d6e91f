"""One layer of a network as grids: input with padding, places of the window, output, its sizes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from archc.analyses.symbols import symbolic
from archc.document import latex
from archc.document import text as plain_text
from archc.document.drawing import AnyShape, Frames
from archc.document.translation import _
from archc.expr.formula import Equation
from archc.lectures.illustrations.scene import Scene, box, label, polygon, stroke
from archc.ops import Op
from archc.ops import Shape as Sizes
from archc.ops.base import pair
from archc.ops.conv import Conv
from archc.ops.sliding import Slide, slides

MOST = 13
"""The most cells of an axis that is drawn in full."""
LEAST = 7
"""The number of cells drawn of an axis that is cut off."""
FEW = 4
"""The number of cells drawn of an output that is cut off."""
GAP = 3.0
TOP, LEFT = 1.7, 1.3
"""Room for measures."""
FRAMES = 5
"""With steps: the input, its padding, the window and what comes of it, the next place, the sizes.
"""


class NoWindow(Exception):
    """The error for an op without a sliding window."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The sizes of one axis, and the number of cells that are drawn of it."""

    slide: Slide
    count: int
    """Of the output."""

    @property
    def end(self) -> int:
        """One past the last cell that is padded or seen."""
        last = (self.count - 1) * self.slide.stride - self.slide.before + self.slide.reach
        return max(self.slide.size + self.slide.after, last)

    @property
    def all(self) -> int:
        """Cells with padding."""
        return self.end + self.slide.before

    @property
    def cells(self) -> int:
        """The number of cells that are drawn."""
        return self.all if self.all <= MOST else min(self.all, max(LEAST, self.least))

    @property
    def least(self) -> int:
        """Enough for two places of the window."""
        return self.slide.reach + self.slide.stride + 1

    @property
    def outputs(self) -> int:
        """The number of output cells that are drawn."""
        return self.count if self.count <= MOST and self.cells == self.all else min(self.count, FEW)


def draw(
    op: Op,
    inputs: Sequence[Sizes],
    output: Sizes,
    steps: bool = False,
) -> Scene:
    """A convolution or a pool with its sizes; large maps are cut off at the right and below.

    Raises:
        NoWindow: no window slides over a map here.
    """
    return _Drawing(op, inputs, output, steps).scene


def axes_of(op: Op, inputs: Sequence[Sizes], output: Sizes) -> tuple[Axis, Axis]:
    """The windows of an op down and across; raises `NoWindow`."""
    kernel = getattr(op, "kernel_size", None)
    if kernel is None or len(inputs) != 1 or len(output) != 3:
        raise NoWindow
    stride = getattr(op, "stride", None)
    made = slides(
        (inputs[0][1], inputs[0][2]),
        pair(kernel),
        pair(kernel if stride is None else stride),
        getattr(op, "padding", 0),
        pair(getattr(op, "dilation", 1)),
    )
    return Axis(made[0], output[1]), Axis(made[1], output[2])


class _Drawing:
    """The drawing while it is made."""

    def __init__(self, op: Op, inputs: Sequence[Sizes], output: Sizes, steps: bool) -> None:
        self.op, self.steps = op, steps
        self.down, self.across = axes_of(op, inputs, output)
        self.scene = Scene(frames=FRAMES if steps else 1)
        self.x, self.y = LEFT + self.across.slide.before, TOP + self.down.slide.before
        more = self.across.cells < self.across.all
        self.out_x = LEFT + self.across.cells + more + GAP
        self.out_y = TOP + max(0.0, (self.down.cells - self.down.outputs) / 2)
        self.cells()
        self.dots()
        self.places()
        self.measures()
        low = max(
            TOP + self.down.cells + (self.down.cells < self.down.all),
            self.out_y + self.down.outputs + (self.down.outputs < self.down.count),
        )
        self.captions(low + 0.6, inputs[0], output)
        equations = symbolic(op, tuple(inputs), output).size()
        self.formulas(low + 2.1, equations)
        self.scene.width = self.out_x + max(self.across.outputs + 1.0, 4.0)
        self.scene.height = low + 1.5 + 1.1 * len(equations)

    def put(self, first: int, *items: AnyShape, last: int | None = None) -> None:
        """Draw, from a frame on."""
        frames = Frames(first, last) if self.steps else Frames()
        self.scene.add(*items, frames=frames)

    def cells(self) -> None:
        """The input with its padding, and the output."""
        down, across = self.down.slide, self.across.slide
        for r in range(-down.before, self.down.cells - down.before):
            for c in range(-across.before, self.across.cells - across.before):
                inside = 0 <= r < down.size and 0 <= c < across.size
                fill = "map" if inside else "padding"
                self.put(1 if inside else 2, polygon(box(self.x + c, self.y + r), fill=fill))
        for r in range(self.down.outputs):
            for c in range(self.across.outputs):
                self.put(3, polygon(box(self.out_x + c, self.out_y + r), fill="map"))

    def dots(self) -> None:
        """The dots where more cells follow."""

        def sign(first: int, x: float, y: float, upright: bool) -> None:
            text, tex = ("⋮", r"$\vdots$") if upright else ("⋯", r"$\cdots$")
            self.put(first, label((x, y), text, tex=tex, size=0.7))

        down, across = self.down, self.across
        if across.cells < across.all:
            sign(1, LEFT + across.cells + 0.5, TOP + down.cells / 2, False)
        if down.cells < down.all:
            sign(1, LEFT + across.cells / 2, TOP + down.cells + 0.5, True)
        if across.outputs < across.count:
            sign(3, self.out_x + across.outputs + 0.5, self.out_y + down.outputs / 2, False)
        if down.outputs < down.count:
            sign(3, self.out_x + across.outputs / 2, self.out_y + down.outputs + 0.5, True)

    def places(self) -> None:
        """The window's first place, its second one, and their cells of the output."""
        down, across = self.down.slide, self.across.slide
        x, y = LEFT, TOP
        for i in range(down.kernel):
            for j in range(across.kernel):
                cell = box(x + j * across.dilation, y + i * down.dilation)
                self.put(3, polygon(cell, fill="window"))
        reach = across.reach, down.reach
        self.put(3, polygon(box(self.out_x, self.out_y), fill="response"))
        for corner in (0, 1):
            start = (x + reach[0], y + corner * reach[1])
            line = stroke(start, (self.out_x, self.out_y + corner), dashed=True)
            self.put(3, line)
        if self.across.count > 1:
            second = box(x + across.stride, y, *reach)
            self.put(4, polygon(second, line="second", thick=True, dashed=True))
            cell = box(self.out_x + 1, self.out_y)
            self.put(4, polygon(cell, line="second", thick=True, dashed=True))
        self.put(3, polygon(box(x, y, *reach), line="edge", thick=True))
        self.put(3, polygon(box(self.out_x, self.out_y), line="edge", thick=True))

    def measures(self) -> None:
        """Kernel, stride and padding."""
        down, across = self.down.slide, self.across.slide
        self.across_measure(3, LEFT, across.reach, TOP - 0.3, self.kernel(), "edge")
        if self.across.count > 1:
            text = f"s = {across.stride}"
            self.across_measure(4, LEFT, across.stride, TOP - 1.05, text, "second")
        if down.before:
            x = LEFT - 0.3
            line = stroke((x, TOP), (x, TOP + down.before), arrows=True, colour="ink")
            words = label(
                (x - 0.15, TOP + down.before / 2),
                f"p={down.before}",
                tex=f"$p={down.before}$",
                anchor="end",
                size=0.36,
            )
            self.put(2, line, words)

    def kernel(self) -> str:
        """`k = 3`, `k = 3, d = 2`."""
        across = self.across.slide
        more = f", d = {across.dilation}" if across.dilation > 1 else ""
        return f"k = {across.kernel}{more}"

    def across_measure(
        self, first: int, x: float, length: float, y: float, text: str, colour: str
    ) -> None:
        """A measure above the grid."""
        line = stroke((x, y), (x + length, y), arrows=True, colour=colour)
        at, anchor = (x + length / 2, y - 0.3), "middle"
        if length < 2:
            at, anchor = (x, y - 0.3), "start"
        words = label(at, text, tex=f"${text}$", anchor=anchor, colour=colour, size=0.4)
        self.put(first, line, words)

    def captions(self, y: float, before: Sizes, after: Sizes) -> None:
        """The captions of the grids, with their sizes."""
        middle = LEFT + self.across.cells / 2
        self.caption(1, middle, y, _("input"), before)
        self.caption(3, self.out_x + self.across.outputs / 2, y, _("output"), after)
        if isinstance(self.op, Conv):
            height, width = pair(self.op.kernel_size)
            count = self.op.out_channels
            size = (height, width, before[0] // self.op.groups)
            self.caption(3, (middle + self.out_x + 0.5) / 2, y, f"{count} {_('filters')}", size)

    def caption(self, first: int, x: float, y: float, text: str, size: Sizes) -> None:
        """Two lines: a word, a size."""
        self.put(first, label((x, y), text))
        crosses = " × ".join(map(str, size))
        tex = _times(size)
        self.put(first, label((x, y + 0.55), crosses, tex=tex, size=0.38))

    def formulas(self, y: float, equations: Sequence[Equation]) -> None:
        """The output size, worked out."""
        for k, one in enumerate(equations):
            names: list[ast.expr] = [ast.Name(symbol) for symbol in one.symbols]
            sides = [*names, *([one.formula] if one.formula else []), one.numbers]
            text = " = ".join([*(plain_text.formula(side) for side in sides), str(one.result)])
            tex = " = ".join([*(latex.formula(side) for side in sides), str(one.result)])
            at = (0.2, y + 1.1 * k)
            self.put(5, label(at, text, tex=rf"$\displaystyle {tex}$", anchor="start", size=0.4))


def _times(size: Sizes) -> str:
    return "$" + r" \times ".join(map(str, size)) + "$"
