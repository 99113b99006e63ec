"""The Gaussian process against dense references, numerical derivatives, and people whose taste is known."""

import numpy as np
import pytest
from scipy.special import log_ndtr, logsumexp, ndtr
from scipy.stats import multivariate_normal, norm
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_info

from beholder.errors import ShapeError, UserError
from beholder.table import Layout, PictureTable
from beholder.taste import FeatureMap, GaussianProcess
from beholder.taste.evidence import PRIORS, slope, to_natural, to_unconstrained
from beholder.taste.feature_map import radial
from beholder.taste.likelihood import CHOICE, RATING, TIE, Likelihood
from beholder.taste.propagation import propagate
from beholder.taste.threads import one_thread

H = {
    "choice_scale": 1.3,
    "rating_scale": 0.9,
    "rating_noise": 0.6,
    "tie_width": 0.4,
    "measured_share": 0.3,
    "linear_share": 0.35,
    "shared": 0.8,
}


def person(seed, n=200, d=20, pairs=60, width=0.0, scale=1.5):
    """Pictures, the true utility, and choices and ties of one simulated person (unit-normal noise in a difference)."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)).astype(np.float32) * np.linspace(2, 0.5, d, dtype=np.float32)
    f = scale * (0.4 * X[:, 0] + 0.5 * np.sin(X[:, 1]))
    asked = np.array([rng.choice(n, 2, replace=False) for _ in range(pairs)])
    u = f[asked[:, 0]] - f[asked[:, 1]] + rng.normal(size=pairs)
    tied = np.abs(u) < width
    choices = np.where(u[:, None] > 0, asked, asked[:, ::-1])[~tied]
    return X, f, choices, asked[tied]


def dense_kernel(model, X, share):
    """Kernel of every pair of rows, without landmarks: linear plus radial on the model's components."""
    features = model.features_
    Z = features.transform(X)[:, : features.sizes[1]].astype(float)
    return share * Z @ Z.T + (1 - share) * radial(Z, Z, features.length)


def test_with_every_picture_a_landmark_ratings_equal_the_dense_gp():
    X = np.random.default_rng(0).normal(size=(50, 8))
    rows, y = np.arange(12), np.random.default_rng(1).uniform(1, 10, 12)
    model = GaussianProcess(landmarks=50, hyperparameters=H).fit(X, y, rows=rows)
    unit = y.std()
    K = H["rating_scale"] ** 2 * dense_kernel(model, X, H["linear_share"]) + 1.0  # 1: the offset's variance
    S = K[np.ix_(rows, rows)] + H["rating_noise"] ** 2 * np.eye(12)
    mean = K[:, rows] @ np.linalg.solve(S, (y - y.mean()) / unit)
    cov = K - K[:, rows] @ np.linalg.solve(S, K[rows])
    score, std = model.predict(X, return_std=True)
    assert score == pytest.approx(y.mean() + unit * mean, abs=1e-4)
    assert std == pytest.approx(unit * np.sqrt(np.diag(cov)), abs=1e-4)
    assert model.covariance(X[:4], X) == pytest.approx(unit**2 * cov[:4], abs=1e-4)
    exact = multivariate_normal(np.zeros(12), S).logpdf((y - y.mean()) / unit)
    assert model.log_evidence_ == pytest.approx(exact, abs=1e-4)


def test_with_every_picture_a_landmark_choices_equal_the_dense_laplace_fit():
    X, _, choices, _ = person(0, n=40, d=6, pairs=25)
    X = X.astype(np.float64)
    model = GaussianProcess(landmarks=40, hyperparameters=H).fit(X, choices=choices)
    K = H["choice_scale"] ** 2 * dense_kernel(model, X, H["linear_share"])
    A = np.zeros((len(choices), 40))
    A[np.arange(len(choices)), choices[:, 0]], A[np.arange(len(choices)), choices[:, 1]] = 1, -1
    prior = A @ K @ A.T
    alpha = np.zeros(len(choices))  # Newton in the answers' own space: f = K A' alpha
    for _ in range(50):
        u = prior @ alpha
        r = np.exp(norm.logpdf(u) - log_ndtr(u))
        w = r * (u + r)
        alpha = np.linalg.solve(np.eye(len(u)) + w[:, None] * prior, w * u + r)
    score, std = model.predict(X, return_std=True)
    cov = K - K @ A.T @ np.linalg.solve(prior + np.diag(1 / w), A @ K)
    assert score == pytest.approx(K @ A.T @ alpha, abs=1e-3)
    assert std == pytest.approx(np.sqrt(np.diag(cov)), abs=1e-3)


def mixed_evidence(seed=0):
    X, f, choices, ties = person(seed, pairs=50, width=0.4)
    model = GaussianProcess(hyperparameters=H, layout=Layout.of(X.shape[1], 3))
    model.fit(X, f[:15] + 5, rows=np.arange(15), choices=choices, ties=ties, weights=np.linspace(0.2, 2, len(choices)))
    score = model.evidence_.base[:, :5].sum(1, keepdims=True)
    return model.evidence_._replace(score=score)


@pytest.mark.parametrize("name", PRIORS)
def test_the_slope_of_the_evidence_is_its_numerical_derivative(name):
    evidence = mixed_evidence()

    def at(shift):
        return evidence.marginal(H | {name: to_natural(name, to_unconstrained(name, H[name]) + shift)}).log_evidence

    numerical = (at(1e-3) - at(-1e-3)) / 2e-3
    assert slope(evidence, H, evidence.marginal(H), name) == pytest.approx(numerical, abs=1e-3)


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0, 8.0])
@pytest.mark.parametrize("shift", [0.0, 3.0])
def test_the_evidence_of_choices_is_the_orthant_probability_that_it_stands_for(scale, shift):
    """Ten choices that contradict one another, by weak and strong tastes, and by a prior that predicted others."""
    design, centre = scale * np.random.default_rng(3).normal(size=(10, 6)), np.array([shift, 0, 0, 0, 0, 0])
    ones = np.ones(10)
    found = propagate(design, np.ones(6), centre, Likelihood(np.full(10, CHOICE), 0 * ones, ones, 1.0, 0.3))
    latent = multivariate_normal(-design @ centre, design @ design.T + np.eye(10), seed=0)
    assert found.log_evidence == pytest.approx(np.log(latent.cdf(np.zeros(10))), abs=0.02)


def test_the_evidence_of_weighted_choices_and_ties_is_what_importance_sampling_finds():
    rng = np.random.default_rng(0)
    design, kinds = rng.normal(size=(6, 3)), np.array([CHOICE, TIE, RATING, CHOICE, CHOICE, TIE])
    like = Likelihood(kinds, np.array([0, 0, 0.7, 0, 0, 0]), np.array([1, 1, 1, 0.25, 0.5, 1]), 0.6, 0.4)
    each = like.log(rng.normal(size=(400_000, 3)) @ design.T).sum(1)
    exact = logsumexp(each) - np.log(len(each))
    assert propagate(design, np.ones(3), np.zeros(3), like).log_evidence == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("against", [0, 100, 250])
def test_the_evidence_of_a_choice_made_often_is_its_integral(against):
    like = Likelihood(np.full(2, CHOICE), np.zeros(2), np.array([250.0, against]), 1.0, 0.3)
    u = np.linspace(-10, 10, 200_001)
    each = like.log(np.column_stack([2 * u, -2 * u])).sum(1) - u**2 / 2 - np.log(2 * np.pi) / 2
    found = propagate(np.array([[2.0], [-2.0]]), np.ones(1), np.zeros(1), like).log_evidence
    assert found == pytest.approx(logsumexp(each) + np.log(u[1] - u[0]), abs=0.01)


def test_thinned_evidence_is_the_same_evidence():
    evidence = mixed_evidence()
    thin = evidence.thin()
    assert thin.base.shape[1] <= evidence.base.shape[1]
    assert thin.marginal(H).log_evidence == pytest.approx(evidence.marginal(H).log_evidence, abs=1e-6)


@pytest.mark.parametrize("kind", [RATING, CHOICE, TIE])
@pytest.mark.parametrize("u", [-30.0, -3.0, -0.1, 0.0, 0.7, 5.0, 30.0])
def test_likelihood_derivatives_are_numerical_ones(kind, u):
    # the tie is there because a choice's tie width counts only where ties are answers
    like = Likelihood(np.array([kind, TIE]), np.array([0.3, 0.0]), np.array([2.0, 1.0]), 0.5, 0.4)
    step = 1e-4

    def at(v):
        return like.derivatives(np.array([v, 0.0]))[:, 0]

    slopes = (at(u + step) - at(u - step)) / (2 * step)
    assert np.isfinite(at(u)).all()
    assert at(u)[1:] == pytest.approx(slopes[:2], rel=1e-4, abs=1e-5)


def test_win_loss_and_tie_add_up_to_one():
    u = np.linspace(-4, 4, 9)
    kinds, ones = np.repeat([CHOICE, CHOICE, TIE], 9), np.ones(27)
    like = Likelihood(kinds, 0 * ones, ones, 1.0, 0.6)
    chances = np.exp(like.derivatives(np.concatenate([u, -u, u]))[0]).reshape(3, 9)
    assert chances.sum(0) == pytest.approx(np.ones(9))


def test_one_choice_has_evidence_of_about_one_half():
    X, _, choices, _ = person(1)
    model = GaussianProcess().fit(X, choices=choices[:1])
    assert model.log_evidence_ == pytest.approx(np.log(0.5), abs=0.05)
    assert model.null_log_evidence_ == pytest.approx(np.log(0.5), abs=1e-9)


def test_evidence_tells_a_taste_from_answers_at_random():
    X, _, choices, _ = person(2, pairs=80, scale=3)
    taste = GaussianProcess().fit(X, choices=choices)
    coins = np.random.default_rng(0).random(len(choices)) < 0.5
    random = GaussianProcess().fit(X, choices=np.where(coins[:, None], choices, choices[:, ::-1]))
    assert taste.log_evidence_ > taste.null_log_evidence_ + 5
    assert random.log_evidence_ < random.null_log_evidence_ + 2


def test_ratings_and_choices_are_better_together():
    gains = []
    for seed in range(8):
        X, f, choices, _ = person(seed, pairs=30)
        rated = {"y": np.round(5 + f[:15]), "rows": np.arange(15)}
        both, first, second = (
            np.corrcoef(GaussianProcess().fit(X, **answers).predict(X), f)[0, 1]
            for answers in (rated | {"choices": choices}, rated, {"choices": choices})
        )
        gains.append(both - max(first, second))
    assert np.mean(gains) > 0.02


def test_pair_probabilities_are_calibrated_for_people_of_the_prior():
    said, came = [], []
    for seed in range(20):
        X, _, asked, _ = person(seed, pairs=50)
        rng = np.random.default_rng(seed)
        prior = GaussianProcess().fit_prior(X)
        f = prior.score_root(X, np.arange(200)) @ rng.normal(size=len(prior.spread_)) * np.exp(0.5 * rng.normal())
        wins = rng.random(50) < ndtr(f[asked[:, 0]] - f[asked[:, 1]])
        model = GaussianProcess().fit(X, choices=np.where(wins[:, None], asked, asked[:, ::-1]))
        pairs = rng.integers(200, size=(400, 2))
        said.append(model.pair_probability(X, pairs))
        came.append(ndtr(f[pairs[:, 0]] - f[pairs[:, 1]]))
    said, came = np.concatenate(said), np.concatenate(came)
    edges = np.digitize(said, np.arange(0.1, 0.95, 0.1))
    off = [abs(said[edges == b].mean() - came[edges == b].mean()) for b in range(10) if (edges == b).any()]
    assert np.average(off, weights=np.bincount(edges)[np.unique(edges)]) < 0.03


def test_pair_probability_is_antisymmetric_and_agrees_with_the_scores():
    X, _, choices, _ = person(3)
    model = GaussianProcess().fit(X, choices=choices)
    pairs = np.random.default_rng(0).integers(200, size=(50, 2))
    chance = model.pair_probability(X, pairs)
    assert chance + model.pair_probability(X, pairs[:, ::-1]) == pytest.approx(np.ones(50))
    score = model.predict(X)
    assert ((chance > 0.5) == (score[pairs[:, 0]] > score[pairs[:, 1]])).all()


def test_doubt_shrinks_with_answers_and_is_least_where_they_are():
    X, f, _, _ = person(4)
    few, many = (
        GaussianProcess(hyperparameters=H).fit(X, f[:k], rows=np.arange(k)).predict(X, return_std=True)[1] / f[:k].std()
        for k in (5, 50)
    )
    assert many.mean() < few.mean()
    assert many[:50].mean() < many[50:].mean()


def test_std_is_the_root_of_the_covariance_diagonal():
    X, _, choices, _ = person(5)
    model = GaussianProcess().fit(X, choices=choices)
    covariance = model.covariance(X[:10])
    assert np.sqrt(np.diag(covariance)) == pytest.approx(model.predict(X[:10], return_std=True)[1], rel=1e-4)
    mean, std = model.difference(X, [(0, 1)])
    assert mean[0] == pytest.approx(model.predict(X)[0] - model.predict(X)[1], abs=1e-5)
    assert std[0] ** 2 == pytest.approx(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], rel=1e-3)


def test_a_tie_pulls_two_scores_together():
    X, _, choices, _ = person(6)
    pair = choices[0]
    gaps = []
    for ties in ([], [pair] * 10):
        score = GaussianProcess(hyperparameters=H).fit(X, choices=choices, ties=ties).predict(X)
        gaps.append(abs(score[pair[0]] - score[pair[1]]))
    assert gaps[1] < gaps[0]


def test_the_tie_width_is_learned():
    widths = []
    for width in (0.1, 1.2):
        X, _, choices, ties = person(7, pairs=150, width=width)
        widths.append(GaussianProcess().fit(X, choices=choices, ties=ties).hyperparameters_["tie_width"])
    assert widths[0] < 0.4 < 0.8 < widths[1]


def test_noisier_ratings_are_found_noisier():
    rng = np.random.default_rng(0)
    X, f, _, _ = person(8)
    found = []
    for noise in (0.1, 2.0):
        y = f[:100] + noise * rng.normal(size=100)
        found.append(GaussianProcess().fit(X, y, rows=np.arange(100)).hyperparameters_["rating_noise"] * y.std())
    assert found[0] < 0.6 < 1.5 < found[1] < 2.5


def test_held_hyperparameters_give_the_same_fit():
    X, f, choices, ties = person(9, width=0.3)
    answers = {"y": f[:9], "rows": np.arange(9), "choices": choices, "ties": ties}
    learned = GaussianProcess().fit(X, **answers)
    held = GaussianProcess(features=learned.features_, hyperparameters=learned.hyperparameters_).fit(X, **answers)
    assert held.predict(X) == pytest.approx(learned.predict(X), abs=1e-4)
    assert held.null_log_evidence_ <= learned.null_log_evidence_ + 1e-9


def test_a_feature_map_is_shared_and_maps_its_pool_once():
    bare, _, choices, _ = person(10)
    X = PictureTable.of_array(bare).X
    features = FeatureMap.fit(X)
    first = GaussianProcess(features=features).fit(X, choices=choices)
    assert first.features_ is features
    assert features.transform(X) is features.transform(X)
    assert features.transform(X.copy()) == pytest.approx(features.transform(X), abs=1e-6)
    with pytest.raises(ShapeError, match="rows of 20 numbers"):
        GaussianProcess(features=features).fit(X[:, :3], choices=choices)


def test_threads_are_given_back_by_the_last_who_leaves():
    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = threads()
    outer, inner = one_thread(), one_thread()
    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)  # the first to come is the first to go, as among several sessions
    assert set(threads()) == {1}
    inner.__exit__(None, None, None)
    assert threads() == before


def test_a_liking_for_a_measured_column_is_found_among_hundreds():
    rng = np.random.default_rng(0)
    X = np.hstack([rng.normal(size=(300, 200)), rng.random((300, 4))]).astype(np.float32)
    pairs = np.array([rng.choice(150, 2, replace=False) for _ in range(30)])
    choices = np.where((X[pairs[:, 0], 201] > X[pairs[:, 1], 201])[:, None], pairs, pairs[:, ::-1])
    with_it, without = (
        GaussianProcess(layout=Layout.of(204, k)).fit(X, choices=choices).predict(X[150:]) for k in (4, 0)
    )
    assert np.corrcoef(with_it, X[150:, 201])[0, 1] > 0.8 > 0.5 > np.corrcoef(without, X[150:, 201])[0, 1]
    with pytest.raises(UserError, match="attributes must be"):
        GaussianProcess(layout=Layout.of(204, 204)).fit(X, choices=choices)


def test_landmarks_do_not_depend_on_the_order_of_pictures():
    X = person(11, n=150)[0].astype(np.float64)
    order = np.random.default_rng(0).permutation(150)
    one, other = FeatureMap.fit(X, landmarks=30).transform(X), FeatureMap.fit(X[order], landmarks=30).transform(X)
    assert one @ one.T == pytest.approx(other @ other.T, abs=1e-5)


def test_pictures_that_come_twice_are_no_trouble():
    X, _, choices, _ = person(12, n=30)
    X[15:] = X[:15]
    score, std = GaussianProcess().fit(X, choices=choices).predict(X, return_std=True)
    assert score[15:] == pytest.approx(score[:15], abs=1e-4)
    assert np.isfinite(std).all()


@pytest.mark.parametrize(
    "wrong", [{"length": 1.0}, {"rating_noise": 0.0}, {"linear_share": 1.5}, {"tie_width": np.nan}]
)
def test_wrong_hyperparameters_get_a_sentence(wrong):
    X, _, choices, _ = person(13)
    with pytest.raises(UserError, match="hyperparameters"):
        GaussianProcess(hyperparameters=wrong).fit(X, choices=choices)


def test_wrong_pairs_get_a_sentence():
    X, _, choices, _ = person(13)
    model = GaussianProcess().fit(X, choices=choices)
    assert model.pair_probability(X, []).shape == (0,)
    with pytest.raises(ShapeError, match="pairs must be"):
        model.pair_probability(X, [1, 2, 3])
    with pytest.raises(UserError, match="from 0 to 199"):
        model.pair_probability(X, [(0, 200)])


def test_it_composes_in_a_pipeline_and_a_grid_search():
    X, f, _, _ = person(14)
    search = GridSearchCV(
        make_pipeline(FunctionTransformer(np.tanh), GaussianProcess()), {"gaussianprocess__components": [2, 20]}, cv=3
    )
    assert search.fit(X[:60], f[:60]).score(X[60:], f[60:]) > 0.4


def test_with_ties_the_probability_is_that_of_the_decided_answers():
    X, f, choices, ties = person(3, pairs=400, width=0.8)
    model = GaussianProcess().fit(X, choices=choices, ties=ties)
    rng = np.random.default_rng(0)
    pairs = np.array([rng.choice(len(X), 2, replace=False) for _ in range(4000)])
    u = f[pairs[:, 0]] - f[pairs[:, 1]] + rng.normal(size=len(pairs))
    said, came = model.pair_probability(X, pairs), u > 0
    decided = np.abs(u) >= 0.8
    sure = decided & (said > 0.8)
    assert came[sure].mean() == pytest.approx(said[sure].mean(), abs=0.06)


def test_a_model_that_was_saved_remembers_its_answers(tmp_path):
    X, _, choices, _ = person(0, n=30, pairs=10)
    GaussianProcess().fit(X, choices=choices).save(tmp_path)
    assert np.array_equal(GaussianProcess.load(tmp_path).answers_.choices, choices)
