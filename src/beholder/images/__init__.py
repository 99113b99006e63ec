"""Image files: opening in one canonical form, content hashes, thumbnails, parts of photos."""

from beholder.images.crops import crop_of, quad_of
from beholder.images.files import MAX_FILE_BYTES, fingerprint
from beholder.images.formats import SUFFIXES
from beholder.images.opening import open_image, render, size_of, taken_at

__all__ = [
    "MAX_FILE_BYTES",
    "SUFFIXES",
    "crop_of",
    "fingerprint",
    "open_image",
    "quad_of",
    "render",
    "size_of",
    "taken_at",
]
