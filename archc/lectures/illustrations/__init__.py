"""The arithmetic of windows as drawings: grids with numbers, a layer's sizes, a cone of fields."""

from archc.lectures.illustrations import cone, grids, layer, window
from archc.lectures.illustrations.scene import Scene

__all__ = ["Scene", "cone", "grids", "layer", "window"]
