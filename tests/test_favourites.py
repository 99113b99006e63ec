"""Questions that look for what a person loves walk through kinds, then go where it is likely."""

from dataclasses import replace

import numpy as np
import pytest

from beholder.ask import favourites
from beholder.ask.kinds import kinds_of
from beholder.ask.ours import OURS
from beholder.table import Layout
from beholder.taste import PictureNames, TasteMixture
from beholder.types import Answers

KINDS, EACH = 12, 40
LAYOUT = Layout.of(30, 10)


@pytest.fixture(scope="module")
def kinds():
    """(X, kind of each row): twelve groups far apart, in a random order of rows."""
    rng = np.random.default_rng(0)
    kind = rng.permutation(np.repeat(np.arange(KINDS), EACH))
    X = 3 * rng.normal(size=(KINDS, 20))[kind] + rng.normal(size=(len(kind), 20))
    return np.hstack([X, rng.normal(size=(len(kind), 10))]).astype(np.float32), kind


def liking(kinds, liked, grids=4):
    """A model and the answers of somebody who likes one kind and was shown so many random grids and one of theirs."""
    X, kind = kinds
    shown = np.random.default_rng(1).permutation(len(X))[: 9 * grids].reshape(grids, 9)
    shown[0, :3] = np.flatnonzero(kind == liked)[:3]
    told = Answers(grids=np.array([(n, row, kind[row] == liked) for n, rows in enumerate(shown) for row in rows]))
    return TasteMixture(layout=LAYOUT).fit(X, **told.as_fit(grids=True)), told


def test_until_something_is_liked_every_picture_is_of_another_kind_not_shown_yet(kinds):
    X, _ = kinds
    model = TasteMixture(layout=LAYOUT).fit_prior(X)
    shown = favourites.grid(model, X, Answers(), np.arange(len(X)), 9, np.random.default_rng(0))
    met = kinds_of(model, X, shown)
    assert len(np.unique(met)) == 9
    none = Answers(grids=np.array([(0, row, 0) for row in shown]))
    after = TasteMixture(layout=LAYOUT).fit(X, **none.as_fit(grids=True))
    more = favourites.grid(after, X, none, np.setdiff1d(np.arange(len(X)), shown), 9, np.random.default_rng(1))
    assert not set(kinds_of(model, X, more)) & set(met)


def test_after_pairs_a_grid_goes_where_these_point_and_walks_through_kinds_too(kinds):
    X, kind = kinds
    loved, others = np.flatnonzero(kind == 2)[:16], np.flatnonzero(kind != 2)[:16]
    answers = Answers(choices=np.column_stack([loved, others]), weights=np.ones(16))
    model = TasteMixture(layout=LAYOUT).fit(X, **answers.as_fit(grids=True))
    pool, rng = np.setdiff1d(np.arange(len(X)), answers.judged), np.random.default_rng(0)
    grids = [favourites.grid(model, X, answers, pool, 9, rng) for _ in range(5)]
    assert np.mean([(kind[rows] == 2).sum() for rows in grids]) >= 2
    assert min(len(np.unique(kinds_of(model, X, rows))) for rows in grids) >= 4
    few = replace(answers, choices=answers.choices[:2], weights=answers.weights[:2])
    assert len(np.unique(kinds_of(model, X, favourites.grid(model, X, few, pool, 9, rng)))) == 9


def test_once_every_kind_was_shown_those_shown_least_come_again(kinds):
    X, _ = kinds
    model = TasteMixture(layout=LAYOUT).fit_prior(X)
    kind = kinds_of(model, X, np.arange(len(X)))
    rare = np.unique(kind)[:2]
    shown = np.concatenate([np.flatnonzero(kind == one)[: 1 if one in rare else 2] for one in np.unique(kind)])
    none = Answers(grids=np.array([(0, row, 0) for row in shown]))
    more = favourites.grid(model, X, none, np.setdiff1d(np.arange(len(X)), shown), 9, np.random.default_rng(1))
    assert set(rare) <= set(kind[more])
    assert len(np.unique(kind[more])) == 9


def test_rows_for_pairs_hold_the_likeliest_wherever_they_stand(kinds):
    X, kind = kinds
    model, _ = liking(kinds, 5)
    rows = favourites.likely_rows(model, X, np.arange(len(X)), 60, np.random.default_rng(0))
    assert len(np.unique(rows)) == 60
    assert (kind[rows] == 5).sum() > 15  # of forty; at random five


def test_a_grid_for_somebody_who_likes_a_kind_shows_it_and_the_border(kinds):
    X, kind = kinds
    model, told = liking(kinds, 5)
    pool = np.setdiff1d(np.arange(len(X)), told.judged)
    shown = [OURS.grid(model, X, told, pool, 9, np.random.default_rng(n)) for n in range(5)]
    assert all(len(np.unique(one)) == 9 and np.isin(one, pool).all() for one in shown)
    assert all((kind[one] == 5).any() for one in shown)
    assert not all((kind[one] == 5).all() for one in shown)


def test_once_plenty_is_liked_the_likeliest_are_kept_for_the_results(kinds):
    X, kind = kinds
    mine, others = np.flatnonzero(kind == 5), np.flatnonzero(kind != 5)
    shown = np.concatenate([mine[:20], others[:70]])
    told = Answers(grids=np.array([(n // 9, row, kind[row] == 5) for n, row in enumerate(shown)]))
    model = TasteMixture(layout=LAYOUT).fit(X, **told.as_fit(grids=True))
    pool = np.setdiff1d(np.arange(len(X)), shown)
    asked = [favourites.grid(model, X, told, pool, 9, np.random.default_rng(n)) for n in range(5)]
    assert all(len(np.unique(one)) == 9 and np.isin(one, pool).all() for one in asked)
    assert np.mean(np.isin(mine[20:], np.concatenate(asked))) < 0.2
    few = favourites.grid(model, X, told, pool[:12], 9, np.random.default_rng(0))
    assert len(np.unique(few)) == 9
    assert np.isin(few, pool[:12]).all()


def test_who_likes_what_names_alone_tell_is_asked_for_favourites_too(kinds, monkeypatch):
    X, kind = kinds
    artist = np.random.default_rng(3).permutation(kind)  # which no picture shows
    _, told = liking((X, artist), 5, grids=24)
    model = TasteMixture(layout=LAYOUT, names=PictureNames(artist[:, None], X)).fit(X, **told.as_fit(grids=True))
    asked = []
    monkeypatch.setattr(favourites, "pictures", lambda model, X, answers, rows, n, rng: asked.append(n) or rows[:n])
    OURS(model, X, told, np.setdiff1d(np.arange(len(X)), told.judged), 100, np.random.default_rng(0))
    assert asked[0] > 80


def test_liked_is_what_was_picked_or_rated_well_above_the_others():
    grid = np.array([[0, 1, 1], [0, 2, 0], [0, 3, 1]])
    assert favourites.count_liked(Answers(grids=grid)) == 2
    ratings = Answers(rows=np.arange(6), ratings=np.array([3.0, 3, 2, 3, 9, 3]))
    assert favourites.count_liked(ratings) == 1
    low = Answers(rows=np.arange(6), ratings=np.array([3.0, 2, 2, 3, 5, 3]))
    assert favourites.count_liked(low) == 0, "the best of what is rated low is not liked"
    assert favourites.count_liked(Answers()) == 0


def test_who_rates_on_two_levels_is_shown_what_they_rate_high(kinds):
    X, kind = kinds
    shown = np.random.default_rng(2).permutation(len(X))[:30]
    told = Answers(rows=shown, ratings=np.where(kind[shown] == 4, 8.0, 3.0))
    model = TasteMixture(layout=LAYOUT).fit(X, told.ratings, rows=shown)
    assert model.on_two_levels
    left = np.setdiff1d(np.arange(len(X)), shown)
    asked = OURS(model, X, told, left, 12, np.random.default_rng(0))
    assert len(set(asked)) == 12
    assert (kind[asked] == 4).mean() > 0.3


def test_who_rates_on_two_levels_cares_little_which_of_two_low_ones_is_ahead(kinds):
    X, kind = kinds
    shown = np.random.default_rng(2).permutation(len(X))[:30]
    model = TasteMixture(layout=LAYOUT).fit(X, np.where(kind[shown] == 4, 8.0, 3.0), rows=shown)
    high, low = np.flatnonzero(kind == 4), np.flatnonzero(kind != 4)
    pairs = {"apart": np.stack([high[:12], low[:12]], 1), "low": low[: 2 * 12].reshape(-1, 2)}
    cared = {
        name: sum(care.share * (care.stretched + care.plain).mean() for care in model.cares(X, those))
        for name, those in pairs.items()
    }
    assert cared["apart"] > 0.8
    assert cared["low"] < 0.3
