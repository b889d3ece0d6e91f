"""What comparisons and differences of networks say: the French for each."""

COMPARING: dict[str, str] = {
    "10 crops": "10 recadrages",
    "MACs": "MACs",
    "N more part differs in size alone": "N autre partie ne diffère que par la taille",
    "N more parts differ in size alone, for the sake of these": (
        "N autres parties ne diffèrent que par la taille, à cause de celles-ci"
    ),
    "accuracy of pictures of another size than the input": (
        "exactitude sur des images d'une autre taille que l'entrée"
    ),
    "added": "ajouté",
    "change": "changement",
    "changed": "changé",
    "difference": "différence",
    "ensemble": "plusieurs réseaux ensemble",
    "multiple crops": "plusieurs recadrages",
    "network": "réseau",
    "no accuracy known": "sans exactitude connue",
    "no differences": "aucune différence",
    "param": "param",
    "removed": "retiré",
    "renamed": "renommé",
    "single crop": "un seul recadrage",
    "sources": "sources",
    "top-1 (%)": "top-1 (%)",
    "top-1 per M params": "top-1 par M param.",
    "top-5 (%)": "top-5 (%)",
    "top-5 per M params": "top-5 par M param.",
    "whole pictures": "images entières",
}
"""The French for each English phrase."""
