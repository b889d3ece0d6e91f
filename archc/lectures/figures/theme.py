"""The themes of figures: fonts, sizes and colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from archc.ops.base import Family

Mark: TypeAlias = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The fonts, sizes and colours of a figure."""

    font: str
    """A list of families. The engine measures with the first that it has, a browser draws with
    the first that it has: they are kept to faces no wider than the measured one."""
    size: int
    """The size of names and labels, in points."""
    small: int
    """The size of shapes and numbers, in points."""
    ink: str
    paper: str
    line: str
    """The colour of edges and borders."""
    block: str
    """The fill of a folded block."""
    clusters: tuple[str, str]
    """The fills of opened blocks, by turns from the outside."""
    fills: Mapping[Family, str]
    marks: Mapping[Mark, str]
    """The colours of borders and lines of added, removed and changed parts."""
    ramp: tuple[str, ...]
    """The colours from zero to the greatest value of a quantity, distinct by lightness alone."""

    def colours(self) -> dict[str, str]:
        """Every named colour: the paper, the ink, the families of operations."""
        fills = dict[str, str](self.fills.items())
        frames = {f"block-{k + 1}": fill for k, fill in enumerate(self.clusters)}
        named = {"paper": self.paper, "ink": self.ink, "line": self.line, "block": self.block}
        return named | frames | fills

    def ink_on(self, fill: str) -> str:
        """Black or white, whichever reads better; the theme's ink where that is good enough."""
        if contrast(self.ink, fill) >= READS:
            return self.ink
        return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, fill))

    def tint(self, mark: Mark) -> str:
        """A light fill for a mark's colour."""
        ends = zip(channels(self.paper), channels(self.marks[mark]), strict=True)
        return "#" + "".join(f"{round(a + (b - a) * TINT):02x}" for a, b in ends)

    def heat(self, share: float) -> str:
        """The colour of a share of the most, from 0 to 1."""
        place = min(max(share, 0.0), 1.0) * (len(self.ramp) - 1)
        k = min(int(place), len(self.ramp) - 2)
        ends = zip(channels(self.ramp[k]), channels(self.ramp[k + 1]), strict=True)
        return "#" + "".join(f"{round(a + (b - a) * (place - k)):02x}" for a, b in ends)


TINT = 0.16
"""The share of a mark's colour in its fill."""
READS = 4.5
"""The least contrast of text that WCAG 2 demands (level AA)."""


def channels(colour: str) -> tuple[int, int, int]:
    """`#a9cbec` as red, green and blue."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2, from 1 (the same) to 21 (black and white)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    linear = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in channels(colour))
    )
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


LECTURE = Theme(
    font="Helvetica,Arial,DejaVu Sans,sans-serif",
    size=13,
    small=11,
    ink="#000000",
    paper="#ffffff",
    line="#4d4d4d",
    block="#e4e4ee",
    clusters=("#f7f7f7", "#eeeeee"),
    # Tints of Paul Tol's `light` scheme, which is made for black text on it and stays apart for
    # every kind of colour blindness.
    fills={
        "conv": "#a9cbec",
        "linear": "#8fd6c0",
        "norm": "#f4ebb0",
        "activation": "#ffc4d0",
        "pool": "#f4b39b",
        "join": "#ffffff",
        "regularise": "#d5d5d5",
        "reshape": "#d9e08c",
        "other": "#efefef",
    },
    # Okabe and Ito's green, vermilion and orange, for every kind of colour vision.
    marks={"added": "#009e73", "removed": "#d55e00", "changed": "#e69f00"},
    # ColorBrewer's YlOrBr, as far as black reads on it.
    ramp=("#fffdf0", "#fee391", "#fec44f", "#fb9a29", "#e07010"),
)
"""Black on light fills, for slides and print."""

PAPER = Theme(
    font=LECTURE.font,
    size=13,
    small=11,
    ink="#000000",
    paper="#ffffff",
    line="#000000",
    block="#ffffff",
    clusters=("#ffffff", "#ffffff"),
    # Two greys that a copier keeps apart, for what has the weights.
    fills={
        "conv": "#e2e2e2",
        "linear": "#c2c2c2",
        "norm": "#ffffff",
        "activation": "#ffffff",
        "pool": "#ffffff",
        "join": "#ffffff",
        "regularise": "#ffffff",
        "reshape": "#ffffff",
        "other": "#ffffff",
    },
    marks={"added": "#000000", "removed": "#000000", "changed": "#000000"},
    ramp=("#ffffff", "#808080"),
)
"""Black on white, for articles."""

DARK = Theme(
    font=LECTURE.font,
    size=13,
    small=11,
    ink="#f4f4f4",
    paper="#16181d",
    line="#b4b8c0",
    block="#2f1846",
    clusters=("#20232a", "#2a2e37"),
    # Searched for: the greatest least distance (CIELAB) between any two under protanopia,
    # deuteranopia and tritanopia, with the ink readable on each.
    fills={
        "conv": "#2e479a",
        "linear": "#007c72",
        "norm": "#96603d",
        "activation": "#a52951",
        "pool": "#752215",
        "join": "#16181d",
        "regularise": "#534677",
        "reshape": "#6e7200",
        "other": "#3d4048",
    },
    marks={"added": "#2fd6a3", "removed": "#ff8a3d", "changed": "#ffc233"},
    ramp=("#20232a", "#5a2a6e", "#b63679", "#fb8761", "#fcfdbf"),
)
"""White on dark fills, for dark slides; the ramp is matplotlib's magma."""

THEMES: Mapping[str, Theme] = {"paper": PAPER, "slide": LECTURE, "dark": DARK}
"""The themes by name."""
