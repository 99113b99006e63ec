"""Image files: opening in one canonical form, content hashes, thumbnails."""

from beholder.images.files import MAX_FILE_BYTES, fingerprint
from beholder.images.formats import SUFFIXES
from beholder.images.opening import open_image, render, size_of

__all__ = ["MAX_FILE_BYTES", "SUFFIXES", "fingerprint", "open_image", "render", "size_of"]
