"""The replay of recorded answers: a strategy asks a person who can only repeat what they once said.

What may be asked is the draw's support: this person's own answers, on pictures that are not in the query. A picture, or
a pair in either order, that was answered more than once is asked once, for the answer that the support has first. A
strategy sees the pictures of the whole set, as in the app, and no answer but those that it has asked for.

`random` asks in the order of the support, which is random, and so repeats the ordinary run at as many shots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from beholder.ask import Strategy
from beholder.ask.random import RANDOM
from beholder.bench.methods import Fitted, as_answers
from beholder.datasets import Choices, Ratings
from beholder.errors import BeholderError, UserError
from beholder.types import Ints, Matrix

BUDGET = 50
EVERY = 5  # answers between two measurements


def stops_of(budget: int) -> tuple[int, ...]:
    """The numbers of answers at which figures are measured: 0, every fifth, and the budget."""
    return (*range(0, budget, EVERY), budget)


def askable(judgements: Ratings | Choices, support: Ints) -> Ints:
    """Of the support the first answer to each question, in its order."""
    questions = np.sort(judgements.items[support], axis=1)
    _, first = np.unique(questions, axis=0, return_index=True)
    return support[np.sort(first)]


@dataclass(frozen=True, eq=False)
class Interview:
    """One person in one draw, asked by a strategy for the sake of one method.

    judgements   of the set; support: positions of those that may be asked for, each another question
    X            (n, d) all pictures of the set, as the method is given them
    fit          the method on the judgements at some positions; None where it has nothing to go by
    seed         of the draw
    """

    judgements: Ratings | Choices
    support: Ints
    X: Matrix
    fit: Callable[[Ints], Fitted | None]
    seed: int

    def by(self, strategy: Strategy, stops: tuple[int, ...]) -> Iterator[tuple[int, Fitted | None]]:
        """(k, the method on the first k answers asked for), for each of the stops, which rise from 0.

        raises : BeholderError where the strategy asks for what it was not offered, UserError where it fails
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
                f"the strategy '{strategy.name}' failed with {type(model).__name__} after {len(known)} answers: "
                f"{type(error).__name__}: {error}"
            ) from error


def _question(items: list[int]) -> tuple[int, ...]:
    """The same for a pair in either order."""
    return tuple(sorted(items))
