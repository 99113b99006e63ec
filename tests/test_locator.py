"""A picture's bytes are fetched through its locator alone, whatever its scheme."""

import os
from io import BytesIO

import pytest

from beholder import collection as collections
from beholder.album import copy_album
from beholder.collection import Library
from beholder.errors import BadPicture
from beholder.images import fingerprint, open_image
from beholder.locator import SCHEMES, Locator
from beholder.session import Session
from beholder.sources import Found
from beholder.types import Judgement
from beholder.web.contact_sheet import contact_sheet
from beholder.web.thumbnails import Pictures
from helpers.makers import encoded, noise


@pytest.mark.parametrize("text", ["file:/a/b:c.jpg", "https://example.org/a?b=c:d", "iiif:https://example.org/1"])
def test_a_locator_is_kept_as_one_text(text):
    assert Locator.parse(text).text == text


def test_people_read_the_path_of_a_file(tmp_path):
    place = Locator.of(tmp_path / "a.jpg")
    assert (str(place), place.text) == (str(tmp_path / "a.jpg"), f"file:{tmp_path / 'a.jpg'}")
    assert (place.path, place.name) == (tmp_path / "a.jpg", "a.jpg")
    assert str(Locator.parse("https://example.org/a.jpg")) == "https://example.org/a.jpg"


def test_the_stamp_of_a_file_tells_that_it_was_changed(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"one")
    place, times = Locator.of(file), file.stat()
    before = place.stamp()
    assert place.stamp() == before
    file.write_bytes(b"two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert place.stamp() != before


def test_a_scheme_that_this_version_does_not_know_is_named():
    place = Locator.parse("gopher://example.org/a.jpg")
    assert not place.is_there()
    with pytest.raises(BadPicture, match="cannot fetch pictures by 'gopher:'"):
        open_image(place)
    with pytest.raises(OSError):
        place.stamp()


class Shelf:
    """Pictures that are no files, each fetched into a file when it is asked for."""

    title = "shelf"

    def __init__(self, folder, n):
        self.folder, self.held = folder, {f"{i}.png": encoded(noise(seed=i), "PNG") for i in range(n)}

    def open(self, value):
        if value not in self.held:
            raise FileNotFoundError(2, "not on the shelf")
        (self.folder / value).write_bytes(self.held[value])
        return (self.folder / value).open("rb")

    def stamp(self, value):
        return len(self.held[value]), 0, 0, ""

    def is_there(self, value):
        return value in self.held

    def find(self):
        return (Found(name, Locator("shelf", name)) for name in self.held)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """The shelf, and a library with its pictures in."""
    made = Shelf(tmp_path, 9)
    monkeypatch.setitem(SCHEMES, "shelf", made)
    monkeypatch.setattr(collections, "open_source", lambda *args, **more: made)
    library = Library()
    library.import_source("shelf", "art", encoder="classic")
    yield made, library
    library.close()


def test_pictures_that_are_no_files_are_imported_once_and_missed_when_they_are_gone(shelf):
    made, library = shelf
    items = library.collection("art").items
    assert [item.locator.text for item in items] == [f"shelf:{i}.png" for i in range(9)]
    assert [item.sha256 for item in items] == [fingerprint(item.locator) for item in items]
    report = library.import_source("shelf", "art")
    assert (report.new, report.known, report.gone) == (0, 9, 0)
    del made.held["3.png"]
    assert library.import_source("shelf", "art").gone == 1


def test_pictures_that_are_no_files_are_shown_and_copied(shelf, tmp_path):
    made, library = shelf
    ids = [item.id for item in library.collection("art").items]
    library.store.add_person("Ada")
    session = Session(library, "art", "Ada")
    session.record([Judgement("rating", (item,), f"r{item}", value=float(1 + item)) for item in ids])
    best = session.reading().ranking[:3]
    session.close()
    assert open_image(BytesIO(Pictures(tmp_path / "thumbs").get(best[0].item, 320))).size == (48, 32)
    assert contact_sheet(best, heading="three").count("data:image/jpeg") == 3
    del made.held[best[2].item.locator.value]
    report = copy_album(best, tmp_path / "album")
    assert (report.copied, report.left) == (2, [f"{best[2].item.name} could not be copied: not on the shelf"])
    names = [f"{place.rank} {place.item.locator.name}" for place in best[:2]]
    assert sorted(path.name for path in (tmp_path / "album").iterdir()) == names
