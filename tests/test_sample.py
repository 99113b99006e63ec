"""The sample gallery: the same for everybody, different from picture to picture, and never half made."""

import csv
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from beholder.errors import UserError
from beholder.painter import GALLERY
from beholder.painter.palette import draw_palette, from_oklab, to_oklab
from beholder.sources.sample import gallery_picture, make_gallery

FEW = 24


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    return folder, make_gallery(folder, FEW)


def test_there_are_at_least_twelve_families_and_the_first_pictures_show_them_all(few):
    assert len(GALLERY) >= 12
    assert {one.columns["style"] for one in few[1]} == set(GALLERY)


def test_a_picture_is_the_same_however_many_are_made(few, tmp_path):
    found = few[1]
    again = make_gallery(tmp_path, 3)
    for old, new in zip(found, again, strict=False):
        assert old.name == new.name
        assert old.columns == new.columns
        assert old.locator.path.read_bytes() == new.locator.path.read_bytes()


def test_another_seed_makes_other_pictures_under_other_names(few, tmp_path):
    others = make_gallery(tmp_path, 3, seed=7)
    assert not {one.locator.path.name for one in others} & {one.locator.path.name for one in few[1]}
    assert all(a.locator.path.read_bytes() != b.locator.path.read_bytes() for a, b in zip(few[1], others, strict=False))


@pytest.fixture
def hung(gallery):
    """The whole gallery, as it is imported: picture `index` is in row `index`."""
    return gallery.collection("sample")


def test_the_gallery_that_is_imported_is_the_painters(hung):
    kept = Image.open(hung.items[207].locator.path)
    apart = np.abs(np.asarray(kept, float) - np.asarray(gallery_picture(207), float))
    assert apart.mean() < 8, "but for JPEG"


@pytest.mark.parametrize("family", GALLERY)
def test_every_family_paints_whole_pictures_of_different_looks(hung, family):
    start = GALLERY.index(family)
    painted = [Image.open(hung.items[start + len(GALLERY) * k].locator.path) for k in range(2, 6)]
    assert all(p.mode == "RGB" and max(p.size) >= 500 and min(p.size) >= 400 for p in painted)
    small = np.stack([np.asarray(p.resize((24, 24), Image.Resampling.BOX), float) for p in painted])
    assert (small.std(axis=(1, 2, 3)) > 3).all(), "a picture is all but empty"
    assert all(np.abs(small[i] - small[j]).mean() > 4 for i in range(4) for j in range(i))


def test_portraits_landscapes_and_squares_hang_side_by_side(few):
    shapes = set()
    for one in few[1]:
        with Image.open(one.locator.path) as picture:
            assert picture.format == "JPEG"
            shapes.add(np.sign(picture.width - picture.height))
    assert shapes == {-1, 0, 1}


def test_items_csv_is_in_the_plain_folder_format(few):
    folder, found = few
    with (folder / "items.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["item", "file", "title", "artist", "style", "price"]
    assert [row["item"] for row in rows] == [one.name for one in found]
    assert all((folder / row["file"]).is_file() for row in rows)
    assert all(row["title"] and row["artist"] and 50 <= int(row["price"].removeprefix("€")) <= 20_000 for row in rows)


def test_pictures_that_are_there_are_kept_and_missing_ones_made_again(tmp_path):
    found = make_gallery(tmp_path, 4)
    kept, lost = found[0].locator.path, found[2].locator.path
    whole = lost.read_bytes()
    kept.write_bytes(b"mine")
    lost.unlink()
    make_gallery(tmp_path, 5)
    assert kept.read_bytes() == b"mine"
    assert lost.read_bytes() == whole
    assert len(list(tmp_path.glob("*.jpg"))) == 5


def test_progress_counts_to_the_end_and_nothing_half_written_stays(tmp_path):
    seen = []
    make_gallery(tmp_path, 4, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*"))


def test_a_gallery_that_was_cut_off_goes_on_where_it_was(tmp_path):
    def stop(done, of):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_gallery(tmp_path, 6, progress=stop)
    assert not (tmp_path / "items.csv").exists()
    for file in tmp_path.glob("*.jpg"):
        Image.open(file).load()
    assert len(make_gallery(tmp_path, 6)) == 6


def test_a_script_without_a_main_guard_may_make_it(tmp_path):
    script = tmp_path / "plain.py"
    script.write_text(
        "from pathlib import Path\n"
        "from beholder.sources.sample import make_gallery\n"
        f"print(len(make_gallery(Path({str(tmp_path / 'out')!r}), 2)))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=dict(os.environ))
    assert (done.stdout.strip(), done.stderr) == ("2", "")


def test_an_empty_gallery_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(UserError, match="at least 1"):
        make_gallery(tmp_path, 0)


def test_the_attributes_vary_within_the_gallery_and_hardly_together(hung):
    measured = hung.attributes[200:260]
    assert (measured.std(axis=0) > 0.12).all()
    together = np.corrcoef(measured, rowvar=False) - np.eye(10)
    assert np.abs(together).max() < 0.6


def test_vivid_and_dramatic_pictures_occur_in_most_families(hung):
    """A taste for vivid colour must not be a taste for one family."""
    per = [[k + len(GALLERY) * i for i in range(3, 8)] for k in range(0, len(GALLERY), 3)]
    spread = [hung.attributes[rows][:, [2, 4]].std(axis=0) for rows in per]
    assert (np.mean(spread, axis=0) > 0.1).all()


def test_oklab_there_and_back_is_the_same_colour():
    rgb = np.random.default_rng(0).random((50, 3))
    assert np.allclose(from_oklab(to_oklab(rgb)), rgb, atol=1e-6)


def test_palettes_are_light_dark_muted_and_vivid():
    palettes = [draw_palette(np.random.default_rng(k)) for k in range(200)]
    assert 0.15 < np.mean([p.is_dark for p in palettes]) < 0.45
    chroma = [np.ptp(p.colours, axis=1).mean() for p in palettes]
    assert np.quantile(chroma, 0.1) < 0.15 < 0.4 < np.quantile(chroma, 0.9)
    assert all(
        (p.ramp(np.linspace(0, 1, 9)) >= 0).all() and (p.ramp(np.linspace(0, 1, 9)) <= 1).all() for p in palettes
    )
