"""The pages of the analyses beyond cost: memory, roofline, paths, channels, fields, conventions."""

from __future__ import annotations

from archc.lectures.studies import channels, conventions, field, memory, paths, roofline

__all__ = ["channels", "conventions", "field", "memory", "paths", "roofline"]
