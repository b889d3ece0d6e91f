"""What a writer is told beside the figure: theme, direction, language, heat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from archc.lectures.figures.figure import Box
from archc.lectures.figures.heat import Heat
from archc.lectures.figures.highlight import Highlight
from archc.lectures.figures.theme import LECTURE, Mark, Theme

Direction: TypeAlias = Literal["TB", "LR"]
"""From the top down, or from left to right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a figure is written, by whichever writer."""

    theme: Theme = LECTURE
    direction: Direction = "TB"
    heat: Heat | None = None
    """Boxes coloured by a quantity, instead of by the family of their operations."""
    highlight: Highlight | None = None
    """Two networks in one: boxes coloured by what became of them."""

    def fill(self, box: Box) -> str:
        """The colour of a box that has one."""
        if self.heat:
            return self.theme.heat(self.heat.share(box))
        if self.highlight:
            mark = self.highlight.parts.get(box.id)
            return self.theme.tint(mark) if mark else self.theme.paper
        return self.theme.fills[box.rows[0].family] if box.rows else self.theme.block

    def mark(self, id: str) -> Mark | None:
        """What became of a part, in a figure of two networks."""
        return self.highlight.parts.get(id) if self.highlight else None

    def gone(self, box: Box) -> list[bool]:
        """Which of a box's rows are there no more."""
        marks = self.highlight.of_rows(box) if self.highlight else (None,) * len(box.rows)
        return [mark == "removed" for mark in marks]

    def fills(self, box: Box) -> list[str]:
        """The colours of a box's rows."""
        if self.heat:
            return [self.fill(box)] * len(box.rows)
        if self.highlight:
            marks = self.highlight.of_rows(box)
            return [self.theme.tint(mark) if mark else self.theme.paper for mark in marks]
        return [self.theme.fills[row.family] for row in box.rows]


DEFAULT = Style()
"""What `archc compile` draws with."""
