"""What comparisons and differences of networks say: the French for each."""

COMPARING: dict[str, str] = {
    "10 crops": "10 recadrages",
    "MACs": "MACs",
    "accuracy of pictures of another size than the input": (
        "exactitude sur des images d'une autre taille que l'entrée"
    ),
    "added": "ajouté",
    "changed": "changé",
    "ensemble": "plusieurs réseaux ensemble",
    "follows": "en découle",
    "multiple crops": "plusieurs recadrages",
    "network": "réseau",
    "no accuracy known": "sans exactitude connue",
    "no differences": "aucune différence",
    "removed": "retiré",
    "renamed": "renommé",
    "single crop": "un seul recadrage",
    "sources": "sources",
    "top-1": "top-1",
    "top-1 (%)": "top-1 (%)",
    "top-1 per M params": "top-1 par M param.",
    "top-5": "top-5",
    "top-5 (%)": "top-5 (%)",
    "top-5 per M params": "top-5 par M param.",
    "unchanged": "inchangé",
    "whole pictures": "images entières",
}
"""The French for each English phrase."""
