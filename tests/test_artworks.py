"""Artworks in photos: found with their corners; a picture that is itself the work is left whole."""

import csv
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from beholder.errors import BadInput
from beholder.features.artworks import find_artworks, looking, straighten
from beholder.features.artworks.finding import find_with
from beholder.images import open_image
from beholder.images.quads import area, is_convex, overlap
from beholder.research.bench.finding import figures_of, share_cut
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


def test_works_in_made_photos_are_found_with_their_corners(scenes):
    figures = figures_of(
        find_artworks, [(Image.fromarray(s.pixels), s.canvases, s.outers) for s in scenes if len(s.outers)]
    )
    assert figures.main_canvas > 0.65
    assert figures.recall > 0.7
    assert figures.precision > 0.9


def test_clean_pictures_are_left_whole(pictures):
    assert share_cut(find_artworks, pictures) <= 0.1


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


@pytest.fixture(scope="module")
def photo(scenes):
    """One of which the network is sure."""
    photos = [Image.fromarray(s.pixels) for s, kind in zip(scenes, range(40), strict=True) if kind % 5 == 0]
    return max(photos, key=lambda p: max((a.score for a in find_artworks(p).artworks), default=0))


def test_a_larger_photo_has_the_corners_at_the_same_places(photo):
    small = find_artworks(photo).artworks[0]
    large = find_artworks(photo.resize((3 * photo.width, 3 * photo.height), Image.Resampling.BICUBIC)).artworks[0]
    assert overlap(np.array(large.canvas) / 3, small.canvas) > 0.9


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


def test_a_mirrored_picture_has_mirrored_finds(photo):
    found = find_artworks(photo).artworks[0]
    mirrored = find_artworks(photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)).artworks[0]
    back = np.array(mirrored.canvas)[[1, 0, 3, 2]] * (-1, 1) + (photo.width, 0)
    assert overlap(back, found.canvas) > 0.95


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


@pytest.mark.skipif(not WILD.is_dir(), reason="needs the photos of ../shared/data/in_the_wild")
def test_real_photos_of_paintings_on_walls():
    figures = figures_of(find_artworks, photos_with_corners())
    assert figures.works == 32
    assert figures.canvas >= 0.8
    assert figures.main_well >= 0.85
    assert figures.precision >= 0.85


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data/famous102")
def test_masterworks_are_left_whole():
    files = sorted((SHARED / "famous102" / "images").glob("*"))[::3]
    assert share_cut(lambda picture: find_with(looking.shipped(), picture), (open_image(f) for f in files)) <= 0.06
