"""What finding the artwork is worth: a taste for stripes, lost in photos of rooms, is there again in what is found."""

import csv
import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from beholder.cli import app
from beholder.errors import BadInput, UnknownName
from beholder.features.artworks import Artwork, Found
from beholder.images.quads import as_quad
from beholder.research.bench import analyse, in_the_wild

N = 30


@pytest.fixture
def stripes(tmp_path):
    """Paintings of stripes that lie, lean or stand, and three people who like them to stand."""
    folder = tmp_path / "stripes"
    folder.mkdir()
    angle = np.random.default_rng(2).permutation(N) / N
    with (folder / "items.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("item", "file"), *((f"i{i}", f"{i}.png") for i in range(N))])
    y, x = np.mgrid[:90, :120]
    for i, turn in enumerate(np.pi / 2 * angle):
        wave = np.sin((x * np.sin(turn) + y * np.cos(turn)) / 2.5 + i)
        Image.fromarray(np.uint8(128 + 90 * wave)).convert("RGB").save(folder / f"{i}.png")
    with (folder / "ratings.csv").open("w", newline="") as stream:
        rows = ((f"r{rater}", f"i{i}", round(1 + 8 * angle[i])) for rater in range(3) for i in range(N))
        csv.writer(stream).writerows([("rater", "item", "score"), *rows])
    return folder


@pytest.fixture
def finder(monkeypatch):
    """Small rooms, and a finder that knows where the painting hangs: the last room's corners, cut in nothing else."""
    made, make_room = [], in_the_wild.make_room

    def make(*given):
        made.append(make_room(*given))
        return made[-1]

    def find(picture):
        if not made or picture.size != made[-1].pixels.shape[1::-1] or (made[-1].pixels != np.asarray(picture)).any():
            return Found((), True)
        quad = as_quad(made[-1].canvas)
        return Found((Artwork(quad, quad, 0.9),), False)

    monkeypatch.setattr(in_the_wild, "_SIDE", 130)
    monkeypatch.setattr(in_the_wild, "make_room", make)
    monkeypatch.setattr(in_the_wild, "find_artworks", find)
    return made


def test_taste_is_lost_in_photos_and_there_again_in_what_is_found(stripes, finder, tmp_path):
    call = ["bench", str(stripes), "--analysis", "in-the-wild", "--encoder", "classic", "--shots", "20"]
    done = CliRunner().invoke(app, [*call, "--repeats", "2", "--json", "--out", str(tmp_path / "out")])
    figures = {f["seen"]: f for f in json.loads(done.stdout)}
    assert len(finder) == N
    assert tuple(figures) == in_the_wild.SEEN
    assert figures["picture"]["pairs_right"] > 0.85
    assert figures["found"]["gain"] > 0.05
    assert figures["found"]["low"] > 0
    assert figures["found"]["pairs_right"] == figures["true"]["pairs_right"], "the same corners"
    assert (figures["searched"]["over"], figures["searched"]["gain"]) == ("picture", 0), "none was cut"
    assert {(f["canvas"], f["cut"], f["cut_clean"]) for f in figures.values()} == {(1.0, 1.0, 0.0)}
    table = (tmp_path / "out" / "in_the_wild.md").read_text()
    assert "| of the true crops' gain | 100% |" in table
    assert "<svg" in (tmp_path / "out" / "in_the_wild.svg").read_text()
    assert len((tmp_path / "out" / "in_the_wild.jsonl").read_text().splitlines()) == 5 * 3 * 2


def test_a_find_that_is_not_there_leaves_the_whole_photo(stripes, monkeypatch):
    monkeypatch.setattr(in_the_wild, "_SIDE", 80)
    monkeypatch.setattr(in_the_wild, "find_artworks", lambda picture: Found((), True))
    rows = {f["seen"]: f for f in analyse("in-the-wild", stripes, "classic", shots=[20], repeats=1, methods=["ridge"])}
    assert rows["found"]["pairs_right"] == rows["whole"]["pairs_right"]
    assert (rows["found"]["canvas"], rows["found"]["cut"]) == (0.0, 0.0)


def test_a_method_that_cannot_be_asked_is_told_before_any_room_is_made(stripes, finder):
    with pytest.raises(UnknownName, match="unknown method 'gpp'; did you mean 'gp'"):
        analyse("in-the-wild", stripes, "classic", methods=["default", "gpp"])
    assert not finder


def test_two_raters_are_too_few(stripes):
    lines = (stripes / "ratings.csv").read_text().splitlines()
    (stripes / "ratings.csv").write_text("\n".join(line for line in lines if not line.startswith("r2")) + "\n")
    with pytest.raises(BadInput, match="needs 3 raters or more, stripes has 2"):
        analyse("in-the-wild", stripes, "classic")
