"""DOT text -> picture, or the layout alone: with pygraphviz's Graphviz, or the machine's own."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from typing import Any

FORMATS = ("svg", "pdf", "png")
"""What can be drawn."""

LAYOUT = "json0"
"""Graphviz's name for where everything is."""

PATIENCE = 120
"""Seconds for one picture."""

BUNDLED = """\
import sys
import pygraphviz
dot = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(pygraphviz.AGraph(string=dot).draw(format=sys.argv[1], prog=sys.argv[2]))
"""
"""The wheel has no `dot` binary; its libraries lay out in their process, which is therefore one
of its own: a crash of theirs, or their remarks about this machine's fonts, stay in there."""


_PLACE = r'<text xml:space="preserve" text-anchor="start" x="[^"]*" y="'
_APART = r"(?:(?<= </text>)|(?=\n[^>]*> ))"  # a blank at the end of the one, or before the other
_LINE = re.compile(rf'({_PLACE}([^"]*)")( .*)</text>((?:{_APART}\n{_PLACE}\2".*</text>)+)')
_PIECE = re.compile(rf'\n{_PLACE}[^"]*"( .*)</text>')
"""Pieces of a line in several fonts, each with a place of its own in Graphviz's SVG."""


class NoEngine(Exception):
    """Nothing here can draw; the DOT text is still good elsewhere."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.help = (
            "`pip install pygraphviz` (its wheels carry Graphviz), or put Graphviz's `dot` on PATH "
            "(https://graphviz.org/download); any Graphviz viewer opens the .dot file itself"
        )
        super().__init__(f"no Graphviz to draw with: {reason}")


def draw(dot: str, format: str, program: str = "dot") -> bytes:
    """Lay out a DOT text and draw it.

    Args:
        dot: what `emit` gave.
        format: one of `FORMATS`.
        program: Graphviz's way to lay out; `neato` leaves what has a place where it is.

    Raises:
        NoEngine: neither the bundled engine nor a `dot` on PATH can do it; its `help` says what
            would.
        ValueError: no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"a figure is drawn as {', '.join(FORMATS)}, not {format}")
    drawn = run(dot, format, program)
    return _joined(drawn.decode()).encode() if format == "svg" else drawn


def _joined(svg: str) -> str:
    """The pieces of each line as one text, so that they stay side by side in a viewer's own font.

    Graphviz places them by the widths of its font; a wider one would make them overlap.
    """

    def join(line: re.Match[str]) -> str:
        pieces = [line[3], *_PIECE.findall(line[4])]
        return f"{line[1]}>{''.join(f'<tspan{piece}</tspan>' for piece in pieces)}</text>"

    return _LINE.sub(join, svg)


def run(dot: str, format: str, program: str = "dot") -> bytes:
    """What Graphviz makes of a DOT text in any of its formats; raises `NoEngine`."""
    reasons = []
    for engine in (_bundled, _installed):
        try:
            return engine(dot, format, program)
        except Exception as error:  # whatever one engine lacks, the next may have
            reasons.append(" ".join(str(error).split()) or type(error).__name__)
    raise NoEngine("; ".join(reasons))


def _bundled(dot: str, format: str, program: str) -> bytes:
    command = [sys.executable, "-c", BUNDLED, format, program]
    done = subprocess.run(command, input=dot.encode(), capture_output=True, timeout=PATIENCE)
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(f"pygraphviz: {said[-1] if said else f'ended with {done.returncode}'}")
    return done.stdout


def _installed(dot: str, format: str, program: str) -> bytes:
    graphviz: Any = import_module("graphviz")
    return bytes(graphviz.Source(dot, engine=program).pipe(format=format, quiet=True))
