"""Whoever plants a leak, in a draw, in the numbering of copies or in the answers, is refused or changes nothing."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from beholder.errors import BeholderError
from beholder.features.task_vectors import Columns
from beholder.research.bench import run, runner, worker
from beholder.research.bench.methods import MEASURED, RatedTable, method, method_names
from beholder.research.bench.plan import make_plan
from beholder.research.bench.protocol import Protocol
from beholder.research.bench.worker import Bench, BenchJob
from beholder.taste import ExpertNetworks
from test_bench import N, dataset, fake_encoder, planted_rows, write_set

KINDS = ["ratings", "choices"]
LEAKS = {
    "query pictures are in the support": lambda d: {"support": np.append(d.support, d.query[0])},
    "query pictures are in what other raters teach": lambda d: {"prior": np.append(d.prior, d.query[0])},
    "is a training rater": lambda d: {"prior": np.append(d.prior, d.support[0])},
    "another rater's answers": lambda d: {"support": np.append(d.support, d.prior[0])},
    "an answer is in the draw twice": lambda d: {"support": np.append(d.support, d.support[0])},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sentence", LEAKS)
def test_a_planted_leak_is_refused(kind, sentence):
    protocol = Protocol(dataset(0, kind), np.arange(N), 0)
    draw = protocol.draw(1, 0)
    protocol.check(draw)
    with pytest.raises(BeholderError, match=f"leak in draw 0 of rater 'r1'.*{sentence}"):
        protocol.check(replace(draw, **LEAKS[sentence](draw)))


def test_all_leaks_of_a_draw_are_told_at_once():
    protocol = Protocol(dataset(0, "ratings"), np.arange(N), 0)
    draw = protocol.draw(1, 0)
    planted = replace(draw, support=np.append(draw.support, draw.query[0]), prior=np.append(draw.prior, draw.query[0]))
    with pytest.raises(BeholderError, match="in the support; query pictures are in what other raters teach"):
        protocol.check(planted)


def test_a_test_rater_may_not_teach_another():
    protocol = Protocol(dataset(0, "ratings", rater_split=True), np.arange(N), 0)
    draw = protocol.draw(0, 0)
    of_another = np.flatnonzero(protocol.judgements.rater == 2)
    apart = of_another[~np.isin(protocol.judgements.item[of_another], protocol.judgements.item[draw.query])]
    with pytest.raises(BeholderError, match="another test rater, is a training rater"):
        protocol.check(replace(draw, prior=np.append(draw.prior, apart[0])))


def test_a_training_rater_may_not_be_tested():
    protocol = Protocol(dataset(0, "ratings", rater_split=True), np.arange(N), 0)
    with pytest.raises(BeholderError, match="is a training rater"):
        protocol.check(protocol.draw(1, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_picture_may_not_be_asked_about(kind):
    protocol = Protocol(dataset(0, kind, item_split=True), np.arange(N), 0)
    draw = protocol.draw(1, 0)
    with pytest.raises(BeholderError, match="training pictures are in the query"):
        protocol.check(replace(draw, query=np.append(draw.query, draw.support[0]), support=draw.support[1:]))


def split_with_copies(kind):
    """Every test picture has a copy of another name among the training pictures."""
    data = replace(dataset(0, kind, each=200), item_is_test=np.arange(N) % 3 == 0)
    return data, np.where(np.arange(N) % 3 == 1, np.arange(N) - 1, np.arange(N))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", ["support", "prior"])
def test_a_copy_of_a_test_picture_that_is_not_asked_about_may_not_be_learned_from(kind, part):
    data, pictures = split_with_copies(kind)
    protocol = Protocol(data, pictures, 0)
    draw = protocol.draw(1, 0)
    protocol.check(draw)
    items, judged = protocol.judgements.items, protocol.judgements.rater
    copies = np.flatnonzero((items % 3 == 1).any(axis=1) & ((judged == 1) == (part == "support")))
    draw = replace(draw, query=draw.query[:0])
    with pytest.raises(BeholderError, match="a copy of a test picture is a training picture"):
        protocol.check(replace(draw, **{part: np.append(getattr(draw, part), copies[0])}))


@pytest.mark.parametrize("kind", KINDS)
def test_a_draw_made_with_another_numbering_of_copies_is_refused(kind):
    data, pictures = split_with_copies(kind)
    blind = Protocol(data, np.arange(N), 0).draw(1, 0)
    with pytest.raises(BeholderError, match="a copy of a test picture is a training picture"):
        Protocol(data, pictures, 0).check(blind)


@pytest.mark.parametrize("pictures", [np.arange(N - 1), np.arange(N) - 1, np.arange(N) / 2, np.arange(N)[:, None]])
def test_a_numbering_of_copies_that_cannot_be_is_refused(pictures):
    with pytest.raises(BeholderError, match=f"pictures must be one number from 0 up for each of {N} items"):
        Protocol(dataset(0, "ratings"), pictures, 0)


def test_the_plan_says_how_many_pictures_are_left_out_as_copies():
    data, pictures = split_with_copies("ratings")
    assert make_plan(Protocol(data, pictures, 0), (2,), 1).left_out[0] == (
        "20 training pictures, as they or copies of them are test pictures too"
    )
    assert not make_plan(Protocol(data, np.arange(N), 0), (2,), 1).left_out


def test_one_file_under_two_names_may_not_count_as_two_pictures(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    data = write_set(tmp_path, "ratings")
    shutil.copy(data / "3.png", data / "7.png")
    run(data, ["ridge"], shots=[5], repeats=1)
    monkeypatch.setattr(runner, "same_pictures", lambda files: np.arange(len(files)))
    with pytest.raises(BeholderError, match=r"3\.png and .*7\.png are the same file, but count as two pictures"):
        run(data, ["ridge"], shots=[5], repeats=1)


def test_a_picture_that_was_judged_twice_is_on_one_side():
    data = dataset(0, "ratings", n=400, each=100)
    r = data.ratings
    both = type(r)(*(np.concatenate([getattr(r, f), getattr(r, f)]) for f in type(r).__dataclass_fields__))
    protocol = Protocol(replace(data, ratings=both), np.arange(400), 0)
    draw = protocol.draw(1, 0)
    protocol.check(draw)
    assert {(i + 500) % 1000 for i in draw.query.tolist()} == set(draw.query.tolist())
    assert {(i + 500) % 1000 for i in draw.support.tolist()} == set(draw.support.tolist())


def test_a_worker_checks_every_draw(tmp_path, monkeypatch):
    write_set(tmp_path, "choices")
    fake_encoder(monkeypatch)
    honest = Protocol.draw
    monkeypatch.setattr(
        Protocol, "draw", lambda *a: (d := honest(*a)) and replace(d, support=np.append(d.query, d.support))
    )
    with pytest.raises(BeholderError, match="query pictures are in the support"):
        run(tmp_path, ["gp"], shots=[5], repeats=1)


def predictions(protocol, name, monkeypatch):
    """What the method says of every picture in a draw."""
    told = []
    monkeypatch.setattr(
        worker, "measure", lambda fitted, how, t, _: told.append(fitted.predict(how.columns(t).X)) or {}
    )
    rng, columns = np.random.default_rng(4), Columns(("one",), ("first", "last"))
    X = np.hstack([planted_rows(), rng.normal(size=(N, columns.width)), rng.random((N, MEASURED))])
    Bench(protocol, RatedTable.of(X.astype(np.float32), ExpertNetworks(columns)), (name,), {}).run(BenchJob(1, 0, (8,)))
    return told[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [name for name in method_names() if name != "tvc"])  # it needs pictures
def test_what_was_said_of_the_query_changes_no_prediction(kind, name, monkeypatch):
    protocol = Protocol(dataset(0, kind), np.arange(N), 0)
    judged, query = protocol.judgements, protocol.draw(1, 0).query
    if kind not in method(name).learns_from:
        pytest.skip(f"{name} does not learn from {kind}")
    honest = predictions(protocol, name, monkeypatch)
    answers = (judged.score if kind == "ratings" else judged.answer).copy()
    answers[query] = 6 - answers[query] if kind == "ratings" else -answers[query]
    field = {"score" if kind == "ratings" else "answer": answers}
    poisoned = Protocol(replace(protocol.data, **{kind: replace(judged, **field)}), np.arange(N), 0)
    np.testing.assert_array_equal(predictions(poisoned, name, monkeypatch), honest)
