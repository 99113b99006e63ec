"""Made photos know where their works are; the rooms for judging do too."""

import numpy as np
import pytest
from PIL import Image

from beholder.features.artworks import straighten
from beholder.images.quads import area, as_quad, covered, is_convex, overlap
from beholder.research.datasets.rooms import make_room
from beholder.research.training.scene_paint import coverage
from beholder.research.training.scene_store import CHUNK, SceneStore
from beholder.research.training.scenes import SIDE, make_scene
from beholder.types import silent


def plain(colour, size=(160, 120)):
    return np.full((size[1], size[0], 3), colour, np.uint8)


PAINTINGS, PHOTOS = [plain((250, 10, 10))], [plain((40, 160, 40))]
KINDS = ("single", "close", "several", "panels", "loose")


@pytest.mark.parametrize("kind", KINDS)
def test_the_corners_of_a_scene_surround_what_was_painted(kind):
    red = []
    for i in range(8):
        scene = make_scene(np.random.default_rng([3, i]), PAINTINGS, [], kind)
        assert max(scene.pixels.shape) <= 2 * SIDE + 4
        for canvas, outer in zip(scene.canvases, scene.outers, strict=True):
            assert is_convex(canvas)
            assert area(canvas) <= area(outer) * 1.0001
            assert covered(canvas, outer) > 0.999
            part = coverage(canvas, scene.pixels.shape[:2])
            if part is not None and part[1].sum() > 30:
                inside = scene.pixels[part[0]][part[1] > 0.9].astype(float)
                red.append((inside[:, 0] - inside[:, 1] > 30).mean())
    assert np.mean(np.array(red) > 0.6) > 0.6  # some are drawn grey or pale, or are partly behind something


@pytest.mark.parametrize("kind", ["empty", "painting", "photograph"])
def test_what_is_to_be_left_whole_has_no_corners(kind):
    scene = make_scene(np.random.default_rng(0), PAINTINGS, PHOTOS, kind)
    assert scene.canvases.shape == scene.outers.shape == (0, 4, 2)


def test_a_third_of_the_scenes_have_nothing_to_find():
    empty = [not len(make_scene(np.random.default_rng([5, i]), PAINTINGS, PHOTOS).outers) for i in range(100)]
    assert 0.2 < np.mean(empty) < 0.55


def test_the_same_seed_makes_the_same_scene():
    a, b = (make_scene(np.random.default_rng([1, 2]), PAINTINGS, PHOTOS) for _ in range(2))
    assert np.array_equal(a.pixels, b.pixels)
    assert np.array_equal(a.canvases, b.canvases)


def test_scenes_are_kept_and_not_made_twice(tmp_path, monkeypatch):
    painted = tmp_path / "red.png"
    Image.fromarray(PAINTINGS[0]).save(painted)
    monkeypatch.setattr("beholder.research.training.scene_store.CHUNK", 3)
    store = SceneStore(tmp_path / "scenes", [painted], [], 0)
    store.make(5, silent)
    assert len(store) == 6 < CHUNK
    painted.unlink()
    again = SceneStore(tmp_path / "scenes", [painted], [], 0)
    again.make(5, silent)
    for i in range(6):
        assert np.array_equal(store[i].pixels, again[i].pixels)
        assert store[i].canvases.shape == again[i].canvases.shape


def test_a_rendered_room_knows_where_its_painting_is():
    """A chequered painting, straightened by the corners that the room tells, is chequered in the same places."""
    y, x = np.mgrid[:120, :160] // 40
    board = ((x + y) % 2 * 200 + 30).astype(np.uint8)[..., None].repeat(3, 2)
    agree = []
    for i in range(3):
        room = make_room(np.random.default_rng([1, i]), board, (200, 160))
        assert overlap(room.canvas, room.outer) > 0.2
        back = straighten(Image.fromarray(room.pixels), as_quad(room.canvas)).resize((160, 120)).convert("L")
        agree.append(np.corrcoef(np.asarray(back, float).ravel(), board[..., 0].ravel().astype(float))[0, 1])
    assert min(agree) > 0.75
