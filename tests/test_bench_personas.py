"""Simulated people of a clear taste: who they are, how they answer, and that what they love is found."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from beholder.ask.questions import Question
from beholder.cli import app
from beholder.errors import BadInput, UnknownName, UserError
from beholder.research.bench import analyse, analysis, personas
from beholder.research.bench.methods import RatedTable
from beholder.research.bench.personas import (
    PLANS,
    Persona,
    PersonaJob,
    Personas,
    SimulatedEye,
    found_share,
    people_of,
    right_share,
    seconds_of,
    sum_up,
)
from beholder.types import Judgement
from test_bench import dataset

N = 400


def planted(seed=0):
    """X, and who likes one of the ten kinds of pictures that lie apart in it."""
    rng = np.random.default_rng(seed)
    kind = np.arange(N) % 10
    X = np.hstack([4 * rng.normal(size=(10, 16))[kind] + rng.normal(size=(N, 16)), rng.random((N, 10))])
    return X.astype(np.float32), Persona("kind", "3", kind == 3), kind


def question(kind, items):
    return Question("q", kind, tuple(items), "ours", "")


def steady(liked, monkeypatch):
    """An eye that never slips and sees everything as it is."""
    monkeypatch.setattr(personas, "SLIPS", 0.0)
    monkeypatch.setattr(personas, "LOOK_NOISE", 0.0)
    return SimulatedEye(np.array(liked, float), np.random.default_rng(0))


def test_people_are_the_values_of_two_to_twelve_percent_from_each_column_in_turn():
    artist = [f"a{i % 20}" for i in range(200)]  # 5 % each
    style = ["Cubism, Fauvism" if i < 10 else "other" for i in range(200)]
    columns = {"item": artist, "artist": artist, "same": artist, "score": artist, "style": style}
    found = people_of(columns)
    assert len(found) == 21, "those of the same pictures are one person"
    assert [p.column for p in found[:3]] == ["artist", "style", "artist"]
    assert found[1].value in ("Cubism", "Fauvism")
    assert np.flatnonzero(found[1].liked).tolist() == list(range(10))
    assert len(people_of(columns, most=7)) == 7
    assert not people_of({"rare": [str(i % 61) for i in range(200)], "one": ["x"] * 200})


def test_a_person_picks_ties_and_rates_by_what_the_pictures_are_worth(monkeypatch):
    eye = steady([1, 0, 0.7, 0.1, 0.95], monkeypatch)
    assert eye.answer(question("grid", range(5))).picked == (0, 2, 4)
    assert eye.answer(question("choice", [1, 0])).items == (0, 1)
    assert [eye.answer(question("choice", pair)).kind for pair in ([0, 4], [0, 2], [1, 3])] == ["tie", "choice", "tie"]
    assert [eye.answer(question("rating", [row])).value for row in range(3)] == [8, 3, 6]  # 6.5 goes to even
    assert SimulatedEye(np.array([9.0, -9]), eye.rng).answer(question("rating", [0])).value == 10


def test_three_answers_in_a_hundred_are_slips():
    eye = SimulatedEye(np.zeros(N), np.random.default_rng(0))
    picked = sum(len(eye.answer(question("grid", range(9))).picked) for _ in range(1000))
    assert picked / 9000 == pytest.approx(0.03, abs=0.006)


def test_an_answer_takes_as_long_as_it_took_real_people():
    told = {"client_id": "x"}
    assert seconds_of(Judgement("rating", (1,), **told)) == pytest.approx(1.66)
    assert seconds_of(Judgement("choice", (1, 2), **told)) == pytest.approx(1.32)
    assert seconds_of(Judgement("grid", tuple(range(9)), picked=(1, 2), **told)) == pytest.approx(9 * 0.46 + 3 * 0.4)


def test_what_is_found_is_counted_among_what_was_never_shown():
    liked = np.array([True, True, True, False, False, False])
    score = np.array([9.0, 5, 1, 8, 2, 0])
    assert found_share(score, liked, [0], 2) == 0.5  # 3 and 1 come first
    assert found_share(score, liked, [0, 3], 5) == 0.5  # two liked ones are left, so of the first two: 1 and 4
    assert found_share(score, liked, [0, 1, 2], 5) is None
    assert found_share(np.zeros(6), liked, [], 2) == 0.5, "a level ranking knows nothing of the order"


def test_an_accuracy_is_judged_by_pairs_of_what_was_never_shown():
    worth = np.array([4.0, 3, 2, 1])
    assert right_share(worth, worth, []) == 1
    assert right_share(-worth, worth, []) == 0
    assert right_share(np.zeros(4), worth, []) == 0.5
    assert right_share(np.array([0.0, 3, 2, 1]), worth, [0]) == 1
    assert right_share(worth, worth, [0, 1, 2]) == 0.5, "one picture is no pair"


def test_a_planted_kind_is_found_by_every_plan():
    X, person, _ = planted()
    work = Personas([person], RatedTable.of(X), {"mixture": None}, (1, 60), 0)
    for plan in PLANS:
        early, late = work.run(PersonaJob(0, 0, plan, "mixture"))
        assert late["found"] >= 0.8 > early["found"], plan
        assert (early["answers"], early["shown"]) == (0, 0), "none takes a second"
        assert 0 < late["shown"] <= person.liked.sum()
        assert early["stated"] is early["margin"] is None, "nothing was said"
        assert abs(late["stated"] - late["right"]) < late["margin"], plan
    assert late["answers"] == 36  # ratings of 1.66 seconds


def test_the_same_seed_gives_the_same_rows_and_a_model_without_grids_learns_from_them():
    X, person, _ = planted()
    table = RatedTable.of(X)
    work = Personas([person], table, {"logistic": None}, (30,), 0)
    rows = work.run(PersonaJob(0, 0, "grids", "logistic"))
    assert rows == Personas([person], table, {"logistic": None}, (30,), 0).run(PersonaJob(0, 0, "grids", "logistic"))
    assert work.run(PersonaJob(0, 1, "grids", "logistic")) != rows
    assert rows[0]["stated"] is None, "it states no accuracy"


def test_figures_are_means_over_people_with_the_worst_one():
    about = {"data": "set", "encoder": "e", "plan": "grids", "method": "m", "base": 0.1, "answers": 3, "shown": 2}
    about |= {"stated": 0.7, "margin": 0.1}
    rows = [
        {**about, "person": name, "repeat": repeat, "seconds": 30, "found": found, "right": 0.65 + 0.2 * repeat}
        for name, values in {"a": (0.2, 0.4), "b": (0.9, 0.7), "c": (None, None)}.items()
        for repeat, found in enumerate(values)
    ]
    whole, *each = sum_up(rows, 0)
    assert (whole["found"], whole["worst"], whole["worst_person"], whole["people"]) == ([0.55], [0.3], ["a"], 3)
    assert [(one["person"], one["found"]) for one in each] == [("a", [0.3]), ("b", [0.8]), ("c", [None])]
    assert (whole["stated"], whole["right"], whole["holds"]) == ([0.7], [0.75], [0.5])
    assert "| 0.700, true 0.750, 50% hold |" in personas.table([whole, *each])


def test_one_person_has_no_interval_and_the_table_and_figure_say_none():
    about = {"data": "d", "encoder": "e", "plan": "grids", "method": "mixture", "person": "style: dots", "base": 0.1}
    rows = [{**about, "repeat": 0, "seconds": s, "answers": s, "shown": 1, "found": 0.5} for s in (30, 60)]
    rows = [row | {"stated": None, "margin": None, "right": 0.5} for row in rows]
    figures = sum_up(rows, 0)
    assert figures[0]["low"] == figures[0]["high"] == [None, None]
    assert "| 0.500, worst 0.50 |" in personas.table(figures)
    assert "nan" not in personas.draw(figures).casefold()


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """A set without ratings in memory, and the call that asks it."""
    X, _, kind = planted()
    columns = {"kind": tuple(str(k) if k < 2 else "other" for k in kind)}
    data = replace(dataset(0, "ratings", n=N, each=0), columns=columns)
    monkeypatch.setattr(analysis, "load_set", lambda path, where: data)
    monkeypatch.setattr(analysis, "embed_set", lambda data, encoder, say: (RatedTable.of(X), "planted-1"))
    return ["bench", str(tmp_path), "--analysis", "personas", "--shots", "6,20", "--ask", "grids,ratings"]


def test_the_command_prints_a_line_a_person_and_writes_rows_table_and_figure(pictures, tmp_path):
    options = ["--methods", "mixture,ridge", "--json", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*pictures, *options])
    figures = json.loads(done.stdout)
    assert {(f["plan"], f["method"]) for f in figures} == {
        ("grids", "mixture"),
        ("ratings", "mixture"),
        ("ratings", "ridge"),
    }, "ridge knows ratings alone"
    assert figures[0]["person"] is None
    assert len(figures) == 3 * 3
    assert figures[0]["seconds"] == [6, 20]
    assert len((tmp_path / "out" / "personas.jsonl").read_text().splitlines()) == 3 * 2 * 2
    assert "| grids, mixture |" in (tmp_path / "out" / "personas.md").read_text()
    assert "<svg" in (tmp_path / "out" / "personas.svg").read_text()


def test_what_cannot_be_asked_is_told(pictures):
    with pytest.raises(UserError, match="'someone-else' is made of what simulated people do not have"):
        analyse("personas", ".", methods=["someone-else"])
    with pytest.raises(UserError, match="'pam' starts from what people like, which is not known"):
        analyse("personas", ".", methods=["pam"])
    with pytest.raises(UserError, match="ridge cannot learn from grids"):
        analyse("personas", ".", methods=["ridge"], ask=["grids"])
    with pytest.raises(UnknownName, match="unknown way to ask people 'grid'; did you mean 'grids'"):
        analyse("personas", ".", ask=["grid"])
    with pytest.raises(UserError, match="1 second or more, got 0"):
        analyse("personas", ".", shots=[0])
    with pytest.raises(UserError, match="fake-raters compares no methods"):
        analyse("fake-raters", ".", methods=["gp"])
    with pytest.raises(BadInput, match="people are made of a column"):
        personas.check(dataset(0, "ratings"), [30])
