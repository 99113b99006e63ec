"""One contract over every taste model, and scikit-learn's own checks on those that learn from ratings."""

import contextlib
import json
import pickle
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from beholder.errors import BadInput, NotEnoughAnswers, ShapeError, UnknownName, UserError
from beholder.features.task_vectors import Columns
from beholder.research.bench.tvc import Tvc
from beholder.table import Layout
from beholder.taste import (
    ExpertNetworks,
    GaussianProcess,
    Ridge,
    Svm,
    TasteMixture,
    load_model,
    make_model,
    model_class,
    model_names,
)
from beholder.taste.generic import fit_generic
from beholder.types import Answers

FEW_FEATURES = {"check_regressors_train": "ten kinds of rows cannot tell a linear function of ten numbers"}


# those with a prior are not checked: a prior holds for rows of one width, and scikit-learn tries many
@parametrize_with_checks(
    [GaussianProcess(), Ridge(), Svm()],
    expected_failed_checks=lambda model: FEW_FEATURES if isinstance(model, Svm) else {},
)
def test_rating_models_pass_scikit_learns_checks(estimator, check):
    check(estimator)


MODELS = {name: model_class(name) for name in model_names()}
WITH_PRIOR = tuple(name for name, model in MODELS.items() if hasattr(model, "learn_prior"))
OF_DATABASES = ("tvc-tangent", "uniform-mix", "zero-shot-best")
RATINGS_ALONE = tuple(name for name, model in MODELS.items() if "choices" not in model.learns_from)
OWN_RATINGS = ("gp", "ridge", "svm")  # learn the person's scale from their ratings, and from nothing else
OWN_CHOICES = ("gp", "bradley-terry", "logistic")


@pytest.fixture
def world():
    """60 pictures of 12 numbers, a person who loves the last of them, and 40 noisy choices.

    To a model of databases the first ten are what three networks of two blocks say; one of them, and all together, love
    what the person loves.
    """
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 12)).astype(np.float32)
    X[:, 3] = X[:, 0] = X[:, -1]
    pairs = np.array([rng.choice(60, 2, replace=False) for _ in range(40)])
    gap = X[pairs[:, 0], -1] - X[pairs[:, 1], -1] + rng.normal(scale=0.3, size=40)
    choices = np.where(gap[:, None] > 0, pairs, pairs[:, ::-1])
    ties = np.array([rng.choice(60, 2, replace=False) for _ in range(6)])
    return X, choices, ties


def fresh(name, X, attributes=0):
    """An unfitted model; one that needs a prior has learned it from five others, who also love the last number."""
    X = np.asarray(X)
    layout = Layout.of(X.shape[1], attributes)
    if name not in WITH_PRIOR:
        return make_model(name, layout=layout) if name == "svm" else make_model(name)
    rng = np.random.default_rng(0)
    rows = [rng.permutation(len(X))[:30] for _ in range(5)]
    others = [Answers(rows=r, ratings=5 + 2 * X[r, -1] + rng.normal(size=len(r))) for r in rows]
    if name in OF_DATABASES:
        three = ExpertNetworks(Columns(("a", "b", "c"), ("first", "last")))
        return make_model(name, prior=MODELS[name].learn_prior(X, others, networks=three))
    generic = fit_generic(X, others, layout)
    return make_model(name, prior=MODELS[name].learn_prior(X, others, generic=generic, layout=layout))


def held(name, X):
    """A model whose hyperparameters do not move, so that laws hold to rounding."""
    return make_model(name, hyperparameters={}) if name == "gp" else fresh(name, X, attributes=2)


def fitted(name, world, **changes):
    X, choices, ties = world
    if name in RATINGS_ALONE:
        return held(name, X).fit(X, X[:, -1] * 2.0 + 5)
    return held(name, X).fit(X, **({"choices": choices, "ties": ties} | changes))


every_model = pytest.mark.parametrize("name", sorted(set(MODELS) - {Tvc.name}))  # see test_task_vectors.py
of_any_width = pytest.mark.parametrize("name", sorted(set(MODELS) - {Tvc.name, *OF_DATABASES}))
fit_prior = pytest.mark.parametrize("name", sorted(set(WITH_PRIOR) - {Tvc.name, "zero-shot-best"}))
choice_models = pytest.mark.parametrize("name", OWN_CHOICES)


@every_model
def test_the_planted_liking_is_found(name, world):
    X = world[0]
    score = fitted(name, world).predict(X)
    assert score.shape == (60,)
    assert np.corrcoef(score, X[:, -1])[0, 1] > 0.6


@choice_models
def test_turning_every_choice_round_turns_the_scores_round(name, world):
    X, choices, _ = world
    score = fitted(name, world).predict(X)
    turned = fitted(name, world, choices=choices[:, ::-1]).predict(X)
    assert np.diff(turned) == pytest.approx(-np.diff(score), abs=1e-4)


@choice_models
def test_the_sides_of_a_tie_do_not_matter(name, world):
    X, _, ties = world
    turned = fitted(name, world, ties=ties[:, ::-1]).predict(X)
    assert turned == pytest.approx(fitted(name, world).predict(X), abs=1e-4)


@choice_models
def test_reordering_the_pictures_changes_no_score(name, world):
    X, choices, ties = world
    order = np.random.default_rng(0).permutation(len(X))
    place = np.argsort(order)
    score = held(name, X).fit(X[order], choices=place[choices], ties=place[ties]).predict(X)
    assert score == pytest.approx(fitted(name, world).predict(X), abs=1e-3)


@choice_models
def test_reordering_the_answers_changes_no_score(name, world):
    X, choices, ties = world
    turned = fitted(name, world, choices=choices[::-1], ties=ties[::-1]).predict(X)
    assert turned == pytest.approx(fitted(name, world).predict(X), abs=1e-4)


@choice_models
def test_a_choice_made_twice_is_one_of_weight_two(name, world):
    X, choices, _ = world
    twice = fitted(name, world, choices=np.vstack([choices, choices[:5]])).predict(X)
    weights = np.r_[np.full(5, 2.0), np.ones(35)]
    assert fitted(name, world, weights=weights).predict(X) == pytest.approx(twice, abs=1e-4)


@choice_models
def test_a_choice_of_weight_zero_was_never_made(name, world):
    X, choices, _ = world
    weights = np.r_[np.zeros(5), np.ones(35)]
    without = fitted(name, world, choices=choices[5:]).predict(X)
    assert fitted(name, world, weights=weights).predict(X) == pytest.approx(without, abs=1e-4)


@choice_models
def test_contradicting_answers_cancel(name, world):
    X, choices, _ = world
    score = held(name, X).fit(X, choices=np.vstack([choices, choices[:, ::-1]])).predict(X)
    assert np.ptp(score) < 1e-3


@every_model
def test_a_saved_model_scores_the_same_when_loaded(name, world, tmp_path):
    X = world[0]
    model = fitted(name, world)
    model.save(tmp_path / "taste")
    assert {p.name for p in (tmp_path / "taste").iterdir()} == {"config.json", "model.safetensors"}
    loaded = load_model(tmp_path / "taste")
    assert type(loaded) is type(model)
    assert loaded.predict(X) == pytest.approx(model.predict(X), abs=1e-5)
    assert type(model).load(tmp_path / "taste").predict(X[:3]) == pytest.approx(model.predict(X[:3]), abs=1e-5)


@every_model
def test_a_damaged_save_is_a_sentence(name, world, tmp_path):
    model = fitted(name, world)
    with pytest.raises(BadInput, match=r"config\.json is missing"):
        load_model(tmp_path)
    model.save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    others = ["oracle", "a\0b", ["gp"], {}, None]
    for text in ("{", "[]", json.dumps(config | {"format": 99}), *(json.dumps(config | {"model": o}) for o in others)):
        (tmp_path / "config.json").write_text(text)
        with pytest.raises(BadInput) as told:
            load_model(tmp_path)
        assert str(told.value).isprintable()
    for field in config.keys() - {"format", "model"}:
        for value in ("\x1b", {}, []):
            (tmp_path / "config.json").write_text(json.dumps(config | {field: value}))
            with contextlib.suppress(BadInput):
                load_model(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(b"not a model")
    with pytest.raises(BadInput, match="damaged"):
        type(model).load(tmp_path)


@every_model
def test_an_unfitted_model_says_so(name, world, tmp_path):
    with pytest.raises(NotFittedError):
        make_model(name).predict(world[0])
    with pytest.raises(NotFittedError):
        make_model(name).save(tmp_path)


@every_model
def test_a_clone_is_unfitted_and_equal_in_parameters(name, world):
    model = fitted(name, world)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(world[0])


NOTHING = ({}, {"choices": [], "ties": []}, {"choices": [(0, 1)], "weights": [0.0]})


@pytest.mark.parametrize("name", sorted(set(MODELS) - set(WITH_PRIOR)))
def test_no_answers_at_all_are_not_enough(name, world):
    for nothing in NOTHING:
        with pytest.raises(NotEnoughAnswers, match="nothing to learn"):
            make_model(name).fit(world[0], **nothing)


@fit_prior
def test_before_any_answer_the_prior_speaks(name, world):
    X = world[0]
    for nothing in NOTHING:
        score = fresh(name, X, attributes=2).fit(X, **nothing).predict(X)
        assert np.corrcoef(score, X[:, -1])[0, 1] > 0.6


@pytest.mark.parametrize("name", sorted(set(WITH_PRIOR) - {TasteMixture.name}))  # which can do without
def test_a_missing_prior_is_a_sentence(name, world):
    with pytest.raises(UserError, match=rf"the {name} model needs .*learn_prior\(X, others, generic=...\)"):
        make_model(name).fit(world[0], np.ones(60))


@fit_prior
def test_a_prior_can_be_pickled_and_is_shared_by_clones(name, world):
    X, (rows, y) = world[0], (np.arange(5), np.arange(5.0))
    model = fresh(name, X)
    assert clone(model).prior is model.prior
    sent = make_model(name, prior=pickle.loads(pickle.dumps(model.prior)))
    assert sent.fit(X, y, rows=rows).predict(X) == pytest.approx(model.fit(X, y, rows=rows).predict(X), rel=1e-6)


@fit_prior
def test_a_prior_of_other_rows_is_refused(name, world):
    X = world[0]
    with pytest.raises(UserError):
        fresh(name, X).fit(X[:, :7], [5.0, 6.0], rows=[0, 1]).predict(X[:, :7])


WRONG = {
    "choices must be": ({"choices": [1, 2, 3]}, ShapeError),
    "itself": ({"choices": [(0, 1), (4, 4)]}, UserError),
    "rows 0 to 59": ({"choices": [(0, 60)]}, UserError),
    "row -1": ({"ties": [(0, -1)]}, UserError),
    "whole numbers": ({"choices": [(0.5, 1.0)]}, UserError),
    "weights must be one": ({"choices": [(0, 1)], "weights": [1.0, 2.0]}, ShapeError),
    "not negative": ({"choices": [(0, 1)], "weights": [-1.0]}, UserError),
    "one rating for each of the 60": ({"y": [1.0, 2.0]}, ShapeError),
    "got 1 rows, 2 ratings": ({"y": [1.0, 2.0], "rows": [3]}, ShapeError),
    "y holds NaN": ({"y": [1.0, np.nan], "rows": [3, 4]}, UserError),
    "rows were given without y": ({"rows": [3], "choices": [(0, 1)]}, UserError),
    "numbered from 0, got -1": ({"grids": [(-1, 3, 1), (-1, 4, 0)]}, UserError),
    "numbers, one a rating": ({"y": ["good", "bad"], "rows": [3, 4]}, ShapeError),
}


@every_model
@pytest.mark.parametrize("sentence", WRONG)
def test_wrong_answers_get_a_sentence(name, sentence, world):
    answers, error = WRONG[sentence]
    with pytest.raises(error, match=sentence):
        fresh(name, world[0]).fit(world[0], **answers)


def test_all_faults_of_a_call_come_together(world):
    with pytest.raises(UserError) as caught:
        GaussianProcess().fit(world[0], [np.nan], rows=[99], choices=[(1, 1)], weights=[-2])
    assert all(word in str(caught.value) for word in ("NaN", "99", "negative"))


@every_model
def test_rows_of_another_width_are_refused(name, world):
    with pytest.raises(ShapeError, match="expecting 12 features"):
        fitted(name, world).predict(world[0][:, :5])
    with pytest.raises(UserError, match="NaN"):
        fitted(name, world).predict(np.full((2, 12), np.nan, np.float32))


@every_model
def test_one_answer_is_enough(name, world):
    X = world[0]
    model = fresh(name, X)
    model.fit(X, [7.0], rows=[3]) if name in RATINGS_ALONE else model.fit(X, choices=[(3, 17)])
    score = model.predict(X)
    assert np.isfinite(score).all()
    assert name not in OWN_CHOICES or score[3] > score[17]


@of_any_width
@pytest.mark.parametrize("shape", [(2, 1), (2, 50), (40, 1)])
def test_any_number_of_pictures_and_columns_will_do(name, shape):
    X = np.random.default_rng(0).normal(size=shape)
    model = fresh(name, X)
    model.fit(X, [1.0, 2.0], rows=[0, 1]) if name in RATINGS_ALONE else model.fit(X, choices=[(1, 0)])
    assert np.isfinite(model.predict(X)).all()
    assert name in WITH_PRIOR or model.predict(X)[1] > model.predict(X)[0]


@of_any_width
def test_pictures_that_are_all_alike_score_alike(name):
    X = np.ones((8, 4), np.float32)
    model = fresh(name, X)
    model.fit(X, [1.0, 9.0], rows=[0, 1]) if name in RATINGS_ALONE else model.fit(X, choices=[(0, 1), (2, 3)])
    assert np.ptp(model.predict(X)) < 1e-6


@every_model
def test_a_single_picture_is_refused_or_scored(name):
    X = np.ones((1, 4))
    if name in OWN_RATINGS:
        assert make_model(name).fit(X, [6.0]).predict(X) == pytest.approx([6.0])
    with pytest.raises(UserError):
        fresh(name, X).fit(X, choices=[(0, 1)])


@pytest.mark.parametrize("name", OWN_RATINGS)
def test_equal_ratings_are_predicted_everywhere(name, world):
    score = make_model(name).fit(world[0], np.full(10, 4.0), rows=np.arange(10)).predict(world[0])
    assert score == pytest.approx(np.full(60, 4.0), abs=1e-6)


@pytest.mark.parametrize("name", OWN_RATINGS)
def test_scores_move_with_the_persons_scale(name, world):
    X = world[0]
    y = X[:20, 0] * 1.5 + 5
    model = make_model(name)
    low, high = (model.fit(X, scale * y + shift, rows=np.arange(20)).predict(X) for scale, shift in ((1, 0), (10, 3)))
    assert high == pytest.approx(10 * low + 3, abs=0.02)


def test_models_name_the_answers_they_cannot_use(world):
    X, choices, _ = world
    for name in ("bradley-terry", "logistic"):
        with pytest.raises(UserError, match="choices alone"):
            make_model(name).fit(X, np.ones(60))
    for name in RATINGS_ALONE:
        with pytest.raises(UserError, match=f"the {name} model learns from ratings alone, but choices or ties"):
            fresh(name, X).fit(X, choices=choices)


def test_an_unknown_model_is_met_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'logistic'"):
        make_model("logistics")


REPEATED = {
    "one pair": {"choices": [(0, 1)] * 500},
    "a pair and its opposite": {"choices": [(0, 1), (1, 0)] * 250},
    "one tie": {"ties": [(0, 1)] * 500},
    "one rating": {"y": [7.0] * 500, "rows": [3] * 500},
    "two ratings of one picture": {"y": [2.0, 9.0] * 250, "rows": [3] * 500},
    "one grid": {"grids": [(0, row, int(row < 2)) for row in range(9)] * 50},
}


def work_of(model, X, told):
    """How many calls a fit takes: it grows with iterations, and is the same on every machine."""
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        model.fit(X, **told)
    finally:
        sys.setprofile(None)
    return count


@every_model
@pytest.mark.parametrize("what", REPEATED)
def test_an_answer_said_500_times_takes_no_more_work_than_500_answers(name, what, world):
    X, rng, told = world[0], np.random.default_rng(1), REPEATED[what]
    needed = {"y": "ratings", "ties": "choices"}.get(next(iter(told)), next(iter(told)))
    if needed not in MODELS[name].learns_from:
        pytest.skip(f"{name} does not learn from {needed}")
    pairs = np.array([rng.choice(60, 2, replace=False) for _ in range(500)])
    different = {
        "choices": {"choices": pairs},
        "ties": {"ties": pairs},
        "y": {"y": rng.integers(1, 11, 500).astype(float), "rows": rng.integers(0, 60, 500)},
        "grids": {"grids": [(n // 9, row, int(n % 9 < 2)) for n, row in enumerate(rng.integers(0, 60, 450))]},
    }[next(iter(told))]
    fresh(name, X).fit(X, **different)  # what is loaded once is not counted
    most = max(2 * work_of(fresh(name, X), X, different), 40_000)  # some models do more for a taste that is clear
    assert work_of(fresh(name, X), X, told) < most


def test_equal_answers_are_kept_once(world):
    model = GaussianProcess().fit(world[0], **REPEATED["a pair and its opposite"])
    assert model.evidence_.weights.tolist() == [250, 250]
    mixture = TasteMixture().fit(world[0], **REPEATED["one grid"])
    assert mixture.told_.weights.tolist() == [50] * 9
    score = make_model("gp").fit(world[0], **REPEATED["one pair"]).predict(world[0])
    assert score[0] > score[1]
