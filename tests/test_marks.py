"""Favourites and hidden pictures teach, also who never answered a question."""

import numpy as np
import pytest

from beholder.taste import TasteMixture
from beholder.types import Answers, Judgement, answers_of, teaching

KINDS, EACH = 20, 30
ROW_OF = {id: id - 1000 for id in range(1000, 1000 + KINDS * EACH)}


def mark(row, kind="favourite", value=1):
    return Judgement(kind, (1000 + row,), f"{kind}{row}{value}", value=value)


def grid(rows, picked=()):
    return Judgement("grid", tuple(1000 + r for r in rows), f"grid{rows}", picked=tuple(1000 + r for r in picked))


@pytest.fixture(scope="module")
def kinds():
    """(X, kind of each row): twenty groups of pictures in twenty numbers."""
    rng, kind = np.random.default_rng(0), np.repeat(np.arange(KINDS), EACH)
    return (1.5 * rng.normal(size=(KINDS, 20))[kind] + rng.normal(size=(len(kind), 20))).astype(np.float32), kind


def test_the_last_word_on_a_mark_counts():
    told = [mark(1), mark(2), mark(1, value=0), mark(3, "hide"), mark(4), mark(4, "hide")]
    assert {(j.kind, j.items[0] - 1000) for j in teaching(told)} == {
        *(("favourite", 2), ("favourite", 4)),
        *(("hide", 3), ("hide", 4)),
    }
    shown = answers_of(told, ROW_OF).shown
    assert {(row, picked) for _, row, picked in shown.tolist()} == {(2, 1), (3, 0), (4, 0)}


def test_pictures_by_chance_stand_for_those_passed_by_and_are_not_judged():
    told = [mark(1), mark(2), grid(range(100, 109), [100])]
    answers = answers_of(told, ROW_OF)
    assert answers.judged.tolist() == [1, 2, *range(100, 109)]
    passed = answers.grids[answers.grids[:, 2] < 0, 1]
    assert len(passed) == len(set(passed)) == 8
    assert not np.isin(passed, answers.judged).any()
    assert answers.used.tolist() == sorted({*answers.judged.tolist(), *passed.tolist()})
    assert np.array_equal(answers_of(told, ROW_OF).grids, answers.grids)
    many = answers_of([mark(row) for row in range(30)], ROW_OF)
    assert (many.grids[:, 2] < 0).sum() == 40
    assert not (answers_of([mark(3, "hide")], ROW_OF).grids[:, 2] < 0).any()


def test_a_mark_that_a_grid_has_told_adds_nothing():
    told = [grid([5, 6, 7], [5])]
    assert np.array_equal(answers_of([*told, mark(5), mark(6, "hide")], ROW_OF).grids, answers_of(told, ROW_OF).grids)
    assert len(answers_of([*told, mark(6)], ROW_OF).shown) == 4


def test_who_learns_from_choices_alone_is_told_that_favourites_go_before_what_was_passed_by():
    compared = answers_of([mark(1), mark(2, "hide")], ROW_OF).compared()
    assert set(compared.choices[:, 0]) == {1}
    assert len(compared.choices) == 5
    assert 2 in compared.choices[:, 1]
    assert compared.weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("seed", range(3))
def test_five_favourites_of_a_rare_kind_bring_its_others_to_the_top(kinds, seed):
    X, kind = kinds
    of_kind = np.random.default_rng(seed).permutation(np.flatnonzero(kind == seed))
    answers = answers_of([mark(int(row)) for row in of_kind[:5]], ROW_OF)
    scores = TasteMixture().fit(X, grids=answers.grids).predict(X)
    scores[of_kind[:5]] = -np.inf
    assert (kind[np.argsort(-scores)[:20]] == seed).mean() >= 0.8


def test_nothing_was_said_where_all_marks_were_taken_back():
    assert not len(answers_of([mark(1), mark(1, value=0)], ROW_OF))
    assert len(Answers().used) == 0
