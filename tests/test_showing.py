"""Which pictures show a taste: the best, each kind that is liked, none twice."""

import numpy as np
import pytest

from beholder.concepts import Tags
from beholder.explain import varied
from beholder.explain.showing import covering, parted
from beholder.explain.two_kinds import two_kinds_of
from beholder.types import Answers

KINDS, EACH = 4, 50


@pytest.fixture
def kinds():
    """X of four kinds of fifty pictures, alike within."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(KINDS, 40))
    return (np.repeat(centres, EACH, axis=0) + 0.8 * rng.normal(size=(KINDS * EACH, 40))).astype(np.float32)


def test_who_likes_two_kinds_sees_both_and_no_third(kinds):
    scores = np.repeat([0.0, 1.0, 2.0, 2.2], EACH)  # the last is known best
    best = np.argsort(-scores, kind="stable")
    liked = np.array([*range(150, 162), *range(100, 104)])
    rows = [row for row in best.tolist() if row not in liked][:100]
    shown = np.array(covering(kinds, rows, scores, liked, 9)) // EACH
    assert np.bincount(shown, minlength=KINDS).tolist()[:2] == [0, 0]
    assert 1 <= (shown == 2).sum() <= 4
    assert set(np.array(rows[:9]) // EACH) == {3}, "by the score alone there is one kind"


def test_who_likes_one_kind_sees_it_alone_best_first(kinds):
    scores = np.repeat([0.0, 1.0, 2.0, 3.0], EACH) + 1e-3 * np.arange(KINDS * EACH)
    best = np.argsort(-scores, kind="stable")
    liked = np.arange(150, 160)
    rows = [row for row in best.tolist() if row not in liked][:100]
    shown = covering(kinds, rows, scores, liked, 9)
    assert set(np.array(shown) // EACH) == {3}
    assert shown == sorted(shown, key=lambda row: -scores[row])
    assert not set(shown) & set(liked.tolist())


def test_a_picture_that_is_nearly_another_is_shown_once(kinds):
    X = np.concatenate([kinds, kinds[:20] + 1e-3])
    scores, twin = np.ones(len(X)), len(kinds)
    shown = covering(X, [*range(20), *range(twin, twin + 20)], scores, np.arange(20, 30), 9)
    assert len({row % twin for row in shown}) == 9


def test_without_a_liked_picture_the_best_are_shown_and_of_few_all(kinds):
    rows, none = list(range(0, 200, 10)), np.empty(0, np.int64)
    scores = np.zeros(len(kinds))
    assert covering(kinds, rows, scores, none, 9) == varied(kinds, rows, 9)
    assert covering(kinds, rows[:5], scores, np.array([3]), 9) == rows[:5]
    assert covering(kinds, [], scores, np.array([3]), 9) == []


def test_pictures_are_parted_by_kind(kinds):
    one, other = parted(kinds, np.array([3, 160, 4, 161, 5, 162]))
    assert sorted((one, other)) == [[3, 4, 5], [160, 161, 162]]
    assert parted(kinds, np.array([7])) == ([7], [])
    assert parted(kinds, np.empty(0, np.int64)) == ([], [])


def picks(picked, left):
    return Answers(grids=np.array([(n // 9, row, int(row in picked)) for n, row in enumerate([*picked, *left])]))


def test_who_likes_two_kinds_is_told_of_both_by_name(kinds):
    rows = np.arange(len(kinds)) // EACH
    said = np.stack([rows == 3, rows == 2, rows < 2], axis=1)
    words = Tags(("boats", "portrait", "plain background"), ("subject", "figure", "composition"), said * 0.9, said)
    left = range(60)
    both = picks([*range(150, 162), *range(100, 108)], left)
    told = "The pictures that you liked are of two kinds: pictures of boats, and portraits (12 and 8 of 20)."
    assert two_kinds_of(kinds, both, words) == told
    assert two_kinds_of(kinds, picks([*range(150, 165), 100, 101, 102], left), words) == "", "three may be slips"
    assert two_kinds_of(kinds, picks(range(150, 170), left), words) == "", "they are of one kind"
    assert two_kinds_of(kinds, picks([*range(150, 155), *range(100, 105)], left), words) == "", "ten are few"
    assert two_kinds_of(kinds, both, Tags.nothing(len(kinds))) == "", "no word says which"
    assert two_kinds_of(kinds, Answers(), words) == ""
