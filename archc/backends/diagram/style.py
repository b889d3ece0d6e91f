"""What a writer is told beside the figure: theme, direction, language, heat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from archc.backends.diagram.figure import Box
from archc.backends.diagram.heat import Heat
from archc.backends.diagram.theme import LECTURE, Theme
from archc.words import Lang

Direction: TypeAlias = Literal["TB", "LR"]
"""From the top down, or from left to right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a figure is written, by whichever writer."""

    theme: Theme = LECTURE
    direction: Direction = "TB"
    lang: Lang = Lang.en
    heat: Heat | None = None
    """Boxes coloured by a quantity, instead of by the family of their operations."""

    def fill(self, box: Box) -> str:
        """The colour of a box that has one."""
        if self.heat:
            return self.theme.heat(self.heat.share(box))
        return self.theme.fills[box.rows[0].family] if box.rows else self.theme.block

    def fills(self, box: Box) -> list[str]:
        """The colours of a box's rows."""
        if self.heat:
            return [self.fill(box)] * len(box.rows)
        return [self.theme.fills[row.family] for row in box.rows]


DEFAULT = Style()
"""What `archc compile` draws with."""
