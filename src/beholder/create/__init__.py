"""New pictures: engines that make them, and the stages that follow."""

from beholder.create.repaint import painted_file, recipe_of, repaint
from beholder.create.styles import STYLES

__all__ = ["STYLES", "painted_file", "recipe_of", "repaint"]
