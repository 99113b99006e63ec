"""The quality of raters: formulas by hand, clickers found, nobody else suspected, real people as they are known."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from beholder.errors import BadInput, ShapeError
from beholder.raters import gold
from beholder.raters.quality import Signs, is_clicker, position_bias, quality_of_choices, quality_of_ratings
from beholder.raters.signals import (
    Sign,
    as_others_rate,
    chosen_as_before,
    predicted_choices,
    rank_correlation,
    rated_before,
    share,
    with_majority,
)
from beholder.research.bench.raters import known_scores, qualities, scale_of, to_look_at
from beholder.research.datasets import Choices, Dataset, Ratings, load_plain
from beholder.taste.simulate import clicker, simulate_people

NAN = float("nan")
SIDE = {"left": 1, "tie": 0, "right": -1}

# ------------------------------------------------------------------ gold images


def test_a_gold_image_scores_as_in_equation_1():
    given, known = np.array([1.0, 2, 3, 4, 5, 3]), np.array([1.0, 1, 1, 1, 1, NAN])
    np.testing.assert_array_equal(gold.gold_scores(given, known, (1, 5)), [1, 1, 0.5, 0, 0, NAN])
    np.testing.assert_array_equal(gold.gold_scores(np.array([3.9, 4, 4.1]), np.ones(3), (1, 7)), [1, 0.5, 0])


def test_performance_is_a_mean_and_whoever_rated_no_gold_weighs_as_the_others():
    weight = gold.performance(np.array([1, 0.5, NAN, 1, NAN]), np.array([0, 0, 0, 1, 2]), 3)
    np.testing.assert_array_equal(weight, [0.75, 1, NAN])
    np.testing.assert_array_equal(gold.filled(weight), [0.75, 1, 0.875])
    np.testing.assert_array_equal(gold.filled(np.array([NAN, NAN])), [1, 1])


def test_weighted_mean_and_deviation_are_those_by_hand():
    item, rater = np.array([0, 0, 0, 1, 2, 2]), np.array([0, 1, 2, 0, 2, 2])
    score, weight = np.array([1.0, 3, 5, 4, 2, 4]), np.array([1.0, 0.5, 0])
    mean = gold.weighted_mean(item, rater, score, weight, 4)
    np.testing.assert_allclose(mean, [(1 + 1.5) / 1.5, 4, NAN, NAN])
    spread = gold.weighted_deviation(item, rater, score, weight, 4)
    by_hand = np.sqrt((1 * (1 - 5 / 3) ** 2 + 0.5 * (3 - 5 / 3) ** 2) / (2 / 3 * 1.5))
    np.testing.assert_allclose(spread, [by_hand, NAN, NAN, NAN])


def test_with_equal_weights_the_deviation_is_the_usual_one():
    score = np.array([1.0, 4, 4, 7, 2])
    spread = gold.weighted_deviation(np.zeros(5, int), np.arange(5), score, np.ones(5), 1)
    assert spread[0] == pytest.approx(score.std(ddof=1))


def test_gold_off_the_scale_and_a_rater_without_weight_are_told():
    with pytest.raises(BadInput, match="known score 9, which is off the scale 1 to 5"):
        gold.gold_scores(np.ones(1), np.array([9.0]), (1, 5))
    with pytest.raises(ShapeError, match="one number a rater, 3 or more, got 2"):
        gold.weighted_mean(np.zeros(1, int), np.array([2]), np.ones(1), np.ones(2), 1)


# ------------------------------------------------------------------ signs


def test_a_share_has_wilsons_interval():
    sign = share(np.array([1.0] * 7 + [0] * 3 + [NAN]))
    low, high = stats.binomtest(7, 10).proportion_ci(method="wilson")
    assert (sign.value, sign.low, sign.high, sign.n) == pytest.approx((0.7, low, high, 10))
    assert share(np.array([NAN])) is None


def test_a_rank_correlation_is_scipys_and_none_of_constant_ratings():
    rng = np.random.default_rng(0)
    x, y = rng.integers(1, 6, 30).astype(float), rng.normal(size=30)
    sign = rank_correlation(x, y)
    assert sign.value == pytest.approx(stats.spearmanr(x, y).statistic)
    assert sign.low < sign.value < sign.high
    assert rank_correlation(np.ones(30), y) is None
    assert rank_correlation(x[:4], y[:4]) is None


def test_others_are_all_but_the_rater():
    item, rater = np.array([0, 0, 0, 1, 1]), np.array([0, 1, 1, 0, 0])
    np.testing.assert_array_equal(as_others_rate(item, np.array([5.0, 1, 2, 3, 4]), rater), [1.5, 5, 5, NAN, NAN])


def test_the_majority_counts_a_pair_in_either_order_and_a_rater_not_for_themself():
    pairs = np.array([[0, 1], [1, 0], [0, 1], [2, 3], [0, 1]])
    answer, rater = np.array([1, -1, -1, 1, 0]), np.array([0, 1, 2, 0, 3])
    np.testing.assert_array_equal(with_majority(pairs, answer, rater), [NAN, NAN, 0, NAN, NAN])
    np.testing.assert_array_equal(with_majority(pairs[:3], answer[:3], np.array([0, 1, 1])), [NAN, 1, 0])


def test_answers_at_random_are_foretold_like_fair_coins():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 5))
    right = [np.nanmean(predicted_choices(rows, rng.choice([-1, 1], 200))) for _ in range(150)]
    assert np.mean(right) == pytest.approx(0.5, abs=0.01)
    assert np.std(right) == pytest.approx(0.5 / np.sqrt(160), rel=0.15)


def test_a_taste_is_foretold():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 5))
    assert np.nanmean(predicted_choices(rows, np.where(rows[:, 0] > 0, 1, -1))) > 0.9


def test_repeats_are_compared_with_the_time_before():
    np.testing.assert_array_equal(rated_before(np.array([7, 8, 7, 7]), np.array([1.0, 2, 3, 4])), [NAN, NAN, 1, 3])
    pairs, answer = np.array([[0, 1], [1, 0], [0, 1], [2, 3], [2, 3]]), np.array([1, -1, -1, 0, 1])
    np.testing.assert_array_equal(chosen_as_before(pairs, answer), [NAN, 1, 0, NAN, NAN])


def test_people_asked_twice_agree_with_themselves_as_measured(shared):
    with (shared / "data" / "oasis_beauty" / "retest.csv").open(newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: row["repetition"])
    who = np.array([row["rater"] for row in rows])
    item, score = np.array([int(r["item"]) for r in rows]), np.array([float(r["score"]) for r in rows])
    each = [rank_correlation(score[who == one], rated_before(item[who == one], score[who == one])) for one in set(who)]
    assert np.mean([sign.value for sign in each]) == pytest.approx(0.855, abs=0.0005)


def test_a_side_that_is_preferred_is_told_with_its_p():
    left, p = position_bias(np.array([1] * 18 + [-1] * 2 + [0] * 5))
    assert (left, p) == (0.9, pytest.approx(stats.binomtest(18, 20).pvalue))
    assert np.isnan(position_bias(np.zeros(3, int))[0])


# ------------------------------------------------------------------ the verdict


def crowd(n, seed, kind, seconds, people=5, clickers=2, pictures=400):
    """Answers of people with a taste of their own, and of clickers: the quality of each.

    seconds : of the people, NaN for all where there are no times; sixty columns of X have nothing to do with taste
    """
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(pictures, 70)).astype(np.float32)
    everybody = [*simulate_people(X[:, :10], people, seed), *map(clicker, range(clickers))]
    rater = np.repeat(np.arange(len(everybody)), n)
    median = np.where(rater < people, seconds, 0.35 if seconds == seconds else NAN)
    took, rows = median * np.exp(rng.normal(0, 0.4, len(rater))), X / np.sqrt(70)
    if kind == "ratings":
        item = rng.permutation(pictures)[:n]
        score = np.array([one.rate(i, rng) for one in everybody for i in item], float)
        found = quality_of_ratings(np.tile(item, len(everybody)), score, rater, took, rows, np.full(len(score), NAN))
    else:
        pairs = np.array([rng.choice(pictures, 2, replace=False) for _ in range(n)])
        answer = np.array([SIDE[one.choose(a, b, rng)] for one in everybody for a, b in pairs])
        found = quality_of_choices(np.tile(pairs, (len(everybody), 1)), answer, rater, took, rows)
    return [found[i].clicker for i in range(people)], [found[i].clicker for i in range(people, len(found))]


@pytest.mark.parametrize("kind", ["choices", "ratings"])
@pytest.mark.parametrize("seconds", [0.35, 1.5, NAN])
def test_clickers_are_found_and_people_with_a_taste_of_their_own_are_not(kind, seconds):
    trials = [crowd(300, seed, kind, seconds) for seed in range(4)]
    assert np.mean([suspected for people, _ in trials for suspected in people]) <= 0.02
    assert np.mean([suspected for _, clickers in trials for suspected in clickers]) >= 0.7


@pytest.mark.parametrize("kind", ["choices", "ratings"])
def test_on_few_answers_nobody_with_a_taste_is_suspected(kind):
    people = [suspected for seed in range(6) for suspected in crowd(40, seed, kind, 0.35)[0]]
    assert np.mean(people) <= 0.05


NOTHING, PLAIN, FAINT = Sign(0.5, 0.45, 0.55, 400, 0.5), Sign(0.7, 0.65, 0.75, 400, 0.5), Sign(0.5, 0.2, 0.8, 10, 0.5)


@pytest.mark.parametrize(
    ("seconds", "signs", "suspected"),
    [
        (0.3, Signs(agreement=NOTHING), True),
        (0.3, Signs(), False),  # nobody on speed alone
        (0.3, Signs(agreement=NOTHING, predicted=PLAIN), False),  # quick, with a taste of their own
        (0.3, Signs(agreement=NOTHING, predicted=FAINT), False),  # too few answers to foretell any
        (0.3, Signs(predicted=NOTHING, repeats=FAINT), True),
        (2.0, Signs(agreement=NOTHING, predicted=NOTHING), False),  # took their time
        (NAN, Signs(agreement=NOTHING), False),  # a taste of their own, as far as can be known
        (NAN, Signs(agreement=NOTHING, predicted=NOTHING), True),
        (NAN, Signs(agreement=PLAIN, predicted=NOTHING), False),
    ],
)
def test_the_rule(seconds, signs, suspected):
    assert is_clicker(seconds, signs) is suspected


def test_habits_are_told_without_suspecting_anybody():
    rng = np.random.default_rng(0)
    pairs = np.array([rng.choice(90, 2, replace=False) for _ in range(60)])
    found = quality_of_choices(pairs, np.ones(60, int), np.zeros(60, int), np.full(60, 2.0), np.empty((90, 0)))[0]
    assert (found.clicker, found.faults) == (False, ("chose the left picture in 60 of 60 answers",))
    none = np.full(30, NAN)
    same = quality_of_ratings(np.arange(30), np.full(30, 4.0), np.zeros(30, int), none, rng.normal(size=(30, 2)), none)
    assert (same[0].clicker, same[0].faults) == (False, ("gave the same rating to 30 of 30 pictures",))


def test_who_rated_little_is_not_said_to_rate_everything_alike_and_counts_are_real():
    def faults(*score):
        n, none = len(score), np.full(len(score), NAN)
        rated = quality_of_ratings(np.arange(n), np.array(score, float), np.zeros(n, int), none, np.empty((n, 0)), none)
        return rated[0].faults

    assert faults(4) == faults(*[4] * 9) == ()
    assert faults(*[4] * 38, 1, 2) == ("gave the same rating to 38 of 40 pictures",)


# ------------------------------------------------------------------ sets


@pytest.mark.parametrize("category", ["flowers", "paintings", "houses", None])
def test_the_two_who_click_are_named_where_they_do_and_nobody_else(shared, category):
    """Among the flowers, which came first, these two still looked: .69 and .67 s, .61 as the others (z = 4)."""
    data = load_plain(shared / "data" / "pref_ab")
    data = data if category is None else data.where("category", category)
    named = to_look_at(data, qualities(data, data.choices, np.zeros((len(data.items), 3), np.float32)))
    assert [line[:26] for line in named] == (
        [] if category == "flowers" else ["r01: seems to click at ran", "r10: seems to click at ran"]
    )


def rated(**more):
    """Two raters of two pictures; nothing is opened."""
    ratings = Ratings(np.array([0, 1, 0]), np.array([0, 0, 1]), np.array([1.0, 5, 4]), np.full(3, NAN))
    none = np.empty(0, np.int64)
    choices = Choices(none, none, none, none, none.astype(float))
    made = Dataset("two", ("a", "b"), (), {}, ("ann", "bob"), ratings, choices, None, None, None, "", "", "0")
    return replace(made, **more)


def test_gold_images_of_a_set_are_a_column():
    data = rated(columns={"gold": ("1", "")}, scale=(1, 5))
    found = qualities(data, data.ratings, np.eye(2, dtype=np.float32))
    assert [found[0].signs.gold.value, found[1].signs.gold.value] == [1, 0]
    assert np.isnan(known_scores(rated())).all()
    with pytest.raises(BadInput, match="gold of item 'a' must be a number or empty, got 'high'"):
        known_scores(rated(columns={"gold": ("high", "")}))


def test_one_rater_without_times_is_no_clicker_and_the_scale_is_as_seen():
    data = rated()
    assert scale_of(data) == (1, 5)
    assert scale_of(rated(columns={"gold": ("7", "")})) == (1, 7)
    alone = replace(data, ratings=data.ratings.take(np.array([0, 1])))
    assert qualities(alone, alone.ratings, np.eye(2, dtype=np.float32))[0].faults == ()
    with pytest.raises(BadInput, match="two holds no ratings, so there is no scale"):
        scale_of(replace(data, ratings=data.ratings.take(np.empty(0, int))))
