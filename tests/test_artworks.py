"""Artworks in photos: found with their corners; a picture that is itself the work is left whole."""

import csv
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image, ImageDraw

from beholder.errors import BadInput
from beholder.features.artworks import find_artworks, looking, straighten
from beholder.images import open_image
from beholder.images.quads import area, is_convex
from beholder.research.training.scenes import make_scene

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
WILD = SHARED / "in_the_wild"


@pytest.fixture(scope="module")
def pictures(gallery):
    """Of the sample gallery, of every family."""
    return [open_image(item.locator) for item in gallery.collection("sample").items[:60]]


@pytest.fixture(scope="module")
def scenes(pictures):
    """Made photos of those, by a seed that no training used."""
    paintings = [np.asarray(picture.resize((240, 240 * picture.height // picture.width))) for picture in pictures]
    kinds = ("single", "close", "several", "panels", "loose")
    return [make_scene(np.random.default_rng([77, i]), paintings, [], kinds[i % 5]) for i in range(40)]


def test_what_is_found_is_in_the_picture_best_first(scenes):
    for scene in scenes[:15]:
        photo = Image.fromarray(scene.pixels)
        found = find_artworks(photo)
        assert found.whole == (not found.artworks)
        assert [a.score for a in found.artworks] == sorted((a.score for a in found.artworks), reverse=True)
        for artwork in found.artworks:
            assert 0 < artwork.score <= 1
            for quad in (artwork.canvas, artwork.outer):
                assert is_convex(quad)
                assert area(quad) > 0
                assert np.array(quad).min() >= 0
                assert (np.array(quad) <= photo.size).all()
                assert min(straighten(photo, quad).size) >= 1


def on_a_wall(size, corners):
    """A painting of stripes on a light wall."""
    wall, stripes = Image.new("RGB", size, (225, 222, 214)), Image.new("RGB", size, (120, 30, 20))
    draw, mask = ImageDraw.Draw(stripes), Image.new("L", size)
    for x in range(0, size[0], 22):
        draw.line([(x, 0), (x + 90, size[1])], (20, 60 + x % 150, 130), 9)
    ImageDraw.Draw(mask).polygon([tuple(p) for p in corners], fill=255)
    wall.paste(stripes, mask=mask)
    return wall


@pytest.mark.parametrize("size", [(1, 1), (7, 400), (3000, 9), (40, 40)])
def test_pictures_of_odd_sizes_are_left_whole(size):
    assert find_artworks(Image.new("RGB", size, "grey")).whole


def test_the_network_is_small_and_of_a_known_opset():
    onnx = pytest.importorskip("onnx")
    assert looking.MODEL.stat().st_size <= 8e6
    assert [(o.domain, o.version) for o in onnx.load(looking.MODEL).opset_import] == [("", 17)]


def test_the_network_takes_any_number_of_views_and_says_the_same_of_each_alone():
    session = onnxruntime.InferenceSession(str(looking.MODEL))
    assert [i.name for i in session.get_inputs()] == ["picture"]
    looker, rng = looking.shipped(), np.random.default_rng(0)
    views = [Image.fromarray(rng.integers(0, 255, (96, 96, 3)).astype(np.uint8)) for _ in range(3)]
    for alone, among in zip(views, looker.look(views), strict=True):
        assert np.allclose(looker.look([alone])[0].masks, among.masks, atol=1e-4)


def test_a_network_of_another_version_is_refused(tmp_path, monkeypatch):
    for path in looking.MODEL.parent.glob("finder.*"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(looking, "MODEL", tmp_path / "finder.onnx")
    looking.shipped.cache_clear()
    looking.shipped()
    with (tmp_path / "finder.onnx").open("ab") as file:
        file.write(b"\0")
    looking.shipped.cache_clear()
    with pytest.raises(BadInput, match="not of this version"):
        find_artworks(Image.new("RGB", (100, 100)))
    looking.shipped.cache_clear()


def photos_with_corners():
    works = defaultdict(dict)
    with (WILD / "quads.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            corners = np.array([[float(row[f"{axis}{k}"]) for axis in "xy"] for k in range(4)]) / 100
            works[row["file"]].setdefault(row["artwork"], {})[row["which"]] = corners
    for name, some in works.items():
        photo = open_image(WILD / name)
        canvases, outers = (np.array([w[which] for w in some.values()]) * photo.size for which in ("canvas", "outer"))
        yield photo, canvases, outers
