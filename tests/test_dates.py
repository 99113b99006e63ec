"""The date that a camera wrote: read from EXIF where it is sure, kept once, and never a year of a work."""

import csv
import sqlite3
import struct
from contextlib import closing
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from beholder import importer
from beholder.collection import Library
from beholder.dates import read_date, written
from beholder.facts import taken_of
from beholder.filters import Filter
from beholder.images import taken_at
from beholder.web.render import byline, more_of
from helpers.makers import encoded, noise, zip_of

TAKEN, TEXT = datetime(2019, 8, 14, 15, 32, 7), "2019:08:14 15:32:07"
ORIGINAL, DIGITIZED, CHANGED = 36867, 36868, 306


def exif_of(changed="2024:01:01 00:00:00", **tags):
    """EXIF with these dates, by tag as in `t36867`, and when a program last changed it."""
    made = Image.Exif()
    made[CHANGED] = changed
    made.get_ifd(0x8769).update({int(tag[1:]): text for tag, text in tags.items()})
    return made


def photo(text=TEXT, seed=0, kind="JPEG", tag=ORIGINAL, **options):
    return encoded(noise(seed=seed), kind, exif=exif_of(**{f"t{tag}": text}).tobytes(), **options)


class Counted(BytesIO):
    """A file that knows how much of it was read."""

    read_of_it = 0

    def read(self, size=-1):
        data = super().read(size)
        self.read_of_it += len(data)
        return data


# Reading


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        (TEXT, TAKEN),
        ("2019:08:14 15:32:07\0", TAKEN),
        ("2019-08-14T15:32:07.25+02:00", TAKEN),
        ("2019-08-14", TAKEN.replace(hour=0, minute=0, second=0)),
        ("2019:08:14 15:32", TAKEN.replace(second=0)),
        ("2019:08:14 24:00:00", TAKEN.replace(hour=0, minute=0, second=0)),
        ("1826:01:01 00:00:00", datetime(1826, 1, 1)),
        ("0000:00:00 00:00:00", None),
        ("1825:12:31 00:00:00", None),
        ("2019:13:01 00:00:00", None),
        ("2019:02:29 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("9999:01:01 00:00:00", None),
        ("2019", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_date_is_read_where_it_can_be_one(text, taken):
    assert read_date(text) == taken
    assert taken is None or read_date(written(taken)) == taken


def test_a_clock_elsewhere_may_be_ahead_but_no_photograph_is_to_come():
    now = datetime.now().replace(microsecond=0)
    assert read_date(written(now + timedelta(hours=14)))
    assert read_date(written(now + timedelta(days=3))) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_kind_of_picture_tells_when_it_was_taken(kind):
    assert taken_at(photo(kind=kind)) == TAKEN
    assert taken_at(encoded(noise(), kind)) is None


def test_a_photograph_of_a_phone_tells_when_it_was_taken():
    heif = pytest.importorskip("pillow_heif")
    out = BytesIO()
    heif.from_pillow(noise()).save(out, exif=exif_of(t36867=TEXT).tobytes())
    assert taken_at(out.getvalue()) == TAKEN


def test_when_it_was_digitized_counts_where_nothing_else_is_told_and_when_it_was_changed_never():
    assert taken_at(photo(tag=DIGITIZED)) == TAKEN
    both = exif_of(t36867=TEXT, t36868="2021:01:01 10:00:00")
    assert taken_at(encoded(noise(), "JPEG", exif=both)) == TAKEN
    half = exif_of(t36867="0000:00:00 00:00:00", t36868=TEXT)
    assert taken_at(encoded(noise(), "JPEG", exif=half)) == TAKEN
    assert taken_at(encoded(noise(), "JPEG", exif=exif_of())) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_broken_exif_costs_only_itself(kind, tmp_path):
    data = photo(kind=kind)
    at = data.index(b"Exif\0\0") + 6 if kind == "JPEG" else data.index(TEXT.encode()) - 60
    for end in range(at, at + 150, 3):
        taken_at(data[:end])  # cut off anywhere
        taken_at(data[:at] + struct.pack("<I", 0xFFFFFFF0 - end) * 40 + data[at + 160 :])
    place = tmp_path / "no.jpg"
    assert taken_at(place) is None
    place.write_bytes(b"")
    assert taken_at(place) is None


def test_of_a_jpeg_png_and_tiff_only_the_head_is_read():
    big = noise(1600, 1200)
    for kind, options in (("JPEG", {"quality": 95, "progressive": True}), ("PNG", {}), ("TIFF", {})):
        file = Counted(encoded(big, kind, exif=exif_of(t36867=TEXT).tobytes(), **options))
        assert taken_at(file) == TAKEN
        assert file.read_of_it < 20_000 < len(file.getvalue()) / 10, kind


# In a collection


@pytest.fixture
def library(home):
    library = Library(home)
    yield library
    library.close()


@pytest.fixture
def album(tmp_path):
    """Three photographs of two months, one that a program alone dated, and one in a folder."""
    folder = tmp_path / "album"
    (folder / "day 2").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(photo(TEXT, 1))
    (folder / "b.png").write_bytes(photo("2019:08:14 09:00:00", 2, "PNG"))
    (folder / "c.jpg").write_bytes(encoded(noise(seed=3), "JPEG", exif=exif_of()))
    (folder / "day 2" / "d.webp").write_bytes(photo("2021:02:03 10:00:00", 4, "WEBP"))
    return folder


def dates(library):
    return {item.name: item.columns.get("date taken") for item in library.collection("art").items}


DATES = {
    "a.jpg": "2019-08-14 15:32:07", "b.png": "2019-08-14 09:00:00", "c.jpg": None,
    "day 2/d.webp": "2021-02-03 10:00:00",
}  # fmt: skip


def test_a_folder_of_photographs_tells_when_they_were_taken(library, album):
    library.import_source(album, "art")
    art = library.collection("art")
    assert dates(library) == DATES
    assert [item.details.year for item in art.items] == [None] * 4
    assert not {"period"} & set(art.words.groups)
    assert art.names is None
    assert [byline(item) for item in art.items[:3]] == [["14 August 2019"]] * 2 + [[]]
    assert [more_of(item) for item in art.items[:3]] == [{}] * 3
    assert [group.name for group in art.groups("date")] == ["February 2021", "August 2019", "Date not known"]
    assert art.groups("year") == []
    assert [art.finder.find("august 2019").fits[row] > 0 for row in range(4)] == [True, True, False, False]
    assert "date taken" not in art.facts.choices


@pytest.mark.parametrize("older", [False, True], ids=["now", "in by an older version"])
def test_a_zip_tells_the_same(library, album, tmp_path, monkeypatch, older):
    members = {p.relative_to(album).as_posix(): p.read_bytes() for p in album.rglob("*.*")}
    zipped = zip_of(tmp_path / "album.zip", members)
    if older:
        with monkeypatch.context() as then:
            then.setattr(importer, "_date_in", lambda one: None)
            library.import_source(zipped, "art")
    assert library.import_source(zipped, "art").new == (0 if older else 4)
    assert dates(library) == DATES


def test_what_an_older_version_took_in_gets_its_dates_at_the_next_import_and_nothing_else(
    library, album, home, monkeypatch
):
    monkeypatch.setattr(importer, "_date_in", lambda one: None)
    library.import_source(album, "art")
    before = library.collection("art")
    assert set(dates(library).values()) == {None}
    monkeypatch.undo()
    monkeypatch.setenv("BEHOLDER_HOME", str(home))
    for forbidden in ("fingerprint", "embed"):
        monkeypatch.setattr(importer, forbidden, lambda *_, **__: pytest.fail("read as a whole"))
    monkeypatch.setattr(importer, "BATCH", 2)
    report = library.import_source(album, "art")
    assert (report.known, report.new, report.gone, report.moved) == (4, 0, 0, 0)
    after = library.collection("art")
    assert dates(library) == DATES
    assert [(i.id, i.key, i.locator, i.details) for i in after.items] == [
        (i.id, i.key, i.locator, i.details) for i in before.items
    ]
    assert (after.X == before.X).all()
    monkeypatch.setattr(importer, "taken_at", lambda place: pytest.fail("opened again"))
    library.import_source(album, "art")
    assert dates(library) == DATES
    with closing(sqlite3.connect(home / "beholder.db")) as db:
        assert [taken for (taken,) in db.execute("SELECT taken FROM files ORDER BY locator")] == [
            DATES[name] or "" for name in sorted(DATES)
        ]


def test_a_moved_photograph_keeps_its_date_and_another_one_in_its_place_has_its_own(library, album):
    library.import_source(album, "art")
    (album / "a.jpg").rename(album / "z.jpg")
    (album / "c.jpg").write_bytes(photo("2020:01:01 12:00:00", 9))
    library.import_source(album, "art")
    assert {name: DATES.get(name, day) for name, day in dates(library).items() if name in ("z.jpg", "c.jpg")} == {
        "z.jpg": DATES["a.jpg"], "c.jpg": None
    }  # fmt: skip
    new = [i for i in library.collection("art").items if i.name == "c.jpg" and not i.gone]
    assert [i.columns["date taken"] for i in new] == ["2020-01-01 12:00:00"]


def test_what_the_source_says_comes_before_what_the_camera_wrote(library, album):
    rows = [
        ("a", "a.jpg", "1889", ""),  # a photograph of a painting
        ("b", "b.png", "2019", ""),
        ("c", "c.jpg", "", "2018:05:06 07:08:09"),
        ("d", "day 2/d.webp", "", "4 May 2018"),  # not sure
    ]
    with (album / "items.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("item", "file", "year", "Date taken"), *rows])
    library.import_source(album, "art")
    art = library.collection("art")
    a, b, c, d = art.items
    assert [item.details.year for item in art.items] == [1889, 2019, None, None]
    assert (a.columns["Date taken"], "date taken" in a.columns, taken_of(a)) == ("", False, None)
    assert (written(taken_of(b)), written(taken_of(c))) == ("2019-08-14 09:00:00", "2018-05-06 07:08:09")
    assert taken_of(d) == datetime(2021, 2, 3, 10)
    assert more_of(a) == {}
    assert byline(c) == ["6 May 2018"]
    assert more_of(c) == {}
    assert (byline(b), more_of(b)) == (["year 2019"], {"Taken": "14 August 2019"})
    assert [group.name for group in art.groups("date")] == ["February 2021", "August 2019", "May 2018", "1889"]
    order = Filter(sort="date").sorted_by(art.facts).argsort()[::-1]
    assert [art.items[row].name for row in order] == ["d", "b", "c", "a"]
