"""How `load` reads: YAML text -> nodes with their places, and the files that a spec brings in."""
