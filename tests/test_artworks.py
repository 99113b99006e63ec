"""Artworks in photos: found with their corners; a picture that is itself the work is left whole."""

import numpy as np
from PIL import Image

from beholder.features.artworks import find_artworks
from beholder.images.quads import overlap


def on_a_wall(size, corners, colour=(120, 30, 20)):
    from PIL import ImageDraw

    wall = Image.new("RGB", size, (225, 222, 214))
    ImageDraw.Draw(wall).polygon([tuple(p) for p in corners], fill=colour)
    return wall


def test_a_dark_work_on_a_light_wall_is_found():
    corners = np.array([(200, 120), (420, 130), (415, 330), (205, 320)])
    found = find_artworks(on_a_wall((640, 480), corners))
    assert not found.whole
    assert len(found.artworks) == 1
    assert overlap(found.artworks[0].canvas, corners) > 0.9
    assert 0 <= found.artworks[0].score <= 1


def test_a_picture_without_a_wall_is_left_whole():
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    assert find_artworks(Image.fromarray(noise)).whole
