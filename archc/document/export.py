"""Drawing -> the bytes of a file of any kind."""

from __future__ import annotations

from archc.document import engine, svg, tikz
from archc.document.drawing import Drawing

KINDS = ("svg", "pdf", "png", "tex")
"""The kinds of files of a drawing."""


def export(
    drawing: Drawing,
    kind: str,
    *,
    frame: int | None = None,
    standalone: bool = False,
    steps: bool = False,
) -> bytes:
    """A drawing as a file.

    Args:
        drawing: what to write.
        kind: one of `KINDS`.
        frame: an animation step; None is the last one.
        standalone: for `tex`, a whole document.
        steps: for `tex`, animation steps as beamer overlays.

    Raises:
        NoEngine: there is no Graphviz, and the kind is pdf or png.
        ValueError: no such kind.
    """
    match kind:
        case "svg":
            return svg.write(drawing, frame).encode()
        case "tex":
            return tikz.write(drawing, standalone=standalone, steps=steps).encode()
        case "pdf" | "png":
            return engine.picture(drawing, kind, frame)
    raise ValueError(f"a drawing is written as {', '.join(KINDS)}, not {kind}")
