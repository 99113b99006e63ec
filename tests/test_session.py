"""A session asks, remembers, learns and forgets what is taken back; and it finds the taste that was planted."""

import time
from dataclasses import asdict, replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from beholder.ask.kinds import kinds_of
from beholder.ask.questions import QuestionBuilder
from beholder.collection import Library
from beholder.errors import NotEnoughAnswers, UserError
from beholder.features.attributes import ATTRIBUTES, SEEN
from beholder.prequential import AnswerPrediction, Expected, expected
from beholder.search import Looks
from beholder.session import Session
from beholder.session.learner import Learner
from beholder.taste.gaussian_process import Care
from beholder.taste.simulate import SimulatedPerson, clicker, simulate_people
from beholder.types import Answers, Judgement, answers_of


@pytest.fixture
def session(home, painted):
    library = Library(home)
    library.import_source(painted, "art")
    library.store.add_person("Ada")
    session = Session(library, "art", "Ada", model="gp", seed=0)
    yield session
    session.close()
    library.close()


def reopened(session):
    return Session(session.library, "art", "Ada", model="gp", seed=1)


def answer(session, question, n, kind="choice", **more):
    session.record([Judgement(kind, question.items, f"{kind}-{n}", asked_by=question.asked_by, **more)])


def test_questions_are_of_the_kind_asked_for(session):
    (pair,), (one,), (grid,) = (session.questions(kind, 1) for kind in ("choice", "rating", "grid"))
    assert (len(pair.items), len(one.items), len(grid.items)) == (2, 1, 9)
    assert all(q.reason for q in (pair, one, grid))


def test_what_is_said_of_asked_pictures_is_what_people_see_in_the_order_in_which_they_hang():
    rng = np.random.default_rng(0)
    X, attributes, ids = rng.normal(size=(80, 30)), rng.uniform(size=(80, 10)), np.arange(80)
    builder = QuestionBuilder(None, X, attributes, ids, Answers(), [], rng)
    signed = {
        end: side * attributes[:, k] for k, a in enumerate(ATTRIBUTES) for end, side in ((a.low, -1), (a.high, 1))
    }
    told = []
    for kind in ("choice", "rating"):
        for question in builder.questions(kind, 60, hidden=(), underway=()):
            ends = sorted((end for end in signed if end in question.reason), key=question.reason.index)
            told += ends
            if len(ends) == 2:
                (left, right), first = question.items, signed[ends[0]]
                assert first[left] > first[right]
            elif ends:
                assert signed[ends[0]][question.items[0]] > signed[ends[0]].mean()
    assert len(told) > 20
    assert set(told) <= SEEN


def test_no_pair_comes_again_until_all_have_been_answered_but_as_a_repeat(session):
    seen = set()
    for n in range(70):  # 12 pictures have 66 pairs
        for question in session.questions("choice", 1):
            if question.asked_by != "repeat":
                assert frozenset(question.items) not in seen
            seen.add(frozenset(question.items))
            answer(session, question, n)
    session.settle()
    assert len(seen) >= 60


def test_how_alike_pictures_look_is_known_before_somebody_asks_for_it(session, monkeypatch):
    session.settle()
    monkeypatch.setattr(Looks, "_made", lambda *_: pytest.fail("worked out while somebody waits"))
    assert len(session.collection.looks.places) == 12


def test_hyperparameters_of_another_version_are_learned_again(session):
    session.store.keep_fit(session.person.id, 1, "gp", "classic", {"forgotten": 1.0}, 50)
    again = reopened(session)
    answer(again, again.questions("choice", 1)[0], 0)
    assert again.reading().ranking
    again.close()


def test_a_skipped_question_never_loops_and_teaches_nothing(session):
    for n in range(12):
        (question,) = session.questions("rating", 1)
        answer(session, question, n, kind="skip")
    assert session.questions("rating", 1) == []
    assert session.progress().answers == 0
    with pytest.raises(NotEnoughAnswers):
        session.reading()


def test_a_skipped_grid_does_not_come_back(session):
    (grid,) = session.questions("grid", 1)
    answer(session, grid, 0, kind="skip")
    assert not {i for q in session.questions("grid", 1) for i in q.items} & set(grid.items)


def test_a_grid_waits_for_what_is_learned_from_the_last_answer(session, monkeypatch):
    fit = Learner._fit
    slow = lambda self, answers: (time.sleep(0.8), fit(self, answers))[1]  # noqa: E731  as on a busy server
    monkeypatch.setattr(Learner, "_fit", slow)
    answer(session, session.questions("choice", 1)[0], 0)
    session.questions("grid", 1)
    assert len(session.now.fitted.answers) == 1


def test_what_was_recorded_elsewhere_is_seen_after_a_refresh(session):
    other = reopened(session)
    answer(other, other.questions("choice", 1)[0], 0)
    assert session.progress().answers == 0
    session.refresh()
    assert session.progress().answers == 1
    other.close()
    answer(other, other.questions("choice", 1)[0], 1)  # closed: kept all the same
    session.refresh()
    assert session.progress().answers == 2


def test_a_grid_without_a_pick_is_an_answer(session):
    answer(session, session.questions("grid", 1)[0], 0, kind="grid")
    session.settle()  # a model that knows no grids learns nothing of it, and nothing goes wrong
    assert session.progress().answers == 1
    assert list(session.store.answer_counts(session.person.id).values()) == [1]


@pytest.mark.parametrize("kind", ["grid", "choice"])
def test_a_question_that_was_left_comes_again_unless_something_was_said(session, kind):
    left = session.questions(kind, 1)[0]
    session.put_back_questions()
    assert session.questions(kind, 1) == [left]
    session.record([Judgement("favourite", (session.collection.items[0].id,), "heart", value=1)])
    session.settle()
    session.put_back_questions()
    assert session.questions(kind, 1) != [left]


def test_a_favourite_is_in_no_grid_to_come(session):
    waiting = session.questions("grid", 1)[0]
    loved = waiting.items[:2]
    for n, item in enumerate(loved):
        session.record([Judgement("favourite", (item,), f"heart {n}", value=1)])
    session.settle()
    grids = session.questions("grid", 12)
    assert grids
    assert not {item for grid in grids for item in grid.items} & set(loved)


def test_a_hidden_picture_is_neither_asked_nor_ranked(session):
    hidden = session.collection.items[5].id
    session.record([Judgement("hide", (hidden,), "h", value=1)])
    shown = {item for q in session.questions("choice", 20) for item in q.items}
    assert hidden not in shown
    answer(session, session.questions("choice", 1)[0], 0)
    assert len(session.reading().ranking) == 11
    session.record([Judgement("hide", (hidden,), "h2", value=0)])
    assert len(session.reading().ranking) == 12


def test_undo_has_no_limit_and_survives_a_reload(session):
    for n in range(5):
        answer(session, session.questions("choice", 1)[0], n)
    taken = [session.undo("u0").client_id, *(reopened(session).undo(f"u{n}").client_id for n in range(1, 5))]
    assert taken == [f"choice-{n}" for n in (4, 3, 2, 1, 0)]
    assert reopened(session).undo("u9") is None
    assert reopened(session).progress().answers == 0


def test_an_undo_sent_twice_undoes_once(session):
    for n in range(3):
        answer(session, session.questions("choice", 1)[0], n)
    assert session.undo("u").client_id == session.undo("u").client_id == "choice-2"
    assert session.progress().answers == 2


@pytest.mark.parametrize(
    ("judgement", "fault"),
    [
        (Judgement("rating", (1,), "a", value=11), "from 1 to 10"),
        (Judgement("rating", (99,), "a", value=5), "no picture"),
        (Judgement("choice", (1, 1), "a"), "with itself"),
        (Judgement("choice", (1,), "a"), "takes 2 pictures"),
        (Judgement("grid", (1, 2), "a", picked=(3,)), "among what it showed"),
        (Judgement("grid", (), "a"), "takes 1 picture"),
        (Judgement("tie", (1, 2), ""), "client id"),
        (Judgement("tie", (1, 2), "a", seconds=-1), "seconds"),
        (Judgement("like", (1, 2), "a"), "unknown kind"),
    ],
)
def test_a_judgement_that_makes_no_sense_is_refused_whole(session, judgement, fault):
    with pytest.raises(UserError, match=fault):
        session.record([Judgement("tie", (1, 2), "good"), judgement])
    assert session.history() == []


def test_a_grid_counts_as_many_choices_as_were_picked():
    answers = answers_of([Judgement("grid", (1, 2, 3, 4), "g", picked=(1, 2))], {n: n - 1 for n in range(1, 5)})
    assert answers.grids.tolist() == [[0, 0, 1], [0, 1, 1], [0, 2, 0], [0, 3, 0]]
    assert answers.compared().choices.tolist() == [[0, 2], [0, 3], [1, 2], [1, 3]]
    assert answers.compared().weights.sum() == 2


@pytest.mark.parametrize("picked", [(), (1, 2)])
def test_a_grid_with_nothing_or_everything_picked_compares_nothing(picked):
    answers = answers_of([Judgement("grid", (1, 2), "g", picked=picked)], {1: 0, 2: 1})
    assert len(answers) == 1
    assert len(answers.compared()) == 0


def test_two_people_on_one_collection_learn_from_their_own_answers_alone(session):
    session.store.add_person("Bob")
    bob = Session(session.library, "art", "Bob", model="gp", seed=0)
    one, two = (item.id for item in session.collection.items[:2])
    session.record([Judgement("choice", (one, two), "c")])
    bob.record([Judgement("choice", (two, one), "c")])
    mine, his = ([r.item.id for r in s.reading().ranking] for s in (session, bob))
    assert mine.index(one) < mine.index(two)
    assert his.index(two) < his.index(one)
    bob.close()


def test_an_empty_collection_has_nothing_to_ask(home, tmp_path):
    library = Library(home)
    (tmp_path / "empty").mkdir()
    library.import_source(tmp_path / "empty", "empty")
    library.store.add_person("Ada")
    session = Session(library, "empty", "Ada")
    session.settle()
    assert [session.questions(kind, 3) for kind in ("choice", "rating", "grid")] == [[], [], []]
    session.close()


def test_a_collection_of_one_picture_is_answered_with_less_not_with_an_error(home, painted):
    for picture in sorted(painted.glob("*.png"))[1:]:
        picture.unlink()
    library = Library(home)
    library.import_source(painted, "one")
    library.store.add_person("Ada")
    session = Session(library, "one", "Ada")
    assert session.questions("choice", 3) == []
    assert session.questions("grid", 3) == []
    (one,) = session.questions("rating", 3)
    answer(session, one, 0, kind="rating", value=7)
    session.settle()
    assert session.reading().shares in ((1, 0), None)
    assert [round(place.score, 2) for place in session.reading().ranking] == [5.5]
    session.close()
    library.close()


def test_pictures_that_all_look_the_same_are_asked_and_ranked(home, painted):
    first, *others = sorted(painted.glob("*.png"))
    for n, other in enumerate(others):
        note = PngInfo()
        note.add_text("number", f"{n}")
        with Image.open(first) as picture:
            picture.save(other, pnginfo=note)
    library = Library(home)
    library.import_source(painted, "same")
    library.store.add_person("Ada")
    session = Session(library, "same", "Ada")
    assert len(session.collection) == 12
    for n, kind in enumerate(("grid", "choice", "rating", "rating", "choice", "rating")):
        (question,) = session.questions(kind, 1)
        picked = {"picked": question.items[:2]} if kind == "grid" else {}
        answer(session, question, n, kind=kind, value=5.0 if kind == "rating" else None, **picked)
        session.settle()
    assert np.ptp([place.score for place in session.reading().ranking]) < 0.1
    assert len(kinds_of(None, session.collection.X, np.arange(12))) == 12
    session.close()
    library.close()


def test_who_likes_all_alike_is_not_said_to_love_only_some_kinds(session):
    for n in range(10):
        answer(session, session.questions("rating", 1)[0], n, kind="rating", value=10.0)
    session.settle()
    little = replace(session.now, expected=Expected(0.55, 0.08, cared=0.2))
    assert not little.progress.cares_for_few


# On the sample gallery, with people whose taste is known


def live(library, person, simulated, answers=30, seed=0):
    """A session in which this simulated person has answered so many pairs."""
    library.store.add_person(person)
    session = Session(library, "sample", person, seed=seed)
    session.said = []
    rng, row_of = np.random.default_rng(seed), session.collection.row_of
    for n in range(answers):
        (question,) = session.questions("choice", 1)
        left, right = question.items
        said = simulated.choose(row_of[left], row_of[right], rng)
        kind = "tie" if said == "tie" else "choice"
        items = (right, left) if said == "right" else (left, right)
        session.record([Judgement(kind, items, f"{n}", asked_by=question.asked_by)])
        session.settle()
        if n + 1 in (10, 20, 30) and isinstance(simulated, SimulatedPerson):
            true = agreement(session, simulated, np.random.default_rng(n))
            session.said.append(SimpleNamespace(**asdict(session.progress()), true=true))
    return session


@pytest.fixture(scope="module")
def lived(gallery):
    """Twenty people of different taste, thirty choices each."""
    people = simulate_people(gallery.collection("sample").attributes, 20, seed=1)
    sessions = [live(gallery, f"person {n}", someone, seed=n) for n, someone in enumerate(people)]
    yield list(zip(people, sessions, strict=True))
    for session in sessions:
        session.close()


def agreement(session, simulated, rng, n=2000):
    """Share of this person's next answers, noise and all, that the ranking foretells."""
    score, rows = session.reading().model.predict(session.collection.X), np.arange(len(session.collection))
    said = [(a, b, simulated.choose(a, b, rng)) for a, b in zip(rng.choice(rows, n), rng.choice(rows, n), strict=True)]
    return np.mean([(score[a] > score[b]) == (side == "left") for a, b, side in said if a != b and side != "tie"])


def unseen_pairs(session, simulated, rng, n=2000):
    """Share of pairs of pictures that were never shown which the ranking orders as this person would."""
    seen = {item for j in session.history() for item in j.items}
    rows = np.array([row for item, row in session.collection.row_of.items() if item not in seen])
    score = session.reading().model.predict(session.collection.X)
    left, right = rng.choice(rows, n), rng.choice(rows, n)
    apart = left != right
    return np.mean((score[left] > score[right])[apart] == (simulated.utility[left] > simulated.utility[right])[apart])


def test_of_pictures_that_a_generator_made_nobodys_liking_is_known(lived):
    assert not any(session.starts_from_others for _, session in lived)


def test_thirty_choices_order_85_of_100_unseen_pairs_as_the_person_would(lived):
    rng = np.random.default_rng(0)
    right = [unseen_pairs(session, someone, rng) for someone, session in lived]
    assert np.mean(right) >= 0.85, np.round(right, 2)


def test_the_question_left_open_is_of_two_pictures_that_the_person_may_like(lived):
    for someone, session in lived[:5]:
        row_of, scores = session.collection.row_of, session.reading().scores
        asked = session.open_question()
        assert min(scores[[row_of[item] for item in asked.items]]) > np.median(scores), someone
        assert session.open_question() is asked  # until something else is said


def test_the_first_reason_names_the_planted_liking(lived):
    named = [s.reading().explanation.leanings[0].attribute == planted(someone) for someone, s in lived]
    assert np.mean(named) >= 0.8, named


def planted(someone):
    from beholder.features.attributes import ATTRIBUTES

    return ATTRIBUTES[someone.liking].name


def test_the_interval_of_the_expected_accuracy_covers_the_truth(lived):
    said = [p for _, s in lived for p in s.said]
    covered = [abs(p.accuracy - p.true) <= p.margin for p in said]
    assert np.mean(covered) >= 0.8, covered


def test_what_ten_more_answers_give_is_foretold(lived):
    covered = [
        abs(before.later - after.true) <= before.later_margin for _, s in lived for before, after in pairwise(s.said)
    ]
    assert np.mean(covered) >= 0.8, covered
    assert all(p.later > p.accuracy - 0.01 for _, s in lived for p in s.said)


def test_a_planted_liking_is_a_taste_of_ones_own(lived):
    kinds = [session.progress().verdict.kind for _, session in lived]
    assert kinds.count("own") >= 17, kinds


def test_who_answers_at_random_is_not_flattered(gallery):
    kinds = []
    for n in range(5):
        session = live(gallery, f"clicker {n}", clicker(n), seed=n)
        kinds.append(session.progress().verdict.kind)
        session.close()
    assert kinds.count("open") + kinds.count("early") >= 4, kinds


def test_who_picks_at_random_is_not_flattered(gallery):
    kinds, rng = [], np.random.default_rng(0)
    for n in range(8):
        session = pick(gallery, f"picker {n}", lambda rows: clicker(0).pick(rows, rng), seed=n)
        kinds.append(session.reading().verdict.kind)
        session.close()
    assert kinds.count("open") + kinds.count("early") >= 7, kinds
    assert "so far" in session.reading().explanation.sentence.lower()


def pick(library, person, liked, grids=10, seed=0):
    """A session in which a person has picked from so many grids; liked : the rows that they pick of those shown"""
    library.store.add_person(person)
    session = Session(library, "sample", person, seed=seed)
    row_of, items = session.collection.row_of, session.collection.items
    for n in range(grids):
        (grid,) = session.questions("grid", 1)
        picked = tuple(items[row].id for row in liked([row_of[item] for item in grid.items]))
        session.record([Judgement("grid", grid.items, f"{n}", picked=picked, asked_by=grid.asked_by)])
        session.settle()
    return session


def test_a_grid_that_may_show_favourites_alone_is_not_said_to_show_others(gallery):
    session = pick(gallery, "fond", lambda rows: rows[:3], 3)
    (grid,) = session.questions("grid", 1)
    assert grid.reason == "To find where your taste ends: you may like several of these, or none."
    session.close()


def test_a_hidden_picture_shows_no_taste(gallery):
    bright = gallery.collection("sample").attributes[:, 4]
    session = pick(gallery, "bright", lambda rows: [r for r in rows if bright[r] > np.quantile(bright, 0.85)], 12)
    verdict, items = session.reading().verdict, session.collection.items
    assert verdict.kind == "own"
    assert np.mean(bright[list(verdict.pictures)] > np.quantile(bright, 0.85)) >= 7 / 9
    session.record([Judgement("hide", (items[verdict.pictures[0]].id,), "away", value=1)])
    assert verdict.pictures[0] not in session.reading().verdict.pictures
    session.close()


def test_the_accuracy_of_a_model_that_is_right_at_chance_is_near_a_half():
    class Sure:
        def choice_root(self, X, rows):
            return np.zeros(len(rows)), np.zeros((len(rows), 1))

        def chance(self, mean, variance):
            return np.full(np.shape(mean), 0.95)

        def cares(self, X, pairs):
            return [Care(1.0, np.ones(len(pairs)), np.zeros(len(pairs)))]

    log_odds, none = np.log(0.95 / 0.05), np.empty((0, 2), np.int64)
    wrong = [AnswerPrediction(np.array([log_odds * (-1) ** n]), np.ones(1)) for n in range(40)]
    right = [AnswerPrediction(np.array([log_odds]), np.ones(1)) for _ in range(40)]
    X = np.zeros((50, 2), np.float32)
    low, high = (expected(Sure(), X, seen, np.random.default_rng(0), none.ravel(), none).now for seen in (wrong, right))
    assert low < 0.6
    assert high > 0.9


def test_more_answers_pay_less_and_less(gallery):
    someone = simulate_people(gallery.collection("sample").attributes, 1, seed=4)[0]
    few, many = (live(gallery, f"after {n}", someone, answers=n).progress() for n in (6, 90))
    assert few.pays
    assert many.later - many.accuracy < few.later - few.accuracy


def test_twenty_questions_are_ready_and_each_comes_once(gallery):
    gallery.store.add_person("Quick")
    session = Session(gallery, "sample", "Quick", seed=0)
    session.questions("choice", 1)
    session.settle()
    made = session._questions.waited_for
    seen = [frozenset(q.items) for _ in range(20) for q in session.questions("choice", 1)]
    assert session._questions.waited_for == made
    assert len(set(seen)) == 20
    session.close()


def test_no_answers_are_an_empty_answer():
    assert len(Answers()) == len(answers_of([], {})) == 0


def test_a_liking_for_what_is_in_the_pictures_is_said_in_the_sessions_own_words(gallery, monkeypatch):
    from beholder.concepts import Tags

    gallery.store.add_person("Boatman")
    session = Session(gallery, "sample", "Boatman", model="gp", seed=0)
    said = np.random.default_rng(0).random((len(session.collection), 1)) < 0.4
    words = Tags(("boats",), ("subject",), np.where(said, 0.9, 0.1), said)
    monkeypatch.setattr(type(session.collection), "words", words)
    rows, item = np.arange(len(said)), session.collection.items
    with_, without = rows[said[:, 0]], rows[~said[:, 0]]
    session.record(
        [
            Judgement("choice", (item[a].id, item[b].id), f"boat {a}")
            for a, b in zip(with_[:40], without[:40], strict=True)
        ]
    )
    session.settle()
    assert session.reading().explanation.sentence == "Pictures of boats."
    assert session.progress().verdict.kind == "own"
    session.close()


def test_what_was_said_in_one_collection_counts_in_the_next_until_it_shall_not(session, painted):
    for n in range(6):
        answer(session, session.questions("choice", 1)[0], n)
    session.library.import_source(painted, "again")
    other = Session(session.library, "again", "Ada")
    assert other.elsewhere.counted == 6
    assert len(other.reading().ranking) == 12  # before any answer here
    told = other.reading().verdict.sentence
    assert told == "No answers here yet, so we go by your answers in other collections."
    other.count_elsewhere(False)
    assert other.elsewhere.counted == 0
    with pytest.raises(NotEnoughAnswers):
        other.reading()
    later = Session(session.library, "again", "Ada")
    assert (later.elsewhere.alone, later.elsewhere.known) == (True, 6)
    other.close()
    later.close()


def test_what_people_like_in_general_goes_on_whatever_is_rated(gallery):
    gallery.store.add_person("Unheard")
    session = Session(gallery, "sample", "Unheard", model="generic", seed=0)
    for n in range(12):
        answer(session, session.questions("rating", 1)[0], n, kind="rating", value=1.0 + n % 10)
        session.settle()
    assert session.progress().sentence == "This model does not estimate how well it ranks."
    session.close()


def test_what_is_said_elsewhere_meanwhile_is_seen(session, painted):
    session.library.import_source(painted, "again")
    other = Session(session.library, "again", "Ada")
    assert other.elsewhere.counted == 0
    answer(session, session.questions("choice", 1)[0], 0)
    other.refresh()
    assert other.elsewhere.counted == 1
    other.close()
