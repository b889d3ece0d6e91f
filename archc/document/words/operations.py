"""The words of an operation's label in a figure: the French for each."""

OPERATIONS: dict[str, str] = {
    "avg pool": "pool moyen",
    "batch norm": "norm. par lot",
    "bilinear": "bilinéaire",
    "branch": "branche",
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
    "sequence": "séquence",
    "shuffle": "mélange",
    "subsample": "sous-échantillonnage",
    "to": "vers",
    "upsample": "agrandir",
    "zero pad": "bord nul",
}
"""The French for the words that operations are labelled with; other words stay as they are."""
