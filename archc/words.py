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
    "Input": "Entrée",
    "Input Size": "Taille de l'entrée",
    "Layers": "Couches",
    "N-d fc": "fc à N sorties",
    "N-layer": "N couches",
    "ND fully-connected": "fc à N sorties",
    "N×N average pool": "pooling moyen N×N",
    "N×N conv": "conv N×N",
    "N×N global average pool": "pooling moyen global N×N",
    "N×N max pool": "max pooling N×N",
    "Operator": "Opérateur",
    "Output Size": "Taille de sortie",
    "Pooling": "Pooling",
    "Resolution": "Résolution",
    "Stage": "Étape",
    "Type / Stride": "Type / Pas",
    "a filter has height times width weights for each channel": (
        "un filtre a hauteur fois largeur poids par canal"
    ),
    "a filter sees the channels of its own group only": (
        "un filtre ne voit que les canaux de son groupe"
    ),
    "a pool has nothing to learn": "un pooling n'a rien à apprendre",
    "a weight is used at every place of the output, not of the input": (
        "un poids sert à chaque position de la sortie, pas de l'entrée"
    ),
    "activation": "activation",
    "activations": "activations",
    "against": "comparé à",
    "agrees though disputed": "conforme, bien que contesté",
    "and": "et",
    "answer": "réponse",
    "argument": "argument",
    "as the input": "comme l'entrée",
    "at each layer": "à chaque couche",
    "at inference": "à l'inférence",
    "average pool": "pooling moyen",
    "avg pool": "pooling moyen",
    "biases are not counted": "les biais ne comptent pas",
    "block": "bloc",
    "buffers": "tampons",
    "calculation": "calcul",
    "column": "colonne",
    "computed": "calculé",
    "connections": "connexions",
    "convolution": "convolution",
    "convolution, N groups": "convolution, N groupes",
    "cumulative stride": "pas cumulé",
    "cut off, not rounded": "tronqué, pas arrondi",
    "depth": "profondeur",
    "depthwise convolution": "convolution en profondeur",
    "depthwise separable convolution": "convolution séparable en profondeur",
    "dilation": "dilatation",
    "disputed": "contesté",
    "dropout (N%)": "dropout (N %)",
    "each filter sees all channels of its input": (
        "chaque filtre voit tous les canaux de son entrée"
    ),
    "empty": "vide",
    "every step": "chaque étape",
    "exact": "exact",
    "expected": "attendu",
    "failed": "non atteint",
    "figure": "grandeur",
    "filter": "filtre",
    "filters": "filtres",
    "follows from the answer above": "découle de la réponse précédente",
    "for training": "pour l'entraînement",
    "global average pool": "pooling moyen global",
    "groups": "groupes",
    "height": "hauteur",
    "height and width are right, the channels are not": (
        "hauteur et largeur sont justes, pas les canaux"
    ),
    "image": "image",
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
    "no bias": "sans biais",
    "normalisation": "normalisation",
    "not a number": "ce n'est pas un nombre",
    "not a size": "ce n'est pas une taille",
    "number": "nombre",
    "only convolutions and linear layers are counted": (
        "seules les convolutions et les couches linéaires comptent"
    ),
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
    "points": "points",
    "pool proj": "proj. pool",
    "pooling": "pooling",
    "printed": "imprimé",
    "published figures": "chiffres publiés",
    "ratio": "rapport",
    "receptive field": "champ récepteur",
    "regularisation": "régularisation",
    "remark": "remarque",
    "reshaping": "mise en forme",
    "response": "réponse",
    "rounded": "arrondi",
    "rule": "règle",
    "scale": "échelle",
    "scaling rules": "règles de mise à l'échelle",
    "separable": "séparable",
    "set": "fixé",
    "size": "taille",
    "softmax": "softmax",
    "source": "source",
    "stage by stage": "étage par étage",
    "standard convolution": "convolution standard",
    "step": "étape",
    "stride": "pas",
    "stride N": "pas N",
    "subsampling": "sous-échantillonnage",
    "sum": "somme",
    "the + 1 of the formula is missing": "il manque le + 1 de la formule",
    "the biases are forgotten": "les biais sont oubliés",
    "the channels are as many as there are filters, not the input's": (
        "il y a autant de canaux que de filtres, pas ceux de l'entrée"
    ),
    "the channels are right, height and width are not": (
        "les canaux sont justes, pas la hauteur ni la largeur"
    ),
    "the dilation is forgotten": "la dilatation est oubliée",
    "the division is rounded down": "la division est arrondie vers le bas",
    "the multiple of d nearest to x, one more where that is below q times x": (
        "le multiple de d le plus proche de x, le suivant s'il est sous q fois x"
    ),
    "the number of channels is missing": "il manque le nombre de canaux",
    "the padding is forgotten": "le padding est oublié",
    "the padding is there on both sides: 2 p": "le padding est des deux côtés : 2 p",
    "the stride is forgotten": "le pas est oublié",
    "the weights are shared by all places of the map": (
        "les poids sont partagés par toutes les positions de la carte"
    ),
    "there is one bias for each output channel": "il y a un biais par canal de sortie",
    "these are FLOPs: a multiply-add counts once here": (
        "ce sont des FLOPs : une multiplication-addition compte ici une fois"
    ),
    "these are the weights: each is used at every place of the output": (
        "ce sont les poids : chacun sert à chaque position de la sortie"
    ),
    "this is one filter, and there are as many as output channels": (
        "c'est un seul filtre, et il y en a autant que de canaux de sortie"
    ),
    "this is the number of multiply-adds": "c'est le nombre de multiplications-additions",
    "this is the number of parameters": "c'est le nombre de paramètres",
    "this is the size of the input": "c'est la taille de l'entrée",
    "this layer has no bias": "cette couche n'a pas de biais",
    "this layer learns its weights": "cette couche apprend ses poids",
    "this one rounds up": "ici la division est arrondie vers le haut",
    "too few digits": "trop peu de chiffres",
    "total": "total",
    "type": "type",
    "variant": "variante",
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
    """An operation's label in a figure: `max pool 3x3 / 2`, in French `pool max 3x3 / 2`."""
    if lang is Lang.en:
        return label
    return _OP_WORD.sub(lambda found: OP_WORDS.get(found[0], found[0].replace(".", ",")), label)
