"""What derivations and pages say in whole sentences: the French for each."""

SENTENCES: dict[str, str] = {
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
    "each filter sees all channels of its input": (
        "chaque filtre voit tous les canaux de son entrée"
    ),
    "follows from the answer above": "découle de la réponse précédente",
    "height and width are right, the channels are not": (
        "hauteur et largeur sont justes, pas les canaux"
    ),
    "input (N × N RGB image)": "entrée (image RVB N × N)",
    "only convolutions and linear layers are counted": (
        "seules les convolutions et les couches linéaires comptent"
    ),
    "the + 1 of the formula is missing": "il manque le + 1 de la formule",
    "the channels are as many as there are filters, not the input's": (
        "il y a autant de canaux que de filtres, pas ceux de l'entrée"
    ),
    "the channels are right, height and width are not": (
        "les canaux sont justes, pas la hauteur ni la largeur"
    ),
    "the division is rounded down": "la division est arrondie vers le bas",
    "the multiple of d nearest to x, one more where that is below q times x": (
        "le multiple de d le plus proche de x, le suivant s'il est sous q fois x"
    ),
    "the number of channels is missing": "il manque le nombre de canaux",
    "the padding is there on both sides: 2 p": "le padding est des deux côtés : 2 p",
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
}
"""The French for each English sentence."""
