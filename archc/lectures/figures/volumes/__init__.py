"""A network as the volumes of its feature maps: boxes with the sizes of what flows."""

from archc.lectures.figures.volumes.scene import Scene, arrange
from archc.lectures.figures.volumes.solids import Solid, solids

__all__ = ["Scene", "Solid", "arrange", "solids"]
