"""One person's labelling session: event log, learner, question queue, and the newest reading."""

from beholder.session.history import GRID_WEIGHT
from beholder.session.learner import AHEAD, RELEARN
from beholder.session.progress import Progress, needed
from beholder.session.reading import Reading
from beholder.session.session import Session
from beholder.session.together import Agreement, Together, together

__all__ = [
    "AHEAD",
    "GRID_WEIGHT",
    "RELEARN",
    "Agreement",
    "Progress",
    "Reading",
    "Session",
    "Together",
    "needed",
    "together",
]
