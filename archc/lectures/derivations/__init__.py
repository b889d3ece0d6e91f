"""Derivations of figures step by step, with numbers: sizes, costs, receptive fields, scaling."""

from archc.lectures.derivations.part import Derivation, derive, explain

__all__ = ["Derivation", "derive", "explain"]
