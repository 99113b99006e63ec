"""What is learned from the answers, behind them: each fit, what it predicted, and what the ranking is worth by it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from beholder.background import Job
from beholder.prequential import AnswerPrediction, expected, predict_answer
from beholder.session.elsewhere import Elsewhere
from beholder.session.models import ModelMaker
from beholder.session.questions import Questions
from beholder.session.reading import NOTHING, Fitted, NewestReading
from beholder.taste import GaussianProcess, TasteModel
from beholder.taste.capabilities import KnowsDoubt
from beholder.taste.evidence import PRIORS
from beholder.types import Answers, Judgement, answers_of

RELEARN = 1.25  # hyperparameters are learned again when there are so many times as many answers
AHEAD = 10  # answers from now for which the accuracy is predicted
_STEPS = 5  # answers that are predicted together when a session's past is replayed

_Judgements = tuple[Judgement, ...]


class Learner:
    """Learns from what was said and publishes another reading after each step. One thread at a time is in here.

    Attributes
    ----------
    watched
        whether somebody looks at the progress, so that the verdict is made before it is asked for
    resting
        whether the model was let go of
    """

    def __init__(self, newest: NewestReading, maker: ModelMaker, elsewhere: Elsewhere, questions: Questions) -> None:
        self._newest, self._maker, self._elsewhere, self._questions = newest, maker, elsewhere, questions
        self.watched = self.resting = self._compared = False
        self._collection = collection = newest.reading.collection
        self._store = collection.library.store
        self._whose = newest.reading.person.id, collection.row.id, maker.name, "+".join(collection.row.encoders)
        kept = self._store.fit(*self._whose)
        if kept and set(kept[0]) != set(PRIORS):  # of another version: learned again
            kept = None
        self._hyperparameters: dict[str, Any] | None = kept[0] if kept else None
        self._learned_from = kept[1] if kept else 0

    def rest(self) -> None:
        """Let go of the model; it is the largest part of a session."""
        self.resting = True
        self.forget()

    def forget(self) -> None:
        """Let go of what was learned: it does not hold any more."""
        self._newest.publish(fitted=None)

    def catch_up(self) -> list[Job]:
        """Learn from what is new, then make the next question by what was learned; returns what can wait."""
        self.resting = False
        judgements, version = self._newest.reading.history.answers, self._elsewhere.version
        fitted, later = self._newest.reading.fitted, list[Job]()
        if new := fitted is None or fitted.learned_from != (judgements, version):
            later += self._refit(judgements, version)
        later += self._questions.fill()
        known = self._newest.reading.expected  # what was said of it holds where nothing is new
        if new or known is None or known.later is None:
            later.append(partial(self._expect, judgements))
        if self.watched:
            later.append(self._tell)
        if not self._compared and len(self._collection):
            later.append(self._compare)
        return later

    def _refit(self, judgements: _Judgements, version: int) -> list[Job]:
        # a session that is opened again fits first, and replays what was answered before afterwards
        before = self._newest.reading
        learned = {j.client_id for j in before.fitted.learned_from[0]} if before.fitted else set[str]()
        unpredicted = {j.client_id for j in judgements if j.client_id not in before.predicted}
        past = len(unpredicted) > _STEPS or bool(unpredicted & learned)
        if not past:
            self._predict_newest(judgements)
        answers, later = self._answers(judgements), list[Job]()
        if not len(self._maker.learned(answers)) and not self._elsewhere.counted:
            prior = before.prior
            if prior is None and len(self._collection):
                prior = Fitted(self._collection, before.person, self._maker.make_prior(self._elsewhere), Answers())
            self._newest.publish(fitted=None, expected=None, prior=prior)
            return later
        due = self._maker.learns_hyperparameters and len(judgements) >= RELEARN * self._learned_from + 1
        if self._hyperparameters or not due:  # quick, so that the next question knows of the answer
            self._publish(self._fit(answers), answers, judgements, version)
            later = [partial(self._relearn_and_ask, answers, judgements, version)] if due else []
        else:
            self._relearn(answers, judgements, version)
        if past:
            later += [
                partial(self._replay, judgements, start)
                for start in range(0, len(judgements), _STEPS)
                if any(j.client_id in unpredicted for j in judgements[start : start + _STEPS])
            ]
        return later

    def _relearn_and_ask(self, answers: Answers, judgements: _Judgements, version: int) -> None:
        self._relearn(answers, judgements, version)
        for job in self._questions.fill():
            job()

    def _relearn(self, answers: Answers, judgements: _Judgements, version: int) -> None:
        self._hyperparameters, self._learned_from = None, len(judgements)
        model = self._fit(answers)
        self._hyperparameters = getattr(model, "hyperparameters_", None)
        self._publish(model, answers, judgements, version)
        if self._hyperparameters:
            self._store.keep_fit(*self._whose, self._hyperparameters, len(judgements))

    def _fit(self, answers: Answers) -> TasteModel:
        return self._fit_with(self._hyperparameters, answers)

    def _fit_with(self, hyperparameters: dict[str, Any] | None, answers: Answers) -> TasteModel:
        before = self._newest.reading.fitted
        model = self._maker.make(hyperparameters, self._elsewhere, before.model if before else None)
        fitted: TasteModel = model.fit(self._collection.X, **answers.as_fit(grids="grids" in model.learns_from))
        return fitted

    def _publish(self, model: TasteModel, answers: Answers, judgements: _Judgements, version: int) -> None:
        person = self._newest.reading.person
        self._newest.publish(fitted=Fitted(self._collection, person, model, answers, (judgements, version)))

    def _expect(self, judgements: _Judgements) -> None:
        """Predict what the ranking is worth."""
        reading = self._newest.reading
        if reading.fitted and isinstance(model := reading.fitted.model, GaussianProcess):
            predictions = [reading.predicted[j.client_id] for j in judgements if j.client_id in reading.predicted]
            rng, coming = np.random.default_rng(0), self._questions.coming(AHEAD)
            self._newest.publish(expected=expected(model, self._collection.X, predictions, rng, *coming))

    def _tell(self) -> None:
        """Have the verdict ready for whoever looks at the progress."""
        if self._newest.reading.fitted:
            _ = self._newest.reading.verdict

    def _compare(self) -> None:
        """Have ready how alike pictures look, for whoever wants to be surprised."""
        _ = self._collection.looks
        self._compared = True

    def _predict_newest(self, judgements: _Judgements) -> None:
        """Predict the newest answers by the model at hand, before they are used."""
        reading = self._newest.reading
        if new := [j for j in judgements if j.client_id not in reading.predicted]:
            before = self._answers([j for j in judgements if j.client_id in reading.predicted])
            self._predict(new, reading.fitted.model if reading.fitted else None, before)

    def _replay(self, judgements: _Judgements, start: int) -> None:
        """Predict some answers of a session's past by a model of those before them."""
        before = self._answers(judgements[:start])
        model = None
        if self._maker.is_process and len(self._maker.learned(before)):
            model = self._fit_with(self._hyperparameters or {}, before)
        self._predict(judgements[start : start + _STEPS], model, before)

    def _predict(self, judgements: Sequence[Judgement], model: Any, before: Answers) -> None:
        known = self._maker.is_process and isinstance(model, KnowsDoubt)

        def seen(j: Judgement) -> AnswerPrediction:
            if not known or j.marks:  # nobody asked: what a person marks is what they looked for
                return NOTHING
            return predict_answer(model, self._collection.X, self._answers([j]), before)

        new = {j.client_id: seen(j) for j in judgements}
        self._newest.publish(predicted={**self._newest.reading.predicted, **new})

    def _answers(self, judgements: Sequence[Judgement]) -> Answers:
        return answers_of(judgements, self._collection.row_of)
