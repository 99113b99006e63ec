"""Words that name what a picture shows: the painter's families that show it, and what no family shows."""

import numpy as np
import pytest

from beholder.concepts.bank import bank
from beholder.create import PAINTABLE, caveat, outlook
from beholder.create.engine import Liked
from beholder.create.evolution import PainterEngine
from beholder.create.subjects import _shown, families_of, families_without, never_shown, shares, simply_shown, things_of
from beholder.explain.likings import Liking
from beholder.painter import FAMILIES
from test_create import Light


def test_every_family_shows_something_that_has_a_word():
    assert set(_shown()) == set(FAMILIES)
    assert set().union(*_shown().values()) <= set(bank())


@pytest.mark.parametrize(
    ("words", "family"),
    [("snow", "snow"), ("winter", "snow"), ("snowy landscape", "snow"), ("sea", "sea"), ("boats", "sea"),
     ("mountains", "landscape"), ("forest", "woods"), ("night", "night"), ("city", "city"), ("portrait", "portrait"),
     ("flowers", "botanical"), ("garden", "thicket"), ("meadow", "landscape"), ("park", "woods"),
     ("still life", "still life"), ("abstract", "hard edge")],
)  # fmt: skip
def test_a_word_leads_to_families_that_show_it(words, family):
    found = families_of([words])
    assert family in found
    assert len(found) <= 10
    assert not never_shown([words])


def test_what_no_engine_shows_is_said_and_a_look_is_not():
    said = caveat("painter", ["horses", "blue tones", "snow"])
    assert said == "“horses” cannot be drawn: only the colours of such pictures lead."
    assert caveat("painter", ["woman"]).startswith("“woman” can be drawn only as simple heads and figures.")
    assert caveat("flow", ["horses", "snow"]).startswith("“horses” and “snow” cannot be drawn:")
    assert not caveat("painter", ["calm", "blue tones", "sea", "Claude Monet"])
    assert not families_of(["calm", "horses"])


def liked(**words):
    return [Liking(word.replace("_", " "), group, 0, True, 0.5, 0.1, 5, 9) for word, group in words.items()]


def test_what_to_expect_is_said_where_most_things_of_a_taste_cannot_be_shown():
    figures = liked(portrait="figure", nude="figure", people="subject", dark_background="composition")
    assert outlook("painter", figures) == "It cannot paint people well yet: expect their colours and light."
    assert outlook("painter", liked(dogs="subject", cats="subject", sea="place")).startswith(
        "It cannot paint dogs or cats"
    )
    assert not outlook("painter", liked(sea="place", sky="subject", people="subject"))
    assert not outlook("painter", liked(calm="mood"))
    assert outlook("flow", liked(sea="place")).startswith("It shows no things")
    assert not outlook("a model", figures)


def test_what_is_said_to_be_drawn_well_is():
    assert not never_shown(PAINTABLE)
    assert not simply_shown(PAINTABLE)


def test_what_is_not_wanted_is_in_no_family_where_others_are_left():
    left = families_without(FAMILIES, ["night", "people"])
    assert not {"night", "portrait", "icon"} & set(left)
    assert {"sea", "botanical"} < set(left)
    assert families_without(("night",), ["night"]) == ("night",)
    guide, engine = Light(), PainterEngine()
    guide.unwanted = ["abstract"]
    found = {one.recipe["family"] for one in engine.guided([0], guide, 0.05)[0]}
    assert "sea" in found
    assert not found & {"mandala", "discs", "colour fields"}


def test_a_wished_thing_is_in_every_picture_even_after_one_like_it_was_loved():
    guide, engine = Light(), PainterEngine()
    guide.wanted = ["portrait"]
    made = engine.guided(range(4), guide, 0.05)[0]
    guide.liked = [
        Liked(str(k), one.at(128), np.zeros(4, np.float32), "painter", one.recipe) for k, one in enumerate(made)
    ]
    for some in (made, engine.guided(range(4), guide, 0.05)[0]):
        assert {one.recipe["family"] for one in some} == {"portrait"}
    assert len(made) >= 4


def test_families_that_show_what_a_taste_names_come_sooner():
    found = shares(["plants", "landscape", "trees", "grass"])
    assert found["thicket"] == 1
    assert 0 == found["night"] == found["mandala"] < found["landscape"] < 1
    assert set(shares(["calm"]).values()) == {0}
    guide, engine = Light(), PainterEngine()
    found = []
    for told in ((), ("face",)):
        guide.told = told
        found.append([one.recipe["family"] for one in engine.guided([0], guide, 0.05)[0]].index("portrait"))
    assert found[1] < found[0]


def test_a_taste_names_the_things_that_it_likes():
    said = [
        ("plants", "subject", True),
        ("garden", "place", True),
        ("people", "subject", False),
        ("calm", "mood", True),
    ]
    likings = [Liking(word, group, 0, liked, 0.5, 0.1, 5, 9) for word, group, liked in said]
    assert things_of(likings) == ["plants", "garden"]
