"""The chart backend: networks as bubbles, accuracy against multiply-adds (matplotlib)."""
