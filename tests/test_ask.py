"""Laws that every strategy obeys, and what the cleverer one gains on people whose taste is known."""

import numpy as np
import pytest
from scipy.special import ndtr

from beholder.ask import STRATEGIES, strategy
from beholder.ask.active_pam import weights_of
from beholder.ask.candidates import draw_pairs, places
from beholder.ask.information_gain import information
from beholder.ask.variance import HEDGE
from beholder.errors import UserError
from beholder.taste import FeatureMap, GaussianProcess, Logistic, Ridge
from beholder.taste.posterior import noise_of_choice
from beholder.types import Answers

every_strategy = pytest.mark.parametrize("name", sorted(STRATEGIES))
of_pairs = [name for name in STRATEGIES if STRATEGIES[name].pairs]
every_question = pytest.mark.parametrize(
    ("name", "pairs"), [(name, False) for name in STRATEGIES] + [(name, True) for name in of_pairs]
)


def pictures(n=120, d=10, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def some_answers(X, m=12, seed=1):
    pairs = draw_pairs(np.arange(len(X)), m, np.random.default_rng(seed))
    first = X[pairs[:, 0], 0] > X[pairs[:, 1], 0]
    return Answers(choices=np.where(first[:, None], pairs, pairs[:, ::-1]), weights=np.ones(m))


def some_ratings(X, m=14, seed=1):
    rows = np.random.default_rng(seed).choice(np.arange(40, len(X)), m, replace=False)
    return Answers(rows=rows, ratings=np.clip(np.round(5 + 2 * X[rows, 0]), 1, 10))


def ask(name, X, pool, n, *, pairs, answers=None, model=None, seed=0):
    answers = Answers() if answers is None else answers
    return STRATEGIES[name](model, X, answers, pool, n, np.random.default_rng(seed), pairs=pairs)


def fitted(X, answers):
    return GaussianProcess(hyperparameters={}).fit(X, **answers.as_fit())


MODELS = {
    "none": (None, lambda X: Answers()),
    "gp-choices": (fitted, some_answers),
    "gp-ratings": (fitted, some_ratings),
    "logistic": (lambda X, a: Logistic().fit(X, **a.as_fit()), some_answers),
    "ridge": (lambda X, a: Ridge().fit(X, **a.as_fit()), some_ratings),
}
every_model = pytest.mark.parametrize("model", MODELS)


def situation(X, model):
    make, answering = MODELS[model]
    answers = answering(X)
    return {"answers": answers, "model": make and make(X, answers)}


@every_question
@every_model
def test_questions_are_different_and_from_the_pool(name, pairs, model):
    X = pictures()
    pool = np.arange(10, 40)
    asked = ask(name, X, pool, 8, pairs=pairs, **situation(X, model))
    assert asked.shape == ((8, 2) if pairs else (8,))
    assert np.isin(asked, pool).all()
    assert len({frozenset(np.atleast_1d(q).tolist()) for q in asked}) == 8
    assert not pairs or (asked[:, 0] != asked[:, 1]).all()


@every_question
@every_model
def test_the_order_of_the_pool_changes_nothing(name, pairs, model):
    X = pictures()
    known = situation(X, model)
    pool = np.arange(100)
    mixed = np.random.default_rng(5).permutation(pool)
    asked = ask(name, X, pool, 5, pairs=pairs, **known)
    assert (ask(name, X, mixed, 5, pairs=pairs, **known) == asked).all()


@every_strategy
@every_model
def test_a_rated_picture_is_not_asked_again(name, model):
    X = pictures()
    known = situation(X, model)
    asked = ask(name, X, np.arange(120), 120, pairs=False, **known)
    assert sorted(asked) == sorted(set(range(120)) - set(known["answers"].rows.tolist()))


@pytest.mark.parametrize("name", of_pairs)
def test_candidate_pairs_are_asked_alone(name):
    X = pictures()
    candidates = np.array([[0, 1], [5, 4], [1, 0], [7, 9]])
    asked = ask(name, X, candidates, 9, pairs=True, **situation(X, "gp-choices"))
    assert {frozenset(p) for p in asked.tolist()} == {frozenset(p) for p in candidates.tolist()}
    with pytest.raises(UserError, match=r"\(m, 2\)"):
        ask(name, X, np.array([[1, 2, 3]]), 1, pairs=True)


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - set(of_pairs)))
def test_a_strategy_of_ratings_says_that_it_knows_no_pairs(name):
    with pytest.raises(UserError, match="ratings alone"):
        ask(name, pictures(), np.arange(9), 2, pairs=True)


def test_an_unknown_strategy_is_named_with_those_that_there_are():
    with pytest.raises(UserError, match="active-pam"):
        strategy("activ-pam")


@every_strategy
def test_a_pool_that_is_too_small_is_asked_whole(name):
    X = pictures()
    assert sorted(ask(name, X, np.array([4, 9, 2]), 10, pairs=False)) == [2, 4, 9]


@every_strategy
def test_nothing_is_asked_where_there_is_nothing_to_ask(name):
    X = pictures()
    for pool, n in (([], 3), ([5], 0)):
        assert ask(name, X, np.array(pool, np.int64), n, pairs=False).shape == (0,)
    assert ask(name, X, np.array([5]), 3, pairs=False).tolist() == [5]


@pytest.mark.parametrize("name", of_pairs)
def test_few_pictures_make_few_pairs(name):
    X = pictures()
    for pool, n in (([], 3), ([5], 3), ([5, 6], 0)):
        assert ask(name, X, np.array(pool, np.int64), n, pairs=True).shape == (0, 2)
    three = {frozenset(p) for p in [(2, 4), (2, 9), (4, 9)]}
    assert {frozenset(p) for p in ask(name, X, np.array([4, 9, 2]), 10, pairs=True).tolist()} == three


@every_question
def test_pictures_that_are_all_alike_can_still_be_asked(name, pairs):
    X = np.ones((20, 4), np.float32)
    answers = Answers(choices=np.array([[0, 1]]), weights=np.ones(1))
    rated = Answers(rows=np.arange(12), ratings=np.repeat([3.0, 4.0], 6))
    for known, model in ((answers, None), (answers, fitted(X, answers)), (rated, fitted(X, rated))):
        asked = ask(name, X, np.arange(20), 4, pairs=pairs, answers=known, model=model)
        assert len(asked) == 4


@every_question
def test_rows_outside_the_pictures_are_refused(name, pairs):
    for pool in ([3, 120], [-1, 2], [0.5, 2.0]):
        with pytest.raises(UserError, match="from 0 to 119"):
            ask(name, pictures(), np.array(pool), 2, pairs=pairs)


def test_an_answered_pair_does_not_come_again():
    X = pictures(4)
    answers = Answers(choices=np.array([[0, 1], [2, 3]]), weights=np.ones(2), ties=np.array([[1, 2]]))
    asked = ask("ours", X, np.arange(4), 3, pairs=True, answers=answers, model=fitted(X, answers))
    assert {frozenset(p) for p in asked.tolist()} == {frozenset(p) for p in [(0, 2), (0, 3), (1, 3)]}


def test_random_pairs_are_even():
    rng = np.random.default_rng(0)
    drawn = np.concatenate([draw_pairs(np.arange(5), 2, rng) for _ in range(4000)])
    counts = np.bincount(drawn[:, 0] * 5 + drawn[:, 1], minlength=25).reshape(5, 5)[~np.eye(5, dtype=bool)]
    assert counts.min() > 0.85 * 400
    assert counts.max() < 1.15 * 400


def test_information_is_the_integral_that_it_approximates():
    mean, std = np.array([0.0, 0.5, 2.0, -3.0]), np.array([0.3, 1.0, 2.0, 0.5])
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    chance = np.clip(ndtr(mean[:, None] + std[:, None] * nodes), 1e-12, 1 - 1e-12)
    weights = weights / weights.sum()

    def entropy(p):
        return -(p * np.log2(p) + (1 - p) * np.log2(1 - p))

    exact = entropy(chance @ weights) - entropy(chance) @ weights
    assert information(mean, std**2) == pytest.approx(exact, abs=0.01)


def test_the_first_pictures_cover_the_pool():
    centres = 8 * np.eye(6, dtype=np.float32)
    X = np.repeat(centres, 20, axis=0) + 0.1 * pictures(120, 6)
    asked = ask("ours", X, np.arange(120), 6, pairs=False)
    assert len(set(asked // 20)) >= 5


def test_an_outlier_is_not_asked_first():
    X = pictures(200)
    X[7] *= 8
    first = [ask("ours", X, np.arange(200), 3, pairs=False, seed=s) for s in range(5)]
    assert 7 not in [asked[0] for asked in first]


def test_a_batch_does_not_ask_the_same_twice_over():
    X = pictures(60)
    X = np.vstack([X, X + 1e-3])  # every picture has a twin
    answers = some_answers(X)
    asked = ask("ours", X, np.arange(120), 10, pairs=True, answers=answers, model=fitted(X, answers))
    assert len({frozenset(p) for p in (asked % 60).tolist()}) == 10


def accuracy(name, seed, budget, *, pairs):
    """Share of pairs of pictures ordered rightly after `budget` answers to this strategy's questions."""
    rng = np.random.default_rng(seed)
    X = pictures(250, 8, seed) * np.linspace(1.5, 0.7, 8, dtype=np.float32)
    liking = X @ rng.normal(size=8)
    liking *= 2 / liking.std()
    features, answers, model, pool = FeatureMap.fit(X), Answers(), None, np.arange(150)
    for _ in range(budget):
        asked = STRATEGIES[name](model, X, answers, pool, 1, rng, pairs=pairs)[0]
        if pairs:
            won = liking[asked[0]] - liking[asked[1]] + rng.normal() > 0
            choices = np.vstack([answers.choices, asked if won else asked[::-1]])
            answers = Answers(choices=choices, weights=np.ones(len(choices)))
        else:
            ratings = np.append(answers.ratings, np.clip(np.round(5 + liking[asked] + 0.7 * rng.normal()), 1, 10))
            answers = Answers(rows=np.append(answers.rows, asked), ratings=ratings)
            pool = pool[pool != asked]
        model = GaussianProcess(features=features, hyperparameters={}).fit(X, **answers.as_fit())
    score, truth = model.predict(X[150:]), liking[150:]
    return np.mean((np.subtract.outer(score, score) > 0) == (np.subtract.outer(truth, truth) > 0))


@pytest.mark.parametrize("pairs", [False, True], ids=["pictures", "pairs"])
def test_our_questions_teach_more_than_random_ones(pairs):
    budget = 25 if pairs else 8
    gains = [
        accuracy("ours", seed, budget, pairs=pairs) - accuracy("random", seed, budget, pairs=pairs) for seed in range(8)
    ]
    assert np.mean(gains) > 0.015


def test_what_is_foretold_badly_weighs_less():
    weights = weights_of(np.array([3.0, 5.0, 7.0]), np.array([3.0, 6.0, 10.0]))
    assert weights == pytest.approx([1, 3 / 4, 1 / 4])
    assert (weights_of(np.ones(3), np.ones(3)) == 1).all()


def test_active_pam_asks_for_what_its_formula_says():
    X = pictures()
    known = situation(X, "ridge")
    model, answers = known["model"], known["answers"]
    v = places(model, X, np.arange(120))
    missed = np.abs(model.predict(X[answers.rows]) - answers.ratings)
    far = np.linalg.norm(v[:, None] - v[answers.rows], axis=2) @ (1 - missed / missed.sum())
    far[answers.rows] = -1
    assert ask("active-pam", X, np.arange(120), 1, pairs=False, **known).tolist() == [np.argmax(far)]


def test_greedy_asks_for_the_furthest():
    X = pictures()
    known = situation(X, "ridge")
    v, rows = places(None, X, np.arange(120)), known["answers"].rows
    far = np.linalg.norm(v[:, None] - v[rows], axis=2).min(1)
    assert ask("greedy", X, np.arange(120), 1, pairs=False, **known).tolist() == [np.argmax(far)]


def test_variance_falls_most_for_others_by_what_is_asked():
    X = pictures(40)
    model = GaussianProcess(hyperparameters={}).fit_prior(X)
    best = ask("variance", X, np.arange(40), 1, pairs=False, model=model, answers=Answers())
    assert left_for_others(model, X, best[0]) == pytest.approx(min(left_for_others(model, X, q) for q in range(40)))


def left_for_others(model, X, q):
    """Mean variance of the ranking of all others after a rating of q, by dense conditioning."""
    h = model.hyperparameters_
    root = model.own_root(X, np.arange(len(X)))
    level, noise = (1 / (HEDGE * h["rating_scale"])) ** 2, (h["rating_noise"] / (HEDGE * h["rating_scale"])) ** 2
    K = root @ root.T + level
    K = K - np.outer(K[q], K[q]) / (K[q, q] + noise)
    others = np.delete(np.arange(len(X)), q)
    centring = np.eye(len(others)) - 1 / len(others)
    before = root @ root.T
    return np.trace(centring @ (K - before - level)[np.ix_(others, others)]) / len(others)


def test_variance_falls_most_for_others_by_the_pair_that_is_asked():
    X = pictures(14)
    model = GaussianProcess(hyperparameters={}).fit_prior(X)
    pairs = np.array([(a, b) for a in range(14) for b in range(a)])
    best = ask("variance", X, pairs, 1, pairs=True, model=model, answers=Answers())[0]
    left = [left_after_pair(model, X, pair) for pair in pairs]
    assert left_after_pair(model, X, best) == pytest.approx(min(left))


def left_after_pair(model, X, pair):
    """How the mean variance of the ranking of all others changes by a choice between two, by dense conditioning."""
    root = model.own_root(X, np.arange(len(X)))
    between = root[pair[0]] - root[pair[1]]
    doubt = (model.difference_root(X, pair[None])[1] ** 2).sum()
    noise = float(noise_of_choice(np.zeros(()), doubt)) / (HEDGE * model.hyperparameters_["choice_scale"]) ** 2
    others = np.delete(root, pair, axis=0)
    told = others @ between
    return -np.var(told) / (between @ between + noise)


def test_a_committee_of_one_mind_is_asked_all_the_same():
    X = pictures()
    answers = Answers(rows=np.arange(3), ratings=np.full(3, 5.0))
    assert len(ask("qbc", X, np.arange(120), 5, pairs=False, answers=answers, model=fitted(X, answers))) == 5
