"""Worked figures: how sizes, parameters, multiply-adds and receptive fields come about."""

from archc.derive.node import Derivation, derive

__all__ = ["Derivation", "derive"]
