"""A picture at a place in a family's space: the same for the same numbers, and moved by each of them."""

import numpy as np
import pytest

from beholder.errors import ShapeError, UnknownName, UserError
from beholder.painter import FAMILIES, paint, paint_by_chance, parameter_count

SMALL = 96


def some(family, seed=0):
    return np.random.default_rng(seed).random(parameter_count(family))


def pixels(parameters, family, **how):
    return np.asarray(paint(parameters, family, SMALL, **how), float)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_parameters_give_the_same_bytes(family):
    place = some(family)
    picture = paint(list(place), family, SMALL)
    assert (picture.mode, max(picture.size)) == ("RGB", SMALL)
    assert picture.tobytes() == paint(place, family, SMALL).tobytes()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_whole_cube_can_be_painted(family):
    corners = np.random.default_rng(1).random((6, parameter_count(family))) < 0.5
    for place in (*corners.astype(float), np.zeros_like(corners[0]), np.ones_like(corners[0])):
        assert pixels(place, family).shape[2] == 3


@pytest.mark.parametrize("family", FAMILIES)
def test_most_parameters_of_a_picture_move_it(family):
    moved = np.zeros(parameter_count(family), bool)
    enough = lambda: moved[:3].all() and moved.mean() > 0.75  # noqa: E731 - shape and focus are the first three
    for seed in range(3):
        place = some(family, seed)
        before = paint(place, family, SMALL).tobytes()
        for k in np.flatnonzero(~moved):
            other = place.copy()
            other[k] = (place[k] + 0.5) % 1
            moved[k] = paint(other, family, SMALL).tobytes() != before
            if enough():
                return
    raise AssertionError(f"{moved.mean():.0%} move it, of shape and focus {moved[:3].sum()} of 3")


def test_a_small_step_is_a_small_change():
    """Noise stays where it is, so a search can follow the numbers."""
    place = np.full(parameter_count("landscape"), 0.4)
    step = np.zeros_like(place)
    step[3 + 1] = 1e-3  # the turn of the palette's hues
    near, far = pixels(place + step, "landscape"), pixels(some("landscape", 5), "landscape")
    here = pixels(place, "landscape")
    assert 0 < np.abs(near - here).mean() < 1
    assert far.shape != here.shape or np.abs(far - here).mean() > 10


def test_parameters_govern_the_palette_whatever_the_family_draws():
    place = np.full(parameter_count("marble"), 0.3)
    grey, vivid = place.copy(), place.copy()
    grey[3 + 4 - 1], vivid[3 + 4 - 1] = 0.01, 0.99  # how vivid: behind palette, turn, and whether of one hue
    chroma = [np.ptp(pixels(p, "marble"), axis=2).mean() for p in (grey, vivid)]
    assert chroma[0] < 0.5 * chroma[1]


def test_another_texture_is_another_picture_of_the_same_plan():
    place = some("washes")
    one, other = (pixels(place, "washes", texture=k) for k in (0, 1))
    assert one.shape == other.shape
    assert np.abs(one - other).mean() > 0.5


def test_random_parameters_look_as_the_gallery_does():
    """Light and colour of random places are spread as those of pictures painted by chance."""
    given = [pixels(some("sea", k), "sea").mean() for k in range(40)]
    chance = [np.asarray(paint_by_chance(np.random.default_rng(k), "sea")).mean() for k in range(40)]
    assert abs(np.mean(given) - np.mean(chance)) < 20
    assert 0.6 < np.std(given) / np.std(chance) < 1.7


def test_wrong_calls_are_refused_with_a_sentence():
    with pytest.raises(UnknownName, match="did you mean 'marble'"):
        paint([0.5], "marbel")
    with pytest.raises(ShapeError, match=r"parameters of shape \(31,\), got \(2,\)"):
        paint([0.5, 0.5], "flow")
    with pytest.raises(UserError, match=r"in \[0, 1\]"):
        paint(np.full(31, np.nan), "flow")
    with pytest.raises(UserError, match="64 pixels or more"):
        paint(np.full(31, 0.5), "flow", 10)
