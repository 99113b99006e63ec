"""A reading: all that one fit says of a person over a collection, which pages, commands and sheets read.

What takes long (the words, the verdict, the ranking) is made when it is first asked for, once for each fit. Nothing of
the length of the collection is kept here: scores and rankings are held by the library, in bounds.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from beholder.collection import Collection, once
from beholder.errors import NotEnoughAnswers
from beholder.explain import (
    Explanation,
    Liking,
    Predictions,
    Reason,
    Verdict,
    Way,
    advice_of,
    liked_and_disliked,
    spoken_of,
    verdict_of,
    ways_of,
)
from beholder.filters import Filter
from beholder.prequential import AnswerPrediction, Expected
from beholder.ranking import Ranking
from beholder.session.history import History
from beholder.session.progress import Progress, early, in_words, missing
from beholder.store import Person
from beholder.taste import GaussianProcess, PopulationProcess, TasteMixture, TasteModel
from beholder.types import Answers, Floats, Item, Judgement

_FEWEST = 5  # answers below which nothing is said of how well the ranking is, unless it is the person's own before
NOTHING = AnswerPrediction(np.empty(0), np.empty(0))  # where there was no model yet to predict with


class Fitted:
    """One fitted model over a collection, and what it says in words, which is made once. Thread-safe.

    Parameters
    ----------
    model, answers
        the model, fitted on the answers of a person
    learned_from
        by what it is told whether a newer fit is needed
    """

    def __init__(
        self, collection: Collection, person: Person, model: TasteModel, answers: Answers, learned_from: Any = None
    ) -> None:
        self._collection, self.model, self.answers, self.learned_from = collection, model, answers, learned_from
        self._owner = collection.row.id, person.id
        self.lock = threading.RLock()
        self._verdict: tuple[Any, Verdict] | None = None

    @property
    def scores(self) -> Floats:
        """(n,) what the model predicts of the collection."""
        collection = self._collection
        return collection.library.scores.get(
            self._owner, self, lambda: np.asarray(self.model.predict(collection.X), np.float64)
        )

    @property
    def ranking(self) -> Ranking:
        """Every picture, hidden ones too."""
        collection = self._collection
        return collection.library.rankings.get(
            self._owner,
            self,
            lambda: collection.ranking(
                self.model, answers=self.answers, explanation=lambda: self.explanation, scores=lambda: self.scores
            ),
        )

    @once
    def explanation(self) -> Explanation:
        """The taste in words."""
        return self._collection.explain(self.model, answers=self.answers, scores=lambda: self.scores)

    @once
    def shares(self) -> tuple[float, float] | None:
        """Parts of the ranking that are everybody's and the person's own, 1 together; None where only the latter is."""
        model = self.model
        if not isinstance(model, (PopulationProcess, TasteMixture)) or model.prior is None:
            return None
        return model.shares(self._collection.X)

    @property
    def told(self) -> Verdict | None:
        """The verdict that was made last, None where none was."""
        return None if self._verdict is None else self._verdict[1]

    def verdict(self, advice: str, predicted: Predictions, hidden: frozenset[int]) -> Verdict:
        """What the answers show; made again where a picture is hidden or there is other advice."""
        of = advice, predicted.fails, hidden
        with self.lock:
            if self._verdict is None or self._verdict[0] != of:
                without = hidden | self._collection.unshown
                rows = [row for row, item in enumerate(self._collection.items) if item.id in without]
                verdict = verdict_of(
                    self.model, self._collection.X, self.answers, self.explanation,
                    advice=advice, predicted=predicted, without=rows, scores=lambda: self.scores,
                    words=self._collection.words,
                )  # fmt: skip
                self._verdict = of, verdict
            return self._verdict[1]


@dataclass(frozen=True, eq=False)
class Reading:
    """What is known of one person's taste over one collection, at one moment. It never changes.

    Attributes
    ----------
    history
        what the person has said; it may be an answer or two ahead of the fit
    fitted
        the newest fit, None before the first
    prior
        what is believed before any answer, None where that was not needed
    predicted
        of each answer, by client id, what the model before it thought of it
    expected
        what the ranking is worth, perhaps as it was an answer or two before
    before
        the verdict on an earlier fit, told until there is one on this
    """

    collection: Collection
    person: Person
    history: History = field(default_factory=History)
    fitted: Fitted | None = None
    prior: Fitted | None = None
    predicted: Mapping[str, AnswerPrediction] = field(default_factory=dict)
    expected: Expected | None = None
    before: Verdict | None = None

    @property
    def model(self) -> TasteModel:
        """The fitted taste model. raises : NotEnoughAnswers, as all that follows from it does"""
        return self._known.model

    @property
    def answers(self) -> Answers:
        """What it was fitted on."""
        return self._known.answers

    @property
    def _known(self) -> Fitted:
        if self.fitted is None:
            raise NotEnoughAnswers(
                f"{self.person.name} has answered nothing in '{self.collection.name}' yet: this model needs answers. "
                "Choose among its pictures with: beholder serve. "
                "To sort them by price, size, date or newest needs no answers"
            )
        return self.fitted

    @property
    def ranking(self) -> Ranking:
        """Every picture that is not hidden, best first, with reasons."""
        history, row_of = self.history, self.collection.row_of
        hidden = frozenset(row_of[id] for id in history.hidden if id in row_of)
        return self._known.ranking.marked(hidden, history.favourites)

    @cached_property
    def listed(self) -> Ranking:
        """Every picture that is not hidden, as they came, with no scores and no reasons: it needs no model."""
        art, history = self.collection, self.history
        away = art.unshown | history.hidden
        rows = np.flatnonzero([item.id not in away for item in art.items])
        unknown, doubts = np.full(len(art), np.nan), np.zeros(len(art))
        return Ranking(
            art.items, unknown, lambda some: doubts[some], rows, history.favourites,
            lambda some, at: [Reason() for _ in some],
        )  # fmt: skip

    def shown(self, wanted: Filter) -> Ranking:
        """The part of the ranking that a filter keeps, in its order; without a model, one that needs no taste."""
        ranking = self.listed if self.fitted is None and not wanted.by_taste else self.ranking
        met = self.met if wanted.unmet else frozenset[int]()
        return ranking.part((wanted, met), lambda: wanted.of(ranking, met, self.collection))

    def hung(self, wanted: Filter) -> Ranking:
        """What is shown, in its order, but that near the top pictures that surely show one work hang apart.

        Places are counted as they hang.
        """
        shown = self.shown(wanted)
        if wanted.sort != "score" or wanted.text or wanted.like is not None:
            return shown
        return shown.hung(self.collection.twins.spread(shown.rows))

    @property
    def met(self) -> frozenset[int]:
        """Ids of the pictures that are not new to the person: judged, with a heart or on a shortlist."""
        listed = (own.items for own in self.collection.library.store.shortlists.of(self.person.id))
        return self.history.judged.union(self.history.favourites, *listed)

    @property
    def scores(self) -> Floats:
        """(n,) the score of each picture of the collection, from 1 to 10; 0 where its file is gone."""
        return self.ranking.scores

    @property
    def shares(self) -> tuple[float, float] | None:
        """As `Fitted.shares`."""
        return self._known.shares

    @property
    def explanation(self) -> Explanation:
        """The taste in words, its sentence that of the verdict; no words where that leaves the taste open."""
        told, verdict = self._known.explanation, self.verdict
        likings = told.likings if verdict.kind in ("own", "like most", "early") else ()
        return replace(told, sentence=verdict.sentence, likings=likings)

    def grounds(self, n: int = 4) -> list[tuple[Liking, list[Item]]]:
        """The words that the sentence names, each with at most n of the chosen pictures that have it, newest first.

        No picture is shown for two words: the word that fewer have comes first.
        """
        said, items = self.collection.words.said, self.collection.items
        left = liked_and_disliked(self.answers)[0][::-1]
        liked, rows = [one for one in spoken_of(self.explanation.likings) if one.liked], dict[int, list[int]]()
        for one in sorted(liked, key=lambda one: one.chosen):
            rows[one.column] = left[said[left, one.column]][:n].tolist()
            left = left[~np.isin(left, rows[one.column])]
        return [(one, [items[row] for row in rows[one.column]]) for one in liked]

    @property
    def ways(self) -> list[Way]:
        """Kinds of art that this person would like, at most three, that differ; none where no word is known."""
        return ways_of(self.explanation.likings, self.collection.words, self.collection.X, self._known.scores)

    @property
    def verdict(self) -> Verdict:
        """What the answers show, with the pictures that show it."""
        return self._known.verdict(self.advice, self._predictions, self.history.hidden)

    @property
    def newest_verdict(self) -> Verdict | None:
        """The verdict as far as one is made, on this fit or an earlier one."""
        return self.before if self.fitted is None or self.fitted.told is None else self.fitted.told

    @cached_property
    def advice(self) -> str:
        """What would help more, where the answers look like clicking; else ""."""
        expected = {id: prediction.right for id, prediction in self.predicted.items()}
        predicted = {id: right for id, right in expected.items() if right is not None}
        return advice_of(self.history.judgements, predicted, self.history.consistency)

    @property
    def _predictions(self) -> Predictions:
        asked = [j for j in self.history.judgements if j.kind in ("choice", "grid")]
        said = [NOTHING, *(self.predicted.get(j.client_id, NOTHING) for j in asked)]
        return Predictions(np.concatenate([f.log_odds for f in said]), np.concatenate([f.weights for f in said]))

    def taught(self, n: int = 12) -> list[tuple[Item, Judgement]]:
        """The answers that taught most, those that the model before them expected least, and the picture preferred."""
        surprise = {id: f.surprise for id, f in self.predicted.items()}
        told = [j for j in self.history.judgements if surprise.get(j.client_id, 0) > 0 and j.kind != "tie"]
        told.sort(key=lambda j: -surprise[j.client_id])
        items, row_of = self.collection.items, self.collection.row_of
        return [(items[row_of[(j.picked or j.items)[0]]], j) for j in told[:n]]

    @property
    def progress(self) -> Progress:
        """What the answers so far have given, in the person's own terms.

        The verdict in it is the newest that is made: making one takes longer than a page should wait.
        """
        count, weight = len(self.history.answers), self.history.weight
        left = missing(weight, len(self.collection))
        if self.fitted is not None and not isinstance(self.fitted.model, GaussianProcess):
            sentence = "This model does not estimate how well it ranks."
            return Progress(count, None, None, self._told, sentence, self.advice, weight=weight, left=left)
        if self.fitted is None or self.expected is None or (left and count < _FEWEST):
            return early(count, weight, left)
        now, advice = self.expected, self.advice
        if not self.fitted.answers.prefer:  # who likes nothing more than the rest loves no kind yet
            now = replace(now, cared=1.0)
        return Progress(
            count, now.now, now.margin, self._told, in_words(now), advice, now.later, now.later_margin,
            weight=weight, left=left, cared=now.cared,
        )  # fmt: skip

    @property
    def _told(self) -> Verdict:
        made = self.newest_verdict
        return self.verdict if self.advice or made is None or made.kind == "clicking" else made


class NewestReading:
    """The newest reading of a session. It is replaced whole, so that nobody sees half a state. Thread-safe."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._lock = threading.Lock()

    def publish(self, **changes: Any) -> None:
        """Another reading, with these fields instead."""
        with self._lock:
            now = self.reading
            self.reading = replace(now, **{"before": now.newest_verdict} | changes)
