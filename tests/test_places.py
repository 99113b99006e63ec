"""Folders as they are called and drives as they fail: any name works, and a drive that is away stops nothing else."""

import builtins
import errno
import io
import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import beholder
from beholder.album import copy_album
from beholder.cli import run
from beholder.collection import Library, named
from beholder.config import Settings
from beholder.doctor import doctor
from beholder.errors import UserError
from beholder.labels import export_labels
from beholder.ranking import Ranked
from beholder.sources import open_source
from beholder.types import Judgement
from beholder.web.app import create_app
from helpers.makers import folder_of

ROOT = Path(__file__).resolve().parents[1]
NAMES = ["100% art", "%(here)s %%", "a#b", "what?mode=ro", "été 😊", 'it\'s "so"', "[a-z]*", " lead", "-rf", "$H `x`"]
AWAY = ["EACCES", "EPERM", "EIO", "ENOTCONN", "ESTALE", "EHOSTDOWN", "EHOSTUNREACH", "ETIMEDOUT", "ENODEV", "ENXIO"]


@pytest.fixture
def drop(monkeypatch):
    """drop(folder, "EIO") makes every look below a folder fail as it does where its drive has gone."""
    calls = ((os, "stat"), (os, "lstat"), (os, "scandir"), (os, "open"), (io, "open"), (builtins, "open"))

    def dropped(folder: Path, reason: str) -> None:
        number = getattr(errno, reason)
        for module, name in calls:
            real = getattr(module, name)

            def failing(path, *args, real=real, **more):
                if isinstance(path, str | os.PathLike) and Path(path).is_relative_to(folder):
                    raise OSError(number, os.strerror(number), os.fspath(path))
                return real(path, *args, **more)

            monkeypatch.setattr(module, name, failing)

    return dropped


@pytest.fixture
def library(home):
    library = Library(home, config=Settings(home=home, threads=1))
    yield library
    library.close()


@pytest.fixture
def two(library, tmp_path):
    """A library with a collection from one folder, and another folder beside it."""
    library.import_source(folder_of(tmp_path / "drive", "a.png", "b.png"), "art")
    return library, tmp_path / "drive", folder_of(tmp_path / "healthy", "no", "picture", *(f"{n}.png" for n in "cdef"))


@pytest.mark.parametrize("reason", AWAY)
def test_another_folder_is_imported_while_a_drive_is_away(two, drop, reason):
    library, drive, healthy = two
    drop(drive, reason)
    report = library.import_source(healthy, "art")
    assert (report.new, report.gone, report.broken) == (4, 2, [])
    assert [item.gone for item in library.store.items(1)] == [True, True] + [False] * 4
    assert any("2 files are gone" in check.said for check in doctor(library))


def test_pictures_of_a_drive_that_is_back_are_no_longer_gone(two, drop, monkeypatch):
    library, drive, healthy = two
    with monkeypatch.context():
        drop(drive, "ENOTCONN")
        library.import_source(healthy, "art")
    monkeypatch.undo()
    assert library.import_source(drive, "art").gone == 0
    assert not any(item.gone for item in library.store.items(1))


def test_numbers_that_were_lost_are_renewed_where_the_drive_answers(two, drop, home):
    _, drive, healthy = two
    shutil.rmtree(home / "vectors")
    drop(drive, "ESTALE")
    again = Library(home, config=Settings(home=home, threads=1))
    assert again.import_source(healthy, "art").new == 4
    assert len(again.collection("art")) == 4
    again.close()


@pytest.mark.parametrize("reason", AWAY)
def test_the_drive_itself_is_asked_for(two, drop, reason):
    library, drive, _ = two
    drop(drive, reason)
    assert named(drive) == str(drive)
    with pytest.raises(UserError, match="cannot be read") as error:
        library.import_source(drive, "art")
    assert ("is the drive connected?" in str(error.value)) == (reason not in ("EACCES", "EPERM"))


@pytest.mark.parametrize("reason", AWAY)
def test_a_part_of_a_folder_that_is_away_is_named(tmp_path, drop, reason):
    art = folder_of(tmp_path / "art", "a.png")
    away = folder_of(tmp_path / "away", "b.png")
    (art / "linked").symlink_to(away)
    (art / "one.png").symlink_to(away / "b.png")
    drop(away, reason)
    real = os.stat

    def through(path, *args, **more):
        return real(os.path.realpath(path), *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "stat", through)
        told = {one.name: getattr(one, "reason", "") for one in open_source(art, tmp_path / "w").find()}
    assert told["a.png"] == ""
    assert told.keys() == {"a.png", "linked", "one.png"}
    assert "cannot be read" in told["linked"]
    assert "cannot be read" in told["one.png"]


@pytest.mark.parametrize("reason", ["EACCES", "ENOTCONN", "EHOSTDOWN"])
def test_a_picture_of_a_drive_that_is_away_is_not_found_and_results_are_shown(two, drop, reason):
    library, drive, _ = two
    client = TestClient(
        create_app(library, library.settings),
        base_url="http://127.0.0.1:8765",
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    client.post("/people", data={"name": "Ada"})
    item = library.store.items(1)[0].id
    assert client.get(f"/pictures/{item}/320.jpg").status_code == 200
    drop(drive, reason)
    assert client.get(f"/pictures/{item}/320.jpg").status_code == 200  # made before
    assert client.get(f"/pictures/{item}/640.jpg").status_code == 404
    assert client.get("/label/art").status_code == 200
    assert client.get("/").status_code == 200
    client.app.state.beholder.close()


@pytest.mark.parametrize("reason", ["EACCES", "ENOTCONN", "EHOSTDOWN"])
def test_results_and_exports_are_made_while_the_drive_is_away(library, drop, painted, tmp_path, reason, capsys):
    library.import_source(painted, "art")
    ids = [item.id for item in library.store.items(1)]
    client = TestClient(create_app(library, library.settings), base_url="http://127.0.0.1:8765")
    client.post("/people", data={"name": "Ada"}, headers={"Sec-Fetch-Site": "same-origin"})
    said = [Judgement("choice", pair, f"{n}") for n, pair in enumerate(pairwise(ids))]
    library.store.record(1, 1, [*said, Judgement("favourite", (ids[0],), "best")])
    drop(painted, reason)
    wall = client.get("/results/art")
    assert (wall.status_code, wall.text.count("<img") >= 12) == (200, True)
    assert len(client.get("/results/art/export.json").json()) == 12
    assert client.get("/results/art/export.csv").text.count("\n") == 13
    assert client.get("/taste/art").status_code == 200
    assert client.get("/answers/art").status_code == 200
    client.app.state.beholder.close()
    assert export_labels(library, "art", tmp_path / "labels.csv") == 12
    for more in (["--json"], ["--html", str(tmp_path / "sheet.html")]):
        assert run(["rank", "art", "--person", "Ada", *more]) == 0, capsys.readouterr().err


def test_an_album_leaves_out_what_is_away_and_what_is_no_file(two, drop, tmp_path):
    library, drive, healthy = two
    library.import_source(healthy, "art")
    os.mkfifo(drive / "pipe.png")
    items = library.store.items(1)
    (healthy / "e.png").unlink()
    os.mkfifo(healthy / "e.png")
    drop(drive, "EHOSTDOWN")
    report = copy_album([Ranked(i, item, 1, 0, "") for i, item in enumerate(items, 1)], tmp_path / "album")
    assert report.copied + report.failed == len(items)
    assert any("Host is down" in left for left in report.left)
    assert len(list((tmp_path / "album").iterdir())) == report.copied


# Names


@pytest.mark.parametrize("name", NAMES)
def test_data_and_pictures_may_lie_in_a_folder_of_any_name(tmp_path, name):
    library = Library(home := tmp_path / name / "data", config=Settings(home=home, threads=1))
    assert library.import_source(folder_of(tmp_path / name / "art", "a.png"), "art").new == 1
    library.close()
    again = Library(home, config=Settings(home=home, threads=1))
    assert len(again.collection("art")) == 1
    assert [p.name for p in (tmp_path / name).iterdir() if p.name not in ("art", "data")] == []
    again.close()


def test_the_program_may_lie_in_a_folder_of_any_name(tmp_path, home):
    """All of the names in one path: whichever is taken for something else, the program is not found."""
    place = tmp_path.joinpath(*NAMES)
    place.parent.mkdir(parents=True)
    place.symlink_to(Path(beholder.__file__).parents[1])
    art = folder_of(tmp_path / "art", "a.png")
    done = subprocess.run(
        [sys.executable, "-m", "beholder", "import", str(art), "--into", "art"],
        env=os.environ | {"PYTHONPATH": str(place), "BEHOLDER_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "1 new" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize("images", ["~/my paintings", 'Anna\'s "best"', "", "$HOME $(x) `y` \\", "-rf", "100% art#1"])
@pytest.mark.parametrize("port", ["", "8888"])
@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_run_hands_over_the_folder_as_it_was_typed(tmp_path, images, port):
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "bin").mkdir()
    for name in ("pyproject.toml", "constraints.txt", "core"):
        (tmp_path / name).touch()
    fake = tmp_path / "bin" / "beholder"
    fake.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    fake.chmod(0o755)
    command = ["make", "--silent", "run", "VENV=.", "BIN=bin", f"IMAGES={images}", f"PORT={port}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    wanted = ["serve", *(["--port", port] if port else []), "--", *([images] if images else [])]
    assert json.loads(done.stdout) == wanted


def test_the_home_sign_of_the_data_folder_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("BEHOLDER_HOME", "~/my data")
    assert Settings().home == tmp_path / "my data"
    monkeypatch.setenv("BEHOLDER_HOME", "")
    assert Settings().home.name == "beholder"


@pytest.mark.parametrize("source", ["~nobody-of-that-name/x", "a\0b", "x" * 5000])
def test_a_source_that_cannot_be_a_path_is_refused_by_every_command(home, source, capsys):
    assert run(["import", source, "--into", "art"]) == 2
    if "\0" not in source:
        assert run(["serve", source, "--port", "0"]) == 2
    assert "fault of Beholder" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [("abc", "", "port: Input should be a valid integer"), ("", "port = [", "config.toml cannot be read")],
)
def test_a_setting_that_cannot_be_used_is_named(home, monkeypatch, capsys, variable, text, said):
    home.mkdir()
    (home / "config.toml").write_text(text)
    monkeypatch.setenv("BEHOLDER_PORT", variable)
    monkeypatch.setenv("BEHOLDER_HOME", str(home))
    assert run(["doctor"]) == 2
    assert said in capsys.readouterr().err
