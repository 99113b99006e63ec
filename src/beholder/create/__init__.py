"""New pictures: engines that make them, and the stages that follow."""

from beholder.create.created import Created
from beholder.create.kept import Kept, is_for, is_kept, kept_of, made_from, twin_of
from beholder.create.making import ENGINES, Order, create, create_each, create_files, plain
from beholder.create.models import download
from beholder.create.repaint import painted_file, recipe_of, repaint
from beholder.create.styles import STYLES
from beholder.create.subjects import KINDS, PAINTABLE, caveat, outlook
from beholder.create.wish import Wish, unknown_words

__all__ = [
    "ENGINES",
    "KINDS",
    "PAINTABLE",
    "STYLES",
    "Created",
    "Kept",
    "Order",
    "Wish",
    "caveat",
    "create",
    "create_each",
    "create_files",
    "download",
    "is_for",
    "is_kept",
    "kept_of",
    "made_from",
    "outlook",
    "painted_file",
    "plain",
    "recipe_of",
    "repaint",
    "twin_of",
    "unknown_words",
]
