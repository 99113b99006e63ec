"""`beholder artwork` tells where the artworks are, and `import --artworks` takes them for the pictures."""

import json

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run
from beholder.features.artworks import photos
from helpers.walls import BARE, HUNG, ONE, TWO, Finder, hang, painting


@pytest.fixture(autouse=True)
def finder(monkeypatch):
    monkeypatch.setattr(photos, "find_artworks", Finder())


def told(capsys, *arguments, code=0):
    assert run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_each_photo_tells_its_finds_best_first(tmp_path, capsys):
    folder = hang(tmp_path / "in", ONE, TWO, BARE)
    files = [str(folder / f"{at}.png") for at in range(3)]
    one, two, bare = told(capsys, "artwork", *files)
    left, top, right, bottom = HUNG[ONE][0]
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    work = {"canvas": corners, "outer": corners, "score": 0.9}
    assert one == {"file": files[0], "artworks": [work], "whole": False}
    assert [len(row["artworks"]) for row in (two, bare)] == [2, 0]
    assert bare == {"file": files[2], "artworks": [], "whole": True}


def test_what_is_no_picture_gets_a_sentence_and_the_others_are_told(tmp_path, capsys):
    folder = hang(tmp_path / "in", ONE)
    (folder / "note.txt").write_text("no picture")
    files = [str(folder / name) for name in ("note.txt", "0.png", "gone.png")] + [str(folder)]
    rows = told(capsys, "artwork", *files, code=1)
    assert ["error" in row for row in rows] == [True, False, True, True]
    assert rows[2] == {"file": files[2], "artworks": [], "whole": False, "error": "the file is not there"}
    assert run(["artwork", *files]) == 1
    out = capsys.readouterr().out
    assert "not a picture" in out
    assert "80,40" in out
    assert "Traceback" not in out


def test_artworks_are_written_straight_and_nothing_is_overwritten(tmp_path, capsys):
    folder, out = hang(tmp_path / "in", ONE, TWO, BARE), tmp_path / "out" / "cut"
    files = [str(folder / f"{at}.png") for at in range(3)]
    assert run(["artwork", *files, "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["0.jpg", "1 [2].jpg", "1.jpg"]
    straight = np.asarray(Image.open(out / "0.jpg"), float)
    assert np.abs(straight - np.asarray(painting(0, 160, 160), float)).mean() < 9
    (out / "0.jpg").write_bytes(b"mine")
    assert run(["artwork", files[0], "--out", str(out)]) == 0
    assert (out / "0.jpg").read_bytes() == b"mine"
    assert "left as it is" in capsys.readouterr().err
    assert run(["artwork", files[0], "--out", files[1]]) == 2
    assert "cannot make the folder" in capsys.readouterr().err


def test_an_import_finds_artworks_where_that_is_asked_for(tmp_path, capsys):
    folder = str(hang(tmp_path / "in", ONE, TWO, BARE))
    assert told(capsys, "import", folder, "--into", "plain", "--encoder", "classic")["cut"] == 0
    report = told(capsys, "import", folder, "--into", "plain", "--artworks")
    assert (report["new"], report["cut"], report["known"]) == (1, 3, 3)
    assert run(["import", folder, "--into", "wild", "--encoder", "classic", "--artworks"]) == 0
    assert "4 new, 3 found within photos" in capsys.readouterr().out
