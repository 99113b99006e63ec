"""One person's labelling session: the next questions, what was answered, undo, and the taste learned meanwhile.

An answer is durable before `record` returns; learning from it happens behind, in a few threads for all sessions, so no
key press waits for a fit. Questions are made with the newest model there is, which may be an answer or two behind.
"""

from __future__ import annotations

import threading
from collections.abc import Collection as AnyOf
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from beholder.ask.questions import Question, QuestionBuilder, QuestionHistory, QuestionKind
from beholder.ask.queue import DEPTH, QuestionQueue
from beholder.background import Job, Turns
from beholder.collection import Library
from beholder.errors import NotEnoughAnswers, UserError
from beholder.explain import Explanation, Predictions, Verdict, advice_of, verdict_of
from beholder.prequential import AnswerPrediction, Expected, expected, predict_answer
from beholder.ranking import Ranking
from beholder.taste import (
    MODELS,
    ExpertNetworks,
    GaussianProcess,
    NetworkMixture,
    Population,
    PopulationProcess,
    TangentProcess,
    TasteMixture,
    TasteModel,
    make_model,
)
from beholder.taste.evidence import PRIORS
from beholder.types import SCALE, Answers, Ints, Item, Judgement, Matrix, answers_of, faults_of

RELEARN = 1.25  # hyperparameters are learned again when there are so many times as many answers
AHEAD = 10  # answers from now for which the accuracy is predicted
PATIENCE = 0.2  # seconds that a grid may wait for what is being learned
MOST_ELSEWHERE = 150  # answers of other collections, the newest, that count: the time of a fit grows with them
GRID_WEIGHT = 3  # answers that a grid counts as, where it is asked whether there are enough
WORTHWHILE_GAIN = 0.005  # share of all pairs
STEPS = 5  # answers that are predicted together when a session's past is replayed
NOTHING = AnswerPrediction(np.empty(0), np.empty(0))  # where there was no model yet to predict with


@dataclass(frozen=True, slots=True)
class Progress:
    """What the answers have given. accuracy, margin: share of pairs ranked the person's way, half its 90 % interval.

    verdict : what they show of the taste
    sentence : how well the ranking is the person's
    weight : the answers, a grid counted as three
    later, later_margin : the same after AHEAD more answers; None where that cannot be told
    advice : what would help more, where the answers look like clicking; else ""
    """

    answers: int
    accuracy: float | None
    margin: float | None
    verdict: Verdict
    sentence: str
    advice: str = ""
    later: float | None = None
    later_margin: float | None = None
    weight: int = 0

    @property
    def pays(self) -> bool | None:
        """Whether answering on is worth it: AHEAD answers order WORTHWHILE_GAIN more pairs. None: not known."""
        if self.later is None or self.accuracy is None:
            return None
        return self.later - self.accuracy >= WORTHWHILE_GAIN


class Session:
    """The session of one person on one collection.

    collection, person : names; model : a name of `beholder.taste.MODELS`, None for the default: `mixture`, which
    starts from what people like in general where that is known for pictures like these
    raises : UnknownName; UserError for a model that cannot be had here
    """

    def __init__(
        self, library: Library, collection: str, person: str, *, model: str | None = None, seed: int | None = None
    ) -> None:
        self.library, self.store = library, library.store
        self.collection = library.shared(collection)
        self.person = self.store.person(person)
        self.population = self.collection.population
        self.model_name = self._model_name(model)
        if not self._is_process:
            self._another_model()  # what cannot be had is told before anybody answers
        self._seed = int(np.random.default_rng(seed).integers(2**62))
        self._ready = QuestionQueue()
        self._expected: Expected | None = None
        self._asked = 0  # questions that had to be made while somebody waited
        self._lock = threading.RLock()
        self._turns = Turns(lambda: library.background, self._catch_up)
        self._judgements = self._read()
        self._fitted: tuple[TasteModel, Answers, tuple[Judgement, ...]] | None = None
        self._predicted: dict[str, AnswerPrediction] = {}
        self.resting = False  # whether the model was let go of
        self._watched = False  # whether somebody looks at the progress
        self._explained: tuple[Any, tuple[str, set[int]], tuple[Explanation, Verdict]] | None = None
        kept = self.store.fit(self.person.id, self.collection.row.id, self.model_name, self.collection.row.encoder)
        if kept and set(kept[0]) != set(PRIORS):  # of another version: learned again
            kept = None
        self._hyperparameters: dict[str, Any] | None = kept[0] if kept else None
        self._learned_from = kept[1] if kept else 0
        self._counts = self._counts_elsewhere()
        self.alone = self.store.alone(self.person.id, self.collection.row.id)
        self._prior: GaussianProcess | None = None  # what is asked by before the first answer
        self._turns.wake()

    def _model_name(self, asked: str | None) -> str:
        name = asked or self.library.settings.model
        if asked is None and name == TasteMixture.name and self.collection.databases is not None:
            name = TangentProcess.name
        if name == TangentProcess.name:
            self._known_databases(name)
        if name == PopulationProcess.name:
            self._known_population()
        return name

    def _known_population(self) -> Population:
        if self.population is None:
            encoder = self.collection.row.encoder
            raise UserError(
                f"nothing is known of what people like for pictures seen by '{encoder}': use the "
                f"{GaussianProcess.name} model, or learn it with `beholder train population DATA --encoder {encoder}`"
            )
        return self.population

    def _known_databases(self, name: str) -> ExpertNetworks:
        if self.collection.databases is None:
            raise UserError(
                f"the {name} model is made of networks that see the pictures, and '{self.collection.name}' was seen by "
                f"'{self.collection.row.encoder}': import it with --encoder task-vectors:FOLDER, FOLDER being what "
                "`beholder train task-vectors` wrote"
            )
        return self.collection.databases

    @property
    def starts_from_others(self) -> bool:
        """Whether the ranking begins with what people like in general."""
        if self.model_name == TasteMixture.name:
            return self.collection.fitting_population is not None or self.from_elsewhere > 0
        return self.model_name in (PopulationProcess.name, TangentProcess.name)

    # What was said elsewhere

    @cached_property
    def _elsewhere(self) -> list[tuple[Matrix, Answers]]:
        """This person's answers about other collections that the same encoder saw: judged rows, and what was said."""
        if self.model_name != TasteMixture.name:
            return []
        return self.library.answers_elsewhere(self.person.id, self.collection.row, MOST_ELSEWHERE)

    @property
    def from_elsewhere(self) -> int:
        """How many answers given in other collections count here."""
        return 0 if self.alone else sum(len(answers) for _, answers in self._elsewhere)

    @property
    def known_elsewhere(self) -> int:
        """How many answers given in other collections there are, whether or not they count here."""
        return sum(len(answers) for _, answers in self._elsewhere)

    def count_elsewhere(self, count: bool) -> None:
        """Whether answers given in other collections are to count here."""
        with self._lock:
            self.store.set_alone(self.person.id, self.collection.row.id, not count)
            self.alone, self._fitted = not count, None
        self._turns.wake()

    # What was said

    def record(self, judgements: Sequence[Judgement]) -> None:
        """Keep these; on disk when this returns. A client id that was kept before changes nothing.

        raises : UserError naming every fault, IdTaken where a client id stands for something else; then nothing of it
        is kept
        """
        if faults := [fault for j in judgements for fault in faults_of(j, self.collection.row_of)]:
            raise UserError("; ".join(faults))
        with self._lock:
            self.store.record(self.person.id, self.collection.row.id, judgements, strict=True)
            self._judgements = self._read()
        self._turns.wake()

    def undo(self, client_id: str) -> Judgement | None:
        """Take back the newest judgement that holds; returns it, or None where nothing is left.

        client_id : of the undo itself; sent twice, it undoes once
        raises : IdTaken where that is the id of something else
        """
        with self._lock:
            last = self.store.undo(self.person.id, self.collection.row.id, client_id)
            self._judgements = self._read()
        self._turns.wake()
        return last

    def history(self, n: int | None = None) -> list[Judgement]:
        """The judgements that hold now, newest first."""
        return self._judgements[::-1][:n]

    def refresh(self) -> None:
        """See what was recorded elsewhere, by another process or session, here or in other collections."""
        with self._lock:
            now, counts = self._read(), self._counts_elsewhere()
            if now == self._judgements and counts == self._counts:
                return
            if counts != self._counts:
                self.__dict__.pop("_elsewhere", None)
                self._counts, self._fitted = counts, None
            self._judgements = now
        self._turns.wake()

    def _counts_elsewhere(self) -> dict[int, int]:
        counts = self.store.answer_counts(self.person.id)
        return {id: count for id, count in counts.items() if id != self.collection.row.id}

    def _read(self) -> list[Judgement]:
        return self.store.judgements(self.person.id, self.collection.row.id)

    def _marked(self, kind: str) -> set[int]:
        """Items that are hidden, or favourites: the last word on each counts."""
        last = {j.items[0]: j.value for j in self._judgements if j.kind == kind}
        return {item for item, value in last.items() if value}

    @property
    def hidden(self) -> set[int]:
        return self._marked("hide")

    @property
    def favourites(self) -> set[int]:
        return self._marked("favourite")

    # Learning, behind the answers

    def settle(self) -> None:
        """Wait until everything recorded so far is learned from. raises : what went wrong while learning"""
        self._turns.settle()

    def rest(self) -> None:
        """Let go of the model of somebody who has gone away, until `wake`; it is the largest part of a session."""
        with self._lock:
            self.resting, self._fitted, self._explained = True, None, None

    def wake(self) -> None:
        """Learn again what was let go of."""
        if self.resting:
            self._turns.wake()
            self._turns.wait(PATIENCE)

    def close(self) -> None:
        """End the learning behind; what is recorded afterwards is still kept."""
        self._turns.close()

    def _catch_up(self) -> list[Job]:
        """Learn from what is new, then make the next question by what was learned; returns what can wait."""
        self.resting = False
        judgements, later = tuple(j for j in self._judgements if j.teaches), list[Job]()
        if new := self._fitted is None or self._fitted[2] != judgements:
            later += self._refit(judgements)
        later += self._fill()
        new = new or self._expected is None or self._expected.later is None  # else what was said of it holds
        if new:
            later.append(partial(self._expect, judgements))
        if self._watched:
            later.append(self._tell)
        return later

    def _fill(self) -> list[Job]:
        """Make the next questions; of grids, each of which is long in the making, the first, and the others later."""
        if not (kinds := self._ready.kinds):
            return []
        kind, rng = kinds[-1], np.random.default_rng([self._seed, 1, len(self._judgements)])
        if kind != "grid":
            self._ready.refill(kind, self._make(kind, DEPTH[kind], (), rng))
            return []
        first = self._make(kind, 1, (), rng)
        self._ready.refill(kind, [*first, *self._ready.waiting(kind)][: DEPTH[kind]])

        def others() -> None:
            shown = {item for question in first for item in question.items}
            made = self._make(kind, DEPTH[kind] - 1, shown, rng)
            kept = [question for question in self._ready.waiting(kind) if question in first]
            self._ready.refill(kind, [*kept, *made])

        return [others]

    def _refit(self, judgements: tuple[Judgement, ...]) -> list[Job]:
        # a session that is opened again fits first, and replays what was answered before afterwards
        learned = {j.client_id for j in self._fitted[2]} if self._fitted else set[str]()
        unpredicted = {j.client_id for j in judgements if j.client_id not in self._predicted}
        past = len(unpredicted) > STEPS or bool(unpredicted & learned)
        if not past:
            self._predict_answers(judgements)
        answers, later = self._answers(judgements), list[Job]()
        if not len(self._as_learned(answers)) and not self.from_elsewhere:
            self._fitted = self._expected = None
            if len(self.collection):
                self._prior = self._prior or self._unfitted().fit_prior(self.collection.X)
            return later
        due = self._learns_hyperparameters and len(judgements) >= RELEARN * self._learned_from + 1
        if self._hyperparameters or not due:  # quick, so that the next question knows of the answer
            self._fitted = (self._fit(answers), answers, judgements)
            later = [partial(self._relearn_and_ask, answers, judgements)] if due else []
        elif due:
            self._relearn(answers, judgements)
        if past:
            later += [
                partial(self._replay, judgements, start)
                for start in range(0, len(judgements), STEPS)
                if any(j.client_id in unpredicted for j in judgements[start : start + STEPS])
            ]
        return later

    def _relearn_and_ask(self, answers: Answers, judgements: tuple[Judgement, ...]) -> None:
        self._relearn(answers, judgements)
        for job in self._fill():
            job()

    def _expect(self, judgements: Sequence[Judgement]) -> None:
        """Foretell what the ranking is worth."""
        if self._fitted and isinstance(model := self._fitted[0], GaussianProcess):
            predictions = [self._predicted[j.client_id] for j in judgements if j.client_id in self._predicted]
            rng, coming = np.random.default_rng(0), self._coming()
            self._expected = expected(model, self.collection.X, predictions, rng, *coming)

    def _relearn(self, answers: Answers, judgements: tuple[Judgement, ...]) -> None:
        self._hyperparameters, self._learned_from = None, len(judgements)
        model = self._fit(answers)
        self._hyperparameters = getattr(model, "hyperparameters_", None)
        self._fitted = (model, answers, judgements)
        if self._hyperparameters:
            self.store.keep_fit(
                self.person.id,
                self.collection.row.id,
                self.model_name,
                self.collection.row.encoder,
                self._hyperparameters,
                len(judgements),
            )

    def _fit(self, answers: Answers) -> TasteModel:
        model = self._unfitted(self._hyperparameters) if self._is_process else self._another_model()
        return model.fit(self.collection.X, **answers.as_fit(grids="grids" in model.learns_from))

    def _as_learned(self, answers: Answers) -> Answers:
        """As far as this model learns from them: to one that knows no grids, a grid without a pick says nothing."""
        return answers if "grids" in MODELS[self.model_name].learns_from else answers.compared()

    def _another_model(self) -> TasteModel:
        """Any model but ours; one that starts from what people like is told it by the population.

        raises : UnknownName; UserError where that is not known, or a model would have to know everybody's answers
        """
        kind = MODELS.get(self.model_name)
        if kind is None or not hasattr(kind, "learn_prior"):
            return make_model(self.model_name)
        if issubclass(kind, NetworkMixture):
            return kind(prior=self._known_databases(self.model_name))
        try:
            X, measured = self.collection.X, self.collection.measured
            generic = self._known_population().on_scale(SCALE)
            return make_model(self.model_name, prior=kind.learn_prior(X, (), generic=generic, measured=measured))
        except NotEnoughAnswers as error:
            raise UserError(f"the {self.model_name} model is for `beholder bench` alone: {error}") from error

    @property
    def _is_process(self) -> bool:
        return issubclass(MODELS.get(self.model_name, TasteModel), GaussianProcess)

    @property
    def _learns_hyperparameters(self) -> bool:
        """A mixture knows its regimes beforehand."""
        return self.model_name != TasteMixture.name

    def _unfitted(self, hyperparameters: dict[str, Any] | None = None) -> GaussianProcess:
        if self.model_name == TangentProcess.name:
            model = TangentProcess(hyperparameters=hyperparameters, prior=self.collection.databases)
            model.features = self.collection.tangent_features
            return model
        features = self.collection.features
        if self.model_name == TasteMixture.name:
            return TasteMixture(
                features=features, prior=self.collection.fitting_population, scale=SCALE, names=self.collection.names,
                elsewhere=() if self.alone else self._elsewhere,
                start=getattr(self._fitted[0], "start_", None) if self._fitted else None,
            )  # fmt: skip
        known: dict[str, Any] = {"features": features, "hyperparameters": hyperparameters}
        if self.model_name == PopulationProcess.name:
            return PopulationProcess(prior=self.population, scale=SCALE, **known)
        return GaussianProcess(**known)

    def _tell(self) -> None:
        """Have the verdict ready for whoever looks at the progress."""
        if self._fitted:
            self._told()

    def _predict_answers(self, judgements: Sequence[Judgement]) -> None:
        """Predict the newest answers by the model at hand, before they are used."""
        new = [j for j in judgements if j.client_id not in self._predicted]
        if new:
            before = self._answers([j for j in judgements if j.client_id in self._predicted])
            self._predict(new, self._fitted[0] if self._fitted else None, before)

    def _replay(self, judgements: Sequence[Judgement], start: int) -> None:
        """Predict some answers of a session's past by a model of those before them."""
        before = self._answers(judgements[:start])
        model = None
        if self._is_process and len(self._as_learned(before)):
            model = self._unfitted(self._hyperparameters or {})
            model.fit(self.collection.X, **before.as_fit(grids="grids" in model.learns_from))
        self._predict(judgements[start : start + STEPS], model, before)

    def _predict(self, judgements: Sequence[Judgement], model: Any, before: Answers) -> None:
        for j in judgements:
            known = hasattr(model, "pair_probability")
            seen = predict_answer(model, self.collection.X, self._answers([j]), before) if known else NOTHING
            self._predicted[j.client_id] = seen

    def _answers(self, judgements: Sequence[Judgement]) -> Answers:
        return answers_of(judgements, self.collection.row_of)

    # What was learned

    def model(self) -> Any:
        """The newest fitted taste model. raises : NotEnoughAnswers"""
        return self._newest()[0]

    def _newest(self) -> tuple[TasteModel, Answers]:
        if self._fitted is None:
            self.wake()
            self.settle()
        if self._fitted is None and self.starts_from_others and self._prior is not None:
            return self._prior, Answers()
        if self._fitted is None:
            raise NotEnoughAnswers(
                f"{self.person.name} has answered nothing in '{self.collection.name}' yet: ten answers give a ranking"
            )
        return self._fitted[:2]

    def ranking(self) -> Ranking:
        """Every picture that is not hidden, best first, with reasons. raises : NotEnoughAnswers"""
        model, answers = self._newest()
        known = self._explained
        return self.collection.ranking(
            model, answers=answers, hidden=self.hidden, favourites=self.favourites,
            explanation=known[2][0] if known and known[0] is model else None,
        )  # fmt: skip

    def shares(self) -> tuple[float, float] | None:
        """Parts of the ranking that are everybody's and the person's own, 1 together; None where only the latter is."""
        model = self._newest()[0]
        if not isinstance(model, (PopulationProcess, TasteMixture)) or model.prior is None:
            return None
        return model.shares(self.collection.X)

    def explanation(self) -> Explanation:
        """The taste in words, its sentence that of the verdict. raises : NotEnoughAnswers"""
        return self._told()[0]

    def verdict(self) -> Verdict:
        """What the answers show, with the pictures that show it. raises : NotEnoughAnswers"""
        return self._told()[1]

    def _told(self) -> tuple[Explanation, Verdict]:
        """Made once for each model, and again where a picture is hidden or there is other advice."""
        (model, answers), advice, without = self._newest(), self._advice(), self.hidden | self.collection.gone
        known = self._explained
        if known is None or known[0] is not model or known[1] != (advice, without):
            told = self.collection.explain(model, answers=answers)
            rows = [row for row, item in enumerate(self.collection.items) if item.id in without]
            verdict = verdict_of(
                model, self.collection.X, answers, told, advice=advice, predicted=self._sure_and_right(), without=rows
            )
            known = (model, (advice, without), (replace(told, sentence=verdict.sentence), verdict))
            self._explained = known
        return known[2]

    def _sure_and_right(self) -> Predictions:
        said = [self._predicted.get(j.client_id, NOTHING) for j in self._judgements if j.kind in ("choice", "grid")]
        log_odds, weights = ([getattr(f, name) for f in (NOTHING, *said)] for name in ("log_odds", "weights"))
        return Predictions(np.concatenate(log_odds), np.concatenate(weights))

    def taught(self, n: int = 12) -> list[tuple[Item, Judgement]]:
        """The answers that taught most, those that the model before them expected least, and the picture preferred."""
        surprise = {id: f.surprise for id, f in self._predicted.items()}
        told = [j for j in self._judgements if surprise.get(j.client_id, 0) > 0 and j.kind != "tie"]
        told.sort(key=lambda j: -surprise[j.client_id])
        items, row_of = self.collection.items, self.collection.row_of
        return [(items[row_of[(j.picked or j.items)[0]]], j) for j in told[:n]]

    def consistency(self) -> tuple[int, int]:
        """(repeats answered as before, repeats answered): how well this person agrees with themself."""
        same = asked = 0
        for at, j in enumerate(self._judgements):
            if j.asked_by != "repeat" or j.kind not in ("choice", "tie", "rating"):
                continue
            before = next(
                (b for b in reversed(self._judgements[:at]) if set(b.items) == set(j.items) and b.teaches), None
            )
            if before is not None:
                asked += 1
                alike = before.kind == j.kind and (before.items == j.items or j.kind == "tie")
                same += alike and abs((before.value or 0) - (j.value or 0)) <= 1
        return same, asked

    def progress(self) -> Progress:
        """What the answers so far have given, in the person's own terms; perhaps as it was an answer or two before."""
        self._watched = True
        weight = sum((GRID_WEIGHT if j.kind == "grid" else 1) for j in self._judgements if j.teaches)
        return replace(self._progress(), weight=weight)

    def _progress(self) -> Progress:
        count = sum(j.teaches for j in self._judgements)
        fitted, told, advice = self._fitted, self._expected, self._advice()
        if fitted is not None and not self._is_process:
            sentence = f"{count} answers; this model does not say how well it ranks"
            return Progress(count, None, None, self._newest_verdict(advice), sentence, advice)
        if fitted is None or told is None or count < 5:
            early = Verdict("open", f"It is early: {count} answer{'s' * (count != 1)} so far.")
            return Progress(count, None, None, early, _too_early(count))
        sentence = f"orders {100 * told.now:.0f} % of pairs as you would (±{100 * told.margin:.0f})"
        return Progress(
            count, told.now, told.margin, self._newest_verdict(advice), sentence, advice, told.later, told.later_margin
        )

    def _newest_verdict(self, advice: str) -> Verdict:
        """The verdict as far as it is made: that takes longer than a page should wait, and is done behind."""
        known = self._explained
        if advice or known is None or known[2][1].kind == "clicking":
            return self.verdict()
        return known[2][1]

    def _coming(self) -> tuple[Ints, Ints]:
        """Rows (r,) and pairs (m, 2) of the next AHEAD questions that are ready; none where there are fewer."""
        kinds, row_of = self._ready.kinds, self.collection.row_of
        kind = kinds[-1] if kinds else "choice"
        coming = [q.items for q in self._ready.waiting(kind) if q.asked_by != "repeat"]
        if kind == "grid":  # a grid's answer says about as much as its pictures in pairs
            coming = [pair for items in coming for pair in zip(items[::2], items[1::2], strict=False)]
        some = coming[:AHEAD] if len(coming) >= AHEAD else []
        rows = np.array([[row_of[item] for item in items] for items in some], np.int64)
        none = np.empty((0, 2), np.int64)
        return (rows.ravel(), none) if kind == "rating" else (none.ravel(), rows.reshape(-1, 2))

    def _advice(self) -> str:
        expected = {id: prediction.right for id, prediction in list(self._predicted.items())}
        predicted = {id: right for id, right in expected.items() if right is not None}
        return advice_of(self._judgements, predicted, self.consistency())

    # Questions

    def questions(
        self, kind: QuestionKind, n: int = 3, exclude: AnyOf[int] = (), only: str | None = None
    ) -> list[Question]:
        """The next `n` questions, fewer or none where the collection has no more.

        exclude : item ids that are on the way to the person already
        only : "random" asks at random alone
        """
        if only is not None:
            return self._make(kind, n, exclude, self._rng(), only)
        if kind == "grid":  # nine pictures looked for without the last answer are nine looks lost
            self._turns.wait(PATIENCE)
        away = {*exclude, *self.hidden, *self.collection.gone}
        ready = self._ready.take(kind, n, away, QuestionHistory.of(self._judgements))
        underway = {*exclude, *(item for question in ready for item in question.items)}
        if len(ready) < n:
            ready += self._make(kind, n - len(ready), underway, self._rng())
        if len(self._ready.waiting(kind)) < DEPTH[kind] // 2:
            self._turns.wake()
        return ready

    def _make(
        self, kind: QuestionKind, n: int, underway: AnyOf[int], rng: np.random.Generator, only: str | None = None
    ) -> list[Question]:
        """Questions by the newest model; what is answered meanwhile does not wait for them."""
        fitted = self._fitted
        model, answers = fitted[:2] if fitted else (self._prior, Answers())
        X, attributes = self.collection.X, self.collection.attributes
        asker = QuestionBuilder(model, X, attributes, self.collection.ids, answers, list(self._judgements), rng)
        return asker.questions(kind, n, hidden=self.hidden | self.collection.gone, underway=underway, only=only)

    def _rng(self) -> np.random.Generator:
        self._asked += 1
        return np.random.default_rng([self._seed, 0, self._asked])


def _too_early(count: int) -> str:
    if count == 0:
        return "no answers yet; ten give a first ranking"
    more = "a first ranking comes with ten" if count < 10 else "learning from them"
    return f"{count} answer{'s' * (count > 1)}; {more}"
