"""Themes -> CSS variables: the colours of figures, and the ink that reads on each."""

from __future__ import annotations

from archc.lectures.figures.theme import Theme

STEPS = 32
"""Of a ramp, from nothing to the most."""


def variables(theme: Theme) -> str:
    """`--conv: #a9cbec; --conv-ink: #000000; ...`, a line for each colour."""
    colours = theme.colours() | {f"heat-{k}": theme.heat(k / STEPS) for k in range(STEPS + 1)}
    lines = (
        f"--{name}: {fill}; --{name}-ink: {theme.ink_on(fill)};" for name, fill in colours.items()
    )
    return "\n".join(lines)
