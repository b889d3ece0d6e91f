"""Tables of ready text, and what their cells may hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archc.analyses.claims import COUNTS

PLACE = ("output", "params", "MACs", "sees", "stride")
"""The columns of each step."""
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
"""The columns of words and shapes; the others hold figures and are aligned to the right."""


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
    """The name of a quantity for readers: `MACs`, `output shape`."""
    return COUNTS.get(quantity, quantity).replace("_", " ")


def cell(text: str) -> str:
    """Escape text for a cell of a table."""
    return re.sub(r"[|*<]|\](?=\()", r"\\\g<0>", text)
