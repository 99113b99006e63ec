"""The bench asks: strategies choose among a person's recorded answers, and nothing else is different."""

import itertools
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from beholder.ask import STRATEGIES, Strategy
from beholder.cli import run as command
from beholder.errors import BeholderError, UserError
from beholder.research.bench import run, runner, summary
from beholder.research.bench.asking import (
    GridInterview,
    askable,
    by_then,
    cost,
    picks,
    ratings_by,
    seconds_of,
    stops_of,
    unit_of,
)
from beholder.research.bench.curves import panels
from beholder.research.bench.markdown import table
from beholder.research.bench.methods import RatedTable
from beholder.research.bench.page import page
from beholder.research.bench.plan import make_plan
from beholder.research.bench.protocol import Protocol
from beholder.research.bench.results import Results
from beholder.research.bench.series import Series, series_of
from beholder.research.bench.statistics import answers_needed
from beholder.research.bench.summary import summarise
from beholder.research.bench.worker import Bench, BenchJob
from test_bench import MEASURED, N, dataset, fake_encoder, planted_rows, rows_of, write_set

KINDS = ["ratings", "choices"]


def protocol_of(kind, each=80):
    return Protocol(dataset(0, kind, each=each), np.arange(N), 0)


def bench_of(protocol, methods, strategies):
    measured = np.random.default_rng(1).random((N, MEASURED), np.float32)
    return Bench(protocol, RatedTable.of(np.hstack([planted_rows(), measured])), methods, {}, strategies)


def values(rows, **wanted):
    """{(shots, metric): value} of the rows that have these fields."""
    chosen = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return {(row["shots"], row["metric"]): row["value"] for row in chosen}


@pytest.fixture
def spy(monkeypatch):
    """A strategy called `spy`, which chooses by `rule` and keeps what it was called with."""
    seen = []

    def plant(rule, pairs=True, ahead=False):
        def chosen(model, X, answers, pool, n, rng):
            seen.append((answers, pool))
            return rule(pool, n)

        monkeypatch.setitem(STRATEGIES, "spy", Strategy("spy", chosen, chosen if pairs else None, ahead))
        return seen

    return plant


# ------------------------------------------------------------------ the replay


@pytest.mark.parametrize("kind", KINDS)
def test_asking_at_random_is_the_ordinary_run_at_as_many_shots(kind):
    protocol = protocol_of(kind)
    name = "ridge" if kind == "ratings" else "logistic"
    draw = protocol.draw(1, 0)
    once = replace(draw, support=askable(protocol.judgements, draw.support))
    protocol.draw = lambda rater, number: once  # nothing is answered twice
    job = BenchJob(1, 0, stops_of(10))
    ordinary, asked = (bench_of(protocol, (name,), ask).run(job) for ask in [(), ("random",)])
    assert values(ordinary) == values(asked)
    assert {row["ask"] for row in asked} == {"random"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_is_asked_once_and_its_first_answer_counts(kind):
    protocol = protocol_of(kind)
    judged, support = protocol.judgements, protocol.draw(1, 0).support
    twice = np.concatenate([support, support[::-1]])
    once = askable(judged, twice)
    questions = [tuple(sorted(items)) for items in judged.items[support].tolist()]
    assert [tuple(sorted(items)) for items in judged.items[once].tolist()] == list(dict.fromkeys(questions))
    assert once[0] == support[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_strategy_is_offered_only_what_was_answered_and_is_no_query_picture(kind, spy):
    protocol = protocol_of(kind)
    judged, draw = protocol.judgements, protocol.draw(1, 0)
    seen = spy(lambda pool, n: pool[-n:])
    bench_of(protocol, ("ridge" if kind == "ratings" else "logistic",), ("spy",)).run(BenchJob(1, 0, stops_of(7)))
    first = askable(judged, draw.support)
    answered = {tuple(sorted(items)): one for one, items in zip(first, judged.items[first].tolist(), strict=True)}
    assert [len(answers) for answers, _ in seen] == list(range(7)), "one at a time"
    for answers, pool in seen:
        offered = {tuple(sorted(items)) for items in pool.reshape(len(pool), -1).tolist()}
        known = [answered[tuple(sorted(row))] for row in np.vstack([answers.choices, answers.ties]).tolist()]
        known += [answered[row,] for row in answers.rows.tolist()]
        assert not set(np.ravel(pool)) & set(judged.items[draw.query].ravel())
        assert offered == answered.keys() - {tuple(sorted(row)) for row in judged.items[known].tolist()}
        if kind == "ratings":
            assert answers.ratings.tolist() == judged.score[known].tolist()
        else:
            assert len(answers.ties) == (judged.answer[known] == 0).sum()


def test_pairs_are_offered_as_they_were_shown_not_by_who_won(spy):
    protocol = protocol_of("choices")
    seen = spy(lambda pool, n: pool[:n])
    bench_of(protocol, ("logistic",), ("spy",)).run(BenchJob(1, 0, stops_of(5)))
    shown = {tuple(items) for items in protocol.judgements.items.tolist()}
    assert all(tuple(pair) in shown for _, pool in seen for pair in pool.tolist())


@pytest.mark.parametrize("rule", [lambda pool, n: pool[:0], lambda pool, n: np.full(n, N - 1), lambda pool, n: pool])
def test_a_strategy_that_asks_for_anything_else_is_refused(rule, spy):
    protocol = protocol_of("ratings")
    support = protocol.draw(1, 0).support
    answered = protocol.judgements.item != N - 1
    draw = replace(protocol.draw(1, 0), support=support[answered[support]])
    protocol.draw = lambda rater, number: draw
    spy(rule)
    with pytest.raises(BeholderError, match=r"strategy 'spy' was to choose 1 of the .* questions it was offered"):
        bench_of(protocol, ("ridge",), ("spy",)).run(BenchJob(1, 0, stops_of(5)))


def test_a_strategy_that_fails_is_named(spy):
    spy(lambda pool, n: 1 / 0)
    with pytest.raises(UserError, match=r"strategy 'spy' failed with NoneType after 0 answers: ZeroDivisionError"):
        bench_of(protocol_of("ratings"), ("ridge",), ("spy",)).run(BenchJob(1, 0, stops_of(5)))


@pytest.mark.parametrize("kind", KINDS)
def test_what_needs_no_answer_is_asked_for_at_once_of_ratings_alone(kind, spy):
    seen = spy(lambda pool, n: pool[:n], ahead=True)
    name = "ridge" if kind == "ratings" else "logistic"
    bench_of(protocol_of(kind), (name,), ("spy",)).run(BenchJob(1, 0, stops_of(10)))
    assert len(seen) == (1 if kind == "ratings" else 10)


def test_figures_are_of_every_fifth_answer_and_the_budget():
    assert (stops_of(5), stops_of(12), stops_of(20)) == ((0, 5), (0, 5, 10, 12), (0, 5, 10, 15, 20))


def test_whoever_answered_fewer_different_questions_is_left_out_from_there_on():
    protocol = protocol_of("ratings")
    fewest = [len(askable(protocol.judgements, protocol.draw(r, 0).support)) for r in range(5)]
    plan = make_plan(protocol, (0, 5, fewest[0], 80), 1, asking=True)
    assert plan.jobs[0].shots == (0, 5, fewest[0])
    names = ", ".join(f"r{r} ({n})" for r, n in enumerate(fewest))
    assert plan.left_out[-1] == f"80 shots: 5 of 5 raters have fewer answers: {names}"


# ------------------------------------------------------------------ every strategy


@pytest.mark.parametrize("name", ["pam", "ridge", "population-gp"])
def test_every_strategy_asks_for_ratings(name):
    protocol = protocol_of("ratings")
    rows = bench_of(protocol, (name,), tuple(STRATEGIES)).run(BenchJob(1, 0, stops_of(14)))
    at_zero = {tuple(values(rows, ask=ask, shots=0).items()) for ask in STRATEGIES}
    assert len(at_zero) == 1, "before the first answer all strategies are equal"
    for one in STRATEGIES:
        assert {shots for shots, _ in values(rows, ask=one)} == {0, 5, 10, 14}


@pytest.mark.parametrize("name", ["logistic", "population-gp"])
def test_pairs_are_asked_for_at_random_and_by_ours(name):
    rows = bench_of(protocol_of("choices"), (name,), ("random", "ours")).run(BenchJob(1, 0, stops_of(7)))
    assert {row["shots"] for row in rows} == {0, 5, 7}
    assert values(rows, ask="ours") != values(rows, ask="random")


def test_rows_do_not_depend_on_what_else_is_asked():
    protocol, job = protocol_of("ratings"), BenchJob(1, 0, stops_of(12))
    alone = bench_of(protocol, ("ridge",), ("qbc",)).run(job)
    beside = bench_of(protocol, ("generic", "pam", "ridge"), ("active-pam", "random", "qbc")).run(job)
    assert values(alone) == values(beside, method="ridge", ask="qbc")
    assert {row["ask"] for row in beside if row["method"] == "generic"} == {None}


# ------------------------------------------------------------------ figures


def curve_rows(curves, ask, metric="spearman"):
    """Rows of method `a` of a rater a curve at 0, 5 and 10 answers."""
    for rater, curve in enumerate(curves):
        for shots, value in zip((0, 5, 10), curve, strict=True):
            yield {"method": "a", "ask": ask, "metric": metric, "shots": shots, "rater": f"r{rater}", "draw": 0,
                   "value": value}  # fmt: skip


def planted_figures():
    rows = [
        *curve_rows([(0.0, 0.2, 0.4), (0.0, 0.4, 0.6)], "random"),
        *curve_rows([(0.0, 0.4, 0.6), (0.0, 0.6, 0.8)], "ours"),
        *curve_rows([(0.0, 0.1, 0.2), (0.0, 0.1, 0.2)], "worse"),
        *({**row, "method": "generic"} for row in curve_rows([(0.1, 0.1, 0.1)] * 2, None)),
    ]
    order = series_of(("generic", "a"), ("random", "ours", "worse"))
    return summarise(rows, {"all": frozenset({"r0", "r1"})}, order, 0, (0, 5, 10))


def test_the_area_is_the_mean_over_all_but_the_start():
    found = {(f.series, f.other): f for f in planted_figures() if f.metric == summary.AREA}
    ours, at_random = Series("a", "ours"), Series("a", "random")
    assert found[ours, None].estimate.mean == pytest.approx(0.6)
    assert found[at_random, None].estimate.mean == pytest.approx(0.4)
    assert found[ours, at_random].estimate.mean == pytest.approx(0.2)
    assert found[ours, Series("generic")].estimate.mean == pytest.approx(0.5)
    assert {f.shots for f in found.values()} == {10}


def test_answers_needed_are_read_off_a_planted_curve():
    found = {f.ask: f for f in planted_figures() if f.metric == summary.NEEDED}
    assert found["ours"].estimate.mean == pytest.approx(5)
    assert found["random"].estimate.mean == pytest.approx(10)
    assert found["worse"].estimate.mean == np.inf
    shape = found["worse"].as_json("set", "classic")
    assert (shape["mean"], shape["low"], shape["high"], shape["versus"], shape["shots"]) == (None, None, None, None, 10)


def test_answers_needed_lie_between_stops_and_may_be_none_or_too_many():
    stops, ends = np.array([0.0, 5, 10]), np.array([0.5, 0.5])
    needed = lambda curve: answers_needed(np.array([curve, curve]), ends, stops, 0).mean  # noqa: E731
    assert needed([0.0, 0.4, 0.6]) == pytest.approx(7.5)
    assert needed([0.6, 0.4, 0.6]) == 0
    assert needed([0.0, 0.6, 0.2]) == pytest.approx(5 * 0.5 / 0.6), "the first time"
    assert needed([0.0, 0.1, 0.2]) == np.inf


def test_the_interval_of_answers_needed_holds_the_truth():
    rng, stops = np.random.default_rng(0), np.array([0.0, 5, 10, 15, 20])
    held = []
    for _ in range(200):
        rater = rng.normal(0, 0.1, 30)
        random, ours = (np.outer(np.ones(30), stops) * slope + rater[:, None] for slope in (0.01, 0.02))
        ours, random = (curve + rng.normal(0, 0.03, curve.shape) for curve in (ours, random))
        estimate = answers_needed(ours, random[:, -1], stops, 0)
        held.append(estimate.low <= 10 <= estimate.high)
    assert 0.9 <= np.mean(held) <= 0.99


def test_only_what_differs_in_one_thing_is_compared():
    a, b, generic = Series("a", "ours"), Series("b", "random"), Series("generic")
    assert a.is_comparable(Series("b", "ours"))
    assert a.is_comparable(Series("a", "random"))
    assert a.is_comparable(generic)
    assert not a.is_comparable(b)


# ------------------------------------------------------------------ the run


@pytest.fixture
def rated(tmp_path, monkeypatch):
    """A made set of ratings, with every file's version held."""
    monkeypatch.setattr(runner, "code_version", lambda: "0+test")
    fake_encoder(monkeypatch)
    return write_set(tmp_path, "ratings")


CALL = {"methods": ["ridge"], "ask": ["random", "greedy"], "budget": 10, "repeats": 1}


def test_a_run_tells_each_strategy_from_asking_at_random(rated, tmp_path):
    figures = run(rated, **CALL, out=tmp_path / "out")
    assert {(f["method"], f["ask"]) for f in figures} == {("ridge", "random"), ("ridge", "greedy")}, "as it was called"
    gains = [f for f in figures if (f["versus"], f["versus_ask"]) == ("ridge", "random")]
    assert {(f["metric"], f["shots"]) for f in gains} >= {("spearman", 10), ("area", 10)}
    assert {f["shots"] for f in figures if f["metric"] == "spearman"} == {0, 5, 10}
    assert {row["method"] for row in rows_of(tmp_path / "out")} == {"generic", "ridge"}, "and the one control"
    results = Results.load(tmp_path / "out")
    assert "--ask random,greedy --budget 10 --repeats 1" in results.command
    assert re.fullmatch(r"ridge, greedy is .* random at 10 answers: spearman .*", *results.findings())
    for text in (table(results), page(results)):
        assert "answers_needed to be where random is at 10, lower is better" in text
        assert "area, the mean from 5 to 10 answers" in text
        assert "gain over random" in text
    drawn = panels(results, "all")
    assert not {panel.title for panel in drawn} & {"area", "answers_needed"}
    assert {line.label for line in drawn[0].lines} == {"generic", "ridge, random", "ridge, greedy"}
    assert all(line.low == line.mean for line in drawn[0].lines), "no bands"


def test_too_many_answers_are_told_and_kept_as_such(rated, tmp_path):
    run(rated, **CALL, out=tmp_path / "out")
    results = Results.load(tmp_path / "out")
    never = [
        replace(f, estimate=replace(f.estimate, mean=np.inf, high=np.inf)) if f.metric == summary.NEEDED else f
        for f in results.figures
    ]
    replace(results, figures=never).save(tmp_path)
    text = (tmp_path / "results.json").read_text()
    assert "Infinity" not in text
    assert "more than 10 [" in table(Results.load(tmp_path))


def test_colours_are_of_strategies_and_dashes_of_methods(rated, tmp_path):
    run(rated, **CALL | {"methods": ["ridge", "svm"], "ask": ["random", "ours"]}, out=tmp_path / "out")
    lines = {line.label: line for line in panels(Results.load(tmp_path / "out"), "all")[0].lines}
    assert lines["ridge, ours"].colour == lines["svm, ours"].colour != lines["svm, random"].colour
    assert lines["ridge, ours"].dash == lines["ridge, random"].dash != lines["svm, random"].dash


def test_a_run_that_asks_goes_on_where_it_stopped_and_only_as_itself(rated, tmp_path):
    whole = run(rated, **CALL, out=tmp_path / "whole")

    def stop(stage, done, total):
        if (stage, done) == ("fitting", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(rated, **CALL, out=tmp_path / "parts", progress=stop)
    assert run(rated, **CALL, out=tmp_path / "parts") == whole
    assert rows_of(tmp_path / "parts") == rows_of(tmp_path / "whole")
    with pytest.raises(UserError, match=r"holds another run: .*budget was 10, now 15"):
        run(rated, **CALL | {"budget": 15}, out=tmp_path / "whole")
    with pytest.raises(UserError, match=r"ask was \['random', 'greedy'\], now None"):
        run(rated, ["ridge"], shots=[0, 5, 10], repeats=1, out=tmp_path / "whole")


def test_without_random_nothing_is_measured_against_it(rated):
    figures = run(rated, **CALL | {"ask": ["greedy"], "methods": ["generic", "ridge"]})
    assert "answers_needed" not in {f["metric"] for f in figures}
    assert json.dumps(figures, allow_nan=False)


def test_the_command_line_prints_what_is_gained_over_asking_at_random(rated, capsys):
    options = ["bench", str(rated), "--methods", "ridge", "--repeats", "1"]
    assert command([*options, "--ask", "random, greedy", "--budget", "10"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines.count("gain over random") == 2 * 6, "of five metrics and the area, in two groups"
    assert "answers_needed to be where random is at 10, lower is better: all (6 raters)" in lines
    assert re.fullmatch(r"ridge, greedy +(more than 10|\d+\.\d) \[\S.*\]", lines[-1])
    assert command([*options, "--analysis", "fake-raters", "--ask", "random"]) == 2
    assert "an analysis takes none" in capsys.readouterr().err


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"ask": ["ours"], "shots": [5]}, "shots cannot be given together with ask"),
        ({"budget": 20}, "budget is how many answers"),
        ({"ask": ["ours"], "budget": 4}, "budget must be 5 or more, got 4"),
        ({"ask": ["our"]}, "unknown strategy 'our'; did you mean 'ours'"),
        ({"ask": []}, "no strategies were given"),
        ({"ask": ["ours"], "methods": ["generic"]}, "name a method that learns from it"),
    ],
)
def test_a_wrong_call_is_refused_with_a_sentence(tmp_path, call, words):
    with pytest.raises(UserError, match=re.escape(words)):
        run(tmp_path, **{"methods": ["gp"], **call})


def test_all_faults_of_a_call_are_told_together(tmp_path):
    with pytest.raises(UserError) as caught:
        run(tmp_path, ["gpp"], ask=["our"], budget=1, shots=[-1], repeats=0)
    words = ("'gp'", "'ours'", "budget must be", "got -1", "together with ask", "repeats must be")
    assert all(word in str(caught.value) for word in words)


def test_strategies_that_know_no_pairs_are_refused_on_choices(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    write_set(tmp_path, "choices")
    with pytest.raises(UserError, match="need ratings: greedy, qbc; for pairs there are: random, variance, ours"):
        run(tmp_path, ["gp"], ask=["greedy", "ours", "qbc"], repeats=1)
    with pytest.raises(UserError, match=r"'ridge' cannot learn from choices.*need ratings: greedy"):
        run(tmp_path, ["ridge"], ask=["greedy"], repeats=1)


# ------------------------------------------------------------------ grids of what was rated


def grid_draw(each=80, levels=10):
    """A protocol of ratings 1 to `levels`, and the support of a draw."""
    protocol = protocol_of("ratings", each)
    judged = protocol.judgements
    score = np.random.default_rng(2).integers(1, levels + 1, len(judged)).astype(float)
    protocol.judgements = replace(judged, score=score)
    return protocol, askable(protocol.judgements, protocol.draw(1, 0).support)


def test_seconds_of_answering_are_those_of_real_people():
    assert cost(1, rating=True) == pytest.approx(1.66)
    assert cost(2) == pytest.approx(1.32)
    assert cost(9, 3) == pytest.approx(9 * 0.46 + 4 * 0.4)
    assert [ratings_by(seconds) for seconds in (0, 1.65, 1.66, 10, 60)] == [0, 0, 1, 6, 36]
    assert (seconds_of(60), seconds_of(25)) == ((0, 10, 20, 30, 45, 60), (0, 10, 20, 25))
    assert (unit_of(["random", "grids"]), unit_of(["random", None])) == ("seconds", "answers")


def test_a_state_counts_from_when_the_answer_is_over():
    events = [(4.0, "a"), (9.0, "b"), (11.0, "c")]
    assert list(by_then(events, (0, 4, 10, 12, 40), "-")) == [(0, "-"), (4, "a"), (10, "b"), (12, "c"), (40, "c")]
    assert list(by_then(events, (10, 12, 40), "-", patience=5)) == [(10, "b"), (12, "c")]
    endless = ((float(second), second) for second in itertools.count(1))
    assert list(by_then(endless, (0, 3), 0)) == [(0, 0), (3, 3)]


def test_picked_is_what_a_person_rates_in_their_own_top_quarter():
    assert picks(np.arange(1.0, 9)).tolist() == [False] * 6 + [True] * 2
    assert picks(np.array([1.0, 2, 3, 3, 3, 3])).tolist() == [False, False, True, True, True, True], "else nobody"
    assert picks(np.array([1.0] * 15 + [2] * 4 + [3])).sum() == 5, "1 in 20 above the border are too few"
    assert picks(np.array([1.0] * 7 + [2] * 2 + [3])).sum() == 3


@pytest.mark.parametrize("name", ["grids", "grids-random"])
def test_grids_show_the_support_alone_and_the_top_quarter_is_picked(name):
    protocol, support = grid_draw()
    judged, seen = protocol.judgements, []
    X = np.hstack([planted_rows(), np.ones((N, MEASURED), np.float32)])
    interview = GridInterview(judged, support, X, lambda answers: seen.append(answers), 7)
    stops = [stop for stop, _ in interview.by(name, (0, 5, 10, 500))]
    shown = seen[-1].grids
    assert stops == [0, 5, 10], "it ends with the support"
    assert sorted(shown[:, 1]) == sorted(judged.item[support]), "each picture once"
    assert set(np.bincount(shown[:, 0])[:-1]) == {9}
    rated = dict(zip(judged.item[support].tolist(), judged.score[support].tolist(), strict=True))
    border = np.quantile(list(rated.values()), 0.75)
    assert all((rated[row] > border) == bool(picked) for _, row, picked in shown.tolist())


def test_a_run_with_grids_is_in_seconds_for_every_strategy(rated, capsys):
    options = ["bench", str(rated), "--methods", "mixture", "--repeats", "1"]
    assert command([*options, "--ask", "random,grids,grids-random", "--budget", "15"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("seconds ") for line in lines)
    assert any(line.startswith("area, the mean from 10 to 15 seconds: all") for line in lines)
    assert {line.split("  ")[0] for line in lines} >= {"mixture, random", "mixture, grids", "mixture, grids-random"}


def test_ratings_are_measured_where_so_many_were_given_by_then():
    protocol, _ = grid_draw()
    in_seconds = bench_of(protocol, ("ridge",), ("random", "grids"))
    series = Series("ridge", "random")
    taken = [len(model_rows) for model_rows in rows_learned(in_seconds, series, protocol.draw(1, 0), (0, 10, 20))]
    assert taken == [0, 6, 12]


def rows_learned(bench, series, draw, stops):
    """What the method is fitted on at each of the stops."""
    learned = []
    bench._fit_on = lambda name, draw, known: learned.append(known)
    list(bench._fits(series, draw, stops))
    return learned


def test_grids_need_ratings_and_a_method_that_knows_choices(rated, tmp_path, monkeypatch):
    with pytest.raises(UserError, match="ridge: cannot learn from grids"):
        run(rated, ["ridge"], ask=["grids"], repeats=1)
    fake_encoder(monkeypatch)
    (tmp_path / "choices").mkdir()
    write_set(tmp_path / "choices", "choices")
    with pytest.raises(UserError, match="grids are made of ratings, and this set holds choices"):
        run(tmp_path / "choices", ["gp"], ask=["grids"], repeats=1)
