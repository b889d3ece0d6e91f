"""The changes backend: what is different between two networks, as tables and as data."""

from archc.backends.changes.lines import COLUMNS, NUMBERS, Line, lines, remark, totals
from archc.backends.changes.markdown import write as markdown

__all__ = ["COLUMNS", "NUMBERS", "Line", "lines", "markdown", "remark", "totals"]
