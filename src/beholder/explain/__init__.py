"""Why: a person's taste in the words of the measured attributes, and a reason for every picture."""

from beholder.explain.explanation import Explanation, explain, reasons
from beholder.explain.why import Reason, liked_and_disliked
from beholder.explain.words import Leaning

__all__ = ["Explanation", "Leaning", "Reason", "explain", "liked_and_disliked", "reasons"]
