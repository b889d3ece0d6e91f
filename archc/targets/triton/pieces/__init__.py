"""Kernels as they are emitted: each file is one family, `modules` is what a model calls."""
