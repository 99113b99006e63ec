"""One person's labelling session: the next questions, what was answered, undo, and the taste learned meanwhile.

An answer is durable before `record` returns; learning from it happens behind, in a few threads for all sessions, so no
key press waits for a fit. Questions are made with the newest model there is, which may be an answer or two behind.
"""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from collections.abc import Sequence
from dataclasses import replace

from beholder.ask.questions import Question, QuestionKind
from beholder.background import Turns
from beholder.collection import Library
from beholder.session.elsewhere import Elsewhere
from beholder.session.event_log import EventLog
from beholder.session.history import History
from beholder.session.learner import Learner
from beholder.session.models import ModelMaker
from beholder.session.progress import Progress
from beholder.session.questions import Questions
from beholder.session.reading import NewestReading, Reading
from beholder.store import Person
from beholder.types import Judgement

_GRID_PATIENCE = 1.5  # seconds that a grid may wait for what is being learned
_WAKING = 0.5  # seconds that a page may wait for it
_LEARNING = 60.0  # seconds that a ranking may wait for it
_TELLING = 12  # pairs that tell much, of which the best liked is left open


class Session:
    """The session of one person on one collection.

    Parameters
    ----------
    collection
        its name
    person
        their name, or `Store.somebody`
    model
        a name of `beholder.taste.MODELS`, None for the default: `mixture`, which starts from what people like in
        general where that is known for pictures like these
    seed
        of the questions: of a session opened anew, the first ones are the same with the same seed and answers; None:
        others each time

    Attributes
    ----------
    elsewhere
        what this person said of other collections, and whether it counts here

    Raises
    ------
    UnknownName
    UserError
        for a model that cannot be had here
    """

    def __init__(
        self,
        library: Library,
        collection: str,
        person: str | Person,
        *,
        model: str | None = None,
        seed: int | None = None,
    ) -> None:
        self.library, self.store = library, library.store
        self.collection = library.shared(collection)
        self.person = self.store.person(person) if isinstance(person, str) else person
        self._maker = ModelMaker(self.collection, model)
        self.model_name = self._maker.name
        self._newest = NewestReading(Reading(self.collection, self.person))
        self._log = EventLog(self.collection, self.person, self._newest)
        self.elsewhere = Elsewhere(self.collection, self.person, useful=self._maker.counts_elsewhere)
        self._questions = Questions(self._newest, seed)
        self._open: tuple[History, Question | None] | None = None
        self._learner = Learner(self._newest, self._maker, self.elsewhere, self._questions)
        self._turns = Turns(lambda: library.background, self._learner.catch_up)
        self._turns.wake()

    # What was said

    def record(self, judgements: Sequence[Judgement]) -> None:
        """Keep these; on disk when this returns. A client id that was kept before changes nothing.

        Raises
        ------
        UserError
            naming every fault
        IdTaken
            where a client id stands for something else; then nothing of it is kept
        """
        self._log.record(judgements)
        self._turns.wake()

    def undo(self, client_id: str) -> Judgement | None:
        """Take back the newest judgement that holds; returns it, or None where nothing is left.

        Parameters
        ----------
        client_id
            of the undo itself; sent twice, it undoes once

        Raises
        ------
        IdTaken
            where that is the id of something else
        """
        last = self._log.undo(client_id)
        self._turns.wake()
        return last

    def history(self, n: int | None = None) -> list[Judgement]:
        """The judgements that hold now, newest first."""
        return self.now.history.newest(n)

    def refresh(self) -> None:
        """See what was recorded elsewhere, by another process or session, here or in other collections."""
        here, other = self._log.refresh(), self.elsewhere.refresh()
        if other:
            self._learner.forget()
        if here or other:
            self._turns.wake()

    def count_elsewhere(self, count: bool) -> None:
        """Whether answers given in other collections are to count here."""
        self.elsewhere.count(count)
        self._learner.forget()
        self._turns.wake()

    # What was learned

    @property
    def now(self) -> Reading:
        """The newest reading, without waiting: of what was said, and of a fit that may be an answer or two behind."""
        return self._newest.reading

    def reading(self, *, taste: bool = True) -> Reading:
        """The newest reading with a model in it, waited for where there is none yet.

        taste : False: where nothing can be learned, one without a model, which raises where that is needed
        raises : NotEnoughAnswers
        """
        if self.now.fitted is None:
            self.wake()
            self.settle()
        now = self.now
        if now.fitted is None and self.starts_from_others:
            now = replace(now, fitted=now.prior)
        if taste:
            _ = now.model  # raises
        return now

    def progress(self) -> Progress:
        """What the answers so far have given, in the person's own terms; perhaps as it was an answer or two before."""
        self._learner.watched = True
        return self.now.progress

    @property
    def starts_from_others(self) -> bool:
        """Whether the ranking begins with what people like in general."""
        return self._maker.starts_from_others(self.elsewhere)

    # Questions

    def questions(
        self, kind: QuestionKind, n: int = 3, exclude: AnyOf[int] = (), only: str | None = None
    ) -> list[Question]:
        """The next `n` questions, fewer or none where the collection has no more.

        Parameters
        ----------
        exclude
            item ids that are on the way to the person already
        only
            "random" asks at random alone
        """
        if only is not None:
            return self._questions.make_now(kind, n, exclude, only)
        if kind == "grid":  # nine pictures looked for without the last answer are nine looks lost
            self._turns.wait(_GRID_PATIENCE)
        ready = self._questions.take(kind, n, exclude)
        if self._questions.runs_low(kind):
            self._turns.wake()
        return ready

    def put_back_questions(self) -> None:
        """What was asked and not answered is asked again first, if nothing was said since."""
        self._questions.put_back()

    def open_question(self) -> Question | None:
        """A telling pair of pictures that the person may like; the same until more is said. None: none left."""
        now, kept = self.now, self._open
        if kept is None or kept[0] is not now.history:
            asked = self.questions("choice", _TELLING, only="ours")
            if now.fitted is not None:  # of two that nobody wants, neither is worth a thought
                asked.sort(key=lambda question: -min(now.scores[[now.collection.row_of[i] for i in question.items]]))
            self._open = kept = now.history, next(iter(asked), None)
        return kept[1]

    # Learning, behind the answers

    def settle(self) -> None:
        """Wait until everything recorded so far is learned from. raises : what went wrong while learning"""
        self._turns.settle()

    def learned(self) -> bool:
        """Wait until a model has learned from everything recorded, not for what follows from it; whether it has."""
        self._turns.wait(_LEARNING)
        return self.now.fitted is not None

    @property
    def resting(self) -> bool:
        """Whether the model was let go of."""
        return self._learner.resting

    def rest(self) -> None:
        """Let go of the model of somebody who has gone away, until `wake`."""
        self._learner.rest()
        for held in (self.library.rankings, self.library.scores):
            held.forget((self.collection.row.id, self.person.id))

    def wake(self) -> None:
        """Learn again what was let go of."""
        if self.resting:
            self._turns.wake()
            self._turns.wait(_WAKING)

    def close(self) -> None:
        """End the learning behind; what is recorded afterwards is still kept."""
        self._turns.close()
