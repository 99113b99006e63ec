"""Leanings in plain English: the sentence on top of My taste, and what it may and may not claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
TELLING = 2.0  # |lean| / std from which a leaning is said without "perhaps"
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
    kind
        "attribute", or that of a word that the encoder says: "concept" or "style"
    """

    attribute: str
    low: str
    high: str
    lean: float
    std: float
    open: bool = False
    kind: str = "attribute"

    @classmethod
    def of_word(cls, word: str, kind: str, lean: float, std: float) -> Leaning:
        """What the answers say of a word; it is never left open, since of most words nothing is known."""
        low = f"{'not' if kind == 'style' else 'no'} {word}"
        return cls(word, low, word, lean, std, kind=kind)

    @property
    def evidence(self) -> float:
        """|lean| in its standard deviations."""
        return abs(self.lean) / self.std if self.std > 0 else 0.0

    @property
    def liked(self) -> str:
        """The end that is liked, in words."""
        return self.high if self.lean > 0 else self.low

    @property
    def adjective(self) -> str:
        """The end that is liked as an adjective, "" where English has none."""
        low, high = ("", self.high) if self.kind == "style" else ADJECTIVES.get(self.attribute, ("", ""))
        return high if self.lean > 0 else low


def listed(words: Sequence[str], last: str = "and") -> str:
    """a · a and b · a, b and c"""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def pictures_with(leanings: Sequence[Leaning]) -> str:
    """The kind of picture these leanings describe: "muted, symmetrical pictures with one clear subject"."""
    adjectives = [x.adjective for x in leanings if x.adjective][:2]
    nouns = [x.liked for x in leanings if x.adjective not in adjectives]
    front = ", ".join(adjectives)
    return f"{front} pictures".strip() + (f" with {listed(nouns)}" if nouns else "")


def carried(leanings: Sequence[Leaning]) -> list[Leaning]:
    """The leanings that a reason may rest on: those with evidence; where attributes that come together share it so that
    none has enough alone, those among which it is left open."""
    return [x for x in leanings if x.evidence >= HINTING] or [x for x in leanings if x.open]


def confidence_of(leanings: Sequence[Leaning], found: bool) -> str:
    """In one or two words: "nothing yet", "a first guess", "fairly sure" or "sure"."""
    if not found:
        return "nothing yet"
    best = max((x.evidence for x in leanings), default=0.0)
    return "sure" if best >= 4 else "fairly sure" if best >= TELLING else "a first guess"


def sentence_of(leanings: Sequence[Leaning], found: bool, answers: int) -> str:
    """The taste in one or two sentences, claiming only what the answers carry.

    Parameters
    ----------
    leanings
        sorted by evidence
    """
    if not found:
        return _nothing_found(leanings, answers)
    telling = [x for x in leanings if x.evidence >= TELLING][:4]
    hinting = [x for x in leanings if HINTING <= x.evidence < TELLING][:2]
    if telling:
        said = f"You like {pictures_with(telling)}"
        if hinting and len(telling) < 4:
            said += f", and perhaps {listed([x.liked for x in hinting])}"
    elif hinting:
        said = f"You seem to like {pictures_with(hinting)}, though it is early to be sure"
    elif len(tangled := tangled_in(leanings)) > 1:
        nouns = listed([x.liked for x in tangled], "or")
        return f"You like pictures with {nouns}. Here these occur together, so which of them you like is still unclear."
    else:
        return (
            "You have a clear taste, and your pictures are ranked by it, "
            "but none of the ten attributes we measure describes it yet."
        )
    return said + _still_open([x for x in leanings if x not in telling and x not in hinting]) + "."


def tangled_in(leanings: Sequence[Leaning]) -> list[Leaning]:
    """Those among which it is left open, where none is carried by itself; none where one is."""
    carries = any(x.evidence >= HINTING for x in leanings)
    return [] if carries else [x for x in leanings if x.open][:3]


def _still_open(leanings: Sequence[Leaning]) -> str:
    undecided = sorted((x for x in leanings if x.open), key=lambda x: -x.std)[:1]
    return "".join(f"; whether {x.attribute} matters is still unclear" for x in undecided)


def _nothing_found(leanings: Sequence[Leaning], answers: int) -> str:
    if not answers:
        return "We know nothing about your taste yet: answer a few questions first."
    guess = next((x for x in leanings[:1] if x.evidence >= HINTING), None)
    if guess:
        return f"It is early: at a first guess, so far, {pictures_with([guess])}."
    return "It is early: no clear preference so far."
