"""Numbers as papers print them (`159K`, `~7M`), and whether a computed number rounds to one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from archc.analyses import Part
from archc.ops.base import size
from archc.spec.header import Figure

Fit = Literal["exact", "rounded", "truncated"]

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
_FORM = re.compile(
    r"(?P<about>~?)\s*(?P<whole>\d[\d,_]*)(?:\.(?P<part>\d+))?"
    r"(?:e\+?(?P<power>\d{1,2}))?\s*(?P<unit>[KMGBT]?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as it was printed."""

    text: str
    value: Fraction
    """The number that its digits say."""
    step: Fraction
    """The value of 1 in its last printed digit; 0 for a figure printed in full."""

    def fit(self, computed: float) -> Fit | None:
        """How the figure agrees with a computed number: equal, or rounded or cut off to its digits.

        Papers do both: GoogLeNet's Table 1 prints 73.6 M as 73M and 87.9 M as 88M.
        """
        if computed == self.value:
            return "exact"
        if abs(Fraction(computed) - self.value) <= self.step / 2:
            return "rounded"
        return "truncated" if self.value <= computed < self.value + self.step else None


def read(figure: int | float | str, kilo: int = 1000) -> Printed:
    """Parse a printed figure: `6998552`, `6,998,552`, `159K`, `1.58G`, `3.8e9`, `~7M`.

    `kilo` is what a K means; M, G (or B) and T are always powers of 1000.

    Raises:
        ValueError: it is no figure.
    """
    text = str(figure).strip()
    form = _FORM.fullmatch(text)
    if form is None or isinstance(figure, bool):
        raise ValueError(f"a figure is a number, with K, M, G, B or T where cut short, not {text}")
    digits, part = re.sub("[,_]", "", form["whole"]), form["part"] or ""
    unit = form["unit"].upper()
    scale = Fraction(kilo if unit == "K" else _UNITS[unit]) * 10 ** int(form["power"] or 0)
    step = scale / 10 ** len(part)
    if form["about"] and step == 1:
        # The trailing zeros of a whole number marked as approximate are not significant digits.
        step *= 10 ** (len(digits) - len(digits.rstrip("0")))
    full = step == 1 and not form["about"] and not unit and form["power"] is None
    return Printed(
        text, int(digits + part) * scale / 10 ** len(part), Fraction(0 if full else step)
    )


def same_shape(printed: Sequence[int], computed: Sequence[int]) -> bool:
    """Whether a printed shape is the computed one: 1s at the end do not matter.

    Two numbers are the height and the width of a map.
    """
    if len(printed) == 2 and len(computed) == 3:
        return list(printed) == list(computed[1:])
    return _bare(printed) == _bare(computed)


@dataclass(frozen=True, slots=True)
class Held:
    """A figure beside the computed one."""

    fit: Literal["exact", "rounded"] | None
    """None where it is not met."""
    computed: str
    reason: str = ""
    """How it is met: what was counted, whether it was cut off."""
    help: str = ""
    """By how much it is not met."""


def hold(part: Part, quantity: str, figure: Figure, kilo: int = 1000) -> Held:
    """Hold a printed figure against a part of a network.

    Parameters that were cut short are met by either count: all of them, or the weights of
    convolutions and linear layers alone, as many papers count.

    Raises:
        ValueError: the figure is not one of this quantity.
    """
    if quantity == "output_shape":
        fits = same_shape(_sizes(figure, 1), part.output_shape)
        return Held("exact" if fits else None, size(part.output_shape))
    if quantity == "receptive_field":
        if part.receptive_field is None:
            return Held(None, "none", help="the network's input is not a map")
        seen = list(part.receptive_field.size)
        return Held("exact" if _sizes(figure, 2) == seen else None, size(tuple(seen)))
    if figure is None or isinstance(figure, list):
        raise ValueError(f"`{quantity}` is one number, not a list")
    printed = read(figure, kilo)
    computed: float = part.depth if quantity == "depth" else getattr(part.cost, quantity)
    if quantity == "expected_depth":
        computed = round(computed, 9)  # a sum of floats
    counts = [(computed, "")]
    if quantity == "params" and printed.step:
        counts.append((part.cost.weights, "weights alone"))
    fits_ = [(fit, count, how) for count, how in counts if (fit := printed.fit(count))]
    if not fits_:
        return Held(None, f"{computed:,}", help=_factor(printed, computed, kilo))
    fit, count, how = min(fits_, key=lambda each: get_args(Fit).index(each[0]))
    cut = "cut off, not rounded" if fit == "truncated" else ""
    reason = "; ".join(text for text in (how, cut) if text)
    return Held("exact" if fit == "exact" else "rounded", f"{count:,}", reason)


def shown(figure: Figure) -> str:
    """A figure for people: a shape with crosses, a whole number with commas."""
    if isinstance(figure, list):
        return size(tuple(figure))
    return f"{figure:,}" if isinstance(figure, int) else str(figure)


def _sizes(figure: Figure, axes: int) -> list[int]:
    if isinstance(figure, list):
        return figure
    if not isinstance(figure, int):
        raise ValueError(f"this figure is a list of sizes, not {figure}")
    return [figure] * axes


def _factor(printed: Printed, computed: float, kilo: int) -> str:
    if not printed.value or not computed:
        return ""
    meant = f" ({printed.text} is {float(printed.value):,.6g}, as K is {kilo:,})"
    if kilo == 1000 or "K" not in printed.text.upper():
        meant = ""
    ratio = float(Fraction(computed) / printed.value)
    if 0.5 < ratio < 2:
        more = "more" if ratio > 1 else "less"
        return f"that is {abs(ratio - 1):.2%} {more} than printed{meant}"
    if ratio < 1:
        return f"printed is {1 / ratio:,.4g} times what is computed{meant}"
    return f"that is {ratio:,.4g} times the printed figure{meant}"


def _bare(shape: Sequence[int]) -> list[int]:
    sizes = list(shape)
    while len(sizes) > 1 and sizes[-1] == 1:
        sizes.pop()
    return sizes
