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


def _logarithm(function: Callable[..., float]) -> Callable[..., float]:
    """A logarithm that says of what there is none."""

    def logarithm(value: float, *base: float) -> float:
        if value <= 0 or any(each <= 0 for each in base):
            raise ArithmeticError("only what is greater than 0 has a logarithm")
        return function(value, *base)

    return logarithm


def _sqrt(value: float) -> float:
    """The square root; ArithmeticError for a negative number."""
    if value < 0:
        raise ArithmeticError("the root of a negative number is no size")
    return math.sqrt(value)


def _extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    """`min` or `max`, which say so where there is nothing to choose from."""

    def extreme(*values: Any) -> Any:
        if values in (([],), ((),)):
            raise ArithmeticError("an empty list has neither a least nor a greatest item")
        return function(*values)

    return extreme


def _range(*bounds: int) -> list[int]:
    """Whole numbers from `start` (0) up to `stop`, which is not among them, `step` (1) apart."""
    numbers = range(*bounds)
    if len(numbers) > LONGEST_LIST:
        raise ArithmeticError(f"a range has at most {LONGEST_LIST} numbers")
    return list(numbers)


LONGEST_LIST = 10_000
"""Numbers of a range."""

BUILTINS: dict[str, Callable[..., Any]] = {
    "ceil": math.ceil,
    "floor": math.floor,
    "round": _round,
    "min": _extreme(min),
    "max": _extreme(max),
    "abs": abs,
    "len": len,
    "sum": sum,
    "range": _range,
    "sqrt": _sqrt,
    "exp": math.exp,
    "log": _logarithm(math.log),
    "log2": _logarithm(math.log2),
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
    "range": "range(stop), range(start, stop) or range(start, stop, step)",
    "sqrt": "sqrt(number)",
    "exp": "exp(number)",
    "log": "log(number) or log(number, base)",
    "log2": "log2(number)",
    "round_to": "round_to(value, divisor, keep=0.0)",
}
"""How each is called, for messages."""

EXAMPLES: dict[str, tuple[str, str, Any]] = {
    "ceil": ("The least whole number that is not below it.", "ceil(2.1)", 3),
    "floor": ("The greatest whole number that is not above it.", "floor(2.9)", 2),
    "round": (
        "The nearest whole number, halves to the even one; or to so many digits.",
        "round(2.5)",
        2,
    ),
    "min": ("The least of several numbers, or of a list.", "min(3, 8)", 3),
    "max": ("The greatest of several numbers, or of a list.", "max(k % 3 for k in range(9))", 2),
    "abs": ("The number without its sign.", "abs(3 - 8)", 5),
    "len": ("How many items a list has.", "len([16, 32, 64])", 3),
    "sum": ("All numbers of a list together.", "sum(2 * k for k in range(4))", 12),
    "range": ("Whole numbers from `start` (0) up to `stop`, without it.", "range(1, 4)", [1, 2, 3]),
    "sqrt": ("The square root.", "sqrt(16)", 4.0),
    "exp": ("The exponential function, to the base e.", "exp(0)", 1.0),
    "log": ("The logarithm, to the base e or to the one given.", "log(8, 2)", 3.0),
    "log2": ("The logarithm to the base 2.", "log2(8)", 3.0),
    "round_to": (
        "The multiple of `divisor` nearest to `value`: at least one, and not below `keep * value`.",
        "round_to(35, 8, keep=0.9)",
        32,
    ),
}
"""What each comes to, in words; an example, and its value."""

maximum: Callable[[Any, Any], Any] = partial(lift, "max", max)
"""The greater of two numbers, which may be `Size`s: Python's own `max` would keep one of them."""
