"""Leanings to measured attributes in plain English: what may and may not be claimed of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beholder.explain.phrases import listed

ADJECTIVES: dict[str, tuple[str, str]] = {  # of the low and the high end, where English has one; "" where it has none
    "interesting content": ("quiet", ""),
    "object emphasis": ("", ""),
    "good lighting": ("", ""),
    "colour harmony": ("", ""),
    "vivid colour": ("muted", "vivid"),
    "shallow depth of field": ("", ""),
    "rule of thirds": ("", ""),
    "balancing element": ("", "balanced"),
    "repetition": ("", ""),
    "symmetry": ("asymmetrical", "symmetrical"),
}
TELLING = 2.0  # |lean| / std from which a leaning is said
_VERY, _MANY = 4.0, 3  # and from which, or from how many words, the taste is called sure
HINTING = 1.0  # and from which it is mentioned at all


@dataclass(frozen=True, slots=True)
class Leaning:
    """What the answers say of one measured attribute.

    Attributes
    ----------
    low, high
        the words for its two ends
    lean
        in [-1, 1]: of two pictures one standard deviation apart in it, the higher is chosen (1 + lean) / 2 of the
        time
    std
        standard deviation of `lean`
    open
        whether the answers leave it open if the attribute matters at all
    """

    attribute: str
    low: str
    high: str
    lean: float
    std: float
    open: bool = False

    @property
    def evidence(self) -> float:
        """|lean| in its standard deviations."""
        return abs(self.lean) / self.std if self.std > 0 else 0.0

    @property
    def liked(self) -> str:
        """The end that is liked, in words."""
        return self.high if self.lean > 0 else self.low

    @property
    def other(self) -> str:
        """The end that is liked less, in words."""
        return self.low if self.lean > 0 else self.high

    @property
    def adjective(self) -> str:
        """The end that is liked as an adjective, "" where English has none."""
        low, high = ADJECTIVES.get(self.attribute, ("", ""))
        return high if self.lean > 0 else low


def pictures_with(leanings: Sequence[Leaning]) -> str:
    """The kind of picture these leanings describe: "muted, symmetrical pictures with one clear subject"."""
    adjectives = [x.adjective for x in leanings if x.adjective][:2]
    nouns = [x.liked for x in leanings if x.adjective not in adjectives]
    front = ", ".join(adjectives)
    return f"{front} pictures".strip() + (f" with {listed(nouns)}" if nouns else "")


def carried(leanings: Sequence[Leaning]) -> list[Leaning]:
    """The leanings that a reason may rest on: those with evidence that are not left open."""
    return [x for x in leanings if x.evidence >= TELLING and not x.open]


def confidence_of(leanings: Sequence[Leaning], found: bool, words: int = 0) -> str:
    """In one or two words: "nothing yet", "a first guess", "fairly sure" or "sure".

    Parameters
    ----------
    words
        how many words are known to be liked
    """
    if not found:
        return "nothing yet"
    best = max((x.evidence for x in leanings), default=0.0)
    if best >= _VERY or words >= _MANY:
        return "sure"
    return "fairly sure" if best >= TELLING or words else "a first guess"


def sentence_of(leanings: Sequence[Leaning], found: bool, answers: int) -> str:
    """The taste in one sentence of measured attributes, claiming only what the answers carry.

    Parameters
    ----------
    leanings
        sorted by evidence
    """
    if not found:
        return _nothing_found(leanings, answers)
    if telling := [x for x in leanings if x.evidence >= TELLING][:4]:
        return f"You like {pictures_with(telling)}."
    if hinting := [x for x in leanings if x.evidence >= HINTING][:2]:
        return f"You seem to like {pictures_with(hinting)}, though it is early to be sure."
    if len(tangled := tangled_in(leanings)) > 1:
        nouns = listed([x.liked for x in tangled], "or")
        return f"You like pictures with {nouns}. Here these occur together, so which of them you like is still unclear."
    return "You have a clear taste, and your pictures are ranked by it, but no word that we know describes it yet."


def tangled_in(leanings: Sequence[Leaning]) -> list[Leaning]:
    """Those among which it is left open, where none is carried by itself; none where one is."""
    carries = any(x.evidence >= HINTING for x in leanings)
    return [] if carries else [x for x in leanings if x.open][:3]


def _nothing_found(leanings: Sequence[Leaning], answers: int) -> str:
    if not answers:
        return "We know nothing about your taste yet: answer a few questions first."
    guess = next((x for x in leanings[:1] if x.evidence >= HINTING), None)
    if guess:
        return f"It is early: at a first guess, so far, {pictures_with([guess])}."
    return "It is early: no clear preference so far."
