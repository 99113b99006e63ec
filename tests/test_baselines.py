"""The models to beat, against other libraries' answers and people whose taste is known."""

import choix
import numpy as np
import pytest
from scipy.optimize import minimize

from beholder.taste import BradleyTerry, Logistic, Ridge
from beholder.taste.baselines import strengths


def test_strengths_are_choixs_regularised_maximum():
    rng = np.random.default_rng(0)
    wins = np.array([rng.choice(6, 2, replace=False) for _ in range(30)])
    ours = strengths(wins, np.ones(30), 6, prior_std=1.0)
    # choix's penalty is alpha * |theta|^2, a Gaussian prior's 1 / (2 std^2)
    theirs = choix.opt_pairwise(6, [tuple(pair) for pair in wins.tolist()], alpha=0.5, tol=1e-10)
    assert ours - ours.mean() == pytest.approx(theirs - theirs.mean(), abs=1e-3)


def test_strengths_keep_the_order_where_the_graph_falls_apart():
    wins = np.array([(0, 1), (1, 2), (3, 4), (4, 5)])  # two islands: without a prior nothing ties them together
    theta = strengths(wins, np.ones(4), 6)
    assert np.isfinite(theta).all()
    assert theta[0] > theta[1] > theta[2]
    assert theta[3] > theta[4] > theta[5]
    assert theta[:3] == pytest.approx(theta[3:], abs=1e-6)


def test_strengths_of_an_unbeaten_picture_stay_finite():
    theta = strengths(np.array([(0, 1)] * 1000), np.ones(1000), 2)
    assert 2 < theta[0] - theta[1] < 15


def test_known_strengths_come_back():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=20)
    pairs = np.array([rng.choice(20, 2, replace=False) for _ in range(2000)])
    first = rng.random(2000) < 1 / (1 + np.exp(truth[pairs[:, 1]] - truth[pairs[:, 0]]))
    theta = strengths(np.where(first[:, None], pairs, pairs[:, ::-1]), np.ones(2000), 20, prior_std=3.0)
    assert np.corrcoef(theta, truth)[0, 1] > 0.97


def test_logistic_minimises_its_penalised_loss():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(30, 4))
    choices = np.array([rng.choice(30, 2, replace=False) for _ in range(25)])
    model = Logistic(components=4, C=0.5).fit(X, choices=choices)
    from beholder.taste.feature_map import principal_components

    mean, projection = principal_components(X, 4, power=1.0)
    Z = (X - mean) @ projection
    gap = Z[choices[:, 0]] - Z[choices[:, 1]]
    best = minimize(lambda w: np.logaddexp(0, -gap @ w).sum() + w @ w / (2 * 0.5), np.zeros(4), tol=1e-12).x
    assert model.predict(X) == pytest.approx(Z @ best, abs=1e-3)


def test_ridge_shrinks_more_where_there_is_less_to_learn():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(80, 30))
    clear = Ridge().fit(X[:40], 3 * X[:40, 0] + 5).predict(X[40:])
    noise = Ridge().fit(X[:40], rng.normal(size=40) + 5).predict(X[40:])
    assert clear.std() > 1.5
    assert noise.std() < 0.5


def test_ridge_learns_from_the_rows_that_were_rated():
    X = np.random.default_rng(4).normal(size=(50, 5))
    rows = np.array([3, 3, 10, 20, 30, 40])  # one of them twice
    score = Ridge().fit(X, X[rows, 0] + [0.1, -0.1, 0, 0, 0, 0], rows=rows).predict(X)
    assert np.corrcoef(score, X[:, 0])[0, 1] > 0.5


@pytest.mark.parametrize("model", [Ridge(), BradleyTerry(), Logistic()])
def test_plain_models_admit_that_they_know_no_doubt(model):
    X = np.eye(5)
    model.fit(X, np.arange(5.0)) if isinstance(model, Ridge) else model.fit(X, choices=[(0, 1)])
    score, std = model.predict(X, return_std=True)
    assert np.array_equal(score, model.predict(X))
    assert not std.any()


def test_only_ties_leave_every_picture_level():
    X = np.random.default_rng(5).normal(size=(10, 3))
    for model in (BradleyTerry(), Logistic()):
        assert np.ptp(model.fit(X, ties=[(0, 1), (2, 3)]).predict(X)) < 1e-6
