"""Profiles the kernels without a GPU: counts their compiled code, models their time."""
