"""Tables of ready text, and what their cells may hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archc.analyses.claims import COUNTS

PLACE = ("output", "params", "MACs", "sees", "stride")
"""What is said of each step."""
LEFT = (
    "",
    "step",
    "what",
    "output",
    "param",
    "value",
    "set by",
    "shape",
    "there",
    "source",
    "of",
    "figure",
    "why",
    "by how much",
)
"""Columns of words and shapes; the others are figures and stand to the right."""


@dataclass(frozen=True)
class Table:
    """A table, every cell ready text."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def rule(self) -> list[str]:
        """The line under the head: which way each column leans."""
        return ["---" if column in LEFT else "---:" for column in self.columns]


def called(quantity: str) -> str:
    """What people call a quantity: `MACs`, `output shape`."""
    return COUNTS.get(quantity, quantity).replace("_", " ")


def cell(text: str) -> str:
    """Text that stands in a table as it is."""
    return re.sub(r"[|*<]|\](?=\()", r"\\\g<0>", text)
