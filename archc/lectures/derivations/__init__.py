"""How figures come about, worked out with their numbers: sizes, costs, fields, scaled networks."""

from archc.lectures.derivations.node import Derivation, derive, explain

__all__ = ["Derivation", "derive", "explain"]
