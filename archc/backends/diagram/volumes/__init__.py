"""A network as the volumes of its feature maps: boxes with the sizes of what flows."""

from archc.backends.diagram.volumes.scene import Scene, arrange
from archc.backends.diagram.volumes.solids import Solid, solids

__all__ = ["Scene", "Solid", "arrange", "solids"]
