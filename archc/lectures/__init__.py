"""Material for notes and slides: figures, tables, derivations, illustrations, exercises."""
