"""Why: a person's taste in the words of the measured attributes, and a reason for every picture."""

from beholder.explain.advice import advice_of, in_short
from beholder.explain.explanation import Explanation, explain, reasons
from beholder.explain.eyes import Eye, departing_in, eyes_in_words, eyes_of
from beholder.explain.said import Words
from beholder.explain.verdict import FIRST_WORD, Predictions, Verdict, verdict_of
from beholder.explain.why import Reason, liked_and_disliked
from beholder.explain.words import Leaning

__all__ = [
    "FIRST_WORD",
    "Explanation",
    "Eye",
    "Leaning",
    "Predictions",
    "Reason",
    "Verdict",
    "Words",
    "advice_of",
    "departing_in",
    "explain",
    "eyes_in_words",
    "eyes_of",
    "in_short",
    "liked_and_disliked",
    "reasons",
    "verdict_of",
]
