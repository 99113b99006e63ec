"""Pictures that are a part of a photo: found, opened, embedded as that part; corrected by a person, and kept so."""

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from beholder.collection import Library
from beholder.config import Settings
from beholder.errors import BadInput, BadPicture, UnknownName, UserError
from beholder.features.artworks import artworks_in, photos
from beholder.images import crop_of, crops, fingerprint, open_image, quad_of, render, size_of
from beholder.images.crops import SMALLEST
from beholder.images.quads import homography
from beholder.locator import WHOLE, Locator
from beholder.session import Session
from beholder.types import ADDED, Judgement, picture_key
from helpers import pages
from helpers.makers import encoded, exif, picture
from helpers.vectors import embed_files
from helpers.walls import BARE, ONE, TWO, Finder, crop, hang, painting, photo

CORNER = "90,50 230,40 240,200 80,190"  # another part of the photo of ONE


@pytest.fixture
def finder(monkeypatch):
    finder = Finder()
    monkeypatch.setattr(photos, "find_artworks", finder)
    return finder


@pytest.fixture
def library(home, finder):
    library = Library(home, config=Settings(home=home, threads=1, encoder="classic"))
    yield library
    library.close()


def items(library, name="wild"):
    return library.store.items(library.store.collection(name).id)


def told(library, name="wild"):
    return [(item.name, item.crop, item.width, item.height, item.found) for item in items(library, name)]


# A part of a photo as text, and opened


def test_the_text_of_a_crop_tells_its_corners_again():
    quad = ((12.4, 33.0), (456.0, 30.2), (460.0, 600.0), (-3.0, 650.0))
    assert crop_of(quad, (500, 640)) == "12,33 456,30 460,600 0,640"
    assert quad_of(crop_of(quad, (500, 640))) == ((12, 33), (456, 30), (460, 600), (0, 640))
    assert quad_of(WHOLE) is None


@pytest.mark.parametrize(
    ("quad", "reason"),
    [
        (((0, 0), (100, 100), (100, 0), (0, 100)), "cross"),
        (((0, 0), (0, 100), (100, 100), (100, 0)), "order"),
        (((0, 0), (100, 0), (100, SMALLEST - 1), (0, SMALLEST - 1)), "shortest"),
        (((900, 900), (950, 900), (950, 950), (900, 950)), "order"),
    ],
)
def test_corners_that_surround_nothing_are_refused(quad, reason):
    with pytest.raises(BadPicture, match=reason):
        crop_of(quad, (200, 200))


@pytest.mark.parametrize("text", ["", "0,0,9,9", "1,1 2,2 3,3", "a,b c,d e,f g,h", "1.5,0 9,0 9,9 0,9", "WHOLE"])
def test_a_part_that_is_not_known_is_no_picture(text, tmp_path):
    photo(ONE).save(tmp_path / "a.png")
    with pytest.raises(BadPicture, match="does not know the part"):
        open_image(Locator.of(tmp_path / "a.png").part(text))


def test_a_part_of_a_photo_is_opened_alone_and_at_every_size(tmp_path):
    photo(ONE, 3, (1280, 960)).save(tmp_path / "a.png")
    part = Locator.of(tmp_path / "a.png").part("320,160 960,160 960,800 320,800")
    assert size_of(part) == (640, 640)
    whole = open_image(part)
    assert whole.size == (640, 640)
    difference = np.abs(np.asarray(whole, float) - np.asarray(painting(30, 640, 640), float))
    assert difference.mean() < 1
    for side in (1000, 640, 320, 64):
        assert open_image(part, max_side=side).size == (min(side, 640),) * 2
    assert Image.open(BytesIO(render(part, 100))).size == (100, 100)


def test_a_part_that_is_seen_aslant_is_made_straight(tmp_path):
    made, quad = Image.new("RGB", (400, 300), (128,) * 3), [(60, 40), (300, 90), (290, 220), (70, 270)]
    data = homography(quad, [(0, 0), (240, 0), (240, 160), (0, 160)]).ravel()[:8]
    seen = picture(240, 160).transform(made.size, Image.Transform.PERSPECTIVE, tuple(data), Image.Resampling.BICUBIC)
    made.paste(
        seen, mask=Image.new("L", (240, 160), 255).transform(made.size, Image.Transform.PERSPECTIVE, tuple(data))
    )
    made.save(tmp_path / "a.png")
    straight = open_image(Locator.of(tmp_path / "a.png").part(crop_of(tuple(quad), made.size))).resize((240, 160))
    assert np.abs(np.asarray(straight, float) - np.asarray(picture(240, 160), float)).mean() < 6


def test_corners_are_those_of_the_upright_photo(tmp_path):
    upright = picture(480, 320)
    (tmp_path / "a.jpg").write_bytes(encoded(upright.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif(6)))
    place = Locator.of(tmp_path / "a.jpg")
    assert size_of(place) == (480, 320)
    blue = np.asarray(open_image(place.part("20,180 220,180 220,300 20,300"), max_side=50), float).mean((0, 1))
    assert blue == pytest.approx((40, 60, 210), abs=6)


def test_a_photo_that_is_too_large_for_a_sharp_part_is_opened_smaller(tmp_path, monkeypatch):
    photo(ONE, 1, (640, 480)).save(tmp_path / "a.png")
    asked = []

    def opened(side):
        asked.append(side)
        if side > 400:
            raise BadPicture("too large")
        return open_image(tmp_path / "a.png", max_side=side)

    monkeypatch.setattr(crops, "_SURE", 400)
    part = crops.open_part(opened, (640, 480), quad_of("160,80 480,80 480,400 160,400"), 320)
    assert (asked, part.size) == ([640, 400], (200, 200))


# Found while importing


def test_what_is_found_in_photos_are_the_pictures(library, tmp_path):
    report = library.import_source(hang(tmp_path / "in", ONE, TWO, BARE), "wild", artworks=True)
    assert (report.new, report.cut, report.known, report.broken) == (4, 3, 0, [])
    assert told(library) == [
        ("0.png", crop(ONE), 160, 160, crop(ONE)),
        ("1.png", crop(TWO, 0), 120, 100, crop(TWO, 0)),
        ("1 [2].png", crop(TWO, 1), 120, 160, crop(TWO, 1)),
        ("2.png", WHOLE, 320, 240, WHOLE),
    ]


def test_the_numbers_of_a_picture_are_those_of_its_part(library, tmp_path):
    library.import_source(hang(tmp_path / "in", ONE, TWO), "wild", artworks=True)
    files = []
    for at, item in enumerate(items(library)):
        files.append(tmp_path / f"part{at}.png")
        open_image(item.locator).save(files[-1])
    X = library.collection("wild").X
    alone = np.hstack([embed_files(files, name, library) for name in ("classic", "attributes")])
    assert X.shape[1] == alone.shape[1]
    assert np.abs(X - alone).max() < 1e-4
    whole = embed_files([tmp_path / "in" / "0.png"], "classic", library)
    assert np.abs(X[0, : whole.shape[1]] - whole[0]).max() > 0.05


def test_every_part_has_the_columns_of_its_listing(library, tmp_path):
    folder = hang(tmp_path / "in", TWO)
    (folder / "items.csv").write_text("item,file,title,price\npair,0.png,Two seas,400 EUR\n")
    library.import_source(folder, "wild", artworks=True)
    assert [(i.name, i.details.title, i.details.price) for i in items(library)] == [
        ("pair", "Two seas", 40000), ("pair [2]", "Two seas", 40000),
    ]  # fmt: skip
    (folder / "items.csv").write_text("item,file,title,price\npair,0.png,Two seas,300 EUR\n")
    assert library.import_source(folder, "wild").known == 1
    assert [(i.name, i.details.price) for i in items(library)] == [("pair", 30000), ("pair [2]", 30000)]


def test_importing_again_looks_at_nothing_again_and_changes_nothing(library, finder, tmp_path):
    folder = hang(tmp_path / "in", ONE, TWO, BARE)
    library.import_source(folder, "wild", artworks=True)
    before, looked = told(library), finder.looked
    for artworks in (True, None, False):
        report = library.import_source(folder, "wild", artworks=artworks)
        assert (report.new, report.cut, report.known, report.gone) == (0, 0, 3, 0)
    assert (told(library), finder.looked) == (before, looked)


def test_a_photo_that_has_moved_keeps_its_parts(library, tmp_path):
    folder = hang(tmp_path / "in", TWO)
    library.import_source(folder, "wild", artworks=True)
    ids = [item.id for item in items(library)]
    (folder / "0.png").rename(folder / "wall.png")
    report = library.import_source(folder, "wild")
    assert (report.new, report.moved, report.gone) == (0, 1, 0)
    assert [(i.id, i.name, i.locator.name) for i in items(library)] == [
        (ids[0], "wall.png", "wall.png"), (ids[1], "wall [2].png", "wall.png"),
    ]  # fmt: skip
    (folder / "wall.png").unlink()
    assert library.import_source(folder, "wild").gone == 2


def test_a_lost_shard_is_made_again_from_the_parts(library, home, tmp_path):
    folder = hang(tmp_path / "in", ONE, TWO)
    library.import_source(folder, "wild", artworks=True)
    before = library.collection("wild").X.copy()
    for shard in home.glob("vectors/*/*.safetensors"):
        shard.unlink()
    again = Library(home, config=library.settings)
    again.import_source(folder, "wild")
    assert np.abs(again.collection("wild").X - before).max() < 1e-6
    again.close()


def test_pages_are_looked_into_and_folders_and_museums_are_not(library, finder, tmp_path):
    folder = tmp_path / "page_files"
    hang(folder, ONE)
    (folder / "0.png").rename(folder / "25011001.png")
    (tmp_path / "page.html").write_text(pages.dba_page({"25011001": "./page_files/25011001.png"}, pages.ADS[:1]))
    assert library.import_source(tmp_path / "page.html", "page").cut == 1
    assert items(library, "page")[0].details.price == 125000
    assert library.import_source(hang(tmp_path / "in", TWO), "folder").cut == 0
    assert told(library, "folder") == [("0.png", WHOLE, 320, 240, None)]
    hang(tmp_path / "smk", TWO)
    record = {
        "object_number": "KMS1",
        "titles": [{"title": "Seas"}],
        "image_thumbnail": "0.png",
        "image_native": "0.png",
    }
    (tmp_path / "smk.json").write_text(json.dumps({"items": [record]}))
    assert library.import_source(tmp_path / "smk.json", "smk").cut == 0
    assert finder.looked == 1


def test_a_page_that_came_in_whole_changes_only_where_that_is_asked_for(library, finder, tmp_path):
    folder = hang(tmp_path / "page_files", ONE)
    (folder / "0.png").rename(folder / "25011001.png")
    (tmp_path / "page.html").write_text(pages.dba_page({"25011001": "./page_files/25011001.png"}, pages.ADS[:1]))
    assert library.import_source(tmp_path / "page.html", "page", artworks=False).cut == 0
    library.store.set_artworks(library.store.collection("page").id, None)  # as an older version has left it
    report = library.import_source(tmp_path / "page.html", "page")
    assert (report.known, report.cut, finder.looked) == (1, 0, 0)
    assert library.import_source(tmp_path / "page.html", "page", artworks=True).cut == 1
    assert [item.crop for item in items(library, "page")] == [crop(ONE)]


def test_what_was_said_of_a_source_holds_for_its_next_import_and_for_no_other(library, tmp_path):
    folder = hang(tmp_path / "in", ONE)
    library.import_source(folder, "wild", artworks=True)
    photo(TWO, 5).save(folder / "new.png")
    assert library.import_source(folder, "wild").cut == 2
    assert library.import_source(hang(tmp_path / "more", TWO), "wild").cut == 0
    library.import_source(folder, "wild", artworks=False)
    photo(TWO, 6).save(folder / "newer.png")
    assert library.import_source(folder, "wild").cut == 0


def test_pictures_that_are_in_as_a_whole_are_looked_into_when_that_is_asked_for(library, finder, tmp_path):
    folder = hang(tmp_path / "in", ONE, TWO, BARE)
    library.import_source(folder, "wild")
    before = [item.id for item in items(library)]
    ada = library.store.add_person("Ada")
    row = library.store.collection("wild")
    library.store.record(ada.id, row.id, [Judgement("choice", (before[1], before[2]), "c1")])
    report = library.import_source(folder, "wild", artworks=True)
    assert (report.new, report.cut, report.known, finder.looked) == (1, 3, 3, 3)
    assert [item.id for item in items(library)][:3] == before
    assert [(name, part) for name, part, *_ in told(library)] == [
        ("0.png", crop(ONE)), ("1.png", crop(TWO, 0)), ("2.png", WHOLE), ("1 [2].png", crop(TWO, 1)),
    ]  # fmt: skip
    assert len(library.collection("wild")) == 4
    assert [j.items for j in library.store.judgements(ada.id, row.id)] == [(before[1], before[2])]
    assert library.import_source(folder, "wild", artworks=True).new == 0
    assert finder.looked == 3


def test_an_import_that_is_stopped_while_it_looks_goes_on_where_it_was(library, finder, tmp_path):
    folder = hang(tmp_path / "in", ONE, TWO)

    def stop(what, done, total):
        if finder.looked:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.import_source(folder, "wild", artworks=True, progress=stop)
    assert library.import_source(folder, "wild", artworks=True).new == 3


def test_a_broken_file_is_told_once(library, tmp_path):
    folder = hang(tmp_path / "in", ONE)
    (folder / "broken.png").write_bytes((folder / "0.png").read_bytes()[:200])
    report = library.import_source(folder, "wild", artworks=True)
    assert ([one.name for one in report.broken], report.new) == (["broken.png"], 1)


# Corrected by a person


@pytest.fixture
def wild(library, tmp_path):
    """A collection of four pictures in three photos, and Ada's answers about them."""
    library.import_source(hang(tmp_path / "in", ONE, TWO, BARE), "wild", artworks=True)
    ids = [item.id for item in items(library)]
    ada, row = library.store.add_person("Ada"), library.store.collection("wild")
    answers = [Judgement("choice", (ids[0], other), f"c{other}") for other in ids[1:]]
    library.store.record(ada.id, row.id, answers)
    return library


def test_a_correction_is_seen_anew_and_every_answer_stays(wild, tmp_path):
    item, X = items(wild)[0], wild.collection("wild").X.copy()
    wild.set_crop("wild", item.id, CORNER)
    changed = items(wild)[0]
    assert (changed.id, changed.crop, changed.found) == (item.id, CORNER, crop(ONE))
    assert (changed.width, changed.height) == size_of(changed.locator)
    assert changed.key == picture_key(item.sha256, CORNER) != item.key
    after = wild.shared("wild")
    assert len(after) == 4
    assert (after.X[1:] == X[1:]).all()
    open_image(changed.locator).save(tmp_path / "part.png")
    seen = embed_files([tmp_path / "part.png"], "classic", wild)[0]
    assert np.abs(after.X[0, : len(seen)] - seen).max() < 1e-4
    assert np.abs(after.X[0] - X[0]).max() > 1e-3
    session = Session(wild, "wild", "Ada", model="gp")
    session.settle()
    assert [j.items[0] for j in session.history()] == [item.id] * 3
    assert session.reading().ranking[0].item.id == item.id
    session.close()


def test_a_correction_outlives_every_import_and_finding(wild, finder, tmp_path):
    one, first, second, whole = items(wild)
    looked = finder.looked
    wild.set_crop("wild", one.id, CORNER)
    wild.set_crop("wild", first.id, WHOLE)
    wild.set_crop("wild", whole.id, "10,10 300,10 300,200 10,200")
    for artworks in (None, True):
        report = wild.import_source(tmp_path / "in", "wild", artworks=artworks)
        assert (report.new, report.known, report.gone) == (0, 3, 0)
    (tmp_path / "in" / "0.png").rename(tmp_path / "in" / "moved.png")
    assert wild.import_source(tmp_path / "in", "wild", artworks=True).moved == 1
    assert [(i.id, i.crop) for i in items(wild)] == [
        (one.id, CORNER), (first.id, WHOLE), (second.id, second.crop), (whole.id, "10,10 300,10 300,200 10,200"),
    ]  # fmt: skip
    assert finder.looked == looked


def test_a_correction_is_undone_by_what_was_found(wild):
    item, X = items(wild)[0], wild.collection("wild").X.copy()
    for part in (CORNER, WHOLE, "60,30 250,30 250,210 60,210", item.found):
        wild.set_crop("wild", item.id, part)
        assert items(wild)[0].found == item.crop
    assert items(wild)[0].crop == item.crop
    assert (wild.shared("wild").X == X).all()


def test_a_picture_that_nobody_looked_into_can_be_cut_and_is_not_looked_into_then(library, finder, tmp_path):
    folder = hang(tmp_path / "in", TWO)
    library.import_source(folder, "wild")
    (item,) = items(library)
    library.set_crop("wild", item.id, "30,70 130,70 130,150 30,150")
    assert items(library)[0].found == WHOLE
    assert library.import_source(folder, "wild", artworks=True).new == 0
    assert (finder.looked, len(items(library))) == (0, 1)


def test_corners_that_move_by_one_pixel_are_noticed(wild):
    item = items(wild)[0]
    seen = wild.shared("wild")
    for x in (81, 82, 83):
        wild.set_crop("wild", item.id, f"{x},41 239,41 239,199 {x},199")
        assert wild.shared("wild") is not seen
        seen = wild.shared("wild")
        assert seen.items[0].crop.startswith(f"{x},")


def test_what_cannot_be_corrected_is_told_and_changes_nothing(wild, tmp_path):
    one, first, second, _ = items(wild)
    with pytest.raises(UserError, match="another picture already: '1 "):
        wild.set_crop("wild", first.id, second.crop)
    with pytest.raises(UnknownName):
        wild.set_crop("wild", 999, WHOLE)
    wild.import_source(hang(tmp_path / "other", ONE), "other")
    with pytest.raises(UnknownName, match="in this collection"):
        wild.set_crop("other", one.id, WHOLE)
    photo(ONE, 9).save(tmp_path / "in" / "0.png")
    with pytest.raises(BadInput, match="import its folder again"):
        wild.set_crop("wild", one.id, CORNER)
    (tmp_path / "in" / "1.png").unlink()
    with pytest.raises(BadInput, match="import its folder again"):
        wild.set_crop("wild", first.id, WHOLE)
    assert [item.crop for item in items(wild)[:3]] == [one.crop, first.crop, second.crop]


def test_a_correction_without_its_numbers_is_not_kept(wild, monkeypatch):
    item = items(wild)[0]
    monkeypatch.setattr(
        "beholder.collection.embed_missing", lambda todo, *a, **k: dict.fromkeys(todo, BadPicture("torn"))
    )
    with pytest.raises(BadInput, match="torn"):
        wild.set_crop("wild", item.id, CORNER)
    assert items(wild)[0].crop == item.crop


# Works that were missed, and finds that are none

MISSED = "10,20 60,20 60,90 10,90"


def test_a_missed_work_is_a_picture_of_its_own_with_what_its_page_says(library, tmp_path):
    photo(TWO).save(tmp_path / "a.png")
    table = tmp_path / "list.csv"
    table.write_text("item,file,title,price\npair,a.png,Two seas,300 EUR\n")
    library.import_source(table, "wild", artworks=True)
    first, second = items(library)
    new = library.store.item(library.add_part("wild", second.id, MISSED))
    assert (new.name, new.crop, new.is_added, new.gone) == ("pair [3]", MISSED, True, False)
    assert (new.columns, new.details) == (first.columns, first.details)
    assert (new.width, new.height) == size_of(new.locator) == (50, 70)
    assert [item.id for item in items(library)] == [first.id, second.id, new.id]
    assert len(library.collection("wild").items) == len(library.collection("wild").X) == 3
    library.close()


def test_a_missed_work_outlives_every_import_and_finding(wild, finder, tmp_path):
    _, first, second, whole = items(wild)
    new = wild.add_part("wild", first.id, MISSED)
    other = wild.add_part("wild", whole.id, MISSED)
    before, looked = told(wild), finder.looked
    for artworks in (None, True, False):
        report = wild.import_source(tmp_path / "in", "wild", artworks=artworks)
        assert (report.new, report.cut, report.known, report.gone) == (0, 0, 3, 0)
    assert (told(wild), finder.looked) == (before, looked)
    (tmp_path / "in" / "1.png").rename(tmp_path / "in" / "pair.png")
    assert wild.import_source(tmp_path / "in", "wild").moved == 1
    assert [(i.id, i.name) for i in items(wild)[1:]] == [
        (first.id, "pair.png"), (second.id, "pair [2].png"), (whole.id, "2.png"), (new, "pair [3].png"),
        (other, "2 [2].png"),
    ]  # fmt: skip
    (tmp_path / "in" / "pair.png").unlink()
    assert wild.import_source(tmp_path / "in", "wild").gone == 3


def test_a_photo_that_nobody_looked_into_is_not_looked_into_once_a_work_is_drawn(library, finder, tmp_path):
    folder = hang(tmp_path / "in", TWO)
    library.import_source(folder, "wild")
    (whole,) = items(library)
    library.add_part("wild", whole.id, crop(TWO))
    report = library.import_source(folder, "wild", artworks=True)
    assert (report.new, report.cut, finder.looked) == (0, 0, 0)
    assert [(i.crop, i.found) for i in items(library)] == [(WHOLE, WHOLE), (crop(TWO), ADDED)]


def test_a_removed_find_is_neither_asked_nor_ranked_and_no_import_brings_it_back(wild, finder, tmp_path):
    one, first, second, whole = items(wild)
    looked = finder.looked
    for item in (one, first, second):
        wild.remove_part("wild", item.id)
    for artworks in (None, True):
        report = wild.import_source(tmp_path / "in", "wild", artworks=artworks)
        assert (report.new, report.cut, report.known, report.gone) == (0, 0, 3, 0)
    photo(TWO, 1).save(tmp_path / "in" / "1.png")  # saved again, at another time
    wild.import_source(tmp_path / "in", "wild", artworks=True)
    assert finder.looked == looked
    assert [(i.id, i.removed, i.gone, i.crop) for i in items(wild)] == [
        (one.id, True, True, one.crop), (first.id, True, True, first.crop),
        (second.id, True, True, second.crop), (whole.id, False, False, WHOLE),
    ]  # fmt: skip
    art = wild.shared("wild")
    assert art.unshown == {one.id, first.id, second.id}
    session = Session(wild, "wild", "Ada", model="gp")
    session.settle()
    assert len(session.history()) == 3
    assert [ranked.item.id for ranked in session.reading().ranking] == [whole.id]
    session.close()
    wild.remove_part("wild", one.id, False)
    assert items(wild)[0] == one
    assert wild.shared("wild").unshown == {first.id, second.id}


def test_a_removed_work_is_put_back_where_it_is_drawn_again(wild):
    new = wild.add_part("wild", items(wild)[0].id, MISSED)
    with pytest.raises(UserError, match="another picture already"):
        wild.add_part("wild", new, MISSED)
    wild.remove_part("wild", new)
    with pytest.raises(UserError, match="that was removed; put that back"):
        wild.set_crop("wild", items(wild)[0].id, MISSED)
    assert wild.add_part("wild", items(wild)[0].id, MISSED) == new
    assert [(i.id, i.removed) for i in items(wild)][-1] == (new, False)
    assert len(items(wild)) == 5


def test_a_part_of_a_photo_that_is_not_there_is_not_added(wild, tmp_path, monkeypatch):
    one, *_ = items(wild)
    with pytest.raises(UnknownName):
        wild.add_part("wild", 999, MISSED)
    with pytest.raises(UnknownName):
        wild.remove_part("wild", 999)
    (tmp_path / "in" / "0.png").unlink()
    with pytest.raises(BadInput, match="import its folder again"):
        wild.add_part("wild", one.id, MISSED)
    assert len(items(wild)) == 4


def test_photos_of_one_work_are_one_again_where_a_wrong_find_is_removed(library, tmp_path):
    for at, wall in enumerate((ONE, TWO)):
        photo(wall, at).save(tmp_path / f"{at}.png")
    link = "https://a.dk/1"
    (tmp_path / "list.csv").write_text(f"item,file,title,link\na,0.png,Sea,{link}\nb,1.png,Sea,{link}\n")
    library.import_source(tmp_path / "list.csv", "wild", artworks=True)
    one, first, second = items(library)
    assert not library.shared("wild").works.several
    library.remove_part("wild", second.id)
    (work,) = library.shared("wild").works.several
    assert set(work.photos) == {one.id, first.id}
    library.remove_part("wild", second.id, False)
    assert not library.shared("wild").works.several


def test_pictures_are_counted_by_what_is_known_of_their_crop(wild, tmp_path):
    store, row = wild.store, wild.store.collection("wild")
    assert vars_of(store.crop_counts()[row.id]) == (3, 1, 0, 0)
    wild.set_crop("wild", items(wild)[0].id, WHOLE)
    wild.import_source(hang(tmp_path / "more", TWO, ONE), "wild")
    assert vars_of(store.crop_counts()[row.id]) == (2, 2, 1, 2)
    new = wild.add_part("wild", items(wild)[0].id, MISSED)
    assert vars_of(store.crop_counts()[row.id]) == (3, 2, 2, 2)
    wild.remove_part("wild", new)
    assert (*vars_of(store.crop_counts()[row.id]), store.crop_counts()[row.id].removed) == (2, 2, 1, 2, 1)
    assert [item.id for item in store.crops(row.id, "removed", 0, 9)] == [new]
    assert [item.name for item in store.crops(row.id, "cut", 0, 9)] == ["1.png", "1 [2].png"]
    assert [item.name for item in store.crops(row.id, "cut", 1, 9)] == ["1 [2].png"]
    first, second = (item.id for item in store.crops(row.id, "cut", 0, 9))
    assert store.beside(row.id, "cut", second) == (1, [first], [])


def vars_of(counts):
    return counts.cut, counts.whole, counts.corrected, counts.unseen


# In files


def test_corners_are_told_in_pixels_of_the_photo(finder, tmp_path):
    photo(ONE, 0, (3200, 2400)).save(tmp_path / "large.png")
    (work,) = artworks_in(tmp_path / "large.png").artworks
    assert np.allclose(work.canvas, [(800, 400), (2400, 400), (2400, 2000), (800, 2000)], atol=4)


def test_a_copy_of_bytes_has_one_set_of_parts(library, tmp_path):
    folder = hang(tmp_path / "in", TWO)
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    report = library.import_source(folder, "wild", artworks=True)
    assert (report.new, report.copies) == (2, 1)
    assert {item.sha256 for item in items(library)} == {fingerprint(folder / "0.png")}
