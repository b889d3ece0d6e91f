"""Network -> Markdown: a page to read beside the paper."""

from __future__ import annotations

from archc.lectures.report.page import emit

__all__ = ["emit"]
