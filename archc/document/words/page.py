"""The words of the interactive page: the French for each."""

PAGE: dict[str, str] = {
    "click a box to see how its figures come about": (
        "cliquez sur une boîte pour voir d'où viennent ses chiffres"
    ),
    "close": "fermer",
    "colours": "couleurs",
    "details": "détails",
    "fit": "ajuster",
    "fold": "replier",
    "fold all": "tout replier",
    "found": "trouvé(s)",
    "from box to box": "de boîte en boîte",
    "in all": "en tout",
    "keys": "touches",
    "kinds of operations": "types d'opérations",
    "larger": "plus grand",
    "light or dark": "clair ou sombre",
    "of the last one": "du dernier",
    "print": "imprimer",
    "search": "rechercher",
    "show or hide the details": "afficher ou cacher les détails",
    "smaller": "plus petit",
    "this page needs JavaScript": "cette page a besoin de JavaScript",
    "turn": "tourner",
    "unfold": "déplier",
    "unfold all": "tout déplier",
    "unfold or fold a block": "déplier ou replier un bloc",
    "worked out for the first of them": "calcul fait pour le premier",
    "zoom": "zoom",
}
"""The French for each English phrase of the page."""
