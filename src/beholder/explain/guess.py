"""What the pictures that were liked seem to show, where no word is sure enough to be said of a picture.

A head that is right too seldom to speak of one picture may still tell what many have in common: who loves boats is then
told so, as a guess. Only words that held of unseen pictures which seemed to show them are guessed (docs/words.md).
"""

from __future__ import annotations

import numpy as np
from scipy.special import logit

from beholder.concepts import Tags
from beholder.explain.likings import liked_and_disliked
from beholder.explain.phrases import noun_of
from beholder.features.vocabulary import SEEMS
from beholder.types import Answers

_FEWEST = 5  # pictures that were liked
_ABOVE = 4.0  # standard errors of their mean above that of the collection, of a word's logits
_MANY, _LEAST = 0.3, 3  # of what was liked, and pictures, that seem to show it at least


def guess_of(words: Tags, answers: Answers) -> str:
    """What of the pictures that were liked seems to be in many, in a sentence; "" where nothing stands out.

    Parameters
    ----------
    words
        of the pool, those that may be guessed among them
    answers
        rows of it
    """
    liked = liked_and_disliked(answers)[0]
    columns = [k for k, word in enumerate(words.names) if word in words.guessable and not words.said[:, k].any()]
    if len(liked) < _FEWEST or not columns:
        return ""
    p = np.clip(words.probabilities[:, columns].astype(np.float64), 1e-6, 1 - 1e-6)
    z, seems = logit(p), (p[liked] >= SEEMS).sum(axis=0)
    above = (z[liked].mean(axis=0) - z.mean(axis=0)) * np.sqrt(len(liked)) / np.maximum(z.std(axis=0), 1e-9)
    above[seems < max(_MANY * len(liked), _LEAST)] = 0
    best = int(np.argmax(above))
    if above[best] < _ABOVE:
        return ""
    noun = noun_of(words.names[columns[best]], words.groups[columns[best]])
    return f"We may be wrong, but {seems[best]} of the {len(liked)} pictures that you liked seem to show {noun}."
