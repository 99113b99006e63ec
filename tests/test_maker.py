"""One maker: any model by its name, for a table, with what is known; and a scorer of pictures outside collections."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import beholder as bh
from beholder.collection import Library
from beholder.errors import UnknownName, UserError
from beholder.maker import Scorer, default_model, prepare
from beholder.session import Session
from beholder.table import Layout, PictureTable
from beholder.taste import MODELS, Population, TasteMixture, learn_population
from beholder.taste.capabilities import Conditionable, HasPrior, Knowledge, KnowsDoubt
from beholder.types import Answers, Judgement

LAYOUT = Layout.of(12, 4)


@pytest.fixture(scope="module")
def table():
    return PictureTable.of_array(np.random.default_rng(0).normal(size=(60, 12)).astype(np.float32), LAYOUT)


@pytest.fixture(scope="module")
def population(table):
    rng = np.random.default_rng(1)
    others = [Answers(rows=r, ratings=5 + table.X[r, 0] + rng.normal(size=30)) for r in rng.integers(60, size=(5, 30))]
    return learn_population(table.X, others, layout=LAYOUT)


def test_every_model_of_the_app_is_made_ready_to_fit(table, population):
    known = Knowledge(population=population, scale=(1.0, 10.0))
    made = {name: prepare(name, table, known) for name in set(MODELS) - {"fpmf"} if not MODELS[name].of_networks}
    for name, model in made.items():
        told = {"y": [3.0, 8.0], "rows": [0, 1]} if "ratings" in model.learns_from else {"choices": [(0, 1)]}
        assert np.isfinite(model.fit(table.X, **told).predict(table.X)).all(), name
    assert made["gp"].layout is table.layout
    assert made["mixture"].prior is made["population-gp"].prior is population
    assert made["pam"].prior.generic.level == population.on_scale((1.0, 10.0)).level


def test_what_cannot_be_had_is_a_sentence(table, population):
    with pytest.raises(UnknownName, match="did you mean 'logistic'"):
        prepare("logistics", table)
    with pytest.raises(UserError, match="nothing is known of what people like"):
        prepare("population-gp", table)
    with pytest.raises(UserError, match="made of networks that see the pictures"):
        prepare("uniform-mix", table)
    with pytest.raises(UserError, match="for `beholder bench` alone"):
        prepare("fpmf", table, Knowledge(population=population))
    unlike = prepare("mixture", table, Knowledge(population=population, fits=False))
    assert unlike.prior is None, "what is known of other pictures is not taken for these"


def test_a_prior_that_was_learned_comes_before_what_is_known(table, population):
    assert isinstance(prepare("mixture", table, Knowledge(prior=population, fits=False)).prior, Population)


def test_capabilities_are_what_a_model_has():
    can = {name: {c.__name__ for c in (HasPrior, KnowsDoubt, Conditionable) if issubclass(MODELS[name], c)}
           for name in ("mixture", "gp", "pam", "ridge")}  # fmt: skip
    assert can == {
        "mixture": {"HasPrior", "KnowsDoubt", "Conditionable"},
        "gp": {"KnowsDoubt", "Conditionable"},
        "pam": {"HasPrior"},
        "ridge": set(),
    }


def test_taste_is_what_the_app_uses(home, painted):
    library = Library(home)
    library.import_source(painted, "art")
    library.store.add_person("Ada")
    session, art = Session(library, "art", "Ada", seed=0), library.collection("art")
    ids = art.ids
    session.record([Judgement("choice", (int(ids[3]), int(ids[0])), "an-answer-0001")])
    session.settle()
    taste = bh.Taste(art).fit(art.X, choices=[(3, 0)])
    assert type(taste) is type(session.reading().model) is MODELS[default_model(art.knowledge)]
    np.testing.assert_array_equal(taste.predict(art.X), session.reading().model.predict(art.X))
    session.close()
    library.close()


def test_grids_are_refused_by_a_model_that_knows_none(table):
    with pytest.raises(UserError, match="knows no grids"):
        prepare("gp", table).fit(table.X, grids=[(0, 1, 1), (0, 2, 0)])


# A scorer


@pytest.fixture
def scored(home, painted):
    library = Library(home)
    library.import_source(painted, "art")
    art = library.collection("art")
    taste = bh.Taste(art).fit(art.X, choices=[(3, 0), (4, 1), (5, 2)])
    yield art, Scorer(taste, [library.runtime(art.row.encoder)], library.runtime("attributes"))
    library.close()


def test_a_picture_scores_the_same_in_a_collection_and_outside(scored):
    art, scorer = scored
    score, doubt, X = scorer([Image.open(item.locator.path) for item in art.items[:4]])
    assert X.shape == (4, art.X.shape[1])
    assert pytest.approx(art.X[:4], abs=2e-2) == X
    expected = scorer.model.predict(art.X)[:4]
    assert score == pytest.approx(expected, abs=0.05 * (1 + np.abs(expected).max()))
    assert (doubt > 0).all()


def test_the_slope_of_a_linear_taste_is_its_coefficients(table):
    model = prepare("ridge", table).fit(table.X, table.X[:, 2] * 2.0 + 5)
    slope = Scorer(model, [], None).slope(table.X[:3])
    assert slope == pytest.approx(np.tile(model.coef_, (3, 1)), abs=1e-5)


def test_a_step_up_the_slope_scores_higher(table):
    model = TasteMixture(layout=LAYOUT).fit(table.X, choices=[(0, 1), (2, 3), (4, 5)])
    X = np.asarray(table.X[10:14], np.float64)
    slope = Scorer(model, [], None).slope(X)
    assert (model.predict(X + 0.05 * slope / np.linalg.norm(slope, axis=1)[:, None]) > model.predict(X)).all()


@pytest.mark.parametrize(
    ("given", "said"), [("gp", r"make_model\('gp'\)"), ("paintings", "bh.open"), (Path("x"), "bh.open"), (7, "bh.open")]
)
def test_a_taste_of_anything_but_opened_pictures_is_answered_with_a_sentence(given, said):
    with pytest.raises(UserError, match=said):
        bh.Taste(given)
