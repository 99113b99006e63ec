"""Several encoders on one collection: the prior of one of them, the person's own taste in all."""

import numpy as np
import pytest

from beholder.collection import Library
from beholder.research.bench.methods import RatedTable, method, teach
from beholder.research.datasets import Ratings
from beholder.session import Session
from beholder.table import ATTRIBUTES, Layout, PictureTable
from beholder.taste import Population, TasteMixture, learn_population
from beholder.taste.mixture import _pooled
from beholder.types import Answers, Judgement

N = 240
BOTH = Layout((("sharp", 12), ("plain", 8), (ATTRIBUTES, 4)))
PLAIN = ("plain", ATTRIBUTES)


@pytest.fixture(scope="module")
def world():
    """(table of two encoders, what everybody likes): the sharp one sees it as it is, the plain one with an error."""
    rng = np.random.default_rng(0)
    worth = rng.normal(size=(N, 2))
    sharp = np.hstack([worth @ rng.normal(size=(2, 10)), 0.2 * rng.normal(size=(N, 2))])
    plain = np.hstack([worth + 0.6 * rng.normal(size=(N, 2)), 0.5 * rng.normal(size=(N, 6))])
    X = np.hstack([sharp, plain, rng.normal(size=(N, 4))]).astype(np.float32)
    return PictureTable.of_array(X, BOTH), worth[:, 0]


@pytest.fixture(scope="module")
def taught(world):
    """What raters of half of the pictures taught, who are known as the plain encoder sees them."""
    table, worth = world
    seen, rng = table.only(*PLAIN), np.random.default_rng(1)
    drawn = [rng.permutation(N // 2)[:40] for _ in range(12)]
    others = [Answers(rows=rows, ratings=5 + worth[rows] + 0.5 * rng.normal(size=40)) for rows in drawn]
    return learn_population(seen.X, others, layout=seen.layout)


def follows(score, worth):
    return float(np.corrcoef(score, worth)[0, 1])


def test_a_score_among_other_columns_is_the_same_score(world, taught):
    table, _ = world
    among = taught.generic.among(table.layout.columns(*PLAIN))
    X = table.only(*PLAIN).X
    assert np.array_equal(among.standard(table.X), taught.generic.standard(X))
    assert np.array_equal(among.likeness(table.X), taught.generic.likeness(X))
    assert np.array_equal(among.oddness(table.X), taught.generic.oddness(X))
    assert taught.among(X, table.only(*PLAIN).layout, *PLAIN) is taught


def test_a_sharper_encoder_mends_what_people_like_without_an_answer(world, taught):
    table, worth = world
    told = taught.among(table.X, table.layout, *PLAIN)
    before, after = taught.generic.standard(table.only(*PLAIN).X), told.generic.standard(table.X)
    assert follows(after[N // 2 :], worth[N // 2 :]) > follows(before[N // 2 :], worth[N // 2 :]) + 0.02
    assert after.std() == pytest.approx(before.std(), rel=0.05)
    assert told.knows(table.X) == taught.knows(table.only(*PLAIN).X)


def test_an_encoder_that_tells_nothing_of_it_has_no_part_in_it(world, taught):
    table, _ = world
    X = np.array(table.X)
    X[:, :12] = np.random.default_rng(2).normal(size=(N, 12))
    told = taught.among(X, table.layout, *PLAIN)
    before, after = taught.generic.standard(X[:, 12:]), told.generic.standard(X)
    assert follows(after, before) > 0.99


def test_what_was_told_anew_is_kept_and_read(world, taught, tmp_path):
    table, _ = world
    told = taught.among(table.X, table.layout, *PLAIN)
    told.save(tmp_path / "prior")
    again = Population.load(tmp_path / "prior")
    assert again.generic.standard(table.X) == pytest.approx(told.generic.standard(table.X), abs=1e-5)
    assert np.array_equal(again.generic.oddness(table.X), told.generic.oddness(table.X))


# A person's own taste


@pytest.mark.parametrize("seen_by", [0, 1])
def test_a_taste_that_one_encoder_sees_is_found_beside_another_that_does_not(seen_by):
    rng = np.random.default_rng(0)
    kind = np.repeat(np.arange(8), 30)
    blocks = [rng.normal(size=(len(kind), 10)) for _ in range(2)]
    blocks[seen_by] = 1.5 * rng.normal(size=(8, 10))[kind] + rng.normal(size=(len(kind), 10))
    X = np.hstack(blocks).astype(np.float32)
    shown = rng.permutation(len(X))[:90].reshape(10, 9)
    grids = np.array([(n, row, kind[row] == 3) for n, rows in enumerate(shown) for row in rows], np.int64)
    model = TasteMixture(layout=Layout((("one", 10), ("other", 10)))).fit(X, grids=grids)
    assert all(sum(fit.regime.parts) == pytest.approx(1) for fit in model.fits_)
    unseen = np.setdiff1d(np.argsort(-model.predict(X)), shown, assume_unique=True)[:10]
    assert (kind[unseen] == 3).mean() > 0.8


def test_doubt_and_a_saved_model_are_those_of_all_encoders(world, taught, tmp_path):
    table, _ = world
    prior = taught.among(table.X, table.layout, *PLAIN)
    model = TasteMixture(layout=BOTH, prior=prior).fit(table.X, choices=[(0, 1), (2, 3), (4, 5)])
    score, std = model.predict(table.X, return_std=True)
    beliefs = model.beliefs(table.X, np.arange(20), choices=False)
    assert sum(share * mean for share, mean, _ in beliefs) == pytest.approx(score[:20], abs=1e-4)
    assert std[:20] == pytest.approx(np.sqrt(np.diag(_pooled(beliefs)[1])), rel=1e-4)
    assert model.mean_variance(table.X) == pytest.approx(np.mean(std**2), rel=1e-6)
    model.save(tmp_path / "taste")
    assert TasteMixture.load(tmp_path / "taste").predict(table.X) == pytest.approx(score, abs=1e-4)


# Collections


def test_an_import_by_another_encoder_starts_from_what_people_like(home, painted):
    library = Library(home)
    library.import_source(painted, "art", encoder="attributes")
    art = library.collection("art")
    assert art.row.encoders == ("attributes", "builtin")
    assert [name for name, _ in art.layout.blocks] == ["attributes vectors", "builtin", ATTRIBUTES]
    library.import_source(painted, "same", encoder="builtin")
    same = library.collection("same")
    assert same.row.encoders == ("builtin",), "it needs nothing beside it"
    among = art.population.generic.among(art.layout.columns("builtin", ATTRIBUTES))
    assert np.array_equal(among.oddness(art.X), same.population.generic.oddness(same.X))
    library.close()


def test_an_older_collection_works_as_it_is_and_gains_the_prior_at_the_next_import(home, painted):
    library = Library(home)
    library.import_source(painted, "art", encoder="attributes")
    library.store.set_encoders(library.collection("art").row.id, ["attributes"])  # as it was
    library.store.add_person("Ada")
    old = library.collection("art")
    assert (old.X.shape[1], old.population) == (20, None)
    session = Session(library, "art", "Ada", seed=0)
    session.record([Judgement("choice", (old.items[3].id, old.items[0].id), "an-answer-0001")])
    session.close()
    library.import_source(painted, "art")
    new = library.collection("art")
    assert new.row.encoders == ("attributes", "builtin")
    assert new.population is not None
    again = Session(library, "art", "Ada", seed=0)
    assert len(again.history()) == 1
    assert len(again.reading().ranking) == len(new)
    again.close()
    library.close()


def test_blocks_of_one_name_are_told_apart(home, painted):
    library = Library(home)
    library.import_source(painted, "art", encoder="builtin")
    hashes = [item.sha256 for item in library.collection("art").items]
    twice, _ = library.table(["builtin", "builtin"], hashes)
    assert [name for name, _ in twice.layout.blocks] == ["builtin", "builtin 2", ATTRIBUTES]
    library.close()


# The bench


def test_the_bench_shows_the_app_s_model_both_encoders_and_all_others_the_one_that_is_compared(world):
    pictures, worth = world
    rated = RatedTable(pictures, beside="plain")
    width = {name: method(name).columns(rated).X.shape[1] for name in ("gp", "population-gp", "ridge", "mixture")}
    assert width == {"gp": 16, "population-gp": 16, "ridge": 12, "mixture": 24}
    rng = np.random.default_rng(0)
    rater, item = np.repeat(np.arange(6), 40), np.concatenate([rng.permutation(N)[:40] for _ in range(6)])
    score = 5 + worth[item] + 0.5 * rng.normal(size=240)
    said = Ratings(rater=rater, item=item, score=score, seconds=np.full(240, np.nan))
    taught = teach(rated, said)
    assert taught.prior(method("population-gp")).generic.columns is None
    assert taught.prior(method("mixture")).generic.standard(pictures.X).shape == (N,)
    assert len(taught.prior(method("mixture")).generic.maps) == 3
