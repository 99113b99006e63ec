"""The bench: metrics and intervals are right, draws never leak, runs can be interrupted, and planted truth is found."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.stats import spearmanr

from beholder.cli import run as command
from beholder.errors import BadInput, UnknownName, UserError
from beholder.research.bench import methods as bench_methods
from beholder.research.bench import run, runner
from beholder.research.bench.agreement import QUARTERS, agreement, quarters
from beholder.research.bench.methods import MEASURED, RatedTable, teach
from beholder.research.bench.plan import make_plan
from beholder.research.bench.protocol import Protocol
from beholder.research.bench.results import Results
from beholder.research.bench.series import Series
from beholder.research.bench.summary import summarise
from beholder.research.datasets import Choices, Dataset, Ratings
from beholder.taste import DEFAULT, MODELS

N, D, RATERS = 60, 6, 5
KEYS = [
    "data",
    "encoder",
    "method",
    "versus",
    "ask",
    "versus_ask",
    "group",
    "shots",
    "metric",
    "mean",
    "low",
    "high",
    "raters",
    "draws",
]

# ------------------------------------------------------------------ protocol


def dataset(seed, kind, n=N, raters=RATERS, each=80, item_split=False, rater_split=False):
    """Random judgements in memory; the pictures are never opened."""
    rng = np.random.default_rng(seed)
    who, nan = np.repeat(np.arange(raters), each), np.full(raters * each, np.nan)
    left = rng.integers(0, n, raters * each)
    right = (left + rng.integers(1, n, raters * each)) % n
    none = np.empty(0, np.int64)
    ratings = Ratings(none, none, none.astype(float), none.astype(float))
    choices = Choices(none, none, none, none, none.astype(float))
    if kind == "ratings":
        ratings = Ratings(left, who, rng.integers(1, 6, raters * each).astype(float), nan)
    else:
        choices = Choices(left, right, who, rng.integers(-1, 2, raters * each), nan)
    return Dataset(
        name="random",
        items=tuple(f"i{i}" for i in range(n)),
        files=(),
        columns={},
        raters=tuple(f"r{i}" for i in range(raters)),
        ratings=ratings,
        choices=choices,
        item_is_test=rng.random(n) < 0.4 if item_split else None,
        rater_is_test=np.arange(raters) % 2 == 0 if rater_split else None,
        scale=None,
        licence="",
        citation="",
        revision=f"{seed}",
    )


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(["ratings", "choices"]),
    splits=st.tuples(st.booleans(), st.booleans()),
    twins=st.booleans(),
)
def test_query_support_and_prior_share_no_picture_and_no_rater(seed, kind, splits, twins):
    data = dataset(seed, kind, n=200, each=60, item_split=splits[0], rater_split=splits[1])
    pictures = np.arange(200) // 2 * 2 if twins else np.arange(200)
    protocol = Protocol(data, pictures, seed)
    judged = data.ratings if kind == "ratings" else data.choices
    for rater in protocol.testers.tolist():
        draw = protocol.draw(rater, 0)
        protocol.check(draw)
        query, support, prior = (
            set(pictures[judged.take(part).items].ravel()) for part in (draw.query, draw.support, draw.prior)
        )
        assert not query & support
        assert not query & prior
        assert {*judged.rater[draw.query], *judged.rater[draw.support]} <= {rater}
        assert rater not in judged.rater[draw.prior]
        if splits[1]:
            assert not set(judged.rater[draw.prior]) & set(protocol.testers.tolist())
        if splits[0]:
            assert data.item_is_test[judged.take(draw.query).items].all()
            assert not data.item_is_test[judged.take(draw.support).items].any()
        if kind == "choices":
            assert (judged.answer[draw.query] != 0).all()


@pytest.mark.parametrize("kind", ["ratings", "choices"])
def test_a_draw_depends_on_seed_rater_and_number_alone(kind):
    data = dataset(0, kind)
    protocol = Protocol(data, np.arange(N), seed=1)
    first, again = protocol.draw(2, 0), Protocol(data, np.arange(N), seed=1).draw(2, 0)
    assert (first.query.tolist(), first.support.tolist()) == (again.query.tolist(), again.support.tolist())
    renamed = Protocol(replace(data, raters=("x", "y", "r2", "z", "w")), np.arange(N), seed=1).draw(2, 0)
    assert renamed.query.tolist() == first.query.tolist()
    assert protocol.draw(2, 1).query.tolist() != first.query.tolist()
    assert Protocol(data, np.arange(N), seed=2).draw(2, 0).query.tolist() != first.query.tolist()


def test_a_pair_in_either_order_is_one_pair():
    data = dataset(0, "choices", n=400, raters=2, each=100)
    there = data.choices
    again = Choices(there.right, there.left, there.rater, -there.answer, there.seconds)
    both = Choices(*(np.concatenate([getattr(there, f), getattr(again, f)]) for f in Choices.__dataclass_fields__))
    protocol = Protocol(replace(data, choices=both), np.arange(400), 0)
    query = set(protocol.draw(0, 0).query.tolist())
    assert query
    assert {(i + 200) % 400 for i in query} == query


def test_constant_raters_and_raters_with_few_answers_are_named():
    data = dataset(0, "ratings", raters=3)
    score = data.ratings.score.copy()
    score[data.ratings.rater == 1] = 4
    few = np.flatnonzero((data.ratings.rater != 2) | (np.arange(240) % 8 == 0))
    ratings = replace(data.ratings, score=score).take(few)
    plan = make_plan(Protocol(replace(data, ratings=ratings), np.arange(N), 0), (2, 30), 2)
    assert plan.left_out == [
        "r1: gave every picture the same rating (4)",
        "30 shots: 1 of 3 raters has fewer answers: r2 (5)",
    ]
    assert {(job.rater, job.shots) for job in plan.jobs} == {(0, (2, 30)), (2, (2,))}


# ------------------------------------------------------------------ planted truth


def planted(kind, shared, seed=0, n=N, raters=6, each=90):
    """X (n, D) and, for each rater, judgements by a linear taste: everybody's the same, or each their own."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, D)).astype(np.float32)
    tastes = rng.normal(size=(raters, D))
    tastes[1:] = tastes[0] if shared else tastes[1:]
    for rater in range(raters):
        u = X @ tastes[rater] / np.linalg.norm(tastes[rater])
        for _ in range(each):
            a, b = rng.choice(n, 2, replace=False)
            if kind == "choices":
                yield rater, a, b, "left" if u[a] - u[b] + rng.logistic(0, 0.3) > 0 else "right"
            else:
                yield rater, a, None, round(float(np.clip(5 + 2 * u[a] + rng.normal(0, 0.3), 1, 10)), 2)


def planted_rows(seed=0, n=N):
    return np.random.default_rng(seed).normal(size=(n, D)).astype(np.float32)


def write_set(folder, kind, shared=False, seconds=lambda rater: 2.0, **more):
    """A plain folder of planted judgements; its pictures are noise, all different."""
    rng = np.random.default_rng(9)
    for i in range(N):
        Image.fromarray(rng.integers(0, 255, (16, 16, 3), np.uint8)).save(folder / f"{i}.png")
    with (folder / "items.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("item", "file"), *((f"i{i}", f"{i}.png") for i in range(N))])
    head = ("rater", "left", "right", "choice") if kind == "choices" else ("rater", "item", "score")
    with (folder / f"{kind}.csv").open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow([*head, "seconds"])
        for rater, a, b, said in planted(kind, shared, **more):
            items = [f"i{a}"] if b is None else [f"i{a}", f"i{b}"]
            out.writerow([f"r{rater}", *items, said, seconds(rater)])
    return folder


def with_a_clicker(folder):
    """The same set with one more rater, who answers forty pairs ten times each, quickly and at random."""
    rng = np.random.default_rng(4)
    pairs = [rng.choice(N, 2, replace=False) for _ in range(40)]
    with (folder / "choices.csv").open("a", newline="") as stream:
        for a, b in pairs * 10:
            csv.writer(stream).writerow(["zap", f"i{a}", f"i{b}", rng.choice(["left", "right"]), 0.2])
    return folder


def fake_encoder(monkeypatch, threads="1"):
    """The planted X in place of an encoder's."""
    monkeypatch.setenv("BEHOLDER_THREADS", threads)
    measured = np.random.default_rng(1).random((N, MEASURED), np.float32)
    rows = np.hstack([planted_rows(), measured])
    monkeypatch.setattr(
        runner, "embed_set", lambda data, encoder, say, networks=None: (RatedTable.of(rows), "planted-1")
    )


def mean_of(summary, method, shots, metric, versus=None, group="all"):
    (row,) = [
        r
        for r in summary
        if (r["method"], r["shots"], r["metric"], r["versus"], r["group"]) == (method, shots, metric, versus, group)
    ]
    return row["mean"]


@pytest.mark.parametrize(
    ("kind", "own"), [("choices", ["bradley-terry", "logistic", "gp"]), ("ratings", ["ridge", "gp"])]
)
def test_private_taste_is_found_by_own_answers_alone(tmp_path, monkeypatch, kind, own):
    fake_encoder(monkeypatch)
    summary = run(write_set(tmp_path, kind), ["generic", *own], shots=[0, 15], repeats=2)
    for name in own:
        assert mean_of(summary, name, 15, "pair_accuracy") > 0.65
        assert mean_of(summary, name, 15, "pair_accuracy", versus="generic") > 0.1
        assert mean_of(summary, name, 0, "pair_accuracy") == 0.5


@pytest.mark.parametrize("kind", ["choices", "ratings"])
def test_shared_taste_is_found_from_others(tmp_path, monkeypatch, kind):
    fake_encoder(monkeypatch)
    summary = run(write_set(tmp_path, kind, shared=True, raters=16), ["generic", "gp"], shots=[0, 5], repeats=2)
    assert mean_of(summary, "generic", 0, "pair_accuracy") > 0.8
    assert mean_of(summary, "generic", 5, "pair_accuracy") == mean_of(summary, "generic", 0, "pair_accuracy")
    assert mean_of(summary, "gp", 5, "pair_accuracy", versus="generic") < 0


def test_someone_elses_answers_say_little_of_a_private_taste(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    summary = run(write_set(tmp_path, "choices"), ["someone-else", "gp"], shots=[0, 15], repeats=2)
    assert 0.3 < mean_of(summary, "someone-else", 0, "pair_accuracy") < 0.65  # what others like
    assert 0.3 < mean_of(summary, "someone-else", 15, "pair_accuracy") < 0.65
    assert mean_of(summary, "gp", 15, "pair_accuracy", versus="someone-else") > 0.1


@pytest.mark.parametrize("kind", ["choices", "ratings"])
def test_the_generic_score_does_not_look_at_pictures_it_was_not_given(kind):
    X, data = planted_rows(), dataset(0, kind)
    others = (data.ratings if kind == "ratings" else data.choices).take(np.arange(200))
    unseen = np.setdiff1d(np.arange(N), others.items[:5])
    few = others.take(~np.isin(others.items, unseen[:20]).any(axis=1))
    poisoned = X.copy()
    poisoned[unseen[:20]] = 1e6
    np.testing.assert_array_equal(
        teach(RatedTable.of(X), few).generic.weights, teach(RatedTable.of(poisoned), few).generic.weights
    )


# ------------------------------------------------------------------ the run


def test_every_method_appears_at_every_shot_in_the_agreed_shape(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    summary = run(with_a_clicker(write_set(tmp_path, "choices")), ["generic", "logistic"], shots=[10, 5], repeats=2)
    assert all(list(row) == KEYS for row in summary)
    assert json.loads(json.dumps(summary)) == summary
    means = {
        (r["group"], r["method"], r["shots"]): r
        for r in summary
        if r["versus"] is None and r["metric"] == "pair_accuracy"
    }
    assert len(means) == 3 * 2 * 2
    assert {group: means[group, "generic", 5]["raters"] for group in ("all", "attentive", "clickers")} == {
        "all": 7,
        "attentive": 6,
        "clickers": 1,
    }
    assert all(r["draws"] == 2 and r["ask"] is None for r in summary)
    assert all(r["low"] <= r["mean"] <= r["high"] for r in summary if r["raters"] > 1)
    assert all(r["low"] is None and r["high"] is None for r in summary if r["raters"] == 1)
    there, back = (
        mean_of(summary, a, 10, "pair_accuracy", versus=b)
        for a, b in [("generic", "logistic"), ("logistic", "generic")]
    )
    assert (
        there
        == -back
        == pytest.approx(means["all", "generic", 10]["mean"] - means["all", "logistic", 10]["mean"], abs=1e-5)
    )


def test_ratings_have_all_their_metrics_and_without_times_one_group(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    summary = run(write_set(tmp_path, "ratings", seconds=lambda rater: ""), ["generic", "ridge"], shots=[5], repeats=1)
    assert {r["metric"] for r in summary} == {
        "spearman",
        "pearson",
        "pair_accuracy",
        "ndcg_10",
        "precision_20",
        "regret_10",
        "ece",
    }
    assert {r["method"] for r in summary if r["metric"] == "ece"} == {"generic"}
    assert {r["group"] for r in summary} == {"all"}


def rows_of(folder):
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    timed = ("seconds", "peak_mb", "code")
    key = lambda row: (row["rater"], row["draw"], row["method"], row["ask"] or "", row["shots"], row["metric"])  # noqa: E731
    return sorted(({k: v for k, v in row.items() if k not in timed} for row in rows), key=key)


@pytest.fixture
def fixed_code(monkeypatch):
    """The same code version, though files may be edited while tests run."""
    monkeypatch.setattr(runner, "code_version", lambda: "0+test")


def test_an_interrupted_run_goes_on_to_the_same_rows(tmp_path, monkeypatch, fixed_code):
    fake_encoder(monkeypatch)
    data = write_set(tmp_path, "choices")
    call = {"methods": ["generic", "logistic"], "shots": [5, 10], "repeats": 2}
    whole = run(data, **call, out=tmp_path / "whole")

    def stop(stage, done, total):
        if stage == "fitting" and done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(data, **call, out=tmp_path / "parts", progress=stop)
    path = tmp_path / "parts" / "rows.jsonl"
    assert len(rows_of(tmp_path / "parts")) == 5 * (
        3 * 2 + 2 * 2
    )  # five jobs of 3 methods with the control, 2 shots, and ece of two of them
    path.write_text(path.read_text()[:-700])  # and the last job was cut off while it was written
    seen = []
    assert run(data, **call, out=tmp_path / "parts", progress=lambda *a: seen.append(a)) == whole
    assert ("fitting", 4, 12) in seen
    assert ("fitting", 3, 12) not in seen
    assert rows_of(tmp_path / "parts") == rows_of(tmp_path / "whole")


def test_rows_carry_what_is_needed_to_trust_them(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    run(write_set(tmp_path, "choices"), ["gp"], shots=[5], repeats=1, seed=3, out=tmp_path / "out")
    row = json.loads((tmp_path / "out" / "rows.jsonl").read_text().splitlines()[0])
    assert {"rater", "draw", "method", "shots", "metric", "value", "code", "seconds", "peak_mb"} <= row.keys()
    assert (row["seed"], row["encoder_revision"], len(row["data_revision"])) == (3, "planted-1", 64)


def test_another_run_in_the_same_folder_is_refused(tmp_path, monkeypatch, fixed_code):
    fake_encoder(monkeypatch)
    data, out = write_set(tmp_path, "choices"), tmp_path / "out"
    run(data, ["logistic"], shots=[5], repeats=1, out=out)
    with pytest.raises(UserError, match=r"holds another run: shots was \[5\], now \[10\]"):
        run(data, ["logistic"], shots=[10], repeats=1, out=out)
    (out / "config.json").unlink()
    with pytest.raises(UserError, match=r"rows\.jsonl without the config\.json"):
        run(data, ["logistic"], shots=[5], repeats=1, out=out)


def test_processes_and_other_methods_change_no_row(tmp_path, monkeypatch, fixed_code):
    data = write_set(tmp_path, "choices")
    fake_encoder(monkeypatch)
    run(data, ["gp"], shots=[5, 10], repeats=1, out=tmp_path / "alone")
    monkeypatch.setenv("BEHOLDER_HOME", str(tmp_path / "other"))  # settings are read once a home
    fake_encoder(monkeypatch, threads="2")
    run(data, ["generic", "gp"], shots=[5, 10], repeats=1, out=tmp_path / "pool")
    alone, pool = (
        [{**row, "lines": 0} for row in rows_of(tmp_path / name) if row["method"] == "gp"] for name in ("alone", "pool")
    )
    assert alone == pool


def test_who_seems_to_click_at_random_is_named_with_the_reason(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    data, seen = with_a_clicker(write_set(tmp_path, "choices")), []
    run(data, ["logistic"], shots=[5], repeats=1, out=tmp_path / "out", progress=lambda stage, *_: seen.append(stage))
    (told,) = [stage for stage in seen if stage.startswith("look at")]
    assert told.startswith("look at: zap: seems to click at random: 0.20 s an answer in the median")
    assert "## Raters to look at\n\n- zap: seems to click" in (tmp_path / "out" / "table.md").read_text()


def test_methods_are_compared_on_what_both_have_and_not_at_all_where_that_is_nothing():
    row = {"metric": "spearman", "shots": 5}
    rows = [
        {**row, "method": "a", "rater": "r1", "draw": 0, "value": 0.5},
        {**row, "method": "a", "rater": "r1", "draw": 1, "value": 0.1},
        {**row, "method": "b", "rater": "r1", "draw": 0, "value": 0.7},
        {**row, "method": "b", "rater": "r2", "draw": 0, "value": 0.0},
        {**row, "method": "c", "rater": "r1", "draw": 9, "value": 0.9},
    ]
    figures = summarise(rows, {"all": frozenset({"r1", "r2"})}, [Series("a"), Series("b"), Series("c")], seed=0)
    assert {(f.method, f.versus): round(f.estimate.mean, 3) for f in figures} == {
        ("a", None): 0.3,
        ("b", None): 0.35,
        ("c", None): 0.9,
        ("b", "a"): 0.2,
        ("a", "b"): -0.2,
    }


# ------------------------------------------------------------------ quarters by agreement


def agreeing(kind, seed=0):
    """Judgements of twelve raters, everybody on the same: a shared taste, with more noise from three to three."""
    rng, taste, who = np.random.default_rng(seed), np.linspace(-2, 2, N), np.repeat(np.arange(12), 4 * N)
    left = np.tile(np.arange(N), 12 * 4)
    right = (left + 1 + 6 * (np.arange(len(who)) // N % 4)) % N
    noise, seconds = np.array([0, 0.3, 1, 4])[who // 3] * rng.normal(size=len(who)), np.full(len(who), np.nan)
    if kind == "ratings":
        return Ratings(left, who, taste[left] + noise, seconds)
    return Choices(left, right, who, np.sign(taste[left] - taste[right] + noise).astype(int), seconds)


@pytest.mark.parametrize("kind", ["ratings", "choices"])
def test_the_planted_least_agreeing_quarter_is_found(kind):
    names = [f"r{i:02d}" for i in range(12)]
    found, unknown = quarters(names, agreeing(kind), range(12))
    assert list(found) == list(QUARTERS)
    assert [sorted(found[quarter]) for quarter in (QUARTERS[0], QUARTERS[-1])] == [names[9:], names[:3]]
    assert sorted(rater for members in found.values() for rater in members) == names
    assert not unknown


@pytest.mark.parametrize("kind", ["ratings", "choices"])
def test_quarters_do_not_mind_the_order_of_answers_nor_of_raters(kind):
    rng, told, names = np.random.default_rng(3), agreeing(kind), np.array([f"r{i}" for i in range(12)])
    place = rng.permutation(12)  # of each rater among the renamed
    shuffled = replace(told, rater=place[told.rater]).take(rng.permutation(len(told)))
    assert quarters(names[np.argsort(place)].tolist(), shuffled, range(12)) == quarters(names.tolist(), told, range(12))


def test_agreement_is_with_everybody_but_oneself():
    told = dataset(0, "ratings", raters=9).ratings
    for rater, agrees in agreement(told, range(9)).items():
        own, others = told.take(told.rater == rater), told.take(told.rater != rater)
        known = own.take(np.isin(own.item, others.item))
        means = [others.score[others.item == item].mean() for item in known.item]
        assert agrees == pytest.approx(spearmanr(known.score, means).statistic)


@pytest.mark.parametrize("kind", ["ratings", "choices"])
def test_who_can_be_compared_with_nobody_is_named_and_few_raters_have_no_quarters(kind):
    told, names = agreeing(kind), [f"r{i}" for i in range(12)]
    fields = ("item",) if kind == "ratings" else ("left", "right")
    moved = replace(told, **{name: getattr(told, name) + N * (told.rater == 4) for name in fields})
    found, unknown = quarters(names, moved, range(12))
    assert "r4" not in frozenset().union(*found.values())
    assert unknown == ["quarters by agreement: without 1 of 12 raters, too few of whose answers can be compared: r4"]
    assert quarters(names, told, range(7)) == ({}, [])
    assert quarters(names, moved, range(1, 9))[0] == {}, "seven are left"


def test_a_run_has_figures_of_every_quarter_and_the_command_line_prints_the_least_one(tmp_path, monkeypatch, capsys):
    fake_encoder(monkeypatch)
    write_set(tmp_path, "ratings", raters=10, seconds=lambda rater: "")
    summary = run(tmp_path, ["generic", "ridge"], shots=[5], repeats=1, out=tmp_path / "out")
    sizes = {f["group"]: f["raters"] for f in summary if f["metric"] == "regret_10" and f["versus"] == "generic"}
    assert sizes == {"all": 10, **dict(zip(QUARTERS, (3, 3, 2, 2), strict=True))}
    told, page = ((tmp_path / "out" / name).read_text() for name in ("table.md", "report.html"))
    for quarter in QUARTERS:
        assert f"## regret_10, in standard deviations, lower is better: {quarter} (" in told
        assert f"Figures of the raters “{quarter}”" in page
    assert "agree least to agree most are the quarters of the tested raters" in told
    assert command(["bench", str(tmp_path), "--methods", "ridge", "--shots", "5", "--repeats", "1"]) == 0
    titles = [line for line in capsys.readouterr().out.splitlines() if line.endswith("raters)")]
    assert titles[-2:] == [titles[-2], "spearman: agree least (3 raters)"]
    assert [line for line in titles[:-1] if "agree" in line] == []
    assert "precision_20, of the person's own top quarter: all (10 raters)" in titles


def test_the_default_is_the_apps_model_by_its_own_name(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    data = write_set(tmp_path, "ratings")
    monkeypatch.setattr(bench_methods, "DEFAULT", "ridge")
    summary = run(data, ["default", "ridge"], shots=[5], repeats=1, out=tmp_path / "out")
    assert {f["method"] for f in summary} == {"ridge"}
    assert "--methods generic,someone-else,ridge " in Results.load(tmp_path / "out").command
    assert DEFAULT in MODELS


def test_a_wrong_call_is_told_with_all_its_faults(tmp_path):
    with pytest.raises(UserError) as caught:
        run(tmp_path, ["gpp"], shots=[-1], repeats=0, where="paintings")
    told = str(caught.value)
    assert all(words in told for words in ("did you mean 'gp'", "got -1", "repeats must be", "COLUMN=VALUE"))


def test_a_set_that_cannot_be_tested_is_told(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    data = write_set(tmp_path, "ratings")
    with pytest.raises(UserError, match="method 'logistic' cannot learn from ratings"):
        run(data, ["logistic"], shots=[5], repeats=1)
    with pytest.raises(BadInput, match=r"nobody in .* can be tested: 900 shots: 6 of 6 raters have fewer answers: r0 "):
        run(data, ["gp"], shots=[900], repeats=1)
    with pytest.raises(UnknownName, match="unknown column 'kind'"):
        run(data, ["gp"], where="kind=x")
    (data / "ratings.csv").unlink()
    with pytest.raises(BadInput, match=r"nobody in .* can be tested: no judgements"):
        run(data, ["gp"])
