"""Search: the pictures that fit a few words, any text, or another picture."""

from beholder.search.finder import Finder
from beholder.search.found import Found
from beholder.search.looks import Looks, text_fits

__all__ = ["Finder", "Found", "Looks", "text_fits"]
