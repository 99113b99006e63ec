"""Explanations: a person's taste in terms of measured attributes, and a reason for every picture."""

from beholder.explain.advice import advice_of, in_short
from beholder.explain.affinities import Affinity, affinities, affinities_in_words, departing_in
from beholder.explain.explanation import Explanation, explain, reasons
from beholder.explain.leanings import Leaning
from beholder.explain.verdict import FIRST_WORD, Predictions, Verdict, verdict_of
from beholder.explain.why import Reason, liked_and_disliked

__all__ = [
    "FIRST_WORD",
    "Affinity",
    "Explanation",
    "Leaning",
    "Predictions",
    "Reason",
    "Verdict",
    "advice_of",
    "affinities",
    "affinities_in_words",
    "departing_in",
    "explain",
    "in_short",
    "liked_and_disliked",
    "reasons",
    "verdict_of",
]
