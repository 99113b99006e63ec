"""Sources that lie on the internet, told by how they are written; what fetches them is loaded where one is."""

from __future__ import annotations

from urllib.parse import urlsplit

from beholder.errors import UserError
from beholder.text import shown

MUSEUMS = {
    "met": "The Metropolitan Museum of Art",
    "aic": "Art Institute of Chicago",
    "smk": "SMK, National Gallery of Denmark",
    "rijks": "Rijksmuseum",
    "cma": "The Cleveland Museum of Art",
    "commons": "Wikimedia Commons",
}
_LONGEST = 200  # characters of what is looked for


def is_link(text: str) -> bool:
    """Whether it is meant as a link that can be followed."""
    return text.lower().startswith(("http://", "https://"))


def is_query(text: str) -> bool:
    """Whether it names a museum and what to look for there: "met:water lilies"."""
    return ":" in text and text.partition(":")[0].strip().lower() in MUSEUMS


def is_online(text: str) -> bool:
    """Whether it is one of the two."""
    return is_link(text) or is_query(text)


def query_of(text: str) -> tuple[str, str]:
    """(museum, what to look for there). raises : UserError where nothing is looked for"""
    name, _, query = text.partition(":")
    query = " ".join(query.split())
    if not query or len(query) > _LONGEST:
        raise UserError(f"'{shown(text)}' wants what to look for, in up to {_LONGEST} characters: met:water lilies")
    return name.strip().lower(), query


def online_title(text: str) -> str:
    """What to call a link or a query. raises : UserError as `query_of`"""
    if is_query(text):
        museum, query = query_of(text)
        return f"{MUSEUMS[museum]}, {query}"
    try:
        return urlsplit(text).hostname or "pictures"
    except ValueError:
        return "pictures"
