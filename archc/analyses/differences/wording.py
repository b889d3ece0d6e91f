"""The text of changed settings, `kernel_size 5 → 3`, in the current language."""

from __future__ import annotations

from typing import Any

from archc.analyses.differences.changes import Setting
from archc.document.translation import _, comma, localized, op_label


def value(written: Any) -> str:
    """A value as a spec writes it, with the current language's decimal mark and words for flags."""
    if isinstance(written, bool):
        return _("true") if written else _("false")
    if isinstance(written, tuple):
        return f"[{comma().join(value(each) for each in written)}]"
    if isinstance(written, float):
        return localized(f"{written:.4g}")
    return "—" if written is None else str(written)


def setting(each: Setting) -> str:
    """One setting before and after; for an op or a block, without the setting's name."""
    before, after = value(each.left), value(each.right)
    if each.name == "op":
        before, after = op_label(before), op_label(after)
    name = "" if each.name in ("op", "block") else f"{each.name} "
    return f"{name}{before} → {after}"
