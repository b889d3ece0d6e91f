"""The old names of `archc.document.translation`, for the figures until they use the new ones."""

from __future__ import annotations

from archc.document import translation
from archc.document.translation import Lang, language

__all__ = ["Lang", "compact", "number", "op_label", "say", "sign"]


def say(phrase: str, lang: Lang = Lang.en) -> str:
    """`_` in a language."""
    with language(lang):
        return translation._(phrase)


def number(value: float, lang: Lang = Lang.en, digits: int | None = None) -> str:
    """`translation.number` in a language."""
    with language(lang):
        return translation.number(value, digits)


def compact(value: int, lang: Lang = Lang.en) -> str:
    """`translation.compact` in a language."""
    with language(lang):
        return translation.compact(value)


def sign(mark: str, lang: Lang = Lang.en) -> str:
    """A colon or a semicolon with its spaces."""
    with language(lang):
        return translation._(f"{mark} ")


def op_label(label: str, lang: Lang = Lang.en) -> str:
    """`translation.op_label` in a language."""
    with language(lang):
        return translation.op_label(label)
