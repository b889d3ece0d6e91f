"""What figures, tables and derivations say, in the reader's language; numbers as it writes them."""

from __future__ import annotations

import re
from enum import StrEnum

from archc.document.words.comparing import COMPARING
from archc.document.words.operations import OPERATIONS
from archc.document.words.page import PAGE
from archc.document.words.sentences import SENTENCES
from archc.document.words.studies import STUDIES
from archc.document.words.terms import TERMS


class Lang(StrEnum):
    """The languages of the lectures."""

    en = "en"
    fr = "fr"


WORDS: dict[str, str] = {**TERMS, **SENTENCES, **PAGE, **COMPARING, **STUDIES}
"""The French for each English phrase; the phrase itself is its name in the code."""

_OP_WORD = re.compile(
    "|".join(rf"\b{word}\b" for word in sorted(OPERATIONS, key=len, reverse=True)) + r"|\d\.\d"
)


def say(phrase: str, lang: Lang = Lang.en) -> str:
    """A phrase in a language; raises `KeyError` for one that `WORDS` does not have."""
    french = WORDS[phrase]
    return french if lang is Lang.fr else phrase


def number(value: float, lang: Lang = Lang.en, digits: int | None = None) -> str:
    """A number with its thousands apart: `1,234.5`, in French `1 234,5` (narrow no-break space).

    Args:
        value: what to write.
        lang: as whom.
        digits: how many after the decimal mark; None for an integer as it is.
    """
    text = f"{value:,}" if digits is None else f"{value:,.{digits}f}"
    if lang is Lang.fr:
        return text.translate({ord(","): "\N{NARROW NO-BREAK SPACE}", ord("."): ","})
    return text


def compact(value: int, lang: Lang = Lang.en) -> str:
    """A number in three digits: `320`, `9.41K`, `25.6M`."""
    for power, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "K")):
        if value >= 0.9995 * power:
            short = value / power
            return number(short, lang, 2 if short < 9.995 else 1 if short < 99.95 else 0) + letter
    return str(value)


def sign(mark: str, lang: Lang = Lang.en) -> str:
    """A colon or a semicolon and the space after it; French has one before it too."""
    return f"\N{NARROW NO-BREAK SPACE}{mark} " if lang is Lang.fr else f"{mark} "


def op_label(label: str, lang: Lang = Lang.en) -> str:
    """An operation's label in a figure: `max pool 3x3 / 2`, in French `pool max 3x3 / 2`."""
    if lang is Lang.en:
        return label
    return _OP_WORD.sub(lambda found: OPERATIONS.get(found[0], found[0].replace(".", ",")), label)
