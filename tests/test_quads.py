"""The laws of four corners, and of what is within them, made straight."""

import numpy as np
import pytest
from PIL import Image

from beholder.images.quads import area, as_quad, aspect, covered, homography, is_convex, ordered, overlap, straighten

SQUARE = ((0, 0), (10, 0), (10, 10), (0, 10))


def seen(width, height, yaw, pitch, focal=1.2, size=(640, 480), distance=3.0):
    """Corners of a rectangle as a camera sees it that looks at the middle of its picture."""
    longer = max(size)
    P = np.array([(-width, -height, 0), (width, -height, 0), (width, height, 0), (-width, height, 0)], float) / 2
    Y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    X = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    P = P @ (Y @ X).T + (0.1, -0.05, distance)
    return P[:, :2] / P[:, 2:] * focal * longer + np.array(size) / 2


def test_corners_in_any_order_come_clockwise_from_the_upper_left():
    rng = np.random.default_rng(0)
    for _ in range(50):
        q = np.array(SQUARE) + rng.uniform(-3, 3, (4, 2))
        assert np.allclose(ordered(rng.permutation(q)), q)
        assert area(q) > 0
        assert is_convex(q)


def test_overlap_is_that_of_areas_drawn():
    rng = np.random.default_rng(1)
    points = rng.uniform(-5, 15, (200_000, 2))
    for _ in range(8):
        a, b = (np.array(SQUARE) + rng.uniform(-3, 3, (4, 2)) for _ in range(2))
        inside = [_inside(points, q) for q in (a, b)]
        drawn = (inside[0] & inside[1]).sum() / (inside[0] | inside[1]).sum()
        assert overlap(a, b) == pytest.approx(drawn, abs=0.01)
        assert covered(a, b) == pytest.approx((inside[0] & inside[1]).sum() / inside[0].sum(), abs=0.01)
    assert overlap(SQUARE, SQUARE) == pytest.approx(1)
    assert overlap(SQUARE, np.array(SQUARE) + 20) == 0


def _inside(points, q):
    sides = np.roll(q, -1, 0) - q
    right = [d[0] * (points - p)[:, 1] - d[1] * (points - p)[:, 0] >= 0 for p, d in zip(q, sides, strict=True)]
    return np.all(right, 0)


@pytest.mark.parametrize("focal", [0.7, 1.2, 3.0])
@pytest.mark.parametrize(("width", "height"), [(1.0, 1.0), (1.4, 0.9), (0.6, 1.2)])
def test_the_true_shape_is_read_from_the_corners(width, height, focal):
    corners = seen(width, height, 0.5, 0.3, focal)
    assert aspect(corners, (640, 480)) == pytest.approx(width / height, rel=1e-6)


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (0.5, 0), (0, -0.4), (-0.2, 0.02)])
def test_without_two_vanishing_points_the_shape_is_nearly_right(yaw, pitch):
    corners = seen(1.2, 0.9, yaw, pitch, focal=1.0)
    assert aspect(corners, (640, 480)) == pytest.approx(1.2 / 0.9, rel=0.08)


def test_a_picture_seen_in_perspective_is_given_back():
    art = _smooth()
    corners = seen(1.2, 0.9, 0.4, 0.25)
    to_art = homography(corners, [(0, 0), (240, 0), (240, 180), (0, 180)])
    photo = art.transform((640, 480), Image.Transform.PERSPECTIVE, tuple(to_art.ravel()[:8]), Image.Resampling.BICUBIC)
    back = straighten(photo, as_quad(corners))
    assert back.width / back.height == pytest.approx(240 / 180, rel=0.01)
    error = np.abs(np.asarray(back.resize(art.size), float) - np.asarray(art, float))[4:-4, 4:-4]
    assert error.mean() < 1.5


def _smooth():
    y, x = np.mgrid[0:180, 0:240] / 40
    waves = np.stack([np.sin(x + y * y / 3), np.cos(2 * y + x), np.sin(x * y)], axis=2)
    return Image.fromarray(np.rint(127.5 + 127.5 * waves).astype(np.uint8))


def test_a_part_that_needs_no_turning_is_cut_out_exactly():
    art = _smooth()
    cut = straighten(art, ((20.0, 10.0), (120.0, 10.0), (120.0, 90.0), (20.0, 90.0)))
    assert np.array_equal(np.asarray(cut), np.asarray(art)[10:90, 20:120])


@pytest.mark.parametrize(
    "quad",
    [
        ((0, 0), (0, 10), (10, 10), (10, 0)),
        ((0, 0), (10, 0), (5, 0), (0, 10)),
        ((0, 0), (10, 0), (10, 10), (np.nan, 10)),
        ((0, 0), (10, 10), (10, 0), (0, 10)),
    ],
)
def test_corners_around_nothing_are_refused(quad):
    with pytest.raises(ValueError, match="clockwise"):
        straighten(_smooth(), quad)
