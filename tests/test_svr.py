"""ν-SVR models: scored as matrix products they say what scikit-learn says, and PAM is the paper's, fold by fold."""

import numpy as np
import pytest
from sklearn.svm import NuSVR

from beholder.features.content import Content
from beholder.table import Layout, PictureTable
from beholder.taste import Pam, ResidualSvr, Svm
from beholder.taste.feature_map import principal_components
from beholder.taste.generic import fit_generic
from beholder.taste.svr import Expansion
from beholder.types import Answers

MEASURED = 4
LAYOUT = Layout.of(30 + MEASURED, MEASURED)


@pytest.fixture
def pictures():
    """200 pictures of 30 numbers and 4 measured ones, a generic score, and somebody's ratings of 50 of them."""
    rng = np.random.default_rng(0)
    kind = rng.integers(5, size=200)
    X = np.hstack([rng.normal(size=(5, 30))[kind] * 2 + rng.normal(size=(200, 30)), rng.random((200, MEASURED))])
    liked = X[:, :30] @ rng.normal(size=30) / 10 + 5
    others = [Answers(rows=r, ratings=liked[r]) for r in (rng.permutation(200)[:80] for _ in range(6))]
    generic = fit_generic(X, others, LAYOUT)
    rows = rng.permutation(200)[:50]
    y = generic.predict(X[rows]) + 2 * X[rows, -1] + (kind[rows] == 2) + rng.normal(0, 0.3, 50)
    return X, generic, rows, y


def twenty(X):
    """PAM's features, written anew."""
    content = Content.fit(X[:, :-MEASURED]).transform(X[:, :-MEASURED])
    traits = np.hstack([X[:, -MEASURED:].astype(float), content])
    return (traits - traits.mean(0)) / traits.std(0)


def dense(Z, targets, rows):
    """scikit-learn's own ν-SVR and prediction, on standardised targets."""
    machine = NuSVR(C=0.5, nu=0.5, gamma=0.3 / Z.shape[1], tol=1e-6)
    machine.fit(Z[rows], (targets - targets.mean()) / targets.std())
    return targets.mean() + targets.std() * machine.predict(Z)


@pytest.mark.parametrize("chunk", [7, 100_000])
def test_matrix_products_say_what_scikit_learn_says(pictures, monkeypatch, chunk):
    monkeypatch.setattr("beholder.taste.svr.CHUNK", chunk)
    X, _, rows, y = pictures
    assert Svm(layout=LAYOUT).fit(X, y, rows=rows).predict(X) == pytest.approx(dense(twenty(X), y, rows), abs=1e-6)


def test_pam_is_generic_plus_predicted_offset_fold_by_fold(pictures):
    X, generic, rows, y = pictures
    prior, Z = Pam.learn_prior(X, [], generic=generic, layout=LAYOUT), twenty(X)
    for fold in np.array_split(np.arange(50), 5):
        kept = np.setdiff1d(np.arange(50), fold)
        offsets = y[kept] - generic.predict(X[rows[kept]])
        expected = generic.predict(X) + dense(Z, offsets, rows[kept])
        score = Pam(prior=prior).fit(X, y[kept], rows=rows[kept]).predict(X[rows[fold]])
        assert score == pytest.approx(expected[rows[fold]], abs=1e-6)


def test_residual_svr_is_the_same_on_principal_components(pictures):
    X, generic, rows, y = pictures
    mean, projection = principal_components(X[:, :-MEASURED], 20, power=1.0)
    Z = (X[:, :-MEASURED].astype(float) - mean) @ projection * np.sqrt(20)
    expected = generic.predict(X) + dense(Z, y - generic.predict(X[rows]), rows)
    prior = ResidualSvr.learn_prior(X, [], generic=generic, layout=LAYOUT)
    # the pool is scored in its own float32
    assert ResidualSvr(prior=prior).fit(X, y, rows=rows).predict(X) == pytest.approx(expected, abs=1e-4)


def test_pam_learns_what_the_generic_score_leaves_over(pictures):
    X, generic, rows, y = pictures
    prior = Pam.learn_prior(X, [], generic=generic, layout=LAYOUT)
    unseen = np.setdiff1d(np.arange(200), rows)
    truth = generic.predict(X[unseen]) + 2 * X[unseen, -1]
    score = Pam(prior=prior).fit(X, y, rows=rows).predict(X[unseen])
    assert np.corrcoef(score, truth)[0, 1] > np.corrcoef(generic.predict(X[unseen]), truth)[0, 1] + 0.05


@pytest.mark.parametrize("model", [Pam, ResidualSvr])
def test_without_answers_and_with_equal_offsets_the_generic_order_stands(pictures, model):
    X, generic, rows, _ = pictures
    personal = model(prior=model.learn_prior(X, [], generic=generic, layout=LAYOUT))
    assert personal.fit(X).predict(X) == pytest.approx(generic.predict(X))
    above = generic.predict(X[rows]) + 1.5
    assert personal.fit(X, above, rows=rows).predict(X) == pytest.approx(generic.predict(X) + 1.5)
    assert personal.fit(X, [9.0], rows=[4]).predict(X[4:5]) == pytest.approx([9.0])


def test_features_are_learned_once_for_a_table(pictures):
    X, generic, rows, y = pictures
    table = PictureTable.of_array(X, LAYOUT)
    prior = Pam.learn_prior(table.X, [], generic=generic, layout=LAYOUT)
    assert Svm(layout=LAYOUT).fit(table.X, y, rows=rows).features_ is prior.features
    assert Svm(layout=LAYOUT).fit(X, y, rows=rows).features_ is not prior.features


def test_an_expansion_of_nothing_is_its_level():
    Z = np.random.default_rng(0).normal(size=(5, 3))
    for targets in (np.array([]), np.array([2.0]), np.array([2.0, 2.0])):
        flat = Expansion.fit(Z[: len(targets)], targets, C=0.5, nu=0.5, gamma=0.1)
        assert np.array_equal(flat.predict(Z), np.full(5, targets.sum() and 2.0))


def test_measured_columns_must_leave_a_vector():
    with pytest.raises(ValueError, match="attributes must be from 0 to 3"):
        Svm(layout=Layout.of(4, 4)).fit(np.eye(4), np.arange(4.0))
