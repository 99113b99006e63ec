"""Many people on one collection: what follows from the pictures is shared, and learning is bounded."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from beholder import background
from beholder.ask.candidates import without
from beholder.background import Background, Turns
from beholder.collection import Library
from beholder.ranking import RankingCache
from beholder.session import Session
from beholder.types import Judgement
from beholder.web import state as desks
from beholder.web.state import AppState

SCRIPT = Path(__file__).resolve().parents[1] / "runs" / "load.py"


@pytest.fixture
def library(home, painted):
    library = Library(home)
    library.import_source(painted, "art")
    for name in ("Ada", "Bob"):
        library.store.add_person(name)
    yield library
    library.close()


@pytest.fixture
def pool():
    pool = Background(1)
    yield pool
    pool.close()


def answer(session, n):
    (grid,) = session.questions("grid", 1)
    session.record([Judgement("grid", grid.items, f"{session.person.name}-{n:08}", picked=grid.items[:1])])
    session.settle()


def test_people_share_the_pictures_and_all_that_follows_from_them(library):
    ada, bob = (Session(library, "art", name, seed=0) for name in ("Ada", "Bob"))
    for session in (ada, bob):
        answer(session, 0)
    assert ada.collection is bob.collection
    assert ada.reading().model.features_ is bob.reading().model.features_
    assert ada.reading().model.features_.made_of(bob.collection.X)
    for session in (ada, bob):
        session.close()


def test_a_shared_collection_is_opened_anew_when_its_pictures_or_what_is_said_of_them_change(library, painted):
    before = library.shared("art")
    assert library.shared("art") is before
    moved = painted.rename(painted.with_name("elsewhere"))
    other = Library(library.home)  # another process
    other.import_source(moved, "art")
    other.close()
    after = library.shared("art")
    assert after is not before
    assert all(item.locator.path.is_relative_to(moved) for item in after.items)


def test_a_property_that_many_threads_ask_for_is_made_once(library, monkeypatch):
    from beholder.taste import FeatureMap

    made = []
    fit = FeatureMap.fit.__func__
    monkeypatch.setattr(FeatureMap, "fit", classmethod(lambda cls, X, **k: (made.append(1), fit(cls, X, **k))[1]))
    collection = library.shared("art")
    threads = [threading.Thread(target=lambda: collection.features) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_no_answer_waits_for_what_others_learn(library):
    session = Session(library, "art", "Ada", seed=0)
    session.settle()
    blocked, free = threading.Event(), threading.Event()
    threads = library.background._pool._max_workers
    for _ in range(threads):
        library.background.submit(lambda: (blocked.set(), free.wait(30)), urgent=True)
    blocked.wait(30)
    items = [item.id for item in session.collection.items[:2]]
    start = time.perf_counter()
    session.record([Judgement("choice", tuple(items), "while others learn")])
    assert time.perf_counter() - start < 10
    assert library.store.judgements(session.person.id, session.collection.row.id)[-1].client_id == "while others learn"
    assert session.questions("grid", 1)
    free.set()
    session.settle()
    assert session.progress().answers == 1
    session.close()


def test_sessions_learn_in_a_bounded_number_of_threads(library):
    before = threading.active_count()
    sessions = [Session(library, "art", name, seed=0) for name in ("Ada", "Bob") * 5]
    for session in sessions:
        session.settle()
    assert threading.active_count() - before <= library.background._pool._max_workers
    for session in sessions:
        session.close()


def test_what_somebody_waits_for_comes_first(pool):
    order, go = [], threading.Event()
    pool.submit(lambda: go.wait(30), urgent=True)
    pool.submit(lambda: order.append("later"), urgent=False)
    pool.submit(lambda: order.append("urgent"), urgent=True)
    done = threading.Event()
    go.set()
    pool.submit(done.set, urgent=False)
    done.wait(30)
    assert order == ["urgent", "later"]


def test_work_that_can_wait_is_done_although_urgent_work_never_ends(pool):
    done = threading.Event()

    def again():
        if not done.is_set():
            pool.submit(again, urgent=True)

    again()
    pool.submit(done.set, urgent=False)
    assert done.wait(30)


def test_what_waits_for_quiet_runs_one_by_one_once_nobody_is_served_and_a_fault_stops_none(pool, monkeypatch, caplog):
    monkeypatch.setattr(background, "_QUIET", 0.2)
    monkeypatch.setattr(background, "_LONGEST", 30.0)
    times, done = list[float](), threading.Event()
    pool.served()
    pool.when_quiet(lambda: times.append(time.monotonic()) or 1 / 0)
    pool.when_quiet(done.set)
    for _ in range(5):
        time.sleep(0.05)
        pool.served()
    last = time.monotonic()
    assert done.wait(30)
    assert len(times) == 1
    assert times[0] >= last + 0.15
    assert "ZeroDivisionError" in caplog.text
    done.clear()
    pool.when_quiet(done.set)  # the thread of before has ended, or goes on
    assert done.wait(30)


def test_where_somebody_is_always_served_it_runs_all_the_same(pool, monkeypatch):
    monkeypatch.setattr(background, "_QUIET", 1e9)
    monkeypatch.setattr(background, "_LONGEST", 0.1)
    done = threading.Event()
    pool.served()
    pool.when_quiet(done.set)
    assert done.wait(30)


def test_turns_never_run_two_jobs_at_once_and_end_with_the_newest(pool):
    pool = Background(4)
    running, most, learned, said = 0, 0, [], []

    def busy():
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.002)
        running -= 1

    def catch_up():
        busy()
        learned.append(len(said))
        return [busy, busy]

    turns = Turns(lambda: pool, catch_up)
    for n in range(20):
        said.append(n)
        turns.wake()
        time.sleep(0.001)
    turns.settle()
    assert most == 1
    assert learned[-1] == 20
    turns.close()
    pool.close()


def test_what_goes_wrong_while_learning_is_told_to_whoever_waits_and_is_over_with_the_next_answer(pool):
    faults = [ValueError("odd")]

    def catch_up():
        if faults:
            raise faults.pop()
        return []

    turns = Turns(lambda: pool, catch_up)
    turns.wake()
    with pytest.raises(ValueError, match="odd"):
        turns.settle()
    turns.wake()
    turns.settle()
    turns.close()


def test_turns_that_are_closed_begin_nothing_more(pool):
    done = []
    turns = Turns(lambda: pool, lambda: done.append(1) or [])
    turns.close()
    turns.wake()
    turns.settle()
    assert not done


def test_only_so_many_rankings_are_held(library, monkeypatch):
    monkeypatch.setitem(library.__dict__, "rankings", RankingCache(12))  # one of twelve pictures
    state = AppState(library, library.settings)
    people = [library.store.person(name) for name in ("Ada", "Bob")]
    for person in people:
        answer(state.session("art", person), 0)
        assert len(state.reading("art", person).ranking) == 12
    first, second = ((1, person.id) in library.rankings for person in people)
    assert not first
    assert second
    assert len(state.reading("art", people[0]).ranking) == 12
    state.close()


def test_the_model_of_somebody_who_has_gone_away_is_let_go_of_and_learned_again(library, monkeypatch):
    monkeypatch.setattr(desks, "LEARNED", 1)
    state = AppState(library, library.settings)
    ada, bob = (library.store.person(name) for name in ("Ada", "Bob"))
    session = state.session("art", ada)
    answer(session, 0)
    before = [one.item.id for one in state.reading("art", ada).ranking]
    answer(state.session("art", bob), 0)
    assert session.resting
    assert session.now.fitted is None
    assert state.session("art", ada) is session
    assert [one.item.id for one in state.reading("art", ada).ranking] == before
    assert not session.resting
    state.close()


def test_rows_less_others_are_those_of_numpy():
    rng = np.random.default_rng(0)
    for _ in range(50):
        rows = np.unique(rng.integers(0, 40, rng.integers(0, 30)))
        others = rng.integers(0, 60, rng.integers(0, 20))
        assert np.array_equal(without(rows, others), np.setdiff1d(rows, others))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_few_people_at_once_are_served():
    arguments = ["--people", "3", "--seconds", "6", "--pictures", "300"]
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ms"]["answers"]["n"] >= 3
    assert told["ms"]["questions"]["n"] >= 3
    assert told["memory"]["all"]["now"] > 0
    assert told["memory_ratio"] < 2
