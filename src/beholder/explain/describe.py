"""Descriptions of art that a person would like, and prompts for who makes pictures: in words that carry evidence.

The best pictures of the ranking are parted in three ways that are alike within; each way is told by the words that are
liked and are said of most of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from beholder.concepts import Tags
from beholder.explain.likings import Liking
from beholder.explain.phrases import ABSENT, is_adjective, listed, noun_of, side_of, without_of
from beholder.types import Floats, Ints, Matrix

_WAYS = 3
_BEST = 60  # pictures that are parted in ways
_ROUNDS = 20  # of k-means
_SAID = 1 / 3  # of a way, from which a word is said of it
_STRANGE = 0.08  # of a way, below which a word is said to be absent where it is disliked
_MOST = 7  # words of a way
_NOUNS = ("subject", "place", "figure")
_SIDES = ("palette", "light", "technique", "composition", "period")
_GENRES = ("portraits", "landscapes", "seascapes", "cityscapes", "still lifes", "nudes")  # that are pictures themselves
_OPENINGS = ("{}.", "You would stop before {}.", "On your own wall would hang {}.")
_PAINTERS = ("Think of {}.", "{} painted such pictures.", "They could be by {}.")


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of picture that a person likes.

    Attributes
    ----------
    words
        that are liked and said of it, those that tell most first
    without
        that are disliked and not said of it
    rows
        the pictures that it was read from, best first
    """

    words: tuple[Liking, ...]
    without: tuple[Liking, ...]
    rows: tuple[int, ...]

    def description(self, at: int = 0) -> str:
        """A paragraph; at : its place among others, so that no two are told in the same turns of phrase."""
        artists, without = listed(self._artists), [without_of(x) for x in self.without[:2]]
        nameless = self.pictures == "pictures"
        what = f"pictures by {artists}" if nameless else self.pictures
        sentences = [_OPENINGS[at % len(_OPENINGS)].format(what)]
        if artists and not nameless:
            sentences.append(_PAINTERS[at % len(_PAINTERS)].format(artists))
        if without:
            sentences.append(f"Not {listed(without, 'or')}.")
        return " ".join(f"{x[0].upper()}{x[1:]}" for x in sentences)

    @property
    def pictures(self) -> str:
        """What they are: "calm Impressionist seascapes with boats, in blue tones"."""
        named = self._named(*_NOUNS)
        genre = [x for x in named if x.endswith(_GENRES)][:1]
        others = [x for x in named if x not in genre][:2]
        style = [x for x in self._words("style") if is_adjective(x)][:1]
        school = [] if style else self._words("style")[:1]  # as "old masters"
        head = genre or self._named("medium")[:1] or school or ["pictures"]
        what = " ".join([*self._words("mood")[:1], *style, *head])
        of = f" {'with' if head in (genre, school) else 'of'} {listed(others)}" if others else ""
        if absent := [ABSENT[x.word] for x in self.words if x.word in ABSENT]:
            of += f" without {listed(absent, 'or')}"
        sides = [side_of(x.word, x.group) for x in self.words if x.group in _SIDES][:3]
        return f"{what}{of}{', ' if of and sides else ' ' if sides else ''}{listed(sides)}"

    @property
    def prompt(self) -> tuple[str, str]:
        """What an image generator is to show, and what not: words with commas between."""
        order = (*_NOUNS, "mood", "palette", "light", "technique", "composition", "medium", "style", "period", "artist")
        told = sorted(self.words, key=lambda x: order.index(x.group))
        positive = [
            f"in the manner of {x.word}" if x.group == "artist" else x.word for x in told if x.word not in ABSENT
        ]
        negative = [ABSENT[x.word] for x in told if x.word in ABSENT]
        negative += [x.word for x in self.without if x.word not in ABSENT]
        return ", ".join(positive), ", ".join(negative[:_MOST])

    @property
    def _artists(self) -> list[str]:
        return self._words("artist")[:2]

    @property
    def gist(self) -> tuple[str, ...]:
        """What its description says, in whatever order; without what is absent."""
        return tuple(sorted([*self.pictures.replace(",", "").split(), *self._artists]))

    def _words(self, *groups: str) -> list[str]:
        return [x.word for x in self.words if x.group in groups]

    def _named(self, *groups: str) -> list[str]:
        return [noun_of(x.word, x.group) for x in self.words if x.group in groups and x.word not in ABSENT]


def ways_of(likings: Sequence[Liking], words: Tags, X: Matrix, scores: Floats) -> list[Way]:
    """At most three kinds of pictures that differ in their words; none where no word is known to be liked.

    Parameters
    ----------
    likings, words
        of `explain`
    X, scores
        (n, d) the collection and (n,) what the model predicts of it
    """
    liked = [x for x in likings if x.liked]
    if not liked:
        return []
    best = np.argsort(-scores, kind="stable")[: min(_BEST, max(_WAYS, len(scores) // 4))]
    columns = np.array([x.column for x in liked], np.int64)
    best = best[words.said[np.ix_(best, columns)].any(axis=1)]
    found = dict[tuple[str, ...], Way]()
    for rows in _parted(words.said[np.ix_(best, columns)].astype(np.float64), X[best], best):
        said = words.said[rows].mean(axis=0)
        told = tuple(sorted((x for x in liked if said[x.column] >= _SAID), key=lambda x: -said[x.column] * x.weight))
        without = tuple(x for x in likings if not x.liked and said[x.column] < _STRANGE)
        if told:
            way = Way(told[:_MOST], without, tuple(rows.tolist()))
            found.setdefault(way.gist, way)
    return list(found.values())


def _parted(said: Floats, X: Matrix, rows: Ints) -> list[Ints]:
    """These rows in three parts by k-means, on their words and how they look, each as they came; the best first."""
    if len(rows) < 2 * _WAYS:
        return [rows]
    look = np.asarray(X - X.mean(axis=0), np.float64)
    look /= max(float(np.linalg.norm(look, axis=1).mean()), 1e-9)
    z = np.hstack([2 * (said - said.mean(axis=0)), look])
    centres = [0]
    for _ in range(1, _WAYS):  # each begins furthest from those before
        centres.append(int(np.argmax(np.min([((z - z[c]) ** 2).sum(axis=1) for c in centres], axis=0))))
    middle = z[centres]
    for _ in range(_ROUNDS):
        which = np.argmin(((z[:, None] - middle) ** 2).sum(axis=2), axis=1)
        middle = np.stack([z[which == k].mean(axis=0) if (which == k).any() else middle[k] for k in range(_WAYS)])
    parts = [rows[which == k] for k in range(_WAYS) if (which == k).any()]
    return sorted(parts, key=lambda part: int(part[0] != rows[0]))
