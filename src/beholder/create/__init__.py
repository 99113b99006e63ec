"""New pictures: engines that make them, and the stages that follow."""

from beholder.create.making import ENGINES, Created, Order, create, create_files
from beholder.create.models import download
from beholder.create.repaint import painted_file, recipe_of, repaint
from beholder.create.styles import STYLES

__all__ = [
    "ENGINES",
    "STYLES",
    "Created",
    "Order",
    "create",
    "create_files",
    "download",
    "painted_file",
    "recipe_of",
    "repaint",
]
