"""What the pages of the analyses say (memory, roofline, paths, channels): the French for each."""

STUDIES: dict[str, str] = {
    "1 for each element; ReLU, ELU and GELU twice: as a module, and as the function that it "
    "calls; sigmoid, tanh and the hard ones not at all": (
        "1 par élément ; ReLU, ELU et GELU deux fois : comme module et comme fonction appelée "
        "par lui ; sigmoïde, tanh et les fonctions « hard » pas du tout"
    ),
    "1 for each input element of adaptive average pools; no other pool": (
        "1 par élément d'entrée des poolings moyens adaptatifs ; aucun autre pooling"
    ),
    "1 for each input element, twice: as a module, and as the function that it calls": (
        "1 par élément d'entrée, deux fois : comme module et comme fonction appelée par lui"
    ),
    "1 for each output element": "1 par élément de sortie",
    "2 for each element of batch norm, 5 of the other norms": (
        "2 par élément de la normalisation par lot, 5 pour les autres normalisations"
    ),
    "2 for each element with learned scale, else 1": (
        "2 par élément avec une échelle apprise, sinon 1"
    ),
    "4 for each element with learned scale, else 2; group norm not at all": (
        "4 par élément avec une échelle apprise, sinon 2 ; la normalisation par groupes pas du tout"
    ),
    "2 x MACs, and the operations of biases, normalisation, activations, pools and joins": (
        "2 x MACs, et les opérations des biais, normalisations, activations, poolings et jonctions"
    ),
    "B": "o",
    "left out, its count is not known for": "laissé de côté, compte inconnu pour",
    "FLOP/byte": "FLOP/octet",
    "For one sample.": "Pour un exemple.",
    "GB": "Go",
    "MB": "Mo",
    "a path leads from the input to the output, at a join by one of its inputs; its length is the "
    "number of convolutions and linear layers that it goes through": (
        "un chemin mène de l'entrée à la sortie, à une jonction par une de ses entrées ; sa "
        "longueur est le nombre de convolutions et de couches linéaires qu'il traverse"
    ),
    "activations alive at inference, at most": "activations vivantes à l'inférence, au plus",
    "activations kept for training": "activations gardées pour l'entraînement",
    "alive": "vivant",
    "an activation overwrites its input where the generated code says inplace=True": (
        "une activation écrase son entrée là où le code généré dit inplace=True"
    ),
    "arithmetic intensity": "intensité arithmétique",
    "average pools alone: 1 for each output element, adaptive ones 1 for each input element and "
    "output element": (
        "seuls les poolings moyens : 1 par élément de sortie, les adaptatifs 1 par élément "
        "d'entrée et par élément de sortie"
    ),
    "batch": "lot",
    "biases": "biais",
    "bound": "limite",
    "centre": "centre",
    "channels in": "canaux en entrée",
    "channels out": "canaux en sortie",
    "compute": "calcul",
    "convolutions": "convolutions",
    "convolutions with TensorFlow's padding are not seen": (
        "les convolutions au padding de TensorFlow ne sont pas vues"
    ),
    "difference": "différence",
    "during": "pendant",
    "each operation is a kernel of its own, as in eager PyTorch, and takes as long as its slowest "
    "resource: bytes over bandwidth, multiply-adds over the peak of their units, other "
    "instructions over the issue rate, or a launch; each map moves once where it is made and "
    "wherever it is read": (
        "chaque opération est un noyau à part, comme dans PyTorch sans compilation, et dure autant "
        "que sa ressource la plus lente : octets sur bande passante, multiplications-additions sur "
        "la crête de leurs unités, autres instructions sur le débit d'émission, ou un lancement ; "
        "chaque carte passe une fois là où elle est faite et partout où elle est lue"
    ),
    "growth": "croissance",
    "growth is what an iteration adds to the channels: after the l-th there are k0 + k l": (
        "la croissance est ce qu'une itération ajoute aux canaux : après la l-ième, il y en a "
        "k0 + k l"
    ),
    "in numbers": "en nombres",
    "in place": "en place",
    "its parameters once, whatever the size of the map": (
        "ses paramètres une fois, quelle que soit la taille de la carte"
    ),
    "kB": "ko",
    "kept": "gardé",
    "kernels": "noyaux",
    "launch": "lancement",
    "layers on the path": "couches sur le chemin",
    "left": "restent",
    "length": "longueur",
    "lengths": "longueurs",
    "lengths of fewer paths are left out": "les longueurs de moins de chemins sont omises",
    "longest": "le plus long",
    "mean length": "longueur moyenne",
    "memory": "mémoire",
    "model": "modèle",
    "model, not measured": "modèle, sans mesure",
    "multiply-adds at inference, as they are counted": (
        "multiplications-additions à l'inférence, selon qui les compte"
    ),
    "multiply-adds of convolutions and linear layers for one sample, biases not counted": (
        "multiplications-additions des convolutions et couches linéaires pour un exemple, sans "
        "compter les biais"
    ),
    "of which bound by compute": "dont limité par le calcul",
    "of which bound by launch": "dont limité par le lancement",
    "of which bound by memory": "dont limité par la mémoire",
    "paper": "article",
    "parameters of other modules, once": "paramètres des autres modules, une fois",
    "paths": "chemins",
    "peak": "maximum",
    "ridge of the device": "point de crête de la machine",
    "share": "part",
    "share of the paths": "part des chemins",
    "share that stays": "part qui reste",
    "shortest": "le plus court",
    "size: the input cells that an output cell sees, padding included; stride: how much further "
    "the next cell sees; start and centre: the first input cell that the first output cell sees, "
    "and the middle, counted from 0 at the upper left": (
        "taille : les cellules d'entrée que voit une cellule de sortie, padding compris ; pas : de "
        "combien la suivante voit plus loin ; début et centre : la première cellule d'entrée que "
        "voit la première cellule de sortie, et le milieu, comptés à partir de 0 en haut à gauche"
    ),
    "softmax alone: 3 for each element, less 1 for each sum": (
        "softmax seul : 3 par élément, moins 1 par somme"
    ),
    "start": "début",
    "step by step": "étape par étape",
    "the most that is alive at once at inference, in the order of the generated forward pass: each "
    "tensor from the operation that makes it to the last one that reads it, the input included; "
    "no weights and no workspace": (
        "le plus qui est vivant à la fois à l'inférence, dans l'ordre de la passe avant du code "
        "généré : chaque tenseur de l'opération qui le fait à la dernière qui le lit, entrée "
        "comprise ; ni poids ni espace de travail"
    ),
    "the part is replaced by nothing, what arrives goes on; the paths that stay are those that go "
    "through none of its layers": (
        "la partie n'est remplacée par rien, ce qui arrive continue ; les chemins qui restent sont "
        "ceux qui ne traversent aucune de ses couches"
    ),
    "time": "temps",
    "traffic": "trafic",
    "upsampling: 1 for each output element, 11 if bilinear": (
        "agrandissement : 1 par élément de sortie, 11 si bilinéaire"
    ),
    "upsampling: 1 for each output element, 4 if bilinear": (
        "agrandissement : 1 par élément de sortie, 4 si bilinéaire"
    ),
    "upsampling: 1 for each output element, twice": (
        "agrandissement : 1 par élément de sortie, deux fois"
    ),
    "weights and buffers": "poids et tampons",
    "what autograd keeps of one forward pass of the generated module in eager PyTorch on a GPU, "
    "asides and the input included: each tensor once, with masks and indices; no weights, "
    "gradients, optimiser states or workspace": (
        "ce que l'autograd garde d'une passe avant du module généré, dans PyTorch sans compilation "
        "sur GPU, branches latérales et entrée comprises : chaque tenseur une fois, avec masques "
        "et indices ; ni poids, ni gradients, ni états de l'optimiseur, ni espace de travail"
    ),
    "what leaves a block": "ce qui sort d'un bloc",
    "with it": "avec",
    "without": "sans",
    "without it": "sans",
}
"""The French for each English phrase of these pages."""
