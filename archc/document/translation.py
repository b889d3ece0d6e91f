"""The reader's language: translated messages, numbers and operation labels.

A command or a call of the Python API chooses the language once (`with language("fr"): ...`), and
what it calls says `_("output size")` and `number(1234.5, 1)`. Messages are named by their English
text and translated by the catalogue of the language, `locale/fr.po`; number marks come from Babel,
which English never imports.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

T = TypeVar("T")
OPERATION = "operation"
"""The context of the words that operations are labelled with in figures."""


class Lang(StrEnum):
    """A language that archc writes, by its ISO 639 code."""

    en = "en"
    fr = "fr"


_LANGUAGE: ContextVar[Lang] = ContextVar("language", default=Lang.en)


@contextmanager
def language(lang: str) -> Iterator[None]:
    """Write in this language inside the `with` block; raises `ValueError` for an unknown code."""
    token = _LANGUAGE.set(Lang(lang))
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def current_language() -> Lang:
    """The language of the innermost `with language(...)`, English outside of all."""
    return _LANGUAGE.get()


def _(message: str) -> str:
    """The message in the current language; as it is where the catalogue does not have it."""
    # Gettext keeps the header of a catalogue as the translation of the empty message.
    return message and _catalogue(_LANGUAGE.get()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of a message that the current language uses for this count."""
    return _catalogue(_LANGUAGE.get()).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """The translation of a message whose English means something else in other contexts."""
    return _catalogue(_LANGUAGE.get()).pgettext(context, message)


def N_(messages: T) -> T:  # noqa: N802 (gettext's own name for it)
    """Mark messages that a later `_` translates: one, several, or the values of a mapping."""
    return messages


def number(value: float, digits: int | None = None) -> str:
    """A number with its thousands apart: `1,234.5`, in French `1 234,5` (narrow no-break space).

    Args:
        value: the number.
        digits: how many follow the decimal mark; None writes an integer as it is.
    """
    return localized(f"{value:,}" if digits is None else f"{value:,.{digits}f}")


def localized(written: str) -> str:
    """A number written the English way (`1,234.5M`) with the marks of the current language."""
    return written.translate(_marks(_LANGUAGE.get()))


def compact(value: int) -> str:
    """A count in three digits and its power of 1000: `320`, `9.41K`, `25.6M`."""
    for power, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "K")):
        if value >= 0.9995 * power:
            short = value / power
            return number(short, 2 if short < 9.995 else 1 if short < 99.95 else 0) + letter
    return str(value)


def percent(value: float, digits: int | None = None) -> str:
    """A share as a percentage: `percent(0.125, 1)` is `12.5%`, in French `12,5 %`."""
    return number(100 * value, digits) + _("%")


def comma() -> str:
    """The separator of numbers in a list; a semicolon where the comma is the decimal mark."""
    return pgettext("numbers", ", ")


def op_label(label: str) -> str:
    """An operation's label in a figure: `max pool 3x3 / 2`, in French `pool max 3x3 / 2`."""

    def translated(found: re.Match[str]) -> str:
        return localized(found[0]) if found[0][0].isdigit() else pgettext(OPERATION, found[0])

    return _operation_words(_LANGUAGE.get()).sub(translated, label)


@cache
def _messages(lang: Lang) -> Catalog:
    """The `.po` file of a language."""
    from babel.messages.pofile import read_po  # takes 50 ms, which English does not pay

    path = resources.files("archc.document") / "locale" / f"{lang}.po"
    with path.open("rb") as source:
        return read_po(source, lang.value)


@cache
def _catalogue(lang: Lang) -> gettext.NullTranslations:
    """The messages of a language, compiled for look-up."""
    if lang is Lang.en:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _messages(lang))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _marks(lang: Lang) -> dict[int, str]:
    """The translation table from English's comma and point in numbers to a language's marks."""
    if lang is Lang.en:
        return {}
    from babel import Locale

    symbols = Locale.parse(lang).number_symbols["latn"]
    return {ord(","): symbols["group"], ord("."): symbols["decimal"]}


@cache
def _operation_words(lang: Lang) -> re.Pattern[str]:
    """The words of operation labels that a language translates, the longest first, and decimals."""
    words: list[str] = []
    if lang is not Lang.en:
        words = [str(each.id) for each in _messages(lang) if each.context == OPERATION]
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join([*(rf"\b{word}\b" for word in longest_first), r"\d\.\d"]))
