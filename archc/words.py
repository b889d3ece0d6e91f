"""What figures, tables and derivations say, in the reader's language; numbers as it writes them."""

from __future__ import annotations

from enum import StrEnum


class Lang(StrEnum):
    """The languages of the lectures."""

    en = "en"
    fr = "fr"


WORDS: dict[str, str] = {
    "activations": "activations",
    "block": "bloc",
    "convolution": "convolution",
    "depth": "profondeur",
    "input": "entrée",
    "layer": "couche",
    "multiply-adds": "multiplications-additions",
    "output": "sortie",
    "output size": "taille de sortie",
    "parameters": "paramètres",
    "receptive field": "champ récepteur",
    "stride": "pas",
    "total": "total",
    "type": "type",
}
"""The French for each English phrase; the phrase itself is its name in the code."""


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
