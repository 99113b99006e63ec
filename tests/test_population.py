"""What a population teaches: what people like in general, how much is private, and how noisy answers are."""

import numpy as np
import pytest

from beholder.taste import learn_population
from beholder.types import Answers

N, D = 400, 3


def pictures(seed=0, n=N):
    return np.random.default_rng(seed).normal(size=(n, D)).astype(np.float32)


def crowd(X, people, each, private, noise, kind="ratings", seed=0):
    """Answers of people whose taste is a part that all share (sd 1 over the pictures) and one of their own.

    private, noise : standard deviations, of the own part over people and pictures, and of an impression
    """
    rng = np.random.default_rng(seed)
    Z = (X - X.mean(0)) / X.std(0)
    shared = Z @ np.array([0.8, -0.6, 0.0])
    shared /= shared.std()
    likings = rng.normal(size=(people, D))
    likings /= np.sqrt((likings**2).sum(1).mean())
    answers = []
    for liking in likings:
        taste = shared + private * Z @ liking
        if kind == "ratings":
            rows = rng.permutation(len(X))[:each]
            answers.append(Answers(rows=rows, ratings=5 + rng.normal() + taste[rows] + noise * rng.normal(size=each)))
        else:
            pairs = np.array([rng.choice(len(X), 2, replace=False) for _ in range(each)])
            seen = taste[pairs] + noise * rng.normal(size=pairs.shape)
            won = np.where((seen[:, 0] > seen[:, 1])[:, None], pairs, pairs[:, ::-1])
            answers.append(Answers(choices=won, weights=np.ones(each)))
    return answers, shared


@pytest.mark.parametrize(("private", "noise"), [(0.8, 0.6), (0.5, 0.8)])
def test_the_private_share_and_the_noise_are_recovered_within_ten_percent(private, noise):
    X = pictures()
    answers, _ = crowd(X, people=90, each=100, private=private, noise=noise)
    population = learn_population(X, answers)
    spread = np.mean([a.ratings.std() for a in answers])
    h = population.hyperparameters
    assert h["rating_noise"] * spread == pytest.approx(noise, rel=0.1)
    assert 1 - population.shared_share == pytest.approx(private**2 / (1 + private**2), rel=0.1)
    assert h["rating_scale"] * spread == pytest.approx(private, rel=0.1)


@pytest.mark.parametrize(("private", "noise"), [(0.8, 0.6)])
def test_from_choices_too(private, noise):
    X = pictures()
    answers, _ = crowd(X, people=90, each=100, private=private, noise=noise, kind="choices")
    population = learn_population(X, answers)
    h = population.hyperparameters
    print(h, private / noise / 2**0.5)
    assert h["choice_scale"] == pytest.approx(private / (noise * 2**0.5), rel=0.1)
    assert 1 - population.shared_share == pytest.approx(private**2 / (1 + private**2), rel=0.1)
