"""What is different between two networks, as tables and as data."""

from archc.lectures.diff_report.lines import lines, remark
from archc.lectures.diff_report.page import changes_table, markdown, page, totals_table

__all__ = ["changes_table", "lines", "markdown", "page", "remark", "totals_table"]
