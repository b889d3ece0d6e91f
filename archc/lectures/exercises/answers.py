"""Parses the answers of students, numbers and shapes in the forms that people write."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from archc.analyses.claims.printed import read
from archc.ops import Shape

DASHES = ("—", "–", "-")
"""The texts for a value of zero or nothing in sheets."""
_SPACES = re.compile(r"[\s'’_\u00a0\u202f\u2009]+")
_GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+")
_SHORT = re.compile(r"~?\d+(\.\d+)?(e\d+)?[KMGBT]?", re.IGNORECASE)
_WORDS = (
    (re.compile(r"(milliards?|billions?|mrd)$", re.IGNORECASE), "G"),
    (re.compile(r"(millions?|mio)$", re.IGNORECASE), "M"),
    (re.compile(r"(thousands?|milliers?|mille)$", re.IGNORECASE), "K"),
    (re.compile(r"(param[a-zèé]*\.?|macs?|opérations?|ops)$", re.IGNORECASE), ""),
)
_DIGITS = 2
"""Digits that a rounded number must have at least."""


@dataclass(frozen=True)
class Number:
    """A number as it was written."""

    value: int
    text: str
    """In a form that `figures.read` takes."""

    def says(self, computed: int) -> bool:
        """Whether it is the computed number, in full or rounded to two digits or more."""
        return self.value == computed or (self.rounds(computed) and not self.coarse(computed))

    def rounds(self, computed: int) -> bool:
        """Whether it is the computed number, rounded to its digits."""
        return not self.text.isdigit() and read(self.text).fit(computed) in ("exact", "rounded")

    def cut(self, computed: int) -> bool:
        """Whether it is the computed number, cut off after its digits."""
        return not self.text.isdigit() and read(self.text).fit(computed) == "truncated"

    def coarse(self, computed: int) -> bool:
        """Whether it has too few digits to tell."""
        digits = re.sub(r"\D", "", self.text.lower().partition("e")[0]).lstrip("0")
        return len(digits) < min(_DIGITS, len(str(computed)))


def number(written: str) -> Number | None:
    """`1 048 576`, `1,048,576`, `1.05M`, `1,05 million`, `7*7*3*64 + 64`; None for others."""
    text = written.strip().lstrip("=≈").strip()
    text = "0" if text in DASHES else text
    for word, unit in _WORDS:
        text = word.sub(unit, text).strip()
    text = _SPACES.sub("", text)
    if _GROUPED.fullmatch(text):
        text = re.sub("[.,]", "", text)
    if re.fullmatch(r"~?\d+,\d+[KMGBT]?", text, re.IGNORECASE):
        text = text.replace(",", ".")
    if _SHORT.fullmatch(text):
        said = read(text).value
        return Number(int(said), text) if said.denominator == 1 else None
    value = _sum(text.replace("×", "*").replace("·", "*").replace("^", "**"))
    return None if value is None else Number(value, str(value))


def shape(written: str) -> Shape | None:
    """`55x55x96`, `96 × 55 × 55`, `(None, 55, 55, 96)`, `55² x 96`; None for anything else."""
    text = re.sub(r"\bNone\b", "", written, flags=re.IGNORECASE)
    text = re.sub(r"(\d+)\s*(?:²|\^2)", r"\1x\1", text)
    if re.search(r"[^\d\s()\[\],;.x×X*\u00a0\u202f]", text):
        return None
    found = tuple(int(n) for n in re.findall(r"\d+", text))
    return found or None


def same(written: Shape, computed: Shape) -> bool:
    """Whether a shape is the computed one (C, H, W), in that order or as H, W, C.

    1s do not matter, so that a vector may be written as a map of one cell, and a batch of 1 too.
    """
    orders = [computed, (*computed[1:], computed[0])]
    return any(_bare(written) == _bare(order) for order in orders)


def channels_first(written: Shape, computed: Shape) -> Shape:
    """A shape in PyTorch's order, as far as the computed one tells which order was meant."""
    if len(written) == 4:
        written = written[1:]
    if len(written) != 3 or len(computed) != 3:
        return written
    last = (written[2], *written[:2])
    if written[0] == written[1] != written[2] or written[2] == computed[0]:
        return last
    return written


def _bare(shape: Shape) -> list[int]:
    return [size for size in shape if size != 1]


def _sum(text: str) -> int | None:
    """The value of a small sum of products of whole numbers."""
    if len(text) > 200 or not re.fullmatch(r"[\d+\-*/()]+", text):
        return None
    try:
        return _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        return None


def _value(tree: ast.expr) -> int:
    match tree:
        case ast.Constant(int() as value):
            return value
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand)
        case ast.BinOp(left, ast.Pow(), ast.Constant(int() as power)) if power <= 4:
            return _small(int(_value(left) ** power))
        case ast.BinOp(left, op, right):
            a, b = _value(left), _value(right)
            match op:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return _small(a * b)
                case ast.Div() | ast.FloorDiv():
                    return a // b
    raise ValueError(ast.dump(tree))


def _small(value: int) -> int:
    if abs(value) > 10**18:
        raise ValueError(value)
    return value
