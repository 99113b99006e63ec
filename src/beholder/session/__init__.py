"""One person's labelling session: what was said, what was learned of it, what is asked next, and the newest reading."""

from beholder.session.learner import AHEAD, RELEARN
from beholder.session.progress import Progress
from beholder.session.reading import Reading
from beholder.session.session import Session

__all__ = ["AHEAD", "RELEARN", "Progress", "Reading", "Session"]
