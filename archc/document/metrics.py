"""The widths of text by metrics that archc carries: figures are the same bytes on every machine.

`metrics.json` has the advance widths of Liberation Sans, which are those of Helvetica and Arial:
what was drawn with them fits in all three. It was read once from the font's `hmtx` table, regular
and bold, and has for each width in font units the characters that are so wide.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources

LINE_HEIGHT = 1.2
"""From one baseline to the next, in font sizes."""
CAP_HEIGHT = 0.7
"""Of a capital letter, in font sizes: text whose baseline is half of it below is centred."""
UNKNOWN = 0.6
"""The width in font sizes of a character without metrics; one that East Asia writes wide has 1."""


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line of text at a font size, in the unit of the size."""
    widths = _widths()["bold" if bold else "regular"]
    return size * sum(widths.get(letter) or _unknown(letter) for letter in text)


@cache
def _widths() -> Mapping[str, Mapping[str, float]]:
    """The width of each character in font sizes, by weight."""
    text = resources.files("archc.document").joinpath("metrics.json").read_text("utf-8")
    found = json.loads(text)
    return {
        weight: {
            letter: int(width) / found["units_per_em"]
            for width, letters in found[weight].items()
            for letter in letters
        }
        for weight in ("regular", "bold")
    }


def _unknown(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else UNKNOWN
