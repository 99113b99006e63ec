"""Wishes beside the taste: like a picture, between two, more or less of a word; and made pictures that are kept."""

import json
from dataclasses import replace

import numpy as np
import pytest

from beholder.cli import run
from beholder.create import Kept, Order, Wish, create, kept_of, made_from, recipe_of, twin_of
from beholder.create.guide import TasteGuide
from beholder.create.novelty import apart
from beholder.create.wish import Leaning, word_strengths
from beholder.errors import OlderNumbers, UnknownName, UserError
from beholder.images import open_image
from beholder.types import Judgement
from helpers.flows import tone

pytest_plugins = "helpers.made"
SMALL = Order(count=1, engine="flow", strength=0.1, seed=5, style="pointillism", side=96)


def test_a_leaning_rises_towards_its_pictures_and_along_its_words_as_far_as_is_enough():
    rng = np.random.default_rng(0)
    known = rng.normal(0, 1, (200, 12))
    like = Leaning(known, known[3:4], np.empty((200, 0)))
    assert np.argmax(like(known)) == 3
    far = known[3] + np.linspace(2, 0, 5)[:, None] * rng.normal(0, 1, 12)
    assert (np.diff(like(far)) >= 0).all()
    word = Leaning(known, known[:0], known[:, :1])
    assert np.corrcoef(word(known), known[:, 0])[0, 1] > 0.95
    assert word(100 * known).max() == word(200 * known).max()
    mixed = Leaning(known, known[[3, 8]], known[:, :1])
    middle = (known[3] + known[8]) / 2
    assert mixed(middle[None]) > mixed(np.median(known, 0)[None])


def test_a_wish_moves_what_is_meant(session):
    reading, rng = session.reading(), np.random.default_rng(0)
    plain = TasteGuide(reading)
    dark, light = [tone(2)], [tone(21)]
    for wish in (Wish(like="02.png"), Wish(like="02.png", less=("light",)), Wish(more=("dark",))):
        led = TasteGuide(reading, wish)
        assert led.bound(dark) - led.bound(light) > plain.bound(dark) - plain.bound(light) + 0.5
    _, names = TasteGuide(reading, Wish(like="02.png")).loved(rng, 0.5)
    assert names[0] == "02.png"
    _, names = TasteGuide(reading, Wish(between=("02.png", "05.png"))).loved(rng, 0.5)
    assert names == ["02.png", "05.png"]
    assert "boats" in TasteGuide(reading, Wish(less=("boats",)))._wish.less


def test_a_picture_file_can_be_named_too(session, tmp_path):
    tone(2).save(tmp_path / "photo.png")
    led = TasteGuide(session.reading(), Wish(like=str(tmp_path / "photo.png")))
    named = TasteGuide(session.reading(), Wish(like="02.png"))
    assert led.bound([tone(9)]) == pytest.approx(named.bound([tone(9)]), abs=1e-6)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(like="nowhere.png"), "unknown picture 'nowhere.png'"),
        (Wish(more=("boatss",)), "did you mean 'boats'"),
        (Wish(like="02.png", between=("02.png", "03.png")), "leave one of them out"),
        (Wish(between=("02.png", "02.png")), "two different pictures"),
        (Wish(more=("dark",), less=("dark",)), "cannot both be had"),
    ],
)
def test_a_wish_that_cannot_be_met_is_said(session, wish, said):
    with pytest.raises((UserError, UnknownName), match=said):
        create(session, Order(count=1, wish=wish))
    with pytest.raises(UserError, match="strength above 0"):
        Order(strength=0, wish=Wish(more=("dark",))).check()


def test_the_command_takes_wishes_and_the_recipe_holds_them(session, engines, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BEHOLDER_HOME", str(session.library.home))
    command = ["create", "art", "--person", "Ada", "-n", "1", "--side", "96", "--json"]
    wishes = ["--between", "02.png", "05.png", "--more", "dark", "--less", "boats", "--less", "light"]
    assert run([*command, *wishes, "--out", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)[0]["recipe"]["wish"]
    assert told == {"like": "", "between": ["02.png", "05.png"], "more": ["dark"], "less": ["boats", "light"]}
    assert recipe_of(tmp_path / "painter-0.png")["wish"] == told
    assert run([*command, "--like", "nowhere.png", "--out", str(tmp_path)]) == 2
    assert "unknown picture" in capsys.readouterr().err


def test_made_pictures_are_kept_with_recipe_and_twin_and_can_be_wished_for(session, engines, monkeypatch):
    library, kept = session.library, Kept(session.library, session.person, session.collection.row)
    assert kept.row is None
    made = create(session, SMALL)[0]
    assert kept.add(made, round="1") == "New picture 1"
    art = library.collection("Made for Ada")
    assert (art.row.encoders, len(art)) == (session.collection.row.encoders, 1)
    (item,) = art.items
    assert item.columns["your taste"] == f"{made.score:.1f}"
    assert (item.columns["seed"], item.columns["round"]) == ("5", "1")
    assert item.columns["made like"] == " and ".join(made.recipe["made_of"]["like"])
    recipe = recipe_of(item.locator.path)
    assert {name: recipe[name] for name in made.recipe} == json.loads(json.dumps(made.recipe))
    assert recipe_of(twin_of(item).locator.path)["strength"] == 0
    assert kept_of(library, art.row).folder == kept.folder
    assert kept_of(library, session.collection.row) is None
    assert [len(each) for each in made_from(session.collection, session.person)] == [1]
    again = create(session, replace(SMALL, seed=9, wish=Wish(like="New picture 1")))[0]
    assert again.recipe["made_of"]["like"][0] == "New picture 1"

    def older(name):
        raise OlderNumbers(name, "")

    monkeypatch.setattr(library, "shared", older)
    assert made_from(session.collection, session.person) == []


def test_what_is_loved_of_made_pictures_leads_on(session, engines):
    library, person, row = session.library, session.person, session.collection.row
    kept = Kept(library, person, row)
    name = kept.add(create(session, replace(SMALL, seed=20))[0])
    (art,) = made_from(session.collection, person)
    item = art.items[art.find(name)].id

    def parents():
        return [one.name for one in TasteGuide(session.reading(), made=made_from(session.collection, person)).liked]

    assert parents() == []
    before = create(session, replace(SMALL, seed=30))[0].picture.tobytes()
    library.store.record(person.id, art.row.id, [Judgement("grid", (item,), "loved", picked=(item,))])
    assert parents() == [name]
    after = create(session, replace(SMALL, seed=30))[0]
    assert before != after.picture.tobytes() == create(session, replace(SMALL, seed=30))[0].picture.tobytes()
    assert apart(after.picture, open_image(art.items[0].locator)) >= 0.08
    library.store.record(person.id, art.row.id, [Judgement("undo", (), "not-loved", undoes="loved")])
    assert parents() == []


def test_a_kept_picture_whose_table_was_not_written_comes_in_with_the_next(session, engines, monkeypatch):
    kept = Kept(session.library, session.library.store.add_person("Bo"), session.collection.row)
    made = create(session, SMALL)[0]

    def stop(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(Kept, "take_in", stop)
        with pytest.raises(KeyboardInterrupt):
            kept.add(made)
    assert kept.row is None
    assert kept.add(made) == "New picture 2"
    assert session.library.collection("Made for Bo").row.size == 2
    (kept.folder / "00009.png").write_bytes(b"nothing")
    kept.take_in()
    assert session.library.collection("Made for Bo").row.size == 2


def test_words_that_are_none_together_are_taken_one_by_one(session):
    tags, rows = session.collection.words, np.arange(len(session.collection))
    told = zip(tags.names, tags.probabilities.T, strict=True)
    one, other = [word for word, p in told if np.nanstd(p) > 0.05 and " " not in word][:2]
    both, *alone = (word_strengths(Wish(more=(text,)), tags, rows)[:, 0] for text in (f"{one} {other}", one, other))
    assert min(np.corrcoef(both, each)[0, 1] for each in alone) > 0
    with pytest.raises(UnknownName, match="nowhere"):
        word_strengths(Wish(more=(f"{one} nowhere",)), tags, rows)
