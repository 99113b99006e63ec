"""FPMF: its gradients are right, planted factors are found, and a person in closed form is the posterior mean."""

import numpy as np
import pytest
from scipy.optimize import check_grad

from beholder.errors import NotEnoughAnswers
from beholder.table import Layout
from beholder.taste import Fpmf, fpmf
from beholder.types import Answers

MEASURED = 6
LAYOUT = Layout.of(8 + MEASURED, MEASURED)


@pytest.fixture(scope="module")
def world():
    """150 pictures whose measured numbers people like and dislike, each with two factors of their own."""
    rng = np.random.default_rng(1)
    X = np.hstack([rng.normal(size=(150, 8)), rng.random((150, MEASURED))]).astype(np.float32)
    traits = X[:, -MEASURED:] - 0.5
    likings = np.zeros((82, MEASURED))
    likings[:, :2] = rng.normal(0, 3, (82, 2))
    likings[:, 2] = 3.0  # which everybody shares
    level = rng.normal(5, 0.7, 82)
    ratings = level[:, None] + likings @ traits.T + rng.normal(0, 0.3, (82, 150))
    others = []
    for said in ratings[2:]:
        rows = rng.permutation(100)[:60]
        others.append(Answers(rows=rows, ratings=said[rows]))
    return X, others, ratings[:2]


@pytest.fixture(scope="module")
def prior(world):
    X, others, _ = world
    return Fpmf.learn_prior(X, others, layout=LAYOUT)


def error_of(prior, X, said, shots):
    rows = np.arange(shots)
    score = Fpmf(prior=prior).fit(X, said[rows] if shots else None, rows=rows).predict(X[100:])
    return float(np.sqrt(np.mean((score - said[100:]) ** 2)))


def test_planted_factors_predict_new_pictures_better_than_the_mean_person(world, prior):
    X, _, people = world
    for said in people:
        assert error_of(prior, X, said, 0) > error_of(prior, X, said, 10) > error_of(prior, X, said, 40)
        assert error_of(prior, X, said, 40) < 0.8 * said[100:].std()


def test_the_mean_person_likes_what_everybody_likes(world, prior):
    X = world[0]
    score = Fpmf(prior=prior).fit(X).predict(X[100:])
    assert np.corrcoef(score, X[100:, 8 + 2])[0, 1] > 0.8
    assert score.mean() == pytest.approx(5, abs=0.5)


def test_the_same_seed_gives_the_same_network(world, prior):
    X, others, _ = world
    again = Fpmf.learn_prior(X, others, layout=LAYOUT)
    other = Fpmf.learn_prior(X, others, layout=LAYOUT, seed=1)
    assert np.array_equal(again.network.into, prior.network.into)
    assert not np.array_equal(other.network.into, prior.network.into)


def test_back_propagation_is_the_gradient(world, monkeypatch):
    monkeypatch.setattr(fpmf, "UNITS", 3)
    rng = np.random.default_rng(0)
    table, _, _ = fpmf._table(rng.normal(size=(150, 4)), world[1][:5])
    sizes = ((4, 3), (3,), (3, 16), (16,), (5, 16))
    ends = np.cumsum([np.prod(size) for size in sizes])

    def loss(parameters):
        *network, people = (p.reshape(s) for p, s in zip(np.split(parameters, ends[:-1]), sizes, strict=True))
        return fpmf._loss(table, fpmf.FactorNetwork(*network), people)

    start = rng.normal(size=ends[-1])
    slope = np.concatenate([part.ravel() for part in loss(start)[1]])
    gap = check_grad(lambda p: loss(p)[0], lambda p: np.concatenate([g.ravel() for g in loss(p)[1]]), start)
    assert gap < 1e-5 * np.linalg.norm(slope)


def test_a_person_in_closed_form_is_ridge_regression():
    rng = np.random.default_rng(0)
    slopes, targets, mean = rng.normal(size=(7, 4)), rng.normal(size=7), rng.normal(size=4)
    root = rng.normal(size=(4, 4))
    covariance = root @ root.T
    precision = np.linalg.inv(covariance) + slopes.T @ slopes / 0.5
    expected = np.linalg.solve(precision, np.linalg.inv(covariance) @ mean + slopes.T @ targets / 0.5)
    theta, doubt = fpmf._regression(slopes, targets, mean, covariance, 0.5)
    assert theta == pytest.approx(expected)
    assert doubt == pytest.approx(np.linalg.inv(precision))


def test_raters_who_all_say_the_same_teach_a_constant(world):
    X = world[0]
    same = [Answers(rows=np.arange(20), ratings=np.full(20, 4.0))] * 3
    score = Fpmf(prior=Fpmf.learn_prior(X, same, layout=LAYOUT)).fit(X).predict(X)
    assert score == pytest.approx(np.full(150, 4.0), abs=0.01)


def test_others_who_rated_nothing_are_not_enough(world):
    with pytest.raises(NotEnoughAnswers, match="other people's ratings, and there are none"):
        Fpmf.learn_prior(world[0], [Answers(choices=np.array([[0, 1]]), weights=np.ones(1))])
