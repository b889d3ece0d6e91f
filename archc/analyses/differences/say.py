"""Settings in words: `kernel_size 5 → 3`."""

from __future__ import annotations

from typing import Any

from archc.analyses.differences.changes import Setting
from archc.document.words import Lang, op_label, say


def value(written: Any, lang: Lang = Lang.en) -> str:
    """A value as a spec writes it; in French with decimal commas and its words for flags."""
    if isinstance(written, bool):
        return say("yes" if written else "no", lang) if lang is Lang.fr else str(written).lower()
    if isinstance(written, tuple):
        between = "; " if lang is Lang.fr else ", "
        return f"[{between.join(value(each, lang) for each in written)}]"
    if isinstance(written, float):
        text = f"{written:.4g}"
        return text.replace(".", ",") if lang is Lang.fr else text
    return "—" if written is None else str(written)


def setting(each: Setting, lang: Lang = Lang.en) -> str:
    """One setting, before and after; an op or a block without the word for it."""
    before, after = value(each.left, lang), value(each.right, lang)
    if each.name == "op":
        before, after = op_label(before, lang), op_label(after, lang)
    name = "" if each.name in ("op", "block") else f"{each.name} "
    return f"{name}{before} → {after}"
