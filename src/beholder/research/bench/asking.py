"""The replay of recorded answers: a strategy asks a person who can only repeat what they once said.

What may be asked is the draw's support: this person's own answers, on pictures that are not in the query. A picture, or
a pair in either order, that was answered more than once is asked once, for the answer that the support has first. A
strategy sees the pictures of the whole set, as in the app, and no answer but those that it has asked for.

`random` asks in the order of the support, which is random, and so repeats the ordinary run at as many shots.

`grids` and `grids-random` show nine pictures at once, of which the person picks what is in their own top quarter. Kinds
of question take different times, so a run with grids is measured after seconds of answering, whatever is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from zlib import crc32

import numpy as np

from beholder.ask import Strategy
from beholder.ask.ours import OURS
from beholder.ask.questions import GRID_SIZE
from beholder.ask.random import RANDOM
from beholder.errors import BeholderError, UserError
from beholder.research.bench.methods import Fitted, as_answers
from beholder.research.datasets import Choices, Ratings
from beholder.research.datasets.dataset import Flags
from beholder.types import Answers, Floats, Ints, Matrix

T = TypeVar("T")
BUDGET = 50
EVERY = 5  # answers between two measurements
GRIDS, RANDOM_GRIDS = "grids", "grids-random"  # the strategies of grids
ANSWERS, SECONDS = "answers", "seconds"  # what a run's numbers of shots are
SECONDS_BUDGET = 60
SECONDS_STOPS = (0, 10, 20, 30, 45)  # and the budget
_LOOK, _KEY, _PLACE = 0.46, 0.4, 0.8  # seconds for a picture looked at, for a key, to place a rating; of real people
_PICKED, _FEWEST_PICKED = 0.75, 0.1  # quantile of a person's ratings above which they pick; share they pick at least


def stops_of(budget: int) -> tuple[int, ...]:
    """The numbers of answers at which figures are measured: 0, every fifth, and the budget."""
    return (*range(0, budget, EVERY), budget)


def seconds_of(budget: int) -> tuple[int, ...]:
    """The seconds of answering at which figures are measured: 0, 10, 20, 30, 45 and the budget, as far as it goes."""
    return (*(stop for stop in SECONDS_STOPS if stop < budget), budget)


def unit_of(strategies: Iterable[str | None]) -> str:
    """What the numbers of shots count in a run of these strategies: SECONDS where one shows grids, else ANSWERS."""
    return ANSWERS if {GRIDS, RANDOM_GRIDS}.isdisjoint(strategies) else SECONDS


def cost(shown: int, picked: int = 0, rating: bool = False) -> float:
    """Seconds that an answer takes: a rating 1.66, a choice 1.32, a grid of n with k picked .46 n + .4 (k + 1)."""
    return _LOOK * shown + _KEY * (1 + picked) + _PLACE * rating


def ratings_by(seconds: float) -> int:
    """How many ratings are given by then."""
    return int((seconds + 1e-9) // cost(1, rating=True))


def by_then(
    events: Iterable[tuple[float, T]], stops: Iterable[int], start: T, patience: float = np.inf
) -> Iterator[tuple[int, T]]:
    """(stop, the state that the last event before it left), for each of the stops, which rise.

    Parameters
    ----------
    events
        (seconds at which it is over, the state it leaves); none is asked for after one beyond the last stop
    patience
        stops so many seconds or more after the last of all events are left out
    """
    state, over, left = start, 0.0, list(stops)
    for at, new in events:
        while left and at > left[0]:
            yield left.pop(0), state
        if not left:
            return
        state, over = new, at
    yield from ((stop, state) for stop in left if stop - over < patience)


def askable(judgements: Ratings | Choices, support: Ints) -> Ints:
    """Of the support the first answer to each question, in its order."""
    questions = np.sort(judgements.items[support], axis=1)
    _, first = np.unique(questions, axis=0, return_index=True)
    return support[np.sort(first)]


@dataclass(frozen=True, eq=False)
class Interview:
    """One person in one draw, asked by a strategy for the sake of one method.

    Attributes
    ----------
    judgements
        of the set; support: positions of those that may be asked for, each another question
    X
        (n, d) all pictures of the set, as the method is given them
    fit
        the method on the judgements at some positions; None where it has nothing to go by
    seed
        of the draw
    """

    judgements: Ratings | Choices
    support: Ints
    X: Matrix
    fit: Callable[[Ints], Fitted | None]
    seed: int

    def by(self, strategy: Strategy, stops: tuple[int, ...]) -> Iterator[tuple[int, Fitted | None]]:
        """(k, the method on the first k answers asked for), for each of the stops, which rise from 0.

        Raises
        ------
        BeholderError
            where the strategy asks for what it was not offered
        UserError
            where it fails
        """
        rng = np.random.default_rng([self.seed, crc32(strategy.name.encode())])
        known, model = self.support[:0], self.fit(self.support[:0])
        yield 0, model
        if self._is_asked_ahead(strategy):
            ahead = self._ask(strategy, model, known, stops[-1], rng)
            yield from ((k, self.fit(ahead[:k])) for k in stops[1:])
            return
        for k in range(1, stops[-1] + 1):
            known = np.append(known, self._ask(strategy, model, known, 1, rng))
            model = self.fit(known)
            if k in stops:
                yield k, model

    def _is_asked_ahead(self, strategy: Strategy) -> bool:
        return strategy.name == RANDOM.name or (strategy.ahead and isinstance(self.judgements, Ratings))

    def _ask(self, strategy: Strategy, model: Fitted | None, known: Ints, n: int, rng: np.random.Generator) -> Ints:
        """n positions, best first."""
        left = self.support[~np.isin(self.support, known)]
        if strategy.name == RANDOM.name or (model is None and len(known)):  # nothing to choose by, answers or not
            return left[:n]
        pool = self.judgements.items[left]
        position = {_question(items): at for items, at in zip(pool.tolist(), left.tolist(), strict=True)}
        chosen = self._chosen(strategy, model, known, pool, n, rng)
        asked = {_question(items): None for items in chosen.reshape(-1, pool.shape[1]).tolist()}
        if len(asked) != n or not asked.keys() <= position.keys():
            raise BeholderError(
                f"the strategy '{strategy.name}' was to choose {n} of the {len(left)} questions it was offered, "
                f"and chose {chosen.tolist()}"
            )
        return np.array([position[question] for question in asked], np.int64)

    def _chosen(
        self, strategy: Strategy, model: Any, known: Ints, pool: Ints, n: int, rng: np.random.Generator
    ) -> Ints:
        answers, pairs = as_answers(self.judgements.take(known)), isinstance(self.judgements, Choices)
        try:
            return np.asarray(strategy(model, self.X, answers, pool if pairs else pool[:, 0], n, rng, pairs=pairs))
        except BeholderError:
            raise
        except Exception as error:
            raise UserError(
                f"the strategy '{strategy.name}' failed with {type(model).__name__} after "
                f"{len(known)} answer{'s' * (len(known) != 1)}: "
                f"{type(error).__name__}: {error}"
            ) from error


def _question(items: list[int]) -> tuple[int, ...]:
    """The same for a pair in either order."""
    return tuple(sorted(items))


@dataclass(frozen=True, eq=False)
class GridInterview:
    """One person in one draw, shown grids of pictures that they rated, for the sake of one method.

    Attributes
    ----------
    ratings
        of the set; support: positions of those that may be asked for, each of another picture
    X
        (n, d) all pictures of the set, as the method is given them
    fit
        the method on some answers; None where it has nothing to go by
    seed
        of the draw
    """

    ratings: Ratings
    support: Ints
    X: Matrix
    fit: Callable[[Answers], Fitted | None]
    seed: int

    def by(self, strategy: str, stops: tuple[int, ...]) -> Iterator[tuple[int, Fitted | None]]:
        """(seconds, the method on the grids answered by then), for each of the stops, which rise from 0.

        Where the support has run out, later stops at which one grid more could have been answered are left out.
        """
        model = self.fit(Answers())
        yield from by_then(self._grids(strategy, model), stops, model, patience=cost(GRID_SIZE))

    def _grids(self, strategy: str, model: Fitted | None) -> Iterator[tuple[float, Fitted | None]]:
        """(seconds so far, the method) after every grid, until fewer than two pictures are left."""
        rng = np.random.default_rng([self.seed, crc32(strategy.encode())])
        left, answers, spent = self.ratings.item[self.support], Answers(), 0.0
        liked = left[picks(self.ratings.score[self.support])]
        for number in range(len(left)):
            if len(left) < 2:
                return
            shown = self._chosen(strategy, model, answers, left, rng)
            left = left[~np.isin(left, shown)]
            picked = np.isin(shown, liked)
            asked = np.column_stack([np.full(len(shown), number), shown, picked]).astype(np.int64)
            answers = replace(answers, grids=np.vstack([answers.grids, asked]))
            model = self.fit(answers)
            spent += cost(len(shown), int(picked.sum()))
            yield spent, model

    def _chosen(self, strategy: str, model: Any, answers: Answers, pool: Ints, rng: np.random.Generator) -> Ints:
        if strategy == RANDOM_GRIDS:
            return rng.permutation(pool)[:GRID_SIZE]
        shown = OURS.grid(model, self.X, answers, pool, min(GRID_SIZE, len(pool)), rng)
        if not np.isin(shown, pool).all() or len(np.unique(shown)) < len(shown):
            raise BeholderError(
                f"a grid was to show different ones of {len(pool)} pictures, and shows {shown.tolist()}"
            )
        return shown


def picks(ratings: Floats) -> Flags:
    """(n,) whether each rated picture is in the person's own top quarter, and so picked.

    Above the 75th percentile of all; those at it too, where otherwise fewer than a tenth would be.
    """
    border = np.quantile(ratings, _PICKED)
    above: Flags = ratings > border
    return above if above.mean() >= _FEWEST_PICKED else ratings >= border
