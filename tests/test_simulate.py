"""Simulated people answer by the taste that was planted in them, as steadily as they are said to."""

from dataclasses import replace

import numpy as np
import pytest

from beholder.errors import ShapeError, UserError
from beholder.taste.simulate import NOISE, clicker, simulate_people


@pytest.fixture(scope="module")
def attributes():
    return np.random.default_rng(0).random((400, 10), np.float32)


@pytest.fixture(scope="module")
def people(attributes):
    return simulate_people(attributes, 20, seed=3)


def pairs(rng, n=1500):
    left, right = rng.integers(0, 400, n), rng.integers(0, 399, n)
    return list(zip(left, right + (right >= left), strict=True))


def test_the_same_seed_makes_the_same_people_and_another_seed_others(attributes, people):
    again, others = simulate_people(attributes, 20, seed=3), simulate_people(attributes, 20, seed=4)
    assert all(np.array_equal(a.utility, b.utility) for a, b in zip(people, again, strict=True))
    assert not any(np.array_equal(a.utility, b.utility) for a, b in zip(people, others, strict=True))


def test_every_attribute_is_planted_once_before_one_is_planted_again(people):
    assert sorted(p.liking for p in people[:10]) == list(range(10))
    assert {p.sign for p in people} == {-1, 1}


def test_the_planted_liking_dominates_the_utility(attributes, people):
    for person in people:
        along = [abs(np.corrcoef(attributes[:, k], person.utility)[0, 1]) for k in range(10)]
        assert np.argmax(along) == person.liking
        assert along[person.liking] > 0.8
        assert np.sign(np.corrcoef(attributes[:, person.liking], person.utility)[0, 1]) == person.sign
        assert 3 <= np.count_nonzero(person.weights) <= 4


def test_utilities_have_mean_0_and_sd_1(people):
    for person in people:
        assert person.utility.mean() == pytest.approx(0, abs=1e-9)
        assert person.utility.std() == pytest.approx(1)


def agreement(person, rng, n):
    """Share of pairs, asked twice, that are answered the same."""
    decided = replace(person, tie=0.0)
    return np.mean([decided.choose(a, b, rng) == decided.choose(a, b, rng) for a, b in pairs(rng, n)])


def test_asked_twice_a_person_agrees_with_themself_nine_times_in_ten(people):
    rng = np.random.default_rng(1)
    same = [agreement(person, rng, 500) for person in people]
    assert np.mean(same) == pytest.approx(0.9, abs=0.02)
    assert min(same) > 0.84


def test_agreement_follows_the_formula_for_normal_utilities():
    attributes = np.random.default_rng(5).normal(size=(400, 10))
    rng = np.random.default_rng(6)
    for person in simulate_people(attributes, 5, seed=0):
        wanted = 0.5 + np.arcsin(1 / (1 + person.noise**2)) / np.pi
        assert agreement(person, rng, 2000) == pytest.approx(wanted, abs=0.025)


def test_the_better_picture_is_chosen_more_often_the_further_it_is_ahead(people):
    rng = np.random.default_rng(2)
    person = people[0]
    order = np.argsort(person.utility)
    worst, middle, best = order[0], order[200], order[-1]
    assert all(person.choose(best, worst, rng) == "left" for _ in range(50))
    assert all(person.choose(worst, best, rng) == "right" for _ in range(50))
    near = [person.choose(middle, order[202], rng) for _ in range(400)]
    assert {"left", "right"} <= set(near)


def test_ties_happen_seldom_and_only_between_likes(people):
    rng = np.random.default_rng(7)
    said = [(p.choose(a, b, rng), abs(p.utility[a] - p.utility[b])) for p in people for a, b in pairs(rng, 200)]
    ties = [gap for answer, gap in said if answer == "tie"]
    assert 0 < len(ties) < 0.06 * len(said)
    assert max(ties) < 6 * NOISE[1]


def test_ratings_are_whole_numbers_on_the_scale_and_each_uses_it_differently(people):
    rng = np.random.default_rng(8)
    ratings = [[p.rate(row, rng) for row in range(400)] for p in people]
    assert all(isinstance(r, int) and 1 <= r <= 10 for person in ratings for r in person)
    assert np.std([np.mean(r) for r in ratings]) > 0.3
    assert max(np.std(r) for r in ratings) > 1.5 * min(np.std(r) for r in ratings)
    assert all(np.corrcoef(r, p.utility)[0, 1] > 0.8 for r, p in zip(ratings, people, strict=True))


def test_what_is_picked_from_a_grid_was_shown_and_is_liked_better_than_the_rest(people):
    rng = np.random.default_rng(9)
    for person in people:
        gaps = []
        for _ in range(40):
            shown = rng.choice(400, 9, replace=False)
            picked = person.pick(shown, rng)
            assert 1 <= len(picked) <= 9
            assert set(picked) <= set(shown)
            gaps += [person.utility[picked].mean() - person.utility[shown].mean()]
        assert np.mean(gaps) > 0.5
    assert len(people[0].pick([], rng)) == 0


def test_a_clicker_answers_at_random(people):
    rng = np.random.default_rng(10)
    someone = clicker(0)
    said = [someone.choose(a, b, rng) == "left" for a, b in pairs(rng, 2000)]
    assert np.mean(said) == pytest.approx(0.5, abs=0.05)
    ratings = [someone.rate(0, rng) for _ in range(2000)]
    assert set(ratings) == set(range(1, 11))
    assert 1 <= len(someone.pick(np.arange(9), rng)) <= 9
    assert len(someone.pick([], rng)) == 0


def test_a_column_that_never_differs_is_nobodys_liking(attributes):
    flat = attributes.copy()
    flat[:, 4] = 0.5
    people = simulate_people(flat, 18, seed=0)
    assert all(p.liking != 4 and p.weights[4] == 0 for p in people)
    assert all(np.isfinite(p.utility).all() for p in people)


def test_nobody_is_made_of_pictures_that_are_all_the_same(attributes):
    with pytest.raises(UserError, match="measure the same"):
        simulate_people(np.ones((5, 10), np.float32), 2, seed=0)
    with pytest.raises(ShapeError, match=r"\(n, a\)"):
        simulate_people(attributes[0], 2, seed=0)
    assert simulate_people(attributes, 0, seed=0) == []
