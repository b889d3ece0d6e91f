"""The chart of a comparison: accuracy over multiply-adds, a bubble a network (matplotlib)."""
