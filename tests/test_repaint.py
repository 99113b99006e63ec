"""Pictures painted again by a brush."""

import json

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run
from beholder.create.brush import Brush, Easel
from beholder.create.repaint import recipe_of, repaint, save_png
from beholder.create.strokes import Layer, directions, trace
from beholder.create.styles import STYLES
from beholder.create.surface import enlarged
from beholder.errors import UnknownName, UserError
from beholder.painter import paint_by_chance


@pytest.fixture(scope="module")
def landscape():
    return paint_by_chance(np.random.default_rng(3), "landscape")


def looks(picture, side=8):
    """(side, side, 3) in [0, 1]: what is where, from afar."""
    small = picture.convert("RGB").resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


@pytest.mark.parametrize("style", [name for name in STYLES if name != "ink"])
def test_a_painting_shows_from_afar_what_its_picture_shows(style, landscape):
    painting = repaint(landscape, style, side=320, seed=1)
    assert max(painting.size) == 320
    apart = np.abs(looks(painting)[1:-1, 1:-1] - looks(landscape)[1:-1, 1:-1]).mean()  # watercolour has a white margin
    assert apart < 0.09
    seen = [looks(picture)[1:-1, 1:-1].ravel() for picture in (painting, landscape)]
    assert np.corrcoef(seen)[0, 1] > 0.9


def test_ink_is_grey_and_dark_where_the_picture_is(landscape):
    painting = repaint(landscape, "ink", side=320)
    assert np.ptp(np.asarray(painting, float), 2).max() < 40
    seen = [looks(picture).mean(2).ravel() for picture in (painting, landscape)]
    assert np.corrcoef(seen)[0, 1] > 0.5


@pytest.mark.parametrize("style", STYLES)
def test_the_same_seed_paints_the_same_bytes_and_another_seed_another_painting(style, landscape):
    first, again, other = (repaint(landscape, style, side=160, seed=seed).tobytes() for seed in (4, 4, 5))
    assert first == again
    assert first != other


def test_styles_differ(landscape):
    made = {style: np.asarray(repaint(landscape, style, side=160), float) for style in STYLES}
    for name, picture in made.items():
        assert all(np.abs(picture - other).mean() > 3 for style, other in made.items() if style != name)


def test_thirty_two_pixels_are_enough_and_keep_their_shape():
    pixels = np.random.default_rng(0).random((32, 24, 3)).astype(np.float32)
    assert repaint(pixels, side=256).size == (192, 256)
    assert repaint(Image.new("RGB", (300, 60), "red"), side=128).size[0] == 128


def test_a_large_painting_is_the_small_one_in_finer_grain():
    pixels = np.random.default_rng(0).random((4, 4, 3)).astype(np.float32)
    small, large = (repaint(pixels, "oil", side=side, seed=2) for side in (256, 1024))
    assert np.abs(looks(small, 16) - looks(large, 16)).mean() < 0.05


def test_no_stroke_is_painted_where_nothing_is_wrong():
    flat = np.full((64, 64, 3), 0.5, np.float32)
    rng = np.random.default_rng(0)
    assert trace(flat, flat, directions(flat), Layer(30, 0.05), rng) is None
    strokes = trace(flat, flat * 0, directions(flat), Layer(30, 0.05), rng)
    assert np.allclose(strokes.colours, 0.5, atol=1e-3)


def test_strokes_follow_an_edge():
    picture = np.zeros((96, 96, 3), np.float32)
    picture[:, 48:] = 1
    angle = directions(picture)[48, 48]
    assert abs(np.sin(angle)) > 0.99, "an upright edge is followed up or down"


def test_paint_covers_what_is_beneath():
    easel, rng = Easel((64, 64), 1.0, np.zeros(3, np.float32)), np.random.default_rng(0)
    white = np.ones((64, 64, 3), np.float32)
    easel.lay(trace(white, white * 0, directions(white), Layer(80, 0.0), rng), Brush(jitter=0, uneven=0), rng)
    colours, heights = easel.finished()
    assert colours.mean() > 0.9
    assert heights.std() > 0.01, "bristles leave relief"
    assert easel.painted((32, 32)).shape == (32, 32, 3)


def test_an_enlarged_edge_is_sharper_than_a_resized_one():
    edge = np.zeros((16, 16, 3), np.float32)
    edge[:, 8:] = 1
    soft = np.asarray(Image.fromarray((edge * 255).astype(np.uint8)).resize((128, 128), Image.Resampling.BICUBIC)) / 255
    large = enlarged(edge, 128)
    assert large.shape == (128, 128, 3)
    steepest = [np.abs(np.diff(rows[64, :, 0].astype(float))).max() for rows in (large, soft)]
    assert steepest[0] > 1.5 * steepest[1]


def test_a_png_keeps_its_recipe(tmp_path, landscape):
    save_png(landscape, tmp_path / "a.png", {"style": "oil", "seed": 3, "title": "Né"})
    assert recipe_of(tmp_path / "a.png") == {"style": "oil", "seed": 3, "title": "Né"}
    landscape.save(tmp_path / "b.png")
    with pytest.raises(UserError, match="no recipe"):
        recipe_of(tmp_path / "b.png")


def test_what_cannot_be_painted_is_said(landscape):
    with pytest.raises(UnknownName, match="did you mean 'watercolour'"):
        repaint(landscape, "watercolor")
    with pytest.raises(UserError, match="64 to 4096"):
        repaint(landscape, side=5000)


def test_the_command_paints_a_photo_and_tells_how(tmp_path, landscape, capsys):
    landscape.save(tmp_path / "photo.jpg")
    out = tmp_path / "painting.png"
    command = ["repaint", str(tmp_path / "photo.jpg"), "--out", str(out), "--style", "ink", "--side", "200", "--json"]
    assert run(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["style"] == "ink"
    assert recipe_of(out) == told
    with Image.open(out) as painting:
        assert max(painting.size) == 200
    first = out.read_bytes()
    assert run(command) == 0
    assert out.read_bytes() == first
