"""What figures, tables and derivations say, in the reader's language; numbers as it writes them."""

from __future__ import annotations

import re
from enum import StrEnum


class Lang(StrEnum):
    """The languages of the lectures."""

    en = "en"
    fr = "fr"


WORDS: dict[str, str] = {
    "#Channels": "#Canaux",
    "#Layers": "#Couches",
    "#N×N reduce": "réduction #N×N",
    "Filter Shape": "Taille des filtres",
    "Input Size": "Taille de l'entrée",
    "N-d fc": "fc à N sorties",
    "N-layer": "N couches",
    "N×N max pool": "max pooling N×N",
    "Operator": "Opérateur",
    "Resolution": "Résolution",
    "Stage": "Étape",
    "Type / Stride": "Type / Pas",
    "activation": "activation",
    "activations": "activations",
    "against": "comparé à",
    "agrees though disputed": "conforme, bien que contesté",
    "and": "et",
    "argument": "argument",
    "as the input": "comme l'entrée",
    "at each layer": "à chaque couche",
    "at inference": "à l'inférence",
    "average pool": "pooling moyen",
    "avg pool": "pooling moyen",
    "block": "bloc",
    "buffers": "tampons",
    "calculation": "calcul",
    "computed": "calculé",
    "connections": "connexions",
    "convolution": "convolution",
    "cumulative stride": "pas cumulé",
    "depth": "profondeur",
    "depthwise separable convolution": "convolution séparable en profondeur",
    "dilation": "dilatation",
    "disputed": "contesté",
    "dropout (N%)": "dropout (N %)",
    "every step": "chaque étape",
    "exact": "exact",
    "failed": "non atteint",
    "figure": "grandeur",
    "for training": "pour l'entraînement",
    "groups": "groupes",
    "height": "hauteur",
    "input": "entrée",
    "input (N × N RGB image)": "entrée (image RVB N × N)",
    "input channels": "canaux d'entrée",
    "input features": "composantes d'entrée",
    "input height": "hauteur d'entrée",
    "input height and width": "hauteur et largeur d'entrée",
    "input width": "largeur d'entrée",
    "kernel height": "hauteur du filtre",
    "kernel size": "taille du filtre",
    "kernel width": "largeur du filtre",
    "layer": "couche",
    "layer name": "couche",
    "linear": "linéaire",
    "max pool": "max pooling",
    "multiply-adds": "multiplications-additions",
    "no": "non",
    "normalisation": "normalisation",
    "operations": "opérations",
    "ops": "opérations",
    "other": "autre",
    "output": "sortie",
    "output channels": "canaux de sortie",
    "output size": "taille de sortie",
    "padding": "bord (padding)",
    "parameters": "paramètres",
    "params": "param.",
    "part": "partie",
    "patch size/stride": "taille du filtre/pas",
    "paths meet": "les chemins se rejoignent",
    "pool proj": "proj. pool",
    "pooling": "pooling",
    "printed": "imprimé",
    "published figures": "chiffres publiés",
    "ratio": "rapport",
    "receptive field": "champ récepteur",
    "regularisation": "régularisation",
    "reshaping": "mise en forme",
    "rounded": "arrondi",
    "rule": "règle",
    "scale": "échelle",
    "scaling rules": "règles de mise à l'échelle",
    "separable": "séparable",
    "set": "fixé",
    "softmax": "softmax",
    "source": "source",
    "stage by stage": "étage par étage",
    "standard convolution": "convolution standard",
    "step": "étape",
    "stride": "pas",
    "stride N": "pas N",
    "subsampling": "sous-échantillonnage",
    "sum": "somme",
    "total": "total",
    "type": "type",
    "verdict": "verdict",
    "weight layers": "couches à poids",
    "weights": "poids",
    "what": "opération",
    "width": "largeur",
    "yes": "oui",
}
"""The French for each English phrase; the phrase itself is its name in the code."""

OP_WORDS: dict[str, str] = {
    "avg pool": "pool moyen",
    "batch norm": "norm. par lot",
    "bilinear": "bilinéaire",
    "channels": "canaux",
    "flatten": "aplatir",
    "global avg pool": "pool moyen global",
    "global max pool": "pool max global",
    "group norm": "norm. par groupes",
    "groups": "groupes",
    "identity": "identité",
    "layer norm": "norm. par couche",
    "linear": "linéaire",
    "max pool": "pool max",
    "one minus": "un moins",
    "pad to": "compléter à",
    "partial conv": "conv partielle",
    "shuffle": "mélange",
    "subsample": "sous-échantillonnage",
    "to": "vers",
    "upsample": "agrandir",
    "zero pad": "bord nul",
}
"""The French for the words that operations are labelled with; other words stay as they are."""

_OP_WORD = re.compile(
    "|".join(rf"\b{word}\b" for word in sorted(OP_WORDS, key=len, reverse=True)) + r"|\d\.\d"
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


def op_label(label: str, lang: Lang = Lang.en) -> str:
    """An operation's label as a figure shows it: `max pool 3x3 / 2`, in French `pool max 3x3 / 2`."""
    if lang is Lang.en:
        return label
    return _OP_WORD.sub(lambda found: OP_WORDS.get(found[0], found[0].replace(".", ",")), label)
