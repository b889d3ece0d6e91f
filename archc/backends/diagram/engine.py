"""DOT text -> picture, with the Graphviz that the pygraphviz wheel carries, or the machine's own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

FORMATS = ("svg", "pdf", "png")
"""What can be drawn."""


class NoEngine(Exception):  # noqa: N818 (named for what is missing)
    """Nothing here can draw; the DOT text is still good elsewhere."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.help = (
            "pip install pygraphviz (its wheels carry Graphviz 14), or put Graphviz's `dot` on "
            "PATH (https://graphviz.org/download); the .dot file itself opens in any Graphviz viewer"
        )
        super().__init__(f"no Graphviz to draw with: {reason}")


def draw(dot: str, format: str) -> bytes:
    """Lay out a DOT text and draw it.

    Args:
        dot: what `emit` gave.
        format: one of `FORMATS`.

    Raises:
        NoEngine: neither the bundled engine nor a `dot` on PATH can do it.
        ValueError: no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"a figure is drawn as {', '.join(FORMATS)}, not {format}")
    reasons = []
    for engine in (_bundled, _installed):
        try:
            if picture := engine(dot, format):
                return picture
            reasons.append("it drew nothing")
        except Exception as error:  # whatever is wrong with one engine, the next may do
            reasons.append(f"{type(error).__name__}: {error}")
    raise NoEngine("; ".join(" ".join(reason.split()) for reason in reasons))


def _bundled(dot: str, format: str) -> bytes:
    """In this process: the wheel's libraries have the layout, there is no binary in it."""
    pygraphviz: Any = import_module("pygraphviz")
    with _hushed(), pygraphviz.AGraph(string=dot) as graph:
        return bytes(graph.draw(format=format, prog="dot"))


def _installed(dot: str, format: str) -> bytes:
    graphviz: Any = import_module("graphviz")
    return bytes(graphviz.Source(dot).pipe(format=format, quiet=True))


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep the C libraries' remarks (fontconfig's about system files) out of the terminal."""
    kept = os.dup(2)
    try:
        with tempfile.TemporaryFile() as sink:
            os.dup2(sink.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
