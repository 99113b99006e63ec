"""Pictures: opening them in one canonical way, naming them by content, making small copies to show."""

from beholder.images.formats import SUFFIXES
from beholder.images.opening import fingerprint, open_image, render, size_of

__all__ = ["SUFFIXES", "fingerprint", "open_image", "render", "size_of"]
