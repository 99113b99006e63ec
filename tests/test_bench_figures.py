"""The figures of the bench: metrics agree with other libraries, intervals cover as they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit
from sklearn.metrics import ndcg_score

from beholder.research.bench import metrics
from beholder.research.bench.series import Series
from beholder.research.bench.statistics import answers_needed, bootstrap, holm, paired, pooled, pooled_difference
from beholder.research.bench.summary import summarise


@pytest.mark.parametrize("seed", range(5))
def test_correlations_are_scipys(seed):
    rng = np.random.default_rng(seed)
    truth, score = rng.integers(1, 6, 40).astype(float), rng.integers(0, 9, 40).astype(float)
    assert metrics.spearman(truth, score) == pytest.approx(stats.spearmanr(truth, score).statistic)
    assert metrics.pearson(truth, score) == pytest.approx(stats.pearsonr(truth, score).statistic)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [6, 40])
def test_ndcg_is_scikit_learns_with_tied_scores(seed, n):
    rng = np.random.default_rng(seed)
    truth, score = rng.integers(1, 6, n).astype(float), rng.integers(0, 4, n).astype(float)
    expected = ndcg_score([truth - truth.min()], [score], k=10)
    assert metrics.ndcg(truth, score) == pytest.approx(expected)


def test_pair_accuracy_is_kendall_without_ties():
    rng = np.random.default_rng(0)
    truth, score = rng.normal(size=30), rng.normal(size=30)
    pairs = metrics.rated_pairs(truth)
    right = metrics.pair_accuracy(score[pairs[:, 0]], score[pairs[:, 1]])
    assert 2 * right - 1 == pytest.approx(stats.kendalltau(truth, score).statistic)


def test_equal_ratings_make_no_pair():
    assert metrics.rated_pairs(np.array([2.0, 2.0, 3.0])).tolist() == [[2, 0], [2, 1]]


def test_a_level_prediction_knows_nothing():
    truth, level = np.arange(5.0), np.zeros(5)
    assert metrics.spearman(truth, level) == metrics.pearson(truth, level) == 0
    assert metrics.pair_accuracy(level, level) == 0.5


# ------------------------------------------------------------------ the top

queries = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 4)), min_size=2, max_size=100)


@settings(max_examples=200, deadline=None)
@given(queries)
def test_of_the_top_a_perfect_order_has_the_best_and_a_reversed_one_the_worst(answers):
    truth, score = np.array(answers, float).T
    if np.ptp(truth) == 0:
        return
    assert metrics.precision(truth, truth) == pytest.approx(1)
    assert metrics.regret(truth, 3 * truth + 1) == pytest.approx(0, abs=1e-12)
    assert metrics.precision(truth, -truth) - 1e-9 <= metrics.precision(truth, score) <= 1 + 1e-9
    assert metrics.regret(truth, -truth) + 1e-9 >= metrics.regret(truth, score) >= 0


@settings(max_examples=100, deadline=None)
@given(queries, st.randoms(use_true_random=False))
def test_the_top_does_not_mind_the_order_of_the_file(answers, chance):
    shuffled = chance.sample(answers, len(answers))
    (truth, score), (other, others) = np.array(answers, float).T, np.array(shuffled, float).T
    if np.ptp(truth) == 0:
        return
    assert metrics.precision(truth, score) == pytest.approx(metrics.precision(other, others))
    assert metrics.regret(truth, score) == pytest.approx(metrics.regret(other, others), abs=1e-9)


@pytest.mark.parametrize("n", [3, 8, 40, 79, 80, 100])
def test_a_level_prediction_has_the_top_of_chance(n):
    truth, level = np.arange(float(n)), np.zeros(n)
    assert metrics.precision(truth, level) == pytest.approx(max(1, n // 4) / n)
    best = min(10, max(1, n // 2))
    assert metrics.regret(truth, level) == pytest.approx((truth[-best:].mean() - truth.mean()) / truth.std())


@pytest.mark.parametrize("seed", range(5))
def test_without_ties_the_top_is_a_plain_share_and_a_plain_mean(seed):
    rng = np.random.default_rng(seed)
    truth, score = rng.permutation(np.arange(100.0)), rng.permutation(np.arange(100.0))
    first = np.argsort(-score)
    assert metrics.precision(truth, score) == pytest.approx(np.mean(truth[first[:20]] >= 75))
    assert metrics.regret(truth, score) == pytest.approx((94.5 - truth[first[:10]].mean()) / truth.std())


def test_equal_scores_share_what_all_their_orders_have_in_the_mean():
    rng = np.random.default_rng(0)
    truth, score = rng.integers(1, 6, 24).astype(float), rng.integers(0, 3, 24).astype(float)
    orders = [score + rng.random(24) / 2 for _ in range(4000)]
    for metric in (metrics.precision, metrics.regret):
        assert np.mean([metric(truth, order) for order in orders]) == pytest.approx(metric(truth, score), abs=0.02)


def test_equal_ratings_at_the_border_are_in_the_top_quarter_in_part():
    truth = np.array([5.0] + [4] * 3 + [1] * 4)  # a quarter is two: the 5, and a third of each 4
    just = {"the 5 and a 4": [8, 7, 0, 0, 0, 0, 0, 0], "two 4s": [0, 8, 7, 0, 0, 0, 0, 0]}
    found = {name: metrics.precision(truth, np.array(score, float)) for name, score in just.items()}
    assert found == pytest.approx({"the 5 and a 4": 1, "two 4s": (2 / 3) / (4 / 3)})


def test_calibration_error_is_the_gap_in_each_bin():
    p = np.array([0.95, 0.95, 0.95, 0.95, 0.65, 0.65])
    happened = np.array([1, 1, 1, 0, 1, 0], bool)  # .95 said, .75 right; .65 said, .5 right
    bins = metrics.calibration(p, happened)
    assert bins[:, 0].tolist() == [0, 2, 0, 0, 4]
    assert metrics.ece(bins) == pytest.approx((4 * 0.2 + 2 * 0.15) / 6)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_calibration_error_does_not_mind_which_picture_is_first(answers):
    p, happened = np.array([a for a, _ in answers]), np.array([b for _, b in answers])
    there, back = metrics.calibration(p, happened), metrics.calibration(1 - p, ~happened)
    assert metrics.ece(there) == pytest.approx(metrics.ece(back), abs=1e-9)


def calibrated_rows(rng, method="a", raters=12, draws=10, pairs=100, truth=1.0):
    """Rows of a model whose log-odds are `truth` times too small; at 1 it is perfectly calibrated."""
    for rater in range(raters):
        for draw in range(draws):
            said = rng.normal(0, 1.5, pairs)
            happened = rng.random(pairs) < expit(truth * said)
            bins = metrics.calibration(expit(said), happened)
            one = {"method": method, "metric": "ece", "shots": 10, "rater": f"r{rater}", "draw": draw}
            yield one | {"value": metrics.ece(bins), "bins": bins.tolist()}


def ece_of(rows, methods=("a",)):
    raters = frozenset(row["rater"] for row in rows)
    return {(f.method, f.versus): f.estimate for f in summarise(rows, {"all": raters}, map(Series, methods), seed=0)}


@pytest.mark.parametrize("seed", range(5))
def test_a_perfectly_calibrated_model_is_close_to_zero_once_pooled(seed):
    rows = list(calibrated_rows(np.random.default_rng(seed)))
    assert np.mean([row["value"] for row in rows]) > 0.05
    assert ece_of(rows)["a", None].mean < 0.01


def test_the_pooled_error_is_that_of_a_large_sample():
    rng = np.random.default_rng(0)
    (large,) = calibrated_rows(rng, raters=1, draws=1, pairs=400_000, truth=0.6)
    estimates = [ece_of(list(calibrated_rows(rng, truth=0.6)))["a", None] for _ in range(40)]
    assert np.mean([e.mean for e in estimates]) == pytest.approx(large["value"], abs=0.003)
    assert np.mean([e.low <= large["value"] <= e.high for e in estimates]) >= 0.85
    assert all(0 <= e.low <= e.mean <= e.high for e in estimates)


def test_a_miscalibrated_model_is_surely_behind_a_calibrated_one():
    rng = np.random.default_rng(0)
    rows = [*calibrated_rows(rng, "good"), *calibrated_rows(rng, "bad", truth=0.5)]
    found = ece_of(rows, ("good", "bad"))
    difference = found["bad", "good"]
    assert difference.mean == pytest.approx(found["bad", None].mean - found["good", None].mean)
    assert difference.low > 0
    assert difference.p < 0.01


def test_two_equally_calibrated_models_are_not_told_apart():
    rng = np.random.default_rng(2)
    p = [
        ece_of([*calibrated_rows(rng, "a", pairs=30), *calibrated_rows(rng, "b", pairs=30)], "ab")["b", "a"].p
        for _ in range(100)
    ]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_a_rater_with_many_pairs_counts_once():
    few = metrics.calibration(np.full(10, 0.9), np.ones(10, bool))  # .1 too timid
    many = metrics.calibration(np.full(1000, 0.9), np.zeros(1000, bool))  # .9 too bold
    rows = [
        {"method": "a", "metric": "ece", "shots": 1, "rater": name, "draw": 0, "value": 0, "bins": bins.tolist()}
        for name, bins in {"r0": few, "r1": many}.items()
    ]
    assert ece_of(rows)["a", None].mean == pytest.approx((0.9 - 0.1) / 2)


@pytest.mark.parametrize("n", [8, 12, 60])
def test_intervals_cover_as_they_say(n):
    rng = np.random.default_rng(n)
    trials = [bootstrap(rng.normal(0.6, 0.05, n), seed=0) for _ in range(800)]
    assert 0.93 <= np.mean([e.low <= 0.6 <= e.high for e in trials]) <= 0.975


def test_paired_intervals_ignore_what_raters_share():
    rng = np.random.default_rng(0)
    rater, gain = rng.normal(0.6, 0.2, 30), rng.normal(0.02, 0.01, 30)
    estimate = paired(rater + gain, rater, seed=0)
    assert estimate.mean == pytest.approx(gain.mean())
    assert estimate.high - estimate.low < 0.02
    assert estimate.p < 0.001


def test_p_values_are_uniform_where_nothing_differs():
    rng = np.random.default_rng(1)
    p = np.array([paired(rng.normal(size=12), np.zeros(12), seed=0).p for _ in range(400)])
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_holm_corrects_as_published():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])).tolist() == [1, 1]


@pytest.mark.parametrize("estimate", [
    bootstrap(np.array([0.3]), seed=0), paired(np.array([0.5]), np.array([0.2]), seed=0),
    pooled(np.array([[0.1, 0.2]]), seed=0), pooled_difference(np.array([[0.4, 0.2]]), np.array([[0.1, 0.2]]), seed=0),
    answers_needed(np.array([[0.0, 0.3]]), np.array([0.3]), np.array([0.0, 5.0]), seed=0),
])  # fmt: skip
def test_one_rater_says_nothing_of_how_raters_differ(estimate):
    assert estimate.raters == 1
    assert not estimate.has_interval
    assert np.isnan([estimate.low, estimate.high, estimate.p]).all()
    assert np.isfinite(estimate.mean)


def test_what_has_no_p_value_is_not_counted_among_those_looked_at():
    np.testing.assert_allclose(holm(np.array([0.01, np.nan, 0.03])), [0.02, np.nan, 0.03])
    assert np.isnan(holm(np.array([np.nan]))).all()
