"""The app's own model: regimes averaged by evidence, grids against a bar, names, and answers given elsewhere."""

import pickle

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.base import clone

from beholder.errors import ShapeError
from beholder.prequential import expected, predict_answer
from beholder.table import Layout, PictureTable
from beholder.taste import PictureNames, TasteMixture, doubt, feature_map
from beholder.taste.functionals import Functionals, find_posterior
from beholder.taste.likelihood import CHOICE, PICK, RATING, TIE, Likelihood, find_mode
from beholder.taste.mixture import _pooled
from beholder.taste.regimes import CLEAR, CLEAR_ON_TWO_LEVELS, CLEAR_PICKING, CLEAR_SHARE, ODDS, prior_odds, regimes_of
from beholder.taste.two_levels import liked_of
from beholder.types import Answers

KINDS, EACH = 12, 40
LAYOUT = Layout.of(30, 10)


@pytest.fixture(scope="module")
def kinds():
    """(X, kind of each row): twelve groups of pictures in twenty numbers, and ten measured ones that tell nothing."""
    rng = np.random.default_rng(0)
    kind = np.repeat(np.arange(KINDS), EACH)
    X = 1.5 * rng.normal(size=(KINDS, 20))[kind] + rng.normal(size=(len(kind), 20))
    return np.hstack([X, rng.normal(size=(len(kind), 10))]).astype(np.float32), kind


def grids_of(liked, shown):
    return np.array([(n, row, liked[row]) for n, rows in enumerate(shown) for row in rows], np.int64)


def mixed():
    """Answers of every sort about twelve pictures."""
    return Answers(
        rows=np.array([0, 5, 7]), ratings=np.array([3.0, 8.0, 5.0]), choices=np.array([[1, 2], [5, 3]]),
        weights=np.ones(2), ties=np.array([[2, 8]]), grids=np.array([[0, 9, 1], [0, 10, 0], [1, 11, 0], [1, 1, 1]]),
    )  # fmt: skip


def test_what_answers_say_of_pictures_is_the_transpose_of_what_pictures_say_of_answers():
    told, rng = Functionals.of(mixed(), 5.0, 2.0), np.random.default_rng(0)
    values, numbers = rng.normal(size=len(told.judged)), rng.normal(size=len(told))
    assert told.across(values) @ numbers == pytest.approx(values @ told.back(numbers))
    K = rng.normal(size=(len(told.judged),) * 2)
    D = told.across(np.eye(len(told.judged))).T
    assert told.gram(K @ K.T) == pytest.approx(D @ (K @ K.T) @ D.T)


def test_the_mode_among_answers_is_the_mode_among_coordinates():
    rng = np.random.default_rng(1)
    design, kinds = rng.normal(size=(30, 6)), rng.choice([RATING, CHOICE, TIE], 30)
    likelihood = Likelihood(kinds, np.where(kinds == RATING, rng.normal(size=30), 0), np.ones(30), 0.7, 0.4)
    posterior = find_posterior(design @ design.T, np.zeros(30), likelihood)
    mode = find_mode(design, np.ones(6), likelihood)
    assert design.T @ posterior.pull == pytest.approx(mode.theta, abs=1e-3)


@pytest.mark.parametrize("kind", [CHOICE, TIE, PICK])
def test_a_lapse_rate_is_differentiated_as_it_is(kind):
    u = np.linspace(-5, 5, 41)
    slips = Likelihood(np.full(41, kind), np.zeros(41), np.ones(41), 1.0, 0.3, lapse=0.03)
    log, slope, bend = slips.derivatives(u)
    step = 1e-5
    up, down = slips.derivatives(u + step), slips.derivatives(u - step)
    assert log == pytest.approx(slips.log(u))
    assert slope == pytest.approx((up[0] - down[0]) / (2 * step), abs=1e-6)
    assert bend == pytest.approx((up[1] - down[1]) / (2 * step), abs=1e-5)
    assert log.min() > np.log(0.029)  # however unlikely, a slip


def test_what_is_picked_from_a_grid_does_not_go_by_the_width_of_a_tie():
    both, u = np.array([PICK, TIE]), np.array([0.7, 0.1])
    narrow, wide = (Likelihood(both, np.zeros(2), np.ones(2), 1.0, width).log(u)[0] for width in (0.1, 2.0))
    assert narrow == wide == pytest.approx(norm.logcdf(0.7))


def test_ties_between_pictures_that_are_not_liked_do_not_hide_a_clear_taste(kinds):
    X, kind = kinds
    rng = np.random.default_rng(6)
    liked, others = rng.permutation(np.flatnonzero(kind == 5))[:12], rng.permutation(np.flatnonzero(kind != 5))
    choices, ties = np.column_stack([liked, others[:12]]), others[12:60].reshape(24, 2)
    alone, both = (TasteMixture(layout=LAYOUT).fit(X, choices=choices, ties=t) for t in (None, ties))
    clear = [sum(f.share for f in model.fits_ if f.regime.group == CLEAR) for model in (alone, both)]
    assert clear[1] > clear[0]


def test_a_kind_that_is_one_in_twelve_is_found_from_a_few_picks(kinds):
    X, kind = kinds
    rng, liked = np.random.default_rng(0), kind == 4
    shown = rng.permutation(len(X))[:54].reshape(6, 9)
    model = TasteMixture(layout=LAYOUT).fit(X, grids=grids_of(liked, shown))
    unseen = np.setdiff1d(np.argsort(-model.predict(X)), shown, assume_unique=True)[:20]
    assert liked[shown].sum() < 9
    assert liked[unseen].mean() > 0.9


def test_who_likes_one_kind_is_not_said_to_order_all_the_others(kinds):
    X, kind = kinds
    rng, liked = np.random.default_rng(1), kind == 4
    shown = rng.permutation(len(X))[:108].reshape(12, 9)
    seen, asked = [], Answers()
    for n, grid in enumerate(shown):
        told = Answers(grids=grids_of(liked, [grid]))
        if n:
            model = TasteMixture(layout=LAYOUT).fit(X, grids=asked.grids)
            seen.append(predict_answer(model, X, told, asked))
        asked = Answers(grids=grids_of(liked, shown[: n + 1]))
    model = TasteMixture(layout=LAYOUT).fit(X, grids=asked.grids)
    first, second = rng.integers(len(X), size=(2, 4000))
    worth, score = liked + rng.normal(0, 0.01, len(X)), model.predict(X)
    right = ((worth[first] > worth[second]) == (score[first] > score[second]))[first != second].mean()
    none = np.empty((0, 2), np.int64)
    said = expected(model, X, seen, rng, none.ravel(), none)
    assert said.now == pytest.approx(right, abs=min(said.margin, 0.1))
    assert said.cared < 0.4


def test_a_grid_of_which_nothing_is_picked_speaks_against_its_kind(kinds):
    X, kind = kinds
    model = TasteMixture(layout=LAYOUT).fit(X, grids=grids_of(kind == 1, [np.flatnonzero(kind == 0)[:9]]))
    score = model.predict(X)
    assert score[kind == 0].mean() < score[kind != 0].mean()
    few = grids_of(kind == 1, [np.r_[np.flatnonzero(kind == 1)[:4], np.flatnonzero(kind == 0)[:5]]])
    after_both = TasteMixture(layout=LAYOUT).fit(X, grids=few).predict(X)
    assert after_both[kind == 1].mean() > after_both[kind == 0].mean()


def rated(liked, rows, seed=0):
    """Ratings of about 3, and of about 8 where a picture is liked."""
    noise = np.random.default_rng(seed).normal(0, 0.9, len(rows))
    return np.clip(np.round(3 + 5 * liked[rows] + noise), 1, 10)


def test_ratings_on_two_levels_are_parted_between_them_and_others_are_not():
    rng, liked = np.random.default_rng(0), np.arange(40) < 4

    def parted(ratings):
        of = Answers(rows=np.arange(len(ratings)), ratings=ratings)
        return liked_of(Functionals.of(of, ratings.mean(), 2.0))

    assert parted(rated(liked, np.arange(40))).tolist() == liked.tolist()
    assert parted(rated(~liked, np.arange(40))) is None  # who likes nearly all likes no kind
    assert parted(rated(liked, np.arange(4))) is None
    assert parted(np.full(40, 3.0)) is None
    assert not [seed for seed in range(50) if parted(np.round(rng.normal(5.5, 2, 40)).clip(1, 10)) is not None]
    few, seen = np.arange(40) < 2, 0
    for seed in range(100):
        upper = parted(rated(few, np.arange(40), seed))
        seen += upper is not None and upper[:2].all() and upper.sum() < 4
    assert seen > 85, "two high ratings are seen among many low ones"


def test_a_kind_is_found_from_ratings_on_two_levels(kinds):
    X, kind = kinds
    shown = np.random.default_rng(2).permutation(len(X))[:50]
    model = TasteMixture(layout=LAYOUT).fit(X, rated(kind == 4, shown), rows=shown)
    unseen = np.setdiff1d(np.argsort(-model.predict(X)), shown, assume_unique=True)[:20]
    assert (kind == 4)[shown].sum() <= 5
    assert (kind == 4)[unseen].mean() > 0.9
    assert model.share_of("a kind") > TasteMixture(layout=LAYOUT).fit_prior(X).share_of("a kind")


def test_two_levels_alone_are_no_sign_of_a_kind(kinds):
    X, _ = kinds
    shares = []
    for seed in range(6):
        shown = np.random.default_rng(seed).permutation(len(X))[:50]
        by_chance = np.random.default_rng(seed).random(len(X)) < 1 / KINDS
        model = TasteMixture(layout=LAYOUT).fit(X, rated(by_chance, shown), rows=shown)
        shares.append(model.share_of("a kind"))
    prior = TasteMixture(layout=LAYOUT).fit_prior(X).share_of("a kind")
    assert np.mean(shares) < prior


def test_doubt_is_that_of_the_pooled_regimes(kinds):
    X, kind = kinds
    shown = np.random.default_rng(0).permutation(len(X))[:45].reshape(5, 9)
    model = TasteMixture(layout=LAYOUT).fit(X, grids=grids_of(kind == 2, shown))
    score, std = model.predict(X, return_std=True)
    mean, covariance = _pooled(model.beliefs(X, np.arange(30)))
    assert mean == pytest.approx(score[:30], abs=1e-4)
    assert np.sqrt(np.diag(covariance)) == pytest.approx(std[:30], rel=1e-4)


def test_in_however_small_parts_pictures_are_looked_at_they_say_the_same(kinds, monkeypatch):
    X, kind = kinds
    shown, names = np.random.default_rng(1).permutation(len(X))[:45].reshape(5, 9), kind[:, None]
    model = TasteMixture(layout=LAYOUT, names=PictureNames(names, X)).fit(X, grids=grids_of(kind == 2, shown))
    score, std, variance = *model.predict(X, return_std=True), model.mean_variance(X)
    monkeypatch.setattr(feature_map, "_SCORED", (5, 200))
    monkeypatch.setattr(doubt, "_MULTIPLIED", 11)
    assert feature_map.rows_at_once(45) == 4
    assert model.predict(X) == pytest.approx(score, abs=1e-6)
    assert model.doubts(X) == pytest.approx(std, rel=1e-6)
    assert model.mean_variance(X) == pytest.approx(variance, rel=1e-6)


@pytest.mark.parametrize("picks", [2, 9])
def test_the_doubt_of_some_pictures_and_the_mean_of_all_are_those_of_each(kinds, picks):
    X = PictureTable.of_array(kinds[0], LAYOUT).X
    shown = np.random.default_rng(picks).permutation(len(X))[: 9 * picks].reshape(picks, 9)
    names = np.column_stack([kinds[1], np.arange(len(X)) % 3 - 1])
    model = TasteMixture(layout=LAYOUT, names=PictureNames(names, X)).fit(X, grids=grids_of(kinds[1] == 2, shown))
    assert any(fit.regime.named_share for fit in model.fits_)
    each, some = model.predict(X, return_std=True)[1], np.array([7, 3, 90])
    beliefs = _pooled(model.beliefs(X, some, choices=False))[1]
    assert each[some] == pytest.approx(np.sqrt(np.diag(beliefs)), rel=1e-5)
    assert model.doubts(X, some) == pytest.approx(each[some], rel=1e-6)
    assert model.mean_variance(X) == pytest.approx(np.mean(each**2), rel=1e-6)
    assert model.mean_variance(X, some) == pytest.approx(np.mean(each[some] ** 2), rel=1e-6)


def test_the_shares_of_regimes_are_probabilities_and_evidence_moves_them(kinds):
    X, kind = kinds
    shown = np.random.default_rng(3).permutation(len(X))[:180].reshape(20, 9)
    model = TasteMixture(layout=LAYOUT).fit(X, grids=grids_of(kind == 7, shown))
    assert sum(fit.share for fit in model.fits_) == pytest.approx(1)
    assert model.clear_share > 0.9
    assert model.log_evidence_ > model.null_log_evidence_ + 10


def test_what_the_collection_says_is_learned_where_it_tells_the_taste(kinds):
    X = PictureTable.of_array(kinds[0], LAYOUT).X
    rng = np.random.default_rng(0)
    codes = rng.integers(15, size=(len(X), 1))  # which no number of a picture tells
    names, liked, shown = PictureNames(codes, X), codes[:, 0] == 3, rng.permutation(len(X))[:90].reshape(10, 9)
    seen = shown.ravel()
    told, blind = (
        TasteMixture(layout=LAYOUT, names=given).fit(X, grids=grids_of(liked, shown)) for given in (names, None)
    )
    share = [
        liked[np.setdiff1d(np.argsort(-m.predict(X)), seen, assume_unique=True)[:20]].mean() for m in (told, blind)
    ]
    assert share[0] > 0.9
    assert share[1] < 0.3


def test_answers_given_elsewhere_count_where_nothing_was_said_yet(kinds):
    X, kind = kinds
    here, there = X[::2].copy(), X[1::2].copy()
    shown = np.random.default_rng(0).permutation(len(there))[:90].reshape(10, 9)
    said = Answers(grids=grids_of(kind[1::2] == 5, shown))
    model = TasteMixture(layout=LAYOUT, elsewhere=[(there, said)]).fit(here)
    best = np.argsort(-model.predict(here))[:10]
    assert (kind[::2][best] == 5).mean() > 0.9


def test_a_saved_model_is_the_same_model(kinds, tmp_path):
    X, _ = kinds
    model = TasteMixture(layout=LAYOUT).fit(X, **mixed().as_fit(grids=True))
    model.save(tmp_path / "taste")
    again = TasteMixture.load(tmp_path / "taste")
    assert again.predict(X) == pytest.approx(model.predict(X), rel=1e-4, abs=1e-4)
    assert [fit.regime for fit in again.fits_] == [fit.regime for fit in model.fits_]


def test_prior_odds_add_up_and_give_clear_tastes_their_share():
    regimes = regimes_of({**TasteMixture().default_hyperparameters()}, known=True)
    clear = np.array([regime.group == CLEAR for regime in regimes])
    for share in (CLEAR_SHARE, CLEAR_ON_TWO_LEVELS, CLEAR_PICKING):
        prior = np.exp(prior_odds(regimes, ODDS, share))
        assert prior.sum() == pytest.approx(1)
        assert prior[clear].sum() == pytest.approx(share)


def test_a_saved_model_of_named_pictures_predicts_other_pictures(kinds, tmp_path):
    X, kind = PictureTable.of_array(kinds[0], LAYOUT).X, kinds[1]
    grids = grids_of(kind == 3, np.random.default_rng(0).permutation(len(X))[:45].reshape(5, 9))
    names = PictureNames(np.random.default_rng(1).permutation(kind)[:, None], X)  # which no number of a picture tells
    model = TasteMixture(layout=LAYOUT, names=names).fit(X, grids=grids)
    model.save(tmp_path / "taste")
    again = TasteMixture.load(tmp_path / "taste")
    assert again.predict(X) == pytest.approx(model.predict(X), rel=1e-4, abs=1e-4)
    score, std = again.predict(X[:20], return_std=True)
    assert score == pytest.approx(model.predict(X)[:20], rel=1e-4, abs=1e-4)
    assert (std > 0).all()
    assert np.isfinite(again.predict(X[:20] + 1)).all(), "of pictures with no names here"


def test_names_are_known_by_the_numbers_of_a_picture_whatever_array_they_are_in(kinds):
    X, kind = PictureTable.of_array(kinds[0].astype(np.float32), LAYOUT).X, kinds[1]
    names = PictureNames(np.random.default_rng(1).permutation(kind)[:, None], X)
    grids = grids_of(names.codes[:, 0] == 3, np.random.default_rng(0).permutation(len(X))[:90].reshape(10, 9))
    model = TasteMixture(layout=LAYOUT, names=names).fit(X, grids=grids)
    score, order = model.predict(X), np.random.default_rng(2).permutation(len(X))
    assert model.named_ == 1
    assert any(fit.regime.named_share for fit in model.fits_)
    for rows in (np.asarray(X).copy(), np.asarray(X).astype(np.float64)):
        assert model.predict(rows) == pytest.approx(score, abs=1e-3)
        again = clone(model).fit(rows, grids=grids)
        assert again.predict(X) == pytest.approx(score, abs=2e-3)
    assert model.predict(X[order]) == pytest.approx(score[order], abs=1e-3)
    assert model.predict(X[5:6]) == pytest.approx(score[5:6], abs=1e-3)
    assert pickle.loads(pickle.dumps(model)).predict(X) == pytest.approx(score, abs=1e-3)
    assert names.of(X + 1).max() == -1
    assert names.of(X[:0]).shape == (0, 1)
    with pytest.raises(ShapeError, match=r"a row for each of"):
        PictureNames(names.codes[:3], X)


def test_a_fit_that_goes_on_from_another_is_the_fit_from_the_beginning(kinds):
    X, kind = kinds
    shown = np.random.default_rng(1).permutation(len(X))[:90].reshape(10, 9)
    fewer, more = (grids_of(kind == 6, shown[:n]) for n in (7, 10))
    before = TasteMixture(layout=LAYOUT).fit(X, grids=fewer)
    on = TasteMixture(layout=LAYOUT, start=before.start_).fit(X, grids=more).predict(X)
    assert on == pytest.approx(TasteMixture(layout=LAYOUT).fit(X, grids=more).predict(X), abs=0.02)
