"""The functions that every expression may call."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from archc.expr.sizes import lift


def round_to(value: float, divisor: int, keep: float = 0.0) -> int:
    """The multiple of `divisor` nearest to `value`, at least one and not below `keep * value`.

    With `divisor=8, keep=0.9` this is the channel rounding of the MobileNet and EfficientNet code
    (`_make_divisible` in torchvision).
    """
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < keep * value else rounded


def _round(value: float, digits: int = 0) -> float:
    """Python's `round`, whose result is a whole number unless digits are asked for."""
    if not -20 <= digits <= 20:
        raise ValueError("a number does not have this many digits")
    return round(value, digits) if digits else round(value)


BUILTINS: dict[str, Callable[..., Any]] = {
    "ceil": math.ceil,
    "floor": math.floor,
    "round": _round,
    "min": min,
    "max": max,
    "abs": abs,
    "len": len,
    "sum": sum,
    "round_to": round_to,
}

USAGE = {
    "ceil": "ceil(number)",
    "floor": "floor(number)",
    "round": "round(number) or round(number, digits)",
    "min": "min(a, b, ...) or min(list)",
    "max": "max(a, b, ...) or max(list)",
    "abs": "abs(number)",
    "len": "len(list)",
    "sum": "sum(list)",
    "round_to": "round_to(value, divisor, keep=0.0)",
}
"""How each is called, for messages."""

maximum: Callable[[Any, Any], Any] = partial(lift, "max", max)
"""The greater of two numbers, which may be `Size`s: Python's own `max` would keep one of them."""
