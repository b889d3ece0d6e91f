"""The arithmetic of windows as figures: grids with numbers, one layer's sizes, a cone of fields.

Each figure is laid out once, as a `Scene`, and written as SVG or as TikZ.
"""

from archc.lectures.illustrations import cone, grids, layer, svg, tikz, window
from archc.lectures.illustrations.scene import Scene

__all__ = ["Scene", "cone", "grids", "layer", "svg", "tikz", "window"]
