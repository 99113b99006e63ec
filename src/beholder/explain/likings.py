"""Which words say what a person likes: those whose pictures were chosen more often than their share allows for.

A word is named where three things speak for it, each with a probability of its own. A larger part of what was chosen
has it than of the collection, 1.3 times as large at least, or it won the comparisons of a picture with it and one
without; a larger part than of what was shown, since what is shown is no fair sample; and among the best pictures of the
model that was fitted on the answers it is common too. Any one alone is misled: by what was shown, or by words that look
alike. The other way round for words that are disliked, which can only be known of common ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, logsumexp
from scipy.stats import beta

from beholder.concepts import Tags
from beholder.types import MIDDLE, Answers, Floats, Ints

_TRUE = 1.3  # times as common among what is liked as in the collection, for a word to be true of it
_SURE = 0.99, 0.95  # probabilities from which a word is liked, and that not only because of what was shown
_FAIRLY = 0.98, 0.8  # the same for one word alone, where none is sure
_BEYOND_DOUBT = 0.9999  # probability from which the model need not know of it
_LIFT = 1.7  # times as common among the model's best pictures as in the collection; a disliked word as rare
_SURE_AGAINST, _LIFT_AGAINST = 0.98, 2.0  # the same for a word that is disliked: half as common, with this probability
_BEST, _FEWEST_BEST = 0.05, 20  # of the pictures are its best
_OFTEN = 2  # chosen pictures with the word, at least
_BELIEF = 2.0  # chosen pictures' worth of belief that a word is as common among them as everywhere
_RAREST, _COMMONEST = 4, 0.7  # pictures that have a word, and their share, from which and to which it tells anything
_LEFT = 0.25  # of a vote against a picture that was shown in a grid and not picked


@dataclass(frozen=True, slots=True)
class Liking:
    """What the answers say of one word.

    Attributes
    ----------
    group
        as in `Tags`
    column
        of `Tags`
    liked
        False: disliked
    share, usual
        of what is liked, and of the collection, that has the word
    chosen, shown
        pictures with the word: judged favourably, and judged at all
    """

    word: str
    group: str
    column: int
    liked: bool
    share: float
    usual: float
    chosen: int
    shown: int

    @property
    def lift(self) -> float:
        """How many times as common the word is among what is liked as in the collection."""
        return self.share / self.usual

    @property
    def weight(self) -> float:
        """How much the word tells of a picture that is liked, in nats."""
        s, p = (float(np.clip(x, 1e-6, 1 - 1e-6)) for x in (self.share, self.usual))
        return float(s * np.log(s / p) + (1 - s) * np.log((1 - s) / (1 - p)))


def liked_and_disliked(answers: Answers) -> tuple[Ints, Ints]:
    """Rows that won more than they lost or were rated in the upper part of the scale; and the other way round.

    Rated means above 5.5 and above the person's own mean, so that it is true to say "which you liked" of it. A picture
    that was left in a grid was not liked, though this says less of it than a choice does. One that was picked in a grid
    is liked still where it loses against another that was: one of two favourites has to.
    """
    votes = {int(row): 1.0 if picked else -_LEFT for _, row, picked in answers.shown}
    among_picked = {row for row, vote in votes.items() if vote > 0}.issuperset
    for (winner, loser), weight in zip(answers.choices.tolist(), answers.weights, strict=True):
        votes[winner] = votes.get(winner, 0.0) + float(weight)
        if not among_picked((winner, loser)):
            votes[loser] = votes.get(loser, 0.0) - float(weight)
    if len(answers.rows):
        mean = float(answers.ratings.mean())
        for row, rating in zip(answers.rows, answers.ratings, strict=True):
            above, below = rating > max(MIDDLE, mean), rating < min(MIDDLE, mean)
            votes[int(row)] = votes.get(int(row), 0.0) + float(above) - float(below)
    liked = [row for row, vote in votes.items() if vote > 0]
    disliked = [row for row, vote in votes.items() if vote < 0]
    return np.array(liked, np.int64), np.array(disliked, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class WordEvidence:
    """How the words that tell pictures of a collection apart fared in the answers.

    Attributes
    ----------
    columns
        (w,) of `Tags`, the words that are common enough and not too common
    usual
        (w,) their shares of the collection
    won, lost
        (w,) comparisons in which the picture with the word won against one without, and lost
    chosen, left
        (w,) pictures with the word that were judged favourably, and unfavourably
    picks, shown
        pictures that were judged favourably, and in all
    """

    columns: Ints
    usual: Floats
    won: Floats
    lost: Floats
    chosen: Floats
    left: Floats
    picks: int
    shown: int

    @classmethod
    def of(cls, words: Tags, answers: Answers) -> WordEvidence:
        count, n = words.said.sum(axis=0), max(1, len(words.said))
        columns = np.flatnonzero((count >= _RAREST) & (count <= _COMMONEST * n))
        judged = answers.used  # of a large collection only these are looked at
        said = words.said[np.ix_(judged, columns)]
        pairs, weights = _comparisons(answers)
        first, second = (said[np.searchsorted(judged, pairs[:, side])].astype(np.int8) for side in (0, 1))
        apart = first - second
        liked, disliked = (said[np.searchsorted(judged, rows)] for rows in liked_and_disliked(answers))
        return cls(
            columns,
            count[columns] / n,
            weights @ (apart > 0),
            weights @ (apart < 0),
            liked.sum(axis=0).astype(np.float64),
            disliked.sum(axis=0).astype(np.float64),
            len(liked),
            len(liked) + len(disliked),
        )

    @property
    def log_bayes(self) -> float:
        """Log evidence of "one of these words decides" over "none does"; each is as likely beforehand."""
        if not len(self.columns):
            return -np.inf
        ratios = betaln(self.won + 1, self.lost + 1) + (self.won + self.lost) * np.log(2)
        return float(logsumexp(ratios) - np.log(len(ratios)))

    @property
    def wins(self) -> Floats:
        """(w,) probability that a picture with the word is preferred to one without."""
        return np.asarray(beta.sf(0.5, self.won + 1, self.lost + 1))

    def commoner(self, than: Floats) -> Floats:
        """(w,) probability that the word's share of what is liked is more than these shares (w,)."""
        p, q = _BELIEF * self.usual, _BELIEF * (1 - self.usual)
        return np.asarray(beta.sf(np.minimum(than, 1), self.chosen + p, self.picks - self.chosen + q))

    @property
    def of_shown(self) -> Floats:
        """(w,) share of the pictures shown that have the word."""
        return (self.chosen + self.left) / max(1, self.shown)


def likings(words: Tags, seen: WordEvidence, scores: Floats) -> list[Liking]:
    """The words that the answers carry, those that tell most first.

    Parameters
    ----------
    seen
        of the same words, in the answers
    scores
        (n,) of the model that was fitted on them
    """
    if not seen.picks or not len(seen.columns):
        return []
    count = min(max(_FEWEST_BEST, round(_BEST * len(scores))), max(1, len(scores) // 3))
    best = np.argpartition(-scores, count - 1)[:count]
    top = words.said[np.ix_(best, seen.columns)].mean(axis=0)
    share = ((seen.chosen + _BELIEF * seen.usual) / (seen.picks + _BELIEF) + top) / 2
    wins, commoner, above = seen.wins, seen.commoner(_TRUE * seen.usual), seen.commoner(seen.of_shown)
    shows = (seen.chosen >= _OFTEN) & ((top >= _LIFT * seen.usual) | (np.minimum(wins, commoner) > _BEYOND_DOUBT))
    known = np.where(shows, np.maximum(wins, commoner), 0.0)
    liked = (known > _SURE[0]) & (above > _SURE[1])
    if not liked.any():
        fairly = np.where(above > _FAIRLY[1], known, 0.0)
        liked = (fairly > _FAIRLY[0]) & (fairly == fairly.max())
    disliked = np.minimum(1 - seen.commoner(seen.usual / 2), 1 - above) > _SURE_AGAINST
    disliked &= (seen.left >= _OFTEN) & (top * _LIFT_AGAINST <= seen.usual)
    found = [
        Liking(
            words.names[column], words.groups[column], column, bool(liked[at]), float(share[at]),
            float(seen.usual[at]), int(seen.chosen[at]), int(seen.chosen[at] + seen.left[at]),
        )
        for at, column in enumerate(seen.columns.tolist())
        if liked[at] or disliked[at]
    ]  # fmt: skip
    return sorted(found, key=lambda x: -x.weight)


def _comparisons(answers: Answers) -> tuple[Ints, Floats]:
    """(m, 2) rows of (winner, loser) and (m,) weights: each rating is compared with all others, together of weight 1;
    a tie is half a win for each."""
    compared = answers.compared()
    pairs, weights = [compared.choices], [compared.weights]
    if len(answers.rows) > 1:
        higher, lower = np.nonzero(answers.ratings[:, None] > answers.ratings)
        pairs.append(np.column_stack([answers.rows[higher], answers.rows[lower]]))
        weights.append(np.full(len(higher), 1 / (len(answers.rows) - 1)))
    pairs += [answers.ties, answers.ties[:, ::-1]]
    weights.append(np.full(2 * len(answers.ties), 0.5))
    return np.concatenate(pairs), np.concatenate(weights)
