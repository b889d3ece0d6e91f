"""Documents of analyses: memory, roofline, paths, channels, receptive fields, conventions."""

from __future__ import annotations

from archc.lectures.studies import channels, conventions, field, memory, paths, roofline

__all__ = ["channels", "conventions", "field", "memory", "paths", "roofline"]
