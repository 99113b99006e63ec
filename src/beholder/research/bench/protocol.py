"""Who is tested on what: every draw of a run, made of the seed, the rater's name and the draw's number alone.

Two methods, two encoders or a run that was interrupted meet the same draws. A draw holds three sets of judgements:

    query     the tested rater's own, predicted and never learned from
    support   the same rater's own on other pictures, in random order; k shots are its first k
    prior     other raters', on pictures that are not in the query: all that a score learned from others may see

Where the set has splits they are used: support and prior are of training pictures, the query of test pictures, and
only test raters are tested, from whom nobody else learns; a training picture with a copy among the test pictures is
left out. Where it has none, each rater is tested against all others; for ratings half of the rater's pictures, at most
100, are the query; for choices 100 pairs (a quarter of them where that is fewer), and every judgement that shares a
picture with the query is in neither support nor prior.
Pictures that are near-duplicates count as one picture, and a pair in either order as one pair.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from beholder.errors import BeholderError
from beholder.research.datasets import TIE, Choices, Dataset, Ratings
from beholder.research.datasets.dataset import Flags
from beholder.types import Ints

_MOST_QUERIES = 100


@dataclass(frozen=True, eq=False)
class Draw:
    """One test of one rater; `query`, `support` and `prior` are positions in the judgements.

    Attributes
    ----------
    seed
        for everything else that is random in this draw
    """

    rater: int
    number: int
    seed: int
    query: Ints
    support: Ints
    prior: Ints


class Protocol:
    """The draws of one dataset.

    Parameters
    ----------
    data
        with ratings, or else choices (a set with both is tested on its ratings)
    pictures
        (n,) the same number for items that are the same picture
    seed
        of the run
    """

    def __init__(self, data: Dataset, pictures: Ints, seed: int) -> None:
        """raises : BeholderError where `pictures` do not number this set's items"""
        if pictures.shape != (len(data.items),) or pictures.dtype.kind not in "iu" or pictures.min(initial=0) < 0:
            raise BeholderError(
                f"pictures must be one number from 0 up for each of {len(data.items)} items, "
                f"got {pictures.dtype} of shape {pictures.shape}"
            )
        self.data = data
        self.seed = seed
        self.pictures = pictures
        self.judgements: Ratings | Choices = data.ratings if len(data.ratings) else data.choices
        self.pictures_of: Ints = pictures[self.judgements.items]  # (m, 1) or (m, 2)
        self._is_test = _test_pictures(data, pictures)
        self._may_learn: Flags = ~self._is_test[self.pictures_of].any(axis=1) & self._says_something()
        self._may_ask: Flags = self._is_decided() & self._says_something()
        if data.item_is_test is not None:
            self._may_ask &= data.item_is_test[self.judgements.items].all(axis=1)

    @property
    def kind(self) -> str:
        """ "ratings" or "choices": what is learned from and asked."""
        return "ratings" if isinstance(self.judgements, Ratings) else "choices"

    @property
    def testers(self) -> Ints:
        """The raters who are tested."""
        everyone = np.arange(len(self.data.raters))
        return everyone if self.data.rater_is_test is None else everyone[self.data.rater_is_test]

    @property
    def copies(self) -> int:
        """How many training pictures are left out, as a copy of each is a test picture."""
        if self.data.item_is_test is None:
            return 0
        return int((self._is_test[self.pictures] & ~self.data.item_is_test).sum())

    def draw(self, rater: int, number: int) -> Draw:
        """Draw `number` of this rater; the same whenever it is asked for."""
        seed = _seed(self.seed, self.data.raters[rater], number)
        rng = np.random.default_rng(seed)
        own = self.judgements.rater == rater
        query = self._query(np.flatnonzero(own & self._may_ask), rng)
        apart = ~np.isin(self.pictures_of, self.pictures_of[query]).any(axis=1) & self._may_learn
        support = rng.permutation(np.flatnonzero(own & apart))
        prior = np.flatnonzero(apart & self._teaches(rater)[self.judgements.rater])
        return Draw(rater, number, seed, query, support, prior)

    def check(self, draw: Draw) -> None:
        """BeholderError where what is learned from could know the answer: called before anything is fitted."""
        leaks = self._picture_leaks(draw) | self._rater_leaks(draw)
        found = [sentence for sentence, leaked in leaks.items() if leaked]
        if found:
            rater = self.data.raters[draw.rater]
            raise BeholderError(f"leak in draw {draw.number} of rater '{rater}': {'; '.join(found)}")

    def _picture_leaks(self, draw: Draw) -> dict[str, bool]:
        """Sentence: whether it is so. Looked up again, not by what the draw was made of."""
        items = self.judgements.items
        asked, own, taught = (self.pictures[items[part]] for part in (draw.query, draw.support, draw.prior))
        is_test = self.data.item_is_test
        return {
            "query pictures are in the support": bool(np.isin(own, asked).any()),
            "query pictures are in what other raters teach": bool(np.isin(taught, asked).any()),
            "a copy of a test picture is a training picture": bool(
                self._is_test[own].any() or self._is_test[taught].any()
            ),
            "training pictures are in the query": is_test is not None and not is_test[items[draw.query]].all(),
        }

    def _rater_leaks(self, draw: Draw) -> dict[str, bool]:
        own, teachers = np.concatenate([draw.support, draw.query]), self.judgements.rater[draw.prior]
        everything = np.concatenate([own, draw.prior])
        return {
            "the tested rater, or another test rater, is a training rater": draw.rater not in self.testers
            or draw.rater in teachers
            or not self._teaches(draw.rater)[teachers].all(),
            "support or query hold another rater's answers": bool((self.judgements.rater[own] != draw.rater).any()),
            "an answer is in the draw twice": len(np.unique(everything)) < len(everything),
        }

    def _teaches(self, rater: int) -> Flags:
        """(raters,) whose answers may be learned from when `rater` is tested."""
        if self.data.rater_is_test is not None:
            return ~self.data.rater_is_test
        others = np.ones(len(self.data.raters), bool)
        others[rater] = False
        return others

    def _query(self, own: Ints, rng: np.random.Generator) -> Ints:
        if isinstance(self.judgements, Ratings):
            if self.data.item_is_test is not None:
                return own
            units, unit = np.unique(self.pictures_of[own], return_inverse=True)
            count = min(_MOST_QUERIES, len(units) // 2)
        else:
            units, unit = np.unique(np.sort(self.pictures_of[own], axis=1), axis=0, return_inverse=True)
            share = 1 if self.data.item_is_test is not None else 4
            count = min(_MOST_QUERIES, len(units) // share)
        chosen = rng.permutation(len(units))[:count]
        return own[np.isin(unit.reshape(-1), chosen)]

    def _is_decided(self) -> Flags:
        if isinstance(self.judgements, Ratings):
            return np.ones(len(self.judgements), bool)
        decided: Flags = self.judgements.answer != TIE
        return decided

    def _says_something(self) -> Flags:
        """False for a choice between two copies of one picture."""
        if isinstance(self.judgements, Ratings):
            return np.ones(len(self.judgements), bool)
        differ: Flags = self.pictures_of[:, 0] != self.pictures_of[:, 1]
        return differ


def _test_pictures(data: Dataset, pictures: Ints) -> Flags:
    """(pictures,) whether any copy of the picture is a test picture."""
    is_test = np.zeros(int(pictures.max(initial=-1)) + 1, bool)
    if data.item_is_test is not None:
        is_test[pictures[data.item_is_test]] = True
    return is_test


def _seed(seed: int, rater: str, number: int) -> int:
    """Of the rater's name, not their position: a rater who is added or left out moves nobody else's draws."""
    digest = hashlib.sha256(f"{seed}\n{rater}\n{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
