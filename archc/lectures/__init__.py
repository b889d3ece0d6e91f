"""What notes and slides are made of: figures, tables, derivations, illustrations, exercises."""
