"""Sources that lie on the internet, told by how they are written; what fetches them is loaded where one is."""

from __future__ import annotations

MUSEUMS = frozenset({"met", "aic", "smk", "rijks", "cma", "commons"})


def is_link(text: str) -> bool:
    """Whether it is meant as a link that can be followed."""
    return text.lower().startswith(("http://", "https://"))


def is_query(text: str) -> bool:
    """Whether it names a museum and what to look for there: "met:water lilies"."""
    return ":" in text and text.partition(":")[0].strip().lower() in MUSEUMS
