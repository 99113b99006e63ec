"""Explanations: a person's taste in terms of measured attributes, and a reason for every picture."""

from beholder.explain.advice import advice_of, in_short
from beholder.explain.affinities import Affinity, affinities, affinities_in_words, departing_in
from beholder.explain.describe import Way, ways_of
from beholder.explain.explanation import Explanation, explain, reasons
from beholder.explain.leanings import Leaning
from beholder.explain.likings import Liking, liked_and_disliked
from beholder.explain.naming import names_of
from beholder.explain.phrases import noun_of, spoken_of
from beholder.explain.showing import varied
from beholder.explain.verdict import Predictions, Verdict, verdict_of
from beholder.explain.why import BESIDE, Reason, deeds_of

__all__ = [
    "BESIDE",
    "Affinity",
    "Explanation",
    "Leaning",
    "Liking",
    "Predictions",
    "Reason",
    "Verdict",
    "Way",
    "advice_of",
    "affinities",
    "affinities_in_words",
    "deeds_of",
    "departing_in",
    "explain",
    "in_short",
    "liked_and_disliked",
    "names_of",
    "noun_of",
    "reasons",
    "spoken_of",
    "varied",
    "verdict_of",
    "ways_of",
]
