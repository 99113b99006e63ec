"""Who seems to click is told kindly what would help more; who looks, however fast, is told nothing."""

import numpy as np
import pytest

from beholder.explain.advice import OTHERWISE, SAME_SIDE, TOO_QUICK, advice_of
from beholder.explain.verdict import Verdict
from beholder.prequential import AnswerPrediction, Expected
from beholder.session.progress import Progress, early, in_words, missing
from beholder.types import Judgement
from beholder.web.pages.label import gained


def pairs(n, seconds=None, sides="lr"):
    """So many choices, by turns on these sides."""
    full = {"l": "left", "r": "right", "-": None}
    return [
        Judgement("choice", (2 * i, 2 * i + 1), f"c{i}", seconds=seconds, side=full[sides[i % len(sides)]])
        for i in range(n)
    ]


def ids(judgements, right):
    return {j.client_id: right(i) for i, j in enumerate(judgements)}


def test_who_is_quicker_than_looking_takes_is_told_so():
    quick = pairs(20, 0.3)
    assert advice_of(quick, {}, (0, 0)) == TOO_QUICK
    assert advice_of(quick, ids(quick, lambda i: i % 2 == 0), (0, 0)) == TOO_QUICK


def test_a_quick_taste_that_is_foretold_is_told_nothing():
    quick = pairs(40, 0.3)
    assert advice_of(quick, ids(quick, lambda i: i % 5 > 0), (0, 0)) == ""


@pytest.mark.parametrize("answers", [pairs(19, 0.3), pairs(40), pairs(20, 0.3) + pairs(20, 1.5), []])
def test_few_untimed_or_slower_answers_are_told_nothing(answers):
    assert advice_of(answers, {}, (0, 0)) == ""


def test_the_same_side_all_the_time_is_told():
    assert advice_of(pairs(20, 2.0, "r"), {}, (0, 0)) == SAME_SIDE.format(side="right")
    assert advice_of(pairs(20, 2.0, "-"), {}, (0, 0)) == ""
    assert advice_of(pairs(20, 2.0, "lllr"), {}, (0, 0)) == ""


def test_other_answers_to_the_same_are_told_and_a_few_of_them_are_not():
    assert advice_of(pairs(30), {}, (4, 8)) == OTHERWISE
    assert advice_of(pairs(30), {}, (5, 8)) == advice_of(pairs(30), {}, (1, 7)) == ""


def test_no_sentence_accuses():
    for sentence in (TOO_QUICK, SAME_SIDE.format(side="left"), OTHERWISE):
        assert "help" in sentence
        assert not {"wrong", "random", "careless", "must"} & set(sentence.lower().split())


def test_an_answer_was_expected_where_most_of_it_was():
    weights = np.array([0.5, 0.5, 1])
    assert AnswerPrediction(np.array([1.0, 2, -3]), weights).right is None
    assert AnswerPrediction(np.array([1.0, -2, 3]), weights).right is True
    assert AnswerPrediction(np.array([-1.0]), np.ones(1)).right is False
    assert AnswerPrediction(np.empty(0), np.empty(0)).right is None


def test_before_a_first_ranking_it_is_said_how_far_it_is():
    assert "a grid counts as three" in early(0, 0, 10).sentence
    assert early(2, 7, 3).sentence == "2 answers; 3 more until your first results"
    assert early(4, 12, 0).sentence == "4 answers; learning what you like"


def test_how_well_it_ranks_is_said_with_its_doubt_and_kindly_where_it_may_be_chance():
    said = in_words(Expected(0.74, 0.09))
    assert said == "Of two pictures, your ranking picks the same one as you 74 % of the time (most likely 65 to 83 %)."
    assert "most likely 80 to 100 %" in in_words(Expected(0.95, 0.15))
    unsure = in_words(Expected(0.52, 0.07))
    assert unsure.startswith("We are still finding out what you like")
    assert "45 to 59 %); guessing would give 50 %." in unsure
    few = in_words(Expected(0.55, 0.08, cared=0.2))
    assert few.startswith("You love only some kinds of picture here")
    assert "47 to 63 %" in few


def test_while_choosing_only_what_is_known_is_said_in_short():
    known = {"verdict": Verdict("own", "…"), "sentence": "74 %"}

    def said(accuracy, margin, **more):
        return gained(Progress(30, accuracy, margin, **known | more))

    assert [gained(early(2, 6, 4)), gained(early(4, 12, 0))] == ["", "Learning what you like."]
    assert said(0.74, 0.09) == "Your ranking follows your taste."
    assert (
        said(0.74, 0.09, later=0.75) == "Your ranking follows your taste."
    )  # nothing is foretold that is less than the doubt
    assert said(0.52, 0.07) == ""  # where the verdict is sure, nothing says the contrary
    assert said(0.74, 0.09, later=0.741) == "Your ranking follows your taste. More answers will hardly change that."
    known["verdict"] = Verdict("open", "…")
    assert said(0.52, 0.07, later=0.54) == "We are still finding out what you like. Each answer helps."
    assert said(0.52, 0.07, later=0.52) == "We are still finding out what you like."
    assert said(0.55, 0.02, cared=0.2).endswith("your ranking looks for more of them.")
    assert "help" in said(0.52, 0.07, verdict=Verdict("clicking", TOO_QUICK), advice=TOO_QUICK)


def test_few_pictures_need_few_answers():
    assert [missing(0, pictures) for pictures in (1, 2, 5, 11, 70)] == [1, 1, 4, 10, 10]
    assert missing(3, 2) == 0
