"""Text and numbers as TeX writes them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_SPECIAL: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    '"': r"\textquotedbl{}",
    "×": r"$\times$",
    "−": "$-$",
    "·": r"$\cdot$",
    "–": "--",
    "…": r"\ldots{}",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
    "\N{NO-BREAK SPACE}": "~",
}
_SIZES = re.compile(r"(?<=\d)x(?=\d)")
_SHAPE = re.compile(r"[\d–×… ]+")


def tex(text: str) -> str:
    """Text for a paragraph: `7x7` gets its sign, what TeX takes for a command does not act."""
    return "".join(_SPECIAL.get(letter, letter) for letter in _SIZES.sub("×", text))


def shape(text: str) -> str:
    """`64 × 112 × 112` as mathematics."""
    if not _SHAPE.fullmatch(text):
        return tex(text)
    inner = text.replace("×", r"\times").replace("–", r"\mbox{--}").replace("…", r"\ldots")
    return f"${inner}$"


def length(value: float) -> str:
    """A coordinate: a tenth of a point is less than anyone sees."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def unique(text: str, taken: Collection[str]) -> str:
    """A node's name: TikZ reads a dot as an anchor, a colon as an angle."""
    base = re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-") or "node"
    wanted, number = base, 1
    while wanted in taken:
        number += 1
        wanted = f"{base}-{number}"
    return wanted
