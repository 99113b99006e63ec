"""From maps to quads: what a perfect network would say gives the corners back."""

import numpy as np
import pytest
from PIL import Image

from beholder.features.artworks.decoding import by_mask, crossings, finds_of, fit_line
from beholder.features.artworks.edges import Edges
from beholder.features.artworks.looking import Maps
from beholder.images.quads import overlap
from beholder.research.training.scene_paint import coverage, fill

SIDE, COARSE = 112, 56  # of the masks and of the middles
WORK = np.array([(0.22, 0.2), (0.71, 0.26), (0.68, 0.8), (0.25, 0.74)])


def drawn(*quads):
    mask = np.zeros((SIDE, SIDE), np.float32)
    for q in quads:
        part, cover = coverage(q * SIDE, mask.shape)
        mask[part] = np.maximum(mask[part], cover)
    return mask


def said_of(*works, off=0.0):
    """What a perfect network says of canvases and frames, its corners off by that share of the view."""
    rng = np.random.default_rng(0)
    middles, corners = np.zeros((COARSE, COARSE), np.float32), np.zeros((2, 4, 2, COARSE, COARSE), np.float32)
    y, x = (np.mgrid[:COARSE, :COARSE] + 0.5) / COARSE
    for canvas, outer in works:
        cx, cy = canvas.mean(0)
        here = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) * COARSE**2 / 4).astype(np.float32)
        quads = np.stack([canvas, outer]) + rng.uniform(-off, off, (2, 4, 2))
        votes = quads[..., None, None] - np.stack([x, y])
        corners = np.where(here > middles, votes, corners).astype(np.float32)
        middles = np.maximum(middles, here)
    masks = np.stack([drawn(*(w[k] for w in works)) for k in (0, 1)])
    return Maps(masks, middles, corners, 1.0)


def grown(q, by):
    return q.mean(0) + (q - q.mean(0)) * by


@pytest.mark.parametrize("off", [0.0, 0.03])
def test_perfect_masks_give_the_corners_to_a_pixel(off):
    found = finds_of(said_of((grown(WORK, 0.8), WORK), off=off), 0.3)
    assert len(found) == 1
    assert np.abs(found[0].canvas - grown(WORK, 0.8)).max() * SIDE < 1
    assert np.abs(found[0].outer - WORK).max() * SIDE < 1


def test_neighbours_stay_apart():
    left, right = (np.array([(x, 0.3), (x + 0.25, 0.3), (x + 0.25, 0.7), (x, 0.7)]) for x in (0.1, 0.4))
    found = finds_of(said_of((left, left), (right, right)), 0.3)
    assert len(found) == 2
    assert all(max(overlap(f.canvas, q) for f in found) > 0.97 for q in (left, right))


def test_an_empty_view_has_no_finds():
    assert finds_of(said_of(), 0.3) == []


def test_a_find_below_the_wanted_score_is_none():
    maps = said_of((WORK, WORK))
    assert finds_of(Maps(maps.masks, maps.middles * 0.2, maps.corners, 1.0), 0.3) == []


def test_where_the_mask_ends_nowhere_the_vote_stands():
    assert np.allclose(by_mask(WORK, np.zeros((SIDE, SIDE), np.float32)), WORK)


def test_a_line_is_fitted_through_most_points():
    x = np.linspace(0, 20, 15)
    points = np.stack([x, 0.3 * x + 2], 1)
    points[::5, 1] += 9
    middle, direction = fit_line(points, np.array([1.0, 0.0]))
    assert direction[1] / direction[0] == pytest.approx(0.3, abs=0.03)
    assert 0.3 * middle[0] + 2 == pytest.approx(middle[1], abs=0.3)


def test_parallel_lines_have_no_corners():
    across = (np.zeros(2), np.array([1.0, 0.0]))
    assert crossings([across] * 4) is None


def test_sides_move_onto_an_edge_that_is_seen():
    photo = np.full((400, 500, 3), 220, np.float32)
    true = np.array([(100, 80), (380, 95), (370, 330), (110, 320)], float)
    fill(photo, true, (60, 40, 30))
    photo += np.random.default_rng(0).normal(0, 3, photo.shape).astype(np.float32)
    edges = Edges(Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8)))
    assert np.abs(edges.refined(grown(true, 1.02)) - true).max() < 1.0
    flat = Edges(Image.new("RGB", (500, 400), "grey"))
    assert np.allclose(flat.refined(true), true)
