"""Fake raters rank below people with a taste, lower with more pictures, and among people without one anywhere."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from beholder.cli import app
from beholder.errors import BadInput, UnknownName, UserError
from beholder.research.bench import analyse, analysis
from beholder.research.bench.fake_raters import FAKES, KINDS, ask, check, closeness, offsets, sum_up
from beholder.research.bench.methods import RatedTable
from beholder.research.datasets import Ratings, load_plain
from test_bench import dataset

N = 150


def quiet(stage, done, total):
    """Progress that nobody watches."""


def world(taste, noise=1.0, raters=20, each=100, seed=0):
    """Ratings = a mean that all share + `taste` times each one's own linear liking + noise; X and attributes."""
    rng = np.random.default_rng(seed)
    attributes = rng.random((N, 10)).astype(np.float32)
    X = rng.normal(size=(N, 12)).astype(np.float32)
    own = (attributes - 0.5) @ rng.normal(size=(10, raters))
    item = np.concatenate([rng.choice(N, each, replace=False) for _ in range(raters)])
    rater = np.repeat(np.arange(raters), each)
    score = rng.normal(4, 1, N)[item] + taste * own[item, rater] + rng.normal(0, noise, len(item))
    data = dataset(0, "ratings", n=N, raters=raters)
    return Ratings(item, rater, score, np.full(len(item), np.nan)), X, attributes, data


def ranks(taste, shots, **more):
    """{k: mean rank of the fakes as published}, and what it is when all are alike."""
    ratings, X, attributes, data = world(taste, **more)
    figures = sum_up(ask(replace(data, ratings=ratings), X, attributes, shots, 20, 0, quiet), 0)
    mean = {k: np.mean([f["mean_rank"] for f in figures if (f["k"], f["fakes"]) == (k, KINDS[0])]) for k in shots}
    return mean, figures[0]["alike"]


def test_a_score_is_the_sum_of_scipys_rank_correlations():
    rng = np.random.default_rng(0)
    features, offset = rng.integers(0, 9, (3, 30, 4)).astype(float), rng.integers(0, 5, (3, 30)).astype(float)
    features[1, :, 2] = 7
    by_hand = [
        sum(abs(stats.spearmanr(features[p, :, f], offset[p]).statistic) for f in range(4) if np.ptp(features[p, :, f]))
        for p in range(3)
    ]
    np.testing.assert_allclose(closeness(features, offset), by_hand)


def test_fakes_rank_below_people_with_a_taste_and_lower_with_more_pictures():
    mean, alike = ranks(taste=1.0, shots=(10, 30, 90))
    assert alike > mean[10] > mean[30] > mean[90]
    assert mean[90] < 0.6 * alike


def test_among_people_without_a_taste_fakes_rank_like_anybody():
    mean, alike = ranks(taste=0.0, shots=(30, 90), raters=60)
    assert all(rank == pytest.approx(alike, rel=0.12) for rank in mean.values())


def test_an_offset_is_from_the_mean_of_everybody_and_a_fake_on_scale_can_be_given():
    ratings = Ratings(np.array([0, 0, 5]), np.array([0, 1, 0]), np.array([1.0, 4, 2]), np.full(3, np.nan))
    known = offsets(ratings, np.eye(6), (1, 5), 2)
    np.testing.assert_array_equal(known.offset, [-1.5, 0])  # of the one who rated two
    assert (known.raters, known.step, known.features.shape) == (1, 1.0, (2, 6))
    np.testing.assert_array_equal(known.on_scale(np.array([0.2, 3.4, 9])), [1, 3, 5])


def test_the_same_seed_gives_the_same_rows():
    ratings, X, attributes, data = world(1.0, raters=10, each=30)
    data = replace(data, ratings=ratings)
    first, again, other = (ask(data, X, attributes, (10,), 2, seed, quiet) for seed in (1, 1, 2))
    assert first == again != other


def test_what_cannot_be_asked_is_told():
    data = dataset(0, "ratings", raters=12, each=40)
    assert check(data, [40, 5, 900]) == (5, 40)
    with pytest.raises(UserError, match="need 5 or more pictures each, got 2"):
        check(data, [2, 50])
    with pytest.raises(BadInput, match="need 10 raters with 50 ratings or more each; in random the 10 who rated most"):
        check(data, [50])
    with pytest.raises(BadInput, match="have 0 or more"):
        check(dataset(0, "choices"), [10])
    with pytest.raises(UnknownName, match="unknown analysis 'fake-rater'; did you mean 'fake-raters'"):
        analyse("fake-rater", "nowhere")


@pytest.fixture
def rated_set(tmp_path, monkeypatch):
    """The call that asks a set in memory."""
    ratings, X, attributes, data = world(1.0, raters=10, each=30)
    monkeypatch.setattr(analysis, "load_set", lambda path, where: replace(data, ratings=ratings))
    monkeypatch.setattr(
        analysis, "embed_set", lambda data, encoder, say: (RatedTable.of(np.hstack([X, attributes])), "planted-1")
    )
    return ["bench", str(tmp_path), "--analysis", "fake-raters", "--shots", "10,30,900", "--repeats", "2"]


def test_the_command_prints_json_and_writes_rows_table_and_figure(rated_set, tmp_path):
    done = CliRunner().invoke(app, [*rated_set, "--json", "--out", str(tmp_path / "out")])
    figures = json.loads(done.stdout)
    assert len(figures) == 2 * 3 * 2
    assert {"data", "encoder", "fakes", "sigma", "k", "mean_rank", "low", "high", "alike", "raters"} <= set(figures[0])
    assert "left out: 900 pictures" in done.stderr
    rows = [json.loads(line) for line in (tmp_path / "out" / "fake_raters.jsonl").read_text().splitlines()]
    assert (len(rows), rows[0]["seed"], rows[0]["encoder_revision"]) == (2 * 12, 0, "planted-1")
    assert f"Mean rank of {FAKES} fake raters among 10 real ones" in (tmp_path / "out" / "fake_raters.md").read_text()
    assert "<svg" in (tmp_path / "out" / "fake_raters.svg").read_text()


def test_real_people_have_tastes(shared):
    """Told by how pleasant and how exciting others found the pictures, which is at hand without embedding."""
    data = load_plain(shared / "data" / "oasis_beauty")
    X = np.array([data.columns["valence_mean"], data.columns["arousal_mean"]], np.float32).T
    figures = sum_up(ask(data, X, np.zeros((len(X), 10), np.float32), (100,), 4, 0, quiet), 0)
    assert all(f["high"] < 0.8 * f["alike"] for f in figures)
