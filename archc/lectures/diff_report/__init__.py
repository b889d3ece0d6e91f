"""The report of a semantic diff of two networks, as tables and as data."""

from archc.lectures.diff_report.lines import COLUMNS, NUMBERS, Line, lines, remark, totals
from archc.lectures.diff_report.markdown import write as markdown

__all__ = ["COLUMNS", "NUMBERS", "Line", "lines", "markdown", "remark", "totals"]
