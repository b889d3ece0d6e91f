"""YAML text -> nodes with their spans, together with the files that a spec includes."""
