"""How a figure looks: fonts, sizes and colours, and nothing about networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archc.ops.base import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Everything about a figure that is a matter of taste."""

    font: str
    """A list of families. The engine measures with the first that it has, a browser draws with
    the first that it has: they are kept to faces no wider than the measured one."""
    size: int
    """Of names and labels, in points."""
    small: int
    """Of shapes and figures."""
    ink: str
    paper: str
    line: str
    """Edges and borders."""
    block: str
    """The fill of a folded block."""
    clusters: tuple[str, str]
    """The fills of opened blocks, by turns from the outside."""
    fills: Mapping[Family, str]


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
)
"""Black on light fills, for slides and print."""
