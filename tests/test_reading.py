"""One reading of each fit: pages, exports and the command line say the same, and nothing is made twice."""

import gc
import json
import threading
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np
import pytest
from fastapi.testclient import TestClient

from beholder.cli import run
from beholder.collection import Collection, Library
from beholder.config import Settings
from beholder.explain import explanation as words
from beholder.filters import Filter
from beholder.session import Session
from beholder.taste import TasteMixture
from beholder.types import Judgement
from beholder.web.app import create_app
from helpers.browser import HERE, SAFE, choose, hang, with_code


@pytest.fixture
def client(home, painted):
    """Ada's browser, on twelve pictures of which six are called even."""
    lines = "".join(f"{n:02},{n:02}.png,{' even' if n % 2 == 0 else 'odd'}\n" for n in range(12))
    (painted / "items.csv").write_text("item,file,kind\n" + lines)
    library = Library(home, config=Settings(home=home))
    library.import_source(painted, "wall")
    client = TestClient(create_app(library, library.settings), base_url=HERE, headers=SAFE)
    client.post("/people", data={"name": "Ada"})
    client.library = library
    yield client
    client.app.state.beholder.close()
    library.close()


@pytest.fixture
def explained(monkeypatch):
    """A list that grows by one whenever a taste is put into words."""
    calls, real = [], words.explain

    def explain(*args, **more):
        calls.append(1)
        return real(*args, **more)

    for module in ("beholder.collection", "beholder.explain.explanation"):
        monkeypatch.setattr(f"{module}.explain", explain)
    return calls


def session_of(client):
    state = client.app.state.beholder
    return state.session("wall", client.library.store.person("Ada"))


def answers(ids):
    """Ten answers about four pictures, given at once."""
    won = [Judgement("choice", pair, f"{pair}-{n}") for n in range(4) for pair in ((ids[0], ids[1]), (ids[2], ids[3]))]
    return [*won, Judgement("tie", (ids[0], ids[3]), "tie"), Judgement("tie", (ids[1], ids[2]), "another")]


def test_three_pages_explain_a_taste_once_for_each_new_answer(client, explained):
    choose(client, 12)
    client.get("/api/label/wall/progress")
    session_of(client).settle()
    for number in range(2):
        explained.clear()
        if number:
            choose(client, 1)
        for page in ("/api/label/wall/progress", "/results/wall", "/taste/wall", "/results/wall", "/label/wall"):
            assert client.get(page).status_code == 200
        assert client.get("/results/wall/export.json").json()[0]["why"]
        session_of(client).settle()
        assert len(explained) <= 1, number


def test_every_picture_is_scored_once_for_each_new_answer(client, monkeypatch):
    choose(client, 12)
    session, real, scored = session_of(client), TasteMixture.predict, []
    X = session.collection.X

    def predict(self, X, return_std=False):
        scored.append(len(X))
        return real(self, X, return_std)

    monkeypatch.setattr(TasteMixture, "predict", predict)
    for page in ("/api/label/wall/progress", "/results/wall", "/taste/wall", "/results/wall"):
        assert client.get(page).status_code == 200
    session.settle()
    scored.clear()
    choose(client, 1)
    for page in ("/results/wall", "/api/label/wall/progress", "/taste/wall"):
        assert client.get(page).status_code == 200
    session.settle()
    assert scored.count(len(X)) == 1
    assert np.array_equal(session.reading().fitted.scores, session.reading().model.predict(X))


def test_hiding_a_picture_or_marking_it_is_seen_at_once_and_teaches(client):
    choose(client, 12)
    client.get("/taste/wall")
    session, (first, second) = session_of(client), [item.id for item in client.library.collection("wall").items[:2]]
    session.settle()
    assert session.progress().answers == 12
    session.record([Judgement("hide", (first,), "hidden", value=1), Judgement("favourite", (second,), "best", value=1)])
    page = client.get("/results/wall").text
    assert client.get("/taste/wall").status_code == 200
    assert f'id="p{first}"' not in page
    assert 'aria-pressed="true"' in page
    session.settle()
    assert session.progress().answers == 14
    session.record([Judgement("hide", (first,), "shown", value=0)])
    session.settle()
    assert session.progress().answers == 13


def test_a_reading_stays_as_it_is_while_answers_go_on(client):
    choose(client, 12)
    session = session_of(client)
    session.settle()
    before = session.reading()
    model, scores, count = before.model, before.scores.copy(), before.progress.answers
    choose(client, 5)
    session.settle()
    assert (before.model, before.progress.answers) == (model, count)
    assert np.array_equal(before.scores, scores)
    assert session.reading().model is not model
    assert session.reading().progress.answers == count + 5


def test_no_reader_sees_a_model_without_its_answers(client):
    choose(client, 3)
    session, stop, faults = session_of(client), threading.Event(), []
    session.settle()

    def look():
        while not stop.is_set():
            reading = session.now
            if reading.fitted and len(reading.model.answers_) != len(reading.answers):
                faults.append(reading)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(6):
        choose(client, 1)
    session.settle()
    stop.set()
    for reader in readers:
        reader.join()
    assert not faults


def test_a_ranking_is_made_once_for_several_readers(client, monkeypatch):
    choose(client, 12)
    made, real = [], Collection.ranking
    monkeypatch.setattr(Collection, "ranking", lambda self, *a, **k: (made.append(1), real(self, *a, **k))[1])
    readers = [threading.Thread(target=client.get, args=(f"/{page}/wall",)) for page in ("results", "taste") * 3]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(made) == 1


def test_the_app_and_the_command_line_tell_a_ranking_in_one_shape(client, capsys):
    session_of(client).record(answers([item.id for item in client.library.collection("wall").items]))
    told = client.get("/results/wall/export.json?c.kind=even").json()
    assert run(["rank", "wall", "--person", "Ada", "--where", "kind=even", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told
    assert [one["rank"] for one in told] == list(range(1, 7))
    assert [one["overall"] for one in told] != [one["rank"] for one in told]
    assert {"item", "title", "file", "score", "std", "why", "near", "favourite", "columns"} <= set(told[0])


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("q=EVEN", ["--words", "EVEN"]),
        ("favourites=1", ["--favourites"]),
        ("new=1", ["--unseen"]),
        ("new=1&c.kind=odd", ["--unseen", "--where", "kind=odd"]),
    ],
)
def test_the_app_and_the_command_line_filter_alike(client, capsys, query, options):
    ids = [item.id for item in client.library.collection("wall").items]
    said = answers(ids)
    more = [Judgement("skip", (ids[4], ids[5]), "skipped"), Judgement("favourite", (ids[6],), "best", value=1)]
    session_of(client).record([*said, *more])
    told = client.get(f"/results/wall/export.json?{query}").json()
    assert told
    assert run(["rank", "wall", "--person", "Ada", *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told


def test_where_a_file_lies_is_told_on_the_machine_itself_alone(home, painted):
    library = Library(home, config=Settings(home=home, host="0.0.0.0"))
    library.import_source(painted, "wall")
    for address, told in (("127.0.0.1", True), ("192.168.0.7", False)):
        app = create_app(library, library.settings)
        client = TestClient(app, base_url=HERE, headers=SAFE, client=(address, 5000))
        with_code(client)
        client.post("/people", data={"name": f"At {address}"})
        choose(client, 12)
        assert (client.get("/results/wall/export.json").json()[0]["file"] is not None) == told
        assert (str(painted) in client.get("/results/wall/export.csv").text) == told
        app.state.beholder.close()
    library.close()


def test_an_empty_filter_keeps_the_ranking_itself(client):
    choose(client, 12)
    reading = session_of(client).reading()
    assert reading.shown(Filter()) is reading.ranking


def test_a_session_is_small(client):
    own = [value for value in vars(Session).values() if callable(value) or isinstance(value, property)]
    assert len(own) < 20


def reachable(*roots):
    """By id, everything that these hold, but for code."""
    found, waiting = {}, list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) not in found and not isinstance(one, type | ModuleType | FunctionType | BuiltinFunctionType):
            found[id(one)] = one
            waiting += gc.get_referents(one)
    return found


def test_nothing_of_a_person_is_as_long_as_the_collection_but_the_ranking_that_the_library_holds(home, tmp_path):
    library = Library(home, config=Settings(home=home))
    library.import_source(hang(tmp_path / "wall", 97), "wall")
    library.store.add_person("Ada")
    session = Session(library, "wall", "Ada", seed=0)
    session.record(answers([item.id for item in session.collection.items]))
    session.settle()
    reading = session.reading()
    assert len(reading.ranking[:3]) == 3
    assert reading.verdict.sentence
    shared = reachable(session.collection)
    own = [one for key, one in reachable(reading).items() if key not in shared and isinstance(one, np.ndarray)]
    assert own
    assert not [one.shape for one in own if len(session.collection) in one.shape]
    session.rest()
    assert (session.collection.row.id, session.person.id) not in library.rankings
    session.close()
    library.close()
