"""The targets of compilation: a folder each, pure and independent of the others."""
