"""Pictures of one work count as one: by their page, by how they look, by what a person says."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from beholder.cli import run
from beholder.collection import Library
from beholder.errors import MissingExtra, UserError
from beholder.images import likeness
from beholder.images.likeness import agreement, features_of, have_features, perceptual_hash
from beholder.locator import Locator
from beholder.session import Session
from beholder.store import KeptListing, SamePair
from beholder.types import Details, Item, Judgement
from beholder.works import Works
from helpers.makers import noise
from helpers.shop import painting

needs_opencv = pytest.mark.skipif(not have_features(), reason="needs OpenCV (beholder[duplicates])")


def item(id: int, *, side: int = 100, gone: bool = False, sha: str = "", **told) -> Item:
    columns = {name: str(value) for name, value in told.items()}
    return Item(
        id,
        f"p{id}",
        Locator.parse(f"file:/p{id}"),
        sha or f"{id:064}",
        side,
        side,
        columns,
        gone,
        details=Details(**told),
    )


def groups(works: Works) -> list[tuple[int, ...]]:
    return sorted(work.photos for work in works.several)


def sure(a: int, b: int, agreement: float = 0.9, **more) -> SamePair:
    return replace(SamePair.of(a, b, agreement, True), **more)


def test_pictures_of_one_page_are_of_one_work_and_the_first_stands_for_it():
    page = {"link": "https://shop.example/7", "title": "Havet"}
    works = Works.of([item(1), item(2, **page), item(3, side=900, **page), item(4, link=page["link"], title="Other")])
    assert groups(works) == [(2, 3)]
    assert (works.leading(3), works.leading(4)) == (2, 4)


def test_a_photo_of_several_works_leaves_its_page_undecided():
    page = {"link": "https://shop.example/7", "title": "Two paintings"}
    crops = [item(1, sha="a" * 64, **page), item(2, sha="a" * 64, **page), item(3, **page)]
    assert groups(Works.of(crops)) == []


def test_the_best_photo_and_the_cheapest_offer_that_holds_stand_for_a_work():
    offers = [
        item(1, side=200, price=50000, currency="DKK", link="https://a.example", availability="sold", title="Havet"),
        item(2, side=400, price=90000, currency="DKK", link="https://b.example", place="Ribe"),
        item(3, side=300, price=70000, currency="DKK", link="https://c.example", width_mm=400.0, height_mm=500.0),
    ]
    works = Works.of(offers, [sure(1, 2), sure(2, 3)])
    shown = works.shown[2]
    assert (shown.width, shown.details.price, shown.details.link) == (400, 70000, "https://c.example")
    assert (shown.details.title, shown.details.place, shown.details.width_mm) == ("Havet", None, 400.0)
    assert shown.work.links == ("https://b.example", "https://a.example")


def test_an_offer_that_is_not_listed_any_more_leads_only_where_no_other_holds():
    offers = [
        item(1, price=50000, currency="DKK", link="https://a.example"),
        item(2, price=90000, currency="DKK", link="https://b.example"),
    ]
    listing = KeptListing("a.example", "https://a.example", "Havet", "p", 50000, "DKK", "1", "1", unlisted_at="2")
    both = Works.of(offers, [sure(1, 2)], {"a.example": listing})
    assert (both.shown[1].details.price, both.shown[1].work.unlisted) == (90000, False)
    assert Works.of(offers[:1], [], {"a.example": listing}).shown[1].work.unlisted


def test_what_is_not_sure_is_asked_once_for_two_works():
    items = [item(id) for id in (1, 2, 3, 4)]
    pairs = [sure(1, 2), SamePair.of(1, 3, 0.4, False), SamePair.of(2, 3, 0.5, False), SamePair.of(3, 4, 0.3, False)]
    works = Works.of(items, pairs)
    assert [(pair.item, pair.other) for pair in works.questions] == [(2, 3), (3, 4)]
    assert Works.of([items[0], replace(items[1], gone=True)], [SamePair.of(1, 2, 0.4, False)]).questions == []


def test_what_a_person_says_holds_against_what_was_found():
    items = [item(id) for id in (1, 2, 3)]
    no = replace(sure(1, 2), said=False)
    assert groups(Works.of(items, [no])) == []
    assert groups(Works.of(items, [no, sure(1, 3, 0.9), sure(2, 3, 0.8)])) == [(1, 3)], "3 cannot be both"
    yes = replace(SamePair.of(1, 2, 0.0, False), said=True)
    assert groups(Works.of(items, [yes])) == [(1, 2)]


def test_a_no_takes_a_picture_out_of_its_whole_work_and_a_later_yes_brings_it_back():
    items, pairs = [item(id) for id in (1, 2, 3)], [sure(1, 2), sure(2, 3), sure(1, 3)]
    said = Works.of(items, pairs).answered(1, 3, False, pairs)
    assert said == {(1, 3): False, (2, 3): False}
    kept = [replace(pair, said=said.get((pair.item, pair.other))) for pair in pairs]
    apart = Works.of(items, kept)
    assert groups(apart) == [(1, 2)]
    said |= apart.answered(1, 3, True, kept)
    assert said == {(1, 3): True, (2, 3): True}


def test_a_judgement_is_told_of_works():
    works = Works.of([item(id) for id in (1, 2, 3, 4)], [sure(1, 2)])
    assert works.told(Judgement("choice", (2, 3), "a")).items == (1, 3)
    assert works.told(Judgement("choice", (1, 2), "b")).kind == "skip", "it compares a work with itself"
    grid = works.told(Judgement("grid", (1, 2, 3), "c", picked=(2,)))
    assert (grid.items, grid.picked) == ((1, 3), (1,))


@pytest.fixture
def shelf(tmp_path):
    """Eight pictures of which the last is the first one, packed anew."""
    for at in range(7):
        painting(at).save(tmp_path / f"{at}.png")
    painting(0).resize((240, 180)).save(tmp_path / "again.jpg", quality=70)
    library = Library()
    library.import_source(tmp_path, "shelf", encoder="classic")
    yield library
    library.close()


def test_an_answer_about_one_picture_counts_for_all_of_its_work(shelf):
    art = shelf.find_same("shelf")
    first, again = art.items[art.find("0.png")], art.items[art.find("again.jpg")]
    assert groups(art.works) == [(first.id, again.id)]
    ada = shelf.store.add_person("ada")
    session = Session(shelf, "shelf", "ada")
    session.record([Judgement("rating", (again.id,), "a", value=9.0), Judgement("hide", (again.id,), "h", value=1.0)])
    others = [item.id for item in art.items if item.id not in (first.id, again.id)]
    session.record([Judgement("rating", (id,), f"r{id}", value=2.0) for id in others])
    session.settle()
    reading = session.reading()
    assert reading.answers.rows[0] == art.row_of[first.id]
    assert reading.history.hidden == {first.id}
    assert {one.item.id for one in reading.ranking} == set(others), "a hidden work is hidden whole"
    asked = {id for question in session.questions("choice", 20) for id in question.items}
    assert again.id not in asked
    assert shelf.store.judgements(ada.id, art.row.id)[0].items == (again.id,), "what was said stays as it was said"
    session.close()


def test_what_a_person_says_of_a_pair_outlives_the_next_look(shelf):
    art = shelf.find_same("shelf")
    first, again = art.works.several[0].photos
    art.say_same(first, again, False)
    assert groups(shelf.collection("shelf").works) == []
    assert groups(shelf.find_same("shelf", again=True).works) == []
    shelf.collection("shelf").say_same(first, again, True)
    assert groups(shelf.collection("shelf").works) == [(first, again)]
    with pytest.raises(UserError, match="two pictures"):
        art.say_same(first, first, True)


def test_a_picture_that_stands_near_another_of_its_work_is_told_unless_they_are_said_to_be_two(shelf, tmp_path):
    painting(0).save(tmp_path / "copy.jpg", quality=90)
    shelf.import_source(tmp_path, "shelf")
    art = shelf.collection("shelf")
    first, again = (art.find(name) for name in ("0.png", "copy.jpg"))
    rows = np.array([first, *(row for row in range(8) if row not in (first, again)), again])
    jobs = []
    assert art.twins.before(rows, behind=jobs.append) == {}, "nothing was looked at yet"
    for job in jobs:
        job()
    assert art.twins.before(rows, behind=jobs.append) == art.twins.before(rows, 7, behind=jobs.append) == {again: first}
    assert len(jobs) == 1, "each pair is looked at once"
    assert art.twins.before(rows[:7]) == {}
    assert again not in art.twins.before(np.array([first, *[rows[1]] * 12, again])), "they stand far apart"
    art.say_same(art.items[first].id, art.items[again].id, False)
    assert shelf.collection("shelf").twins.before(rows) == {}


def test_what_surely_shows_the_same_work_is_found_wherever_it_stands(shelf, tmp_path):
    painting(0).save(tmp_path / "copy.jpg", quality=90)
    shelf.import_source(tmp_path, "shelf")
    art = shelf.collection("shelf")
    first, again, other = (art.find(name) for name in ("0.png", "copy.jpg", "1.png"))
    assert (art.twins.of(first), art.twins.of(again), art.twins.of(other)) == ([again], [first], [])
    art.say_same(art.items[first].id, art.items[again].id, False)
    assert shelf.collection("shelf").twins.of(first) == []


def test_plain_pictures_are_not_taken_for_each_other(tmp_path, monkeypatch):
    for at, colour in enumerate(((200, 30, 30), (200, 40, 30), (30, 30, 200))):
        Image.new("RGB", (90, 60 + at), colour).save(tmp_path / f"{at}.png")
    library = Library()
    library.import_source(tmp_path, "plain", encoder="classic")
    assert groups(library.find_same("plain").works) == []
    monkeypatch.setattr("beholder.same_works.have_features", lambda: False)
    assert groups(library.find_same("plain", again=True).works) == []
    library.close()


def test_without_opencv_copies_of_a_photo_are_found_and_the_rest_says_what_it_needs(shelf, monkeypatch):
    monkeypatch.setattr("beholder.same_works.have_features", lambda: False)
    assert len(shelf.find_same("shelf", again=True).works.several) == 1
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    assert not likeness.have_features()
    with pytest.raises(MissingExtra, match=r"beholder\[duplicates\]"):
        features_of(noise())


def test_a_hash_hardly_changes_where_a_picture_is_packed_anew():
    picture, other = noise(300, 200, 1), noise(300, 200, 2)
    packed = picture.resize((120, 80))
    assert (perceptual_hash(picture) != perceptual_hash(packed)).sum() <= 3
    assert (perceptual_hash(picture) != perceptual_hash(other)).sum() > 16


@needs_opencv
def test_another_photo_of_a_painting_agrees_and_another_painting_does_not():
    first, other = painting(1), painting(2)
    photo = first.transform(
        (340, 260), Image.Transform.QUAD, (12, 8, -6, 295, 398, 310, 380, -5), Image.Resampling.BICUBIC
    )
    photo = ImageEnhance.Brightness(photo.filter(ImageFilter.GaussianBlur(1))).enhance(0.7)
    told = agreement(features_of(first), features_of(photo))
    assert (told.features >= 20, told.pixels > 0.7, told.shared > 0.8) == (True, True, True)
    assert agreement(features_of(first), features_of(other)).pixels < 0.35


@needs_opencv
def test_the_same_stamp_on_two_pictures_does_not_make_them_one():
    one, other, stamp = painting(1), painting(2), painting(3).resize((130, 60))
    for picture in (one, other):
        picture.paste(stamp, (200, 200))
    told = agreement(features_of(one), features_of(other))
    assert told.pixels < 0.6


@needs_opencv
def test_a_strip_and_a_plain_picture_have_no_features_and_agree_with_nothing():
    for odd in (Image.new("RGB", (900, 3), (9, 90, 9)), Image.new("RGB", (300, 200), (90, 90, 90))):
        told = features_of(odd)
        assert (len(told.points), agreement(told, features_of(painting(1)))) == (0, likeness.NONE)


def test_the_command_line_lists_what_is_one_and_keeps_answers(shelf, capsys):
    assert run(["same", "shelf", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pictures"], told["works"]) == (8, 7)
    assert [set(work["items"]) for work in told["same"]] == [{"0.png", "again.jpg"}]
    assert run(["same", "shelf", "--no", "0.png", "again.jpg", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] == []
    assert run(["same", "shelf", "--yes", "3.png", "4.png"]) == 0
    assert "'shelf': 8 pictures of 7 works" in capsys.readouterr().out
    assert run(["same", "shelf", "--no", "3.png", "5.jpg"]) == 2
    assert "5.jpg" in capsys.readouterr().err
