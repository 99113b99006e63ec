"""Content: kinds of pictures that k-means finds, as probabilities."""

import numpy as np
import pytest

from beholder.errors import ShapeError, UserError
from beholder.features.content import Content


def kinds(n=300, k=4, d=30, seed=0):
    rng = np.random.default_rng(seed)
    which = rng.integers(k, size=n)
    return (rng.normal(0, 3, (k, d))[which] + rng.normal(0, 1, (n, d))).astype(np.float32), which


def test_planted_kinds_are_found():
    X, which = kinds()
    found = Content.fit(X, clusters=4).transform(X).argmax(1)
    assert len({(a, b) for a, b in zip(which, found, strict=True)}) == 4


def test_it_is_a_distribution_of_ten_for_unseen_pictures_too():
    X, _ = kinds()
    content = Content.fit(X[:200])
    p = content.transform(X[200:])
    assert p.shape == (100, 10)
    assert np.allclose(p.sum(1), 1)
    again = Content.restore(content.state())
    assert np.array_equal(again.transform(X), content.transform(X))


def test_fewer_pictures_than_kinds_and_copies_are_no_trouble():
    X, _ = kinds(n=3)
    assert Content.fit(X).transform(X).shape == (3, 3)
    assert Content.fit(X[[0, 0, 1]]).transform(X).shape == (3, 2)
    assert np.array_equal(Content.fit(X[:1]).transform(X), np.ones((3, 1)))


def test_a_wrong_width_is_told():
    X, _ = kinds()
    with pytest.raises(ShapeError, match="rows of 30 numbers"):
        Content.fit(X).transform(X[:, :5])
    with pytest.raises(UserError, match="no rows"):
        Content.fit(X[:0])
