"""Worked figures: how sizes, parameters, multiply-adds and receptive fields come about."""

from archc.lectures.derivations.node import Derivation, derive

__all__ = ["Derivation", "derive"]
