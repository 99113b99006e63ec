"""Where in a photo an artwork is: its canvas, its frame, and whether the picture is itself the work."""

from beholder.features.artworks.finding import Artwork, Found, find_artworks
from beholder.images.quads import Quad, straighten

__all__ = ["Artwork", "Found", "Quad", "find_artworks", "straighten"]
