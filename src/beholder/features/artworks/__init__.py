"""Where in a photo an artwork is: its canvas, its frame, and whether the picture is itself the work."""

from beholder.features.artworks.finding import Artwork, Found, find_artworks
from beholder.features.artworks.photos import artworks_in, crops_of
from beholder.images.quads import Quad, straighten

__all__ = ["Artwork", "Found", "Quad", "artworks_in", "crops_of", "find_artworks", "straighten"]
