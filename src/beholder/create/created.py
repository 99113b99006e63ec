"""A new picture, with what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PIL import Image


@dataclass(frozen=True, eq=False)
class Created:
    """A new picture, finished.

    Attributes
    ----------
    twin
        what the same seed gives without the taste
    score, other_score
        from 1 to 10, of the person's taste and by another encoder that guided nothing; None where that learned nothing
    change
        how different picture and twin look, 0 to 1
    new
        whether it is like no picture of the collection, whole and by quarters, nor like one that it is a child of
    """

    picture: Image.Image
    twin: Image.Image
    recipe: dict[str, Any]
    score: float
    twin_score: float
    other_score: float | None
    other_twin_score: float | None
    change: float
    new: bool

    def as_json(self) -> dict[str, Any]:
        told = {name: value for name, value in vars(self).items() if name not in ("picture", "twin", "recipe")}
        return {**{k: round(v, 3) if isinstance(v, float) else v for k, v in told.items()}, "recipe": self.recipe}

    def columns(self) -> dict[str, str]:
        """The same for people, as a collection's columns."""
        recipe, made_of = self.recipe, self.recipe["made_of"]
        wish = recipe.get("wish", {})
        told = {
            "engine": recipe["engine"],
            "seed": str(recipe["seed"]),
            "strength": f"{recipe['strength']:g}",
            "brush": recipe["style"] or "",
            "family": str(made_of.get("family", "")),
            "made like": " and ".join(made_of.get("like", ())),
            "between": " and ".join(wish.get("between") or ()),
            "more of": ", ".join(wish.get("more", ())),
            "less of": ", ".join(wish.get("less", ())),
            "your taste": f"{self.score:.1f}",
            "your taste of the twin": f"{self.twin_score:.1f}",
            "another eye": _one_digit(self.other_score),
            "another eye of the twin": _one_digit(self.other_twin_score),
            "new": "yes" if self.new else "no",
        }
        return {name: value for name, value in told.items() if value}


def _one_digit(score: float | None) -> str:
    return "" if score is None else f"{score:.1f}"
