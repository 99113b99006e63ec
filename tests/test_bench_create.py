"""New pictures judged: who they are made for, what is counted, and that a planted taste is gained on."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run as command
from beholder.create import Order, create, evolution, plain
from beholder.create import making as making_module
from beholder.create.dreaming import FlowEngine
from beholder.errors import BadInput, UnknownName, UserError
from beholder.research.bench import analyse, creating
from beholder.research.bench.creating_tables import sum_up
from beholder.research.bench.takers import Taker, takers
from beholder.research.bench.told_apart import told_apart
from beholder.research.datasets import load_plain
from helpers.flows import tiny_flow, tone

pytest_plugins = "helpers.made"

N = 26
SMALL = {"shots": [30], "repeats": 2, "people": 1}


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    """Pictures from dark to light, of thirteen makers; r0 likes light ones and r1 said too little."""
    folder = tmp_path_factory.mktemp("tones")
    for n in range(N):
        tone(n).save(folder / f"{n}.png")
    rng = np.random.default_rng(0)
    pairs = [sorted(rng.choice(N, 2, replace=False).tolist()) for _ in range(60)]
    said = [("r0", f"i{a}", f"i{b}", "right") for a, b in pairs] + [("r1", "i0", "i1", "tie")]
    tables = {
        "items.csv": [("item", "file", "maker"), *((f"i{n}", f"{n}.png", f"m{n // 2}") for n in range(N))],
        "choices.csv": [("rater", "left", "right", "choice"), *said],
    }
    for name, rows in tables.items():
        with (folder / name).open("w", newline="") as stream:
            csv.writer(stream).writerows(rows)
    return folder


@pytest.fixture
def quick(monkeypatch):
    """Small pictures of a tiny flow, without a brush, all in this process."""
    monkeypatch.setenv("BEHOLDER_THREADS", "1")
    monkeypatch.setattr(creating, "_SIDE", 96)
    monkeypatch.setattr(creating, "_TRIED_AT", 96)
    monkeypatch.setattr(creating, "_MOST_TRIED", 2)
    monkeypatch.setattr(making_module, "_TRIED_AT", 96)
    monkeypatch.setattr(evolution, "_TRIED_AT", 64)
    monkeypatch.setattr(evolution, "_TRIES", 30)
    monkeypatch.setattr(evolution, "_FEWEST", 30)
    monkeypatch.setattr(making_module, "repaint", lambda picture, style, side, seed: picture.resize((side, side)))
    monkeypatch.setitem(making_module.ENGINES, "flow", lambda: FlowEngine(tiny_flow()))


def test_people_are_directions_personas_and_raters_of_enough_choices(tones):
    data, X = load_plain(tones), np.random.default_rng(0).normal(size=(N, 6))
    found = takers(data, X, 30, 0, most=3)
    assert [one.kind for one in found] == ["simulated"] * 3 + ["persona"] * 3 + ["real"]
    assert found[-1].name == "r0"
    assert (len(found[-1].guiding), len(found[-1].judging)) == (30, 30)
    said = [one.client_id for one in (*found[-1].guiding, *found[-1].judging)]
    assert len(set(said)) == 60, "no answer both guides and judges"
    assert found[-1].ways == ((found[-1].guiding, found[-1].judging), (found[-1].judging, found[-1].guiding))
    assert all(one.ways == ((one.guiding, one.judging),) for one in found[:-1])
    assert all(winner > loser for winner, loser in (one.items for one in found[-1].guiding)), "the right one"
    assert all(len(one.guiding) == 30 for one in found)
    again = takers(data, X, 30, 0, most=3)
    assert [[j.items for j in one.guiding] for one in found] == [[j.items for j in one.guiding] for one in again]


def test_without_strength_nothing_is_gained(tones, quick, monkeypatch):
    monkeypatch.setattr(creating, "_STRENGTH", 0.0)
    figures = analyse("create", tones, **SMALL)
    assert {(f["engine"], f["kind"]) for f in figures} == {
        (engine, kind) for engine in ("flow", "painter") for kind in ("simulated", "persona", "real")
    }
    for one in figures:
        assert (one["own"], one["judge"]) == (0, 0)
        assert one["variety"] == 1


def test_a_planted_taste_is_gained_on_and_the_command_says_so(tones, quick, tmp_path, capsys):
    call = ["bench", str(tones), "--analysis", "create", "--methods", "painter", "--shots", "30", "--repeats", "2"]
    assert command([*call, "--people", "2", "--json", "--out", str(tmp_path / "out")]) == 0
    figures = json.loads(capsys.readouterr().out)
    whole = {f["kind"]: f for f in figures if f["person"] is None}
    assert whole["simulated"]["own"] > 0.3
    assert whole["simulated"]["own_low"] is not None
    assert whole["real"]["own"] > 0.3
    assert whole["real"]["people"] == 1
    assert {f["judged_by"] for f in figures} == {"classic"}
    assert all(1 <= f["best_of"] <= 2 for f in figures)
    assert all(1 <= f["families"] <= 2 for f in figures)
    assert len((tmp_path / "out" / "create.jsonl").read_text().splitlines()) == 5
    table = (tmp_path / "out" / "create.md").read_text()
    assert "| 2 people | painter |" in table
    assert "gain by the judge" in table
    assert "<svg" in (tmp_path / "out" / "create.svg").read_text()
    with Image.open(tmp_path / "out" / "create-painter-simulated.jpg") as sheet:
        assert sheet.size == (2 * 198 - 6, 4 * 198 - 6), "two people, each with two pictures and their twins"
    assert {path.name for path in (tmp_path / "out").glob("*.jpg")} == {
        f"create-painter-{kind}.jpg" for kind in ("simulated", "persona", "real")
    }


def test_what_is_made_for_two_people_is_told_apart_by_what_they_like(tmp_path):
    def square(colour, seed):
        rng = np.random.default_rng(seed)
        return Image.fromarray((np.array(colour) + rng.integers(-40, 40, (32, 32, 3))).clip(0, 255).astype(np.uint8))

    red, blue = (200, 60, 60), (60, 60, 200)
    files = [tmp_path / f"{n}.png" for n in range(20)]
    for n, file in enumerate(files):
        square(red if n < 10 else blue, n).save(file)
    likes_red, likes_blue, likes_both, unknown = (
        Taker("persona", name, (), (), tuple(liked))
        for name, liked in [("r", range(10)), ("b", range(10, 20)), ("a", range(20)), ("u", ())]
    )
    reds, blues = ([square(colour, 100 + n) for n in range(3)] for colour in (red, blue))
    assert told_apart([reds, blues], [likes_red, likes_blue], files) == [1, 1]
    assert told_apart([blues, reds], [likes_red, likes_blue], files) == [0, 0]
    assert told_apart([reds, reds], [likes_red, likes_blue], files) == [0.5, 0.5]
    none = told_apart([reds, reds, blues], [likes_red, likes_both, unknown], files)
    assert np.isnan(none).all(), "of those who like the same pictures, or nobody knows what, nothing is said"


def test_figures_are_means_over_people():
    about = {"data": "set", "encoder": "e", "engine": "flow", "kind": "real", "answers": 3, "pictures": 2}
    flat = dict.fromkeys(("best_own", "variety", "told_apart", "near", "near_quarters", "seconds", "best_judge"), 0.5)
    rows = [
        about | flat | {"person": f"p{n}", "own": 2.0, "judge": judge, "best_of": n, "families": None}
        for n, judge in enumerate((-0.5, 1.0, 1.0, 2.5))
    ]
    whole, *persons = sum_up(rows, 0)
    assert (whole["own"], whole["judge"], whole["share"], whole["positive"]) == (2, 1, 0.5, 0.75)
    assert whole["over_best"] == 0.5
    assert whole["judge_low"] < 1 < whole["judge_high"]
    assert whole["families"] is None
    assert persons == rows


def test_plain_pictures_are_the_twins(session, engines):
    order = Order(count=2, strength=0, seed=3, style="pointillism", side=96)
    assert [one.tobytes() for one in plain(order)] == [one.twin.tobytes() for one in create(session, order)]


def test_what_cannot_be_judged_is_said(tones, capsys):
    for call, said in [
        ({"methods": ["flaw"]}, "did you mean 'flow'"),
        ({"shots": [10, 20]}, "one number of answers, 1 or more, got 10, 20"),
        ({"ask": ["grids"]}, "asks no simulated people"),
        ({"people": 0}, "1 or more, got 0"),
    ]:
        with pytest.raises((UserError, UnknownName), match=said):
            analyse("create", tones, **call)
    with pytest.raises(UserError, match="fake-raters asks no simulated people"):
        analyse("fake-raters", tones, people=3)
    with pytest.raises(BadInput, match="20 pictures or more, few has 3"):
        creating.check(type("Few", (), {"items": (1, 2, 3), "name": "few"}), [30])
    assert command(["bench", str(tones), "--people", "3"]) == 2
    assert "--people is for the analyses" in capsys.readouterr().err
