"""Illustrations of convolutions: grids with numbers, a layer's sizes, a receptive-field cone."""

from archc.lectures.illustrations import cone, grids, layer, window
from archc.lectures.illustrations.scene import Scene

__all__ = ["Scene", "cone", "grids", "layer", "window"]
