"""A planted liking is named, a random clicker is told that nothing was found, and every reason says what is true."""

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from beholder.concepts import Tags
from beholder.errors import ShapeError
from beholder.explain import (
    BESIDE,
    Leaning,
    Liking,
    Predictions,
    Reason,
    explain,
    liked_and_disliked,
    reasons,
    verdict_of,
    ways_of,
)
from beholder.explain.describe import Way
from beholder.explain.folders import folders_of
from beholder.explain.guess import guess_of
from beholder.explain.leanings import ADJECTIVES, pictures_with, sentence_of
from beholder.explain.linear import fit_weights, standardise
from beholder.explain.phrases import friend_sentence, spoken_of
from beholder.explain.why import reasons_of, varied
from beholder.features.attributes import ATTRIBUTES, SEEN
from beholder.types import Answers

NAMES = [a.name for a in ATTRIBUTES]


class Oracle:
    """A taste model that knows what the person likes."""

    log_evidence_ = null_log_evidence_ = 0.0

    def __init__(self, utility, std=0.1):
        self.utility, self.std = utility, std

    def predict(self, X, return_std=False):
        return (self.utility, np.full(len(X), self.std)) if return_std else self.utility


def pool(rng, n=400):
    """Correlated, skewed attributes in [0, 1]."""
    mix = np.eye(10) + rng.normal(size=(10, 10)) * 0.2
    return (1 / (1 + np.exp(-rng.normal(size=(n, 10)) @ mix))).astype(np.float32)


def choose(utility, k, rng, noise=1.0):
    pairs = np.array([rng.choice(len(utility), 2, replace=False) for _ in range(k)])
    gap = utility[pairs[:, 0]] - utility[pairs[:, 1]] + noise * rng.normal(size=k)
    pairs[gap < 0] = pairs[gap < 0][:, ::-1]
    return Answers(choices=pairs, weights=np.ones(k))


def person(seed, slope=2.0, k=30):
    """(attributes, utility, planted attribute, sign, answers)"""
    rng = np.random.default_rng(seed)
    attributes = pool(rng)
    weights = rng.normal(size=10) * 0.2
    planted, sign = int(rng.integers(10)), int(rng.choice([-1, 1]))
    weights[planted] = slope * sign
    utility = standardise(attributes) @ weights
    return attributes, utility, planted, sign, choose(utility, k, rng)


def test_a_planted_liking_comes_first_and_on_its_own_side():
    right = 0
    for seed in range(40):
        attributes, utility, planted, sign, answers = person(seed)
        first = explain(Oracle(utility), attributes, attributes, answers).leanings[0]
        right += first.attribute == NAMES[planted] and np.sign(first.lean) == sign
    assert right >= 36


def test_the_first_reason_of_the_best_picture_names_the_planted_liking():
    right, seen = 0, 0
    for seed in range(80):
        attributes, utility, planted, sign, answers = person(seed)
        best = [int(np.argmax(utility))]
        said = reasons(Oracle(utility), attributes, attributes, answers, best)[0].text
        liked = ATTRIBUTES[planted].high if sign > 0 else ATTRIBUTES[planted].low
        if liked in SEEN:
            seen += 1
            right += said.startswith(liked)
        else:
            assert liked not in said, "what is not seen in pictures is no reason"
    assert right >= 0.85 * seen > 20


def test_ratings_and_choices_find_the_same_liking():
    attributes, utility, planted, sign, _ = person(3)
    rng = np.random.default_rng(0)
    rows = rng.integers(0, len(utility), 30)
    ratings = np.clip(np.round(5.5 + utility[rows] + rng.normal(size=30)), 1, 10)
    found = explain(Oracle(utility), attributes, attributes, Answers(rows=rows, ratings=ratings))
    assert found.found
    assert found.leanings[0].attribute == NAMES[planted]
    assert np.sign(found.leanings[0].lean) == sign


def test_a_taste_is_found_in_people_and_hardly_ever_in_who_clicks():
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(60):
        attributes = pool(rng)
        answers = choose(np.zeros(len(attributes)), 30, rng)
        alarms += explain(Oracle(np.zeros(len(attributes))), attributes, attributes, answers).found
    assert alarms <= 3
    found = [explain(Oracle(p[1]), p[0], p[0], p[4]).found for p in map(person, range(40))]
    assert sum(found) >= 36


def test_ten_clickers_with_ratings_have_no_taste():
    rng = np.random.default_rng(2)
    attributes = pool(rng)
    for _ in range(10):
        answers = Answers(rows=rng.integers(0, 400, 30), ratings=rng.integers(1, 11, 30).astype(float))
        said = explain(Oracle(np.zeros(400)), attributes, attributes, answers)
        assert not said.found
        assert said.sentence.startswith("It is early")


@pytest.mark.parametrize("answers", [Answers(), Answers(rows=np.array([3]), ratings=np.array([7.0]))])
def test_little_is_said_where_little_is_known(answers):
    attributes = pool(np.random.default_rng(0))
    said = explain(None, attributes, attributes, answers)
    assert not said.found
    assert said.confidence == "nothing yet"
    assert "like" not in said.sentence


def test_swapping_winners_and_losers_turns_every_leaning_round():
    attributes, _, _, _, answers = person(5)
    z = standardise(attributes)
    turned = Answers(choices=answers.choices[:, ::-1].copy(), weights=answers.weights)
    assert np.allclose(fit_weights(z, answers).lean, -fit_weights(z, turned).lean, atol=1e-9)


def test_a_choice_given_twice_weighs_as_one_of_weight_two():
    attributes, _, _, _, answers = person(6, k=12)
    z = standardise(attributes)
    twice = Answers(choices=np.repeat(answers.choices, 2, axis=0), weights=np.ones(24))
    heavy = Answers(choices=answers.choices, weights=np.full(12, 2.0))
    assert np.allclose(fit_weights(z, twice).lean, fit_weights(z, heavy).lean)


def test_a_grid_counts_as_many_answers_as_were_picked():
    attributes, utility, _, _, _ = person(1)
    pairs = np.array([[w, x] for w in (0, 1, 2) for x in range(3, 9)])
    grid = Answers(choices=pairs, weights=np.full(18, 1 / 6))
    assert explain(Oracle(utility), attributes, attributes, grid).answers == 3


def test_ties_weaken_the_evidence():
    attributes, _, _, _, answers = person(7)
    z = standardise(attributes)
    tied = Answers(choices=answers.choices, weights=answers.weights, ties=answers.choices.copy())
    assert fit_weights(z, tied).log_bayes < fit_weights(z, answers).log_bayes


def test_an_attribute_that_never_varies_is_never_leant_to():
    attributes, utility, planted, _, answers = person(8)
    attributes[:, planted] = 0.5
    said = explain(Oracle(utility), attributes, attributes, answers)
    assert next(x for x in said.leanings if x.attribute == NAMES[planted]).lean == pytest.approx(0.0, abs=1e-9)


def test_the_nearest_liked_picture_is_named_and_a_picture_that_was_liked_itself_is_told_by_no_other():
    attributes, utility, _, _, answers = person(9)
    liked, disliked = liked_and_disliked(answers)
    low = set(disliked) & set(np.flatnonzero(utility < np.median(utility)))
    for row, reason in enumerate(reasons(Oracle(utility), attributes, attributes, answers, np.arange(400))):
        if row in liked or row in low:
            assert reason.near is None
            assert reason.deed.endswith(("you chose it over", "you did not choose it"))
        if reason.near is not None:
            assert reason.near in (liked if reason.liked else disliked)
            assert reason.deed
        elif reason.deed:
            assert row in (liked if reason.liked else disliked)


def test_what_lost_and_stands_high_all_the_same_is_not_told_that_it_lost():
    attributes, utility, _, _, answers = person(9)
    rows = liked_and_disliked(answers)[1]
    high = rows[utility[rows] > np.median(utility)]
    assert len(high)
    told = reasons(Oracle(utility), attributes, attributes, answers, high)
    assert not any("did not" in reason.told(str) for reason in told)


def test_a_picture_that_was_refused_says_so_wherever_it_stands():
    attributes, utility, _, _, answers = person(9)
    free = np.setdiff1d(np.arange(400), answers.judged)
    high, low = free[np.argsort(-utility[free])][[0, 1, 2, -1]].reshape(2, 2)
    grids = [(0, row, 0) for row in (*high, *low)] + [
        (1, free[np.argsort(utility[free])[200]], 1),
        (1, answers.judged[0], 0),
    ]
    seen = replace(answers, grids=np.array(grids))
    for row, reason in zip(high, reasons(Oracle(utility), attributes, attributes, seen, high), strict=True):
        assert row in liked_and_disliked(seen)[1]
        assert reason.told(str) == "you saw it and picked none of the 4"
    assert "you saw it and picked none of the 4" in reasons(Oracle(utility), attributes, attributes, seen, low)[1].told(
        str
    )


def test_a_picture_that_lost_as_often_as_it_won_was_neither_liked_nor_disliked():
    liked, disliked = liked_and_disliked(Answers(choices=np.array([[0, 1], [1, 2]]), weights=np.ones(2)))
    assert liked.tolist() == [0]
    assert disliked.tolist() == [2]


def test_a_low_rating_is_never_called_a_liking():
    liked, disliked = liked_and_disliked(Answers(rows=np.array([0, 1, 2]), ratings=np.array([1.0, 2.0, 3.0])))
    assert not len(liked)
    assert disliked.tolist() == [0]


def test_reasons_differ_from_picture_to_picture_and_a_low_one_names_what_is_missing():
    attributes, utility, planted, sign, answers = person(11)
    worst = [int(np.argmin(utility))]
    said = reasons(Oracle(utility), attributes, attributes, answers, worst)[0].text
    liked = ATTRIBUTES[planted].high if sign > 0 else ATTRIBUTES[planted].low
    assert f"you like {liked}" in said


def test_ten_thousand_reasons_take_seconds_not_minutes():
    rng = np.random.default_rng(0)
    attributes = rng.random((10_000, 10)).astype(np.float32)
    X = rng.normal(size=(10_000, 200)).astype(np.float32)
    utility = standardise(attributes)[:, 4] * 2
    answers = choose(utility, 30, rng)
    start = time.process_time()
    assert len(reasons(Oracle(utility), X, attributes, answers, np.arange(10_000))) == 10_000
    assert time.process_time() - start < 8  # half a second on a quiet machine


def test_attributes_of_other_pictures_are_refused():
    with pytest.raises(ShapeError, match="a row for each of X"):
        explain(None, np.zeros((5, 3), np.float32), np.zeros((4, 10), np.float32), Answers())


def test_every_attribute_has_its_words():
    assert set(ADJECTIVES) == set(NAMES)


def leaning(index, lean, std, unsettled=False):
    a = ATTRIBUTES[index]
    return Leaning(a.name, a.low, a.high, lean, std, unsettled)


def test_the_sentence_claims_what_is_sure_and_is_silent_in_doubt():
    sure, maybe, unknown = leaning(4, -0.8, 0.1), leaning(1, 0.4, 0.3), leaning(9, 0.1, 0.2, unsettled=True)
    assert sentence_of([sure, maybe, unknown], True, 30) == "You like muted pictures."
    assert sentence_of([maybe, unknown], True, 12).startswith("You seem to like pictures with a clear subject")
    assert "no word" in sentence_of([leaning(0, 0.01, 0.1)], True, 30)


def test_attributes_that_always_come_together_are_named_together():
    rng = np.random.default_rng(0)
    attributes = pool(rng)
    attributes[:, [0, 2, 4]] = rng.random((400, 1)) + 0.001 * rng.random((400, 3))
    utility = standardise(attributes)[:, 4] * 3
    answers = choose(utility, 30, rng)
    said = explain(Oracle(utility), attributes, attributes, answers)
    assert {x.attribute for x in said.leanings[:3]} == {NAMES[0], NAMES[2], NAMES[4]}
    assert "which of them you like is still unclear" in said.sentence
    why = reasons(Oracle(utility), attributes, attributes, answers, [int(np.argmax(utility))])[0].text
    assert not any(one.liked in why for one in said.leanings if one.open)  # what is unclear is no reason


def test_adjectives_stand_before_the_picture_and_nouns_behind_it():
    leanings = [leaning(4, -0.8, 0.1), leaning(9, 0.7, 0.1), leaning(1, 0.6, 0.1), leaning(2, 0.6, 0.1)]
    assert pictures_with(leanings) == "muted, symmetrical pictures with a clear subject and strong contrast"


def spoken(rng, n=400):
    """What an encoder might say of a pool: three words, of some pictures each, and one of nearly all."""
    said = rng.random((n, 4)) < [0.3, 0.2, 0.1, 0.95]
    p = np.where(said, 0.9, 0.05) + rng.normal(size=said.shape) * 0.02
    return Tags(("boats", "snow", "Cubist", "paint"), ("subject", "place", "style", "technique"), p, said)


def test_what_is_said_of_no_picture_is_told_as_a_guess_where_many_seem_to_show_it():
    rng = np.random.default_rng(0)
    boats = rng.random(400) < 0.1
    p = np.column_stack([np.where(boats, 0.6, 0.05), np.full(400, 0.5)]) + rng.uniform(0, 0.04, (400, 2))
    words = Tags(("boats", "toys"), ("subject", "subject"), p, np.zeros(p.shape, bool), frozenset({"boats"}))
    picked, others = np.flatnonzero(boats)[:6], np.flatnonzero(~boats)

    def answers(rows):
        return Answers(grids=np.array([(n, row, int(row in rows)) for n, row in enumerate([*rows, *others[:20]])]))

    guess = "We may be wrong, but 6 of the 6 pictures that you liked seem to show boats."
    assert guess_of(words, answers(picked)) == guess
    assert explain(Oracle(boats * 1.0), p, pool(rng), answers(picked), words).guess == guess
    assert guess_of(words, answers(others[30:36])) == guess_of(words, answers(picked[:4])) == ""
    assert guess_of(replace(words, guessable=frozenset()), answers(picked)) == ""
    assert guess_of(replace(words, said=p > 0.3), answers(picked)) == ""  # then it is said for sure


def test_a_favourite_that_loses_against_another_favourite_is_liked_still():
    picked = np.array([[0, 1, 1], [0, 2, 1], [0, 3, 0]])
    liked, disliked = liked_and_disliked(Answers(grids=picked, choices=np.array([[1, 2], [1, 2]]), weights=np.ones(2)))
    assert (liked.tolist(), disliked.tolist()) == ([1, 2], [3])
    liked, disliked = liked_and_disliked(Answers(grids=picked, choices=np.array([[4, 2], [4, 2]]), weights=np.ones(2)))
    assert (sorted(liked.tolist()), sorted(disliked.tolist())) == ([1, 4], [2, 3])


def test_the_folders_that_many_liked_pictures_are_from_are_told():
    folders = ["2019/Venice"] * 30 + ["2020"] * 10 + [""] * 360

    def answers(picked, left):
        return Answers(grids=np.array([(n, row, int(row in picked)) for n, row in enumerate([*picked, *left])]))

    some = answers([*range(9), *range(30, 34), 100], range(200, 240))
    said = "Of the 14 pictures that you liked, 9 are from the folder “Venice” and 4 from “2020”."
    assert folders_of(folders, some) == said
    X = pool(np.random.default_rng(0))
    assert explain(None, X, X, some, folders=folders).folders == said
    assert folders_of(folders, answers(range(5), range(200, 240))).startswith("All 5 pictures that you liked are from")
    assert folders_of(folders, answers([0, 1, 100, 101], range(200, 240))) == ""  # two are few
    assert folders_of(folders, answers(range(200, 212), range(40))) == ""  # what lies in no folder is no liking
    assert folders_of(folders, answers(range(9), range(9, 30))) == ""  # nothing else was shown
    assert folders_of([], some) == ""


def test_who_picks_by_chance_is_seldom_told_of_a_folder():
    rng, told = np.random.default_rng(0), 0
    folders = [f"day {n % 20}" for n in range(400)]
    for _ in range(200):
        rows = rng.permutation(400)[:54]
        told += bool(folders_of(folders, Answers(grids=np.array([(n, row, n % 4 == 0) for n, row in enumerate(rows)]))))
    assert told <= 4


def test_a_liking_for_what_is_in_a_picture_is_named_with_its_word():
    right = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        attributes, words = pool(rng), spoken(rng)
        utility = 2.0 * words.said[:, 0]
        answers = choose(utility, 40, rng)
        told = explain(Oracle(utility), attributes, attributes, answers, words)
        right += [x.word for x in told.likings[:1]] == ["boats"] and "boats" in told.sentence.lower()
        best = int(np.argmax(utility))
        why = reasons(Oracle(utility), attributes, attributes, answers, [best], told, words)[0]
        right += why.text.startswith("boats")
    assert right >= 18


def test_an_attribute_that_is_called_as_a_word_is_said_once():
    attributes, utility, planted, sign, answers = person(3)
    name = ATTRIBUTES[planted].high if sign > 0 else ATTRIBUTES[planted].low
    values = sign * attributes[:, planted]
    has = (values > np.quantile(values, 0.8))[:, None]
    words = Tags((name,), ("palette",), np.where(has, 0.9, 0.05), has)
    told = explain(Oracle(utility), attributes, attributes, answers, words)
    said = [x.text for x in reasons(Oracle(utility), attributes, attributes, answers, range(400), told, words)]
    assert [x.word for x in told.likings] == [name]
    assert max(text.count(name) for text in said) == 1


@pytest.mark.parametrize(
    ("every", "called"),
    [(4, {"black and white"}), (2, set())],  # what half of a collection is, is no reason
)
def test_what_is_black_and_white_is_not_said_to_have_muted_colours(every, called):
    at = next(k for k, a in enumerate(ATTRIBUTES) if a.low == "muted colours")
    attributes = pool(np.random.default_rng(0))
    grey = (np.arange(400) % every == 0)[:, None]
    words = Tags(("black and white",), ("palette",), grey.astype(np.float32), grey)
    utility = -standardise(attributes)[:, at]
    leanings = [leaning(k, -0.6, 0.1) if k == at else None for k in range(len(ATTRIBUTES))]
    none = Answers(choices=np.empty((0, 2), np.int64))
    best = np.argsort(-utility)[:40]
    found = reasons_of(utility, attributes, attributes, none, best, leanings, (), words)
    said = {(bool(grey[row, 0]), one.text) for row, one in zip(best, found, strict=True)} - {(True, ""), (False, "")}
    assert said == {*((True, word) for word in called), (False, "muted colours")}


def test_words_take_nothing_from_a_liking_for_an_attribute():
    right = 0
    for seed in range(20):
        attributes, utility, planted, sign, answers = person(seed)
        words = spoken(np.random.default_rng(100 + seed))
        first = explain(Oracle(utility), attributes, attributes, answers, words).leanings[0]
        right += first.attribute == NAMES[planted] and np.sign(first.lean) == sign
    assert right >= 17


def test_a_word_that_is_said_of_nearly_all_pictures_is_no_taste():
    rng = np.random.default_rng(0)
    words = spoken(rng)
    answers = choose(3.0 * words.said[:, 3], 40, rng)
    assert not [x for x in explain(Oracle(words.said[:, 3]), pool(rng), pool(rng), answers, words).likings if x.liked]


def clicked(rng, n, count):
    """Grids of nine that somebody answers without looking."""
    shown = rng.permutation(n)[: 9 * count].reshape(count, 9)
    return Answers(grids=np.array([(g, row, int(rng.random() < 0.2)) for g in range(count) for row in shown[g]]))


def test_who_clicks_is_named_no_word():
    rng = np.random.default_rng(4)
    named = 0
    for seed in range(60):
        said = rng.random((400, 150)) < rng.uniform(0.02, 0.4, 150)
        words = Tags([f"w{k}" for k in range(150)], ["subject"] * 150, said.astype(np.float32), said)
        attributes, utility = pool(rng), rng.normal(size=400)
        kind = choose(np.zeros(400), 30, rng) if seed % 2 else clicked(rng, 400, 10)
        named += bool(explain(Oracle(utility), attributes, attributes, kind, words).likings)
    assert named <= 3


def liking(word, group, share=0.6, usual=0.1, liked=True):
    return Liking(word, group, 0, liked, share, usual, 5, 6)


@pytest.mark.parametrize(
    ("likings", "sentence"),
    [
        ([liking("Claude Monet", "artist"), liking("El Greco", "artist")], "Claude Monet and El Greco above all."),
        (
            [
                liking("seascape", "place"), liking("boats", "subject"), liking("calm", "mood"),
                liking("blue tones", "palette"), liking("Impressionist", "style"), liking("Claude Monet", "artist"),
                liking("portrait", "figure", 0.01, 0.4, liked=False),
                liking("gold tones", "palette", 0.01, 0.4, liked=False),
            ],
            "Calm seascapes and boats in blue tones; mostly Impressionist, Claude Monet above all. "
            "Rarely portraits or gold tones.",
        ),
        ([liking("Baroque", "style", 0.4)], "Often Baroque."),
        (
            [liking("calm", "mood"), liking("Neoplasticist", "style", 0.01, 0.4, liked=False)],
            "Calm pictures. Rarely Neoplasticist pictures.",
        ),
        ([liking("night", "light"), liking("thick paint", "technique")], "Pictures at night and with thick paint."),
        ([liking("black and white", "palette")], "Pictures in black and white."),
        ([liking("much black", "palette")], "Pictures with much black."),
        ([liking("woman", "figure"), liking("19th century", "period")], "Women of the 19th century."),
        ([liking("city", "place"), liking("plain background", "composition")], "Cities with a plain background."),
        ([liking("off-centre subject", "composition")], "Pictures with an off-centre subject."),
        ([liking("frame around it", "composition")], "Pictures with a frame around it."),
        ([liking("under water", "place"), liking("volcano", "place")], "Underwater scenes and volcanoes."),
        ([liking("portrait", "figure", 0.01, 0.4, liked=False)], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_the_sentence_is_one_that_a_friend_would_say(likings, sentence):
    assert friend_sentence(spoken_of(likings)) == sentence


def test_a_sentence_that_goes_on_has_no_capital_in_its_middle():
    assert friend_sentence(spoken_of([liking("Baroque", "style", 0.4)]), "so far: ") == "So far: often Baroque."
    assert friend_sentence([], "so far: ") == ""


def spread(texts):
    """Candidates of reasons, of a ranking in which many pictures have the same."""
    return [[Reason(text) for text in said] for said in texts]


def test_every_picture_that_was_picked_says_so():
    picked = Reason(deed="you picked it")
    said = varied([[picked], [picked], [Reason("boats", deed="you picked it"), picked], [Reason("boats")]])
    assert [one.told(str).rpartition("; ")[2] for one in said] == ["you picked it"] * 3 + ["boats"]


def test_no_two_pictures_beside_each_other_have_the_same_reason():
    rng = np.random.default_rng(0)
    found = spread([rng.permutation(list("abc"))[: rng.integers(4)].tolist() for _ in range(500)])
    said = varied(found)
    assert all(one != other or not one.text for one, other in pairwise(said))
    assert all(reason in candidates or not reason.text for reason, candidates in zip(said, found, strict=True))
    assert sum(bool(reason.text) for reason in said) > 300
    for start in (7, 100, 402):
        assert (
            varied(found[start - BESIDE : start + 20], start - BESIDE)[BESIDE:-BESIDE]
            == said[start : start + 20 - BESIDE]
        )


def test_a_word_that_a_third_of_the_collection_has_is_no_reason():
    rng = np.random.default_rng(2)
    words, attributes = spoken(rng), pool(rng)
    often = Tags(words.names, words.groups, words.probabilities, rng.random((400, 4)) < [0.4, 0.2, 0.1, 0.5])
    utility = 2.0 * often.said[:, 0]
    answers = choose(utility, 60, rng)
    told = explain(Oracle(utility), attributes, attributes, answers, often)
    assert told.likings[0].word == "boats"
    assert not any(
        "boats" in x.text for x in reasons(Oracle(utility), attributes, attributes, answers, range(400), told, often)
    )


def test_a_reason_says_what_the_picture_was_chosen_over():
    said = Reason("boats", 3, deed="you chose over", over=5)
    assert said.told("ABCDEFG".__getitem__) == "boats; like D, which you chose over F"
    assert Reason("", 3, deed="you picked").told("ABCDEFG".__getitem__) == "like D, which you picked"
    assert Reason(deed="you chose it over", over=0).told("ABC".__getitem__) == "you chose it over A"
    assert Reason().told("ABC".__getitem__) == ""


def three_kinds(rng, n=300):
    """Pictures of three kinds of which each is called something else, all of them pale; and others."""
    kind = rng.integers(0, 6, n)
    said = np.column_stack([*(kind == k for k in range(3)), (kind < 3) | (rng.random(n) < 0.1), kind > 3])
    names = ("boats", "snow", "Cubist", "pastel colours", "portrait")
    groups = ("subject", "place", "style", "palette", "figure")
    X = (np.eye(6)[kind] + 0.1 * rng.normal(size=(n, 6))).astype(np.float32)
    return X, Tags(names, groups, said.astype(np.float32), said), (kind < 3) + 0.1 * rng.random(n)


def test_descriptions_are_three_that_differ_in_words_that_carry_evidence():
    rng = np.random.default_rng(0)
    X, words, utility = three_kinds(rng)
    shown = rng.permutation(300)[:90].reshape(10, 9)
    answers = Answers(grids=np.array([(g, row, int(utility[row] > 0.5)) for g in range(10) for row in shown[g]]))
    told = explain(Oracle(utility), X, pool(rng, 300), answers, words)
    ways = ways_of(told.likings, words, X, utility)
    texts = [way.description(at) for at, way in enumerate(ways)]
    assert len(set(texts)) == 3
    for way, text in zip(ways, texts, strict=True):
        kinds = [x.word for x in way.words if x.word in ("boats", "snow", "Cubist")]
        assert len(kinds) == 1
        assert kinds[0] in text
        assert text.endswith("in pastel colours. Not portraits.")
        assert words.said[list(way.rows), words.names.index(kinds[0])].mean() > 0.5
        assert set(way.prompt[0].split(", ")) == {kinds[0], "pastel colours"}
        assert way.prompt[1] == "portrait"
    assert ways_of([], words, X, utility) == []


@pytest.mark.parametrize(
    ("likings", "at", "description"),
    [
        ([liking("old masters", "style")], 1, "You would stop before old masters."),
        ([liking("modern art", "style"), liking("abstract", "style")], 1, "You would stop before abstract pictures."),
        ([liking("Claude Monet", "artist")], 1, "You would stop before pictures by Claude Monet."),
        ([liking("no people", "figure")], 0, "Pictures without people."),
    ],
)
def test_a_description_says_what_pictures_they_are(likings, at, description):
    assert Way(tuple(likings), (), (0,)).description(at) == description


def test_no_two_descriptions_say_the_same_in_another_order():
    rng = np.random.default_rng(0)
    kind = np.arange(300) % 6
    told = [liking("boats", "subject"), liking("Cubist", "style"), liking("modern art", "style")]
    said = np.column_stack(
        [kind < 3, kind < 3, kind == 0]
    )  # the first kind has a word that a description has no room for
    words = Tags([x.word for x in told], [x.group for x in told], said.astype(np.float32), said)
    likings = [replace(x, column=at) for at, x in enumerate(told)]
    X = (np.eye(6)[kind] + 0.1 * rng.normal(size=(300, 6))).astype(np.float32)
    texts = [way.description() for way in ways_of(likings, words, X, (kind < 3) + 0.1 * rng.random(300))]
    assert texts == ["Cubist pictures of boats."]


def test_what_is_to_be_absent_stands_in_the_negative_prompt():
    portrait = liking("portrait", "figure", 0.01, 0.4, liked=False)
    way = Way((liking("abstract", "style"), liking("no people", "figure")), (portrait,), (0,))
    assert way.prompt == ("abstract", "people, portrait")
    assert way.description() == "Abstract pictures without people. Not portraits."
    boats = Way((liking("boats", "subject"), liking("no people", "figure"), liking("blue tones", "palette")), (), (0,))
    assert boats.description() == "Pictures of boats without people, in blue tones."
    people = Way((liking("portrait", "figure"),), (liking("no people", "figure", 0.01, 0.4, liked=False),), (0,))
    assert people.prompt == ("portrait", "")


# The verdict


class Felt(Oracle):
    """A model in which a taste shows by `evidence`; `own` is the part of the ranking that is the person's alone."""

    null_log_evidence_, clear_share, prior = -20.0, 0.9, "known"

    def __init__(self, utility, evidence, own=1.0):
        super().__init__(utility)
        self.log_evidence_, self.own = evidence - 20.0, own

    def shares(self, X):
        return 1 - self.own, self.own


def said_of(n, **rows):
    """Words of subjects, and of which of n pictures each is said."""
    said = np.stack([np.isin(np.arange(n), list(of)) for of in rows.values()], axis=1)
    return Tags(list(rows), ["subject"] * len(rows), said.astype(np.float32), said)


def judged(seed, evidence, own=1.0, picked=3, likings=(), **more):
    """The verdict on ten grids of somebody whose liking no attribute tells, and their utility and answers."""
    rng = np.random.default_rng(seed)
    X, attributes, utility = rng.normal(size=(300, 6)).astype(np.float32), pool(rng, 300), rng.normal(size=300)
    shown = rng.permutation(300)[:90].reshape(10, 9)
    shown = np.take_along_axis(shown, np.argsort(-utility[shown], axis=1), axis=1)
    grids = np.array([(g, row, int(at < picked)) for g in range(10) for at, row in enumerate(shown[g])])
    answers, model = Answers(grids=grids), Felt(utility, evidence, own)
    model.answers_ = answers
    told = replace(explain(model, X, attributes, answers), likings=likings)
    return verdict_of(model, X, answers, told, **more), utility, answers


def test_a_taste_that_has_no_word_is_told_in_pictures_that_were_never_shown():
    verdict, utility, answers = judged(0, 12.0, without=(7,))
    assert verdict.kind == "own"
    assert verdict.sentence == "You have a clear taste: you picked 30 of 90 pictures, and they have much in common."
    unseen = [row for row in verdict.pictures if row not in answers.judged]
    assert (len(verdict.pictures), len(unseen)) == (9, 9)
    rest = np.setdiff1d(np.arange(300), [*answers.judged, 7])
    assert list(verdict.against) == sorted(rest, key=lambda row: utility[row])[:9]
    assert 7 not in verdict.pictures
    assert utility[list(verdict.pictures)].min() > np.quantile(utility[rest], 0.9)


def test_what_was_liked_has_a_name_where_the_taste_has_none():
    _, _, answers = judged(0, 12.0)
    liked, disliked = liked_and_disliked(answers)
    words = said_of(300, boats=liked[:20], trees=disliked[::2])
    assert judged(0, 12.0, words=words)[0].sentence == ("Mostly pictures of boats: you picked 30 of 90 pictures.")
    few = judged(0, 12.0, picked=0)[2]
    one = Answers(grids=np.where(np.arange(90)[:, None] == [0], [0, few.grids[0, 1], 1], few.grids))
    model = Felt(np.arange(300.0), 12.0)
    model.answers_ = one
    X, attributes = np.zeros((300, 2), np.float32), np.zeros((300, 10), np.float32)
    verdict = verdict_of(model, X, one, explain(model, X, attributes, one))
    assert verdict.sentence == "You have a clear taste: you picked only 1 of 90 pictures."


def test_a_planted_liking_is_the_verdict_in_its_own_words():
    own = 0
    for seed in range(20):
        attributes, utility, _, _, answers = person(seed)
        told = explain(Oracle(utility), attributes, attributes, answers)
        verdict = verdict_of(Oracle(utility), attributes, answers, told)
        own += verdict.kind == "own" and verdict.sentence == told.sentence and len(verdict.pictures) == 9
    assert own >= 17


def test_a_ranking_that_is_everybodys_is_called_what_most_people_like():
    verdict, utility, answers = judged(1, 4.0, own=0.1)
    assert (verdict.kind, verdict.sentence) == ("like most", "Your choices agree with what most people like.")
    assert (len(verdict.pictures), len(verdict.against)) == (9, 9)
    assert not np.isin([*verdict.pictures, *verdict.against], answers.judged).any()
    assert utility[list(verdict.pictures)].min() > 0 > utility[list(verdict.against)].max()
    assert judged(1, -5.0, own=0.1)[0].sentence.startswith("So far")
    both = judged(1, -5.0, own=0.1, likings=[liking("houses", "subject")])[0]
    assert both.sentence == "So far: pictures of houses. Your choices agree with what most people like."
    assert judged(1, -9.0, own=0.1)[0].kind == "open"


def test_what_is_open_shows_two_ways_that_share_no_picture():
    verdict, _, answers = judged(2, -9.0)
    liked, _ = liked_and_disliked(answers)
    assert verdict.kind == "open"
    assert verdict.pictures
    assert verdict.others
    assert not set(verdict.pictures) & set(verdict.others)
    assert {*verdict.pictures, *verdict.others} <= set(liked.tolist())
    assert verdict.sentence == "So far you like two kinds of picture."


def test_two_ways_that_are_open_are_named_by_what_most_of_each_are_and_few_of_the_other():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 6)).astype(np.float32)
    X[:4, 0], X[4:8, 0] = 20, -20
    shown = np.arange(90).reshape(10, 9).T.ravel()  # one of the eight in each of the first grids
    answers = Answers(grids=np.array([(k % 10, row, int(row < 8)) for k, row in enumerate(shown)]))
    model = Felt(-np.arange(300.0), -9.0)
    model.answers_ = answers
    told = explain(model, X, np.zeros((300, 10), np.float32), answers)

    def said(**words):
        return verdict_of(model, X, answers, told, words=said_of(300, **words)).sentence

    assert said(boats=range(3), trees=range(5, 8), water=range(8)) == (
        "Two kinds so far: pictures of boats, and pictures of trees."
    )
    assert said(boats=range(3), water=range(8)) == "So far you like two kinds of picture."


def test_advice_comes_before_every_verdict():
    verdict, *_ = judged(3, 12.0, advice="A look at both helps.")
    assert (verdict.kind, verdict.sentence, list(verdict.pictures)) == ("clicking", "A look at both helps.", [])


def test_a_taste_whose_answers_come_as_by_a_coin_is_not_believed():
    by_coin, as_told = (Predictions(np.array([2.0, sign * 2.0] * 8), np.ones(16)) for sign in (-1, 1))
    assert judged(4, 12.0, predicted=by_coin)[0].kind == "open"
    assert judged(4, 12.0, predicted=as_told)[0].kind == "own"


def test_nothing_picked_is_early_and_no_verdict_scolds():
    nothing, *_ = judged(5, 0.0, picked=0)
    assert (nothing.kind, nothing.sentence) == ("open", "Nothing liked yet, so we go by most people.")
    everything, *_ = judged(5, 0.0, picked=9)
    assert everything.sentence == "You like all that you saw, so we go by most people."
    for evidence, own in ((12, 1), (4, 0.1), (-9, 1), (-9, 0.5)):
        said = judged(6, evidence, own)[0].sentence
        assert not any(word in said for word in ("chance", "random", "no taste", "cannot"))


@pytest.mark.parametrize("kind", ["every pair the same", "every rating a ten"])
def test_who_puts_nothing_ahead_is_not_said_to_choose_as_most_people_do(kind):
    pairs = np.arange(60).reshape(-1, 2)
    answers = {
        "every pair the same": Answers(ties=pairs),
        "every rating a ten": Answers(rows=pairs[:, 0], ratings=np.full(len(pairs), 10.0)),
    }[kind]
    model = Felt(np.arange(300.0), 4.0, own=0.1)
    model.answers_ = answers
    X, attributes = np.zeros((300, 2), np.float32), np.zeros((300, 10), np.float32)
    verdict = verdict_of(model, X, answers, explain(model, X, attributes, answers))
    assert verdict.kind == "open"
    assert verdict.sentence == "You like them all about the same so far, so we go by most people."
