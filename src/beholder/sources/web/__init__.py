"""The one door to the network; `docs/architecture.md` says what it keeps out."""

from beholder.sources.web.door import PAGE, PICTURE, Door
from beholder.sources.web.fetching import Limits
from beholder.sources.web.kept import Kept
from beholder.sources.web.refusal import NotFetched

__all__ = ["PAGE", "PICTURE", "Door", "Kept", "Limits", "NotFetched"]
