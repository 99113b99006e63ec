"""Words by a text tower: how well each word of the bank fits each picture, in the space that an encoder has for both.

A word's fit is compared over the collection (its z-score), since what a text scores means little by itself. From which
z-score on a word is said is learned on the collection too: words of the same group that another source says, of columns
or of heads that were shown to hold, must be said rightly. A group of which no other source says enough stays silent;
its words order pictures all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from beholder.concepts.bank import BankWord, bank
from beholder.concepts.tags import Tags
from beholder.features.encoder_row import TextRuntime
from beholder.types import Floats, Matrix

_PROMPTS = {
    "figure": ("a picture of a {}", "a painting of a {}"),
    "palette": ("a picture in {}", "{}"),
    "light": ("a picture with {}", "{}"),
    "technique": ("a painting with {}", "{}"),
    "composition": ("a picture with {}", "{}"),
    "mood": ("a {} picture", "a {} mood"),
    "style": ("a {} painting", "{} art"),
    "medium": ("a {}", "this is a {}"),
}
_OTHERWISE = ("a picture of {}", "a painting of {}", "a photo of {}")
_UNASKED = ("artist", "period")  # what columns alone tell
_RIGHT = 0.8  # of what is said of words known from elsewhere; .7 is what a word must hold, the rest is margin
_WORDS, _PICTURES = 2, 8  # of a group that must be known from elsewhere, and pictures of which each is said
_LEAST = 1.0  # standard deviations above the mean, under which nothing is said
_SURELY_NOT = 0.5  # of the lowest probability at which it is said: pictures between are left out
_TEXTS: dict[str, Matrix] = {}  # by the encoder's key


def words_of_text(runtime: TextRuntime, rows: Matrix, known: Tags) -> Tags:
    """What a text tower says of n pictures.

    rows (n, d) as the encoder gave them; known, what other sources say of the same pictures
    """
    words = [word for word in bank().values() if word.group not in _UNASKED]
    texts = _texts(runtime, words)
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    fit = unit @ texts.T
    fit -= fit.mean(axis=1, keepdims=True)
    z: Matrix = (fit - fit.mean(axis=0)) / (fit.std(axis=0) + 1e-9)
    groups = [word.group for word in words]
    said_from = {group: _said_from(z, words, group, known) for group in set(groups)}
    said = z >= np.array([said_from[group] for group in groups])
    return Tags([word.word for word in words], groups, np.asarray(expit(2 * z - 4), np.float32), np.asarray(said))


def _texts(runtime: TextRuntime, words: Sequence[BankWord]) -> Matrix:
    """(w, d) of unit length: the mean over a word's prompts."""
    if runtime.row.key not in _TEXTS:
        prompts = [[p.format(word.word) for p in _PROMPTS.get(word.group, _OTHERWISE)] for word in words]
        rows = iter(runtime.encode_text([text for own in prompts for text in own]))
        means = np.stack([np.mean([next(rows) for _ in own], axis=0) for own in prompts])
        _TEXTS[runtime.row.key] = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return _TEXTS[runtime.row.key]


def _said_from(z: Matrix, words: Sequence[BankWord], group: str, known: Tags) -> float:
    """The lowest z-score from which words of a group agree with another source; infinite without evidence."""
    at = {word.word: k for k, word in enumerate(words) if word.group == group}
    given, true = list[Floats](), list[NDArray[np.bool_]]()
    for k, (name, own) in enumerate(zip(known.names, known.groups, strict=True)):
        said = known.said[:, k]
        if own != group or name not in at or said.sum() < _PICTURES:
            continue
        p = known.probabilities[:, k]
        use = said | (p < _SURELY_NOT * p[said].min())
        given.append(z[use, at[name]])
        true.append(said[use])
    if len(given) < _WORDS:
        return float("inf")
    scores, right = np.concatenate(given), np.concatenate(true)
    order = np.argsort(-scores, kind="stable")
    enough = np.flatnonzero(np.cumsum(right[order]) >= _RIGHT * np.arange(1, len(order) + 1))
    if not len(enough) or enough[-1] + 1 < _PICTURES:
        return float("inf")
    return max(_LEAST, float(scores[order[enough[-1]]]))
