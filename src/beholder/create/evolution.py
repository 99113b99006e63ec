"""The engine `painter`: the procedural painter's own numbers, evolved towards a taste.

It makes children of the best places that were looked at beforehand (`known`). Where none is known, or pictures are
loved, more are tried, by MAP-Elites [MouretClune2015]: the best places are kept for each of the families of pictures,
and new ones start at any of them, so that one family does not crowd out the others. Half of them are children of loved
pictures, if any. Where words are wished that some families show, these alone are tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.create import known
from beholder.create.engine import Guide, Liked, Sketch
from beholder.create.novelty import Unlike
from beholder.create.subjects import families_of, families_without, shares
from beholder.filters.orders import by_worth_and_unlikeness
from beholder.painter import FAMILIES, paint
from beholder.types import Floats

_TRIED_AT = 96  # pixels of the longer side of what is only judged
_FIRST = 2  # places of each family tried at first, where none is known
_CHILDREN = 2  # of each of the best known places
_TRIES = 60  # further ones for each picture wanted, at strength 1
_FEWEST = 80  # further ones in all, at strength 1
_ELITES = 3  # places kept in each family, so 24 pictures are of eight families at least, where all are tried
_SPARE = 3  # places kept for each picture, where a few families are tried
_LIFT = 0.6  # of a picture whose family shows most of what the taste names, in the bound's spreads
_UNLIKE = 1.0  # by how much a picture counts less that is quite like one before it
_ALIKE = 0.8  # likeness to one before it from which a picture comes last
_ALL_FROM = 0.4  # the strength from which on all known places are looked at
_MOVED, _STEP = 0.3, 0.15  # share of the numbers that a child has changed, and by how much
_ANOTHER = 0.16  # root mean square difference at 16 x 16 pixels from a loved picture, from which on one is another
_AT_ONCE = 16  # pictures judged together


@dataclass(frozen=True, eq=False)
class _Place:
    """seen : how it was painted to be judged"""

    family: str
    numbers: NDArray[np.float64]
    texture: int
    like: str = ""
    bound: float = 0.0
    seen: Image.Image | None = None

    def paint(self, side: int) -> Image.Image:
        return paint(self.numbers, self.family, side, self.texture)

    @classmethod
    def of(cls, liked: Liked) -> _Place:
        told = liked.made_of
        return cls(told["family"], np.array(told["numbers"]), told["texture"], liked.name)

    def child(self, rng: np.random.Generator, anew: bool = False) -> _Place:
        """anew : things lie elsewhere in it, as another texture has them"""
        moved = rng.random(len(self.numbers)) < _MOVED
        numbers = (self.numbers + moved * rng.normal(0, _STEP, len(self.numbers))) % 1.0
        texture = self.texture if rng.random() < 0.7 and not anew else int(rng.integers(1 << 31))
        return replace(self, numbers=numbers, texture=texture, seen=None)


@dataclass
class _Archive:
    """The best places of each family, best first: so many at most. lifts : what is added to the bounds of a family"""

    most: int = _ELITES
    lifts: Mapping[str, float] = field(default_factory=dict)
    places: dict[str, list[_Place]] = field(default_factory=dict)

    def keep(self, places: Sequence[_Place], bounds: Floats) -> None:
        for place, bound in zip(places, bounds.tolist(), strict=True):
            known = self.places.setdefault(place.family, [])
            known.append(replace(place, bound=bound + self.lifts.get(place.family, 0.0)))
            known.sort(key=lambda one: -one.bound)
            del known[self.most :]

    def any(self, rng: np.random.Generator) -> _Place:
        """One of the better families rather than of the others."""
        families = sorted(self.places.values(), key=lambda places: -places[0].bound)
        family = families[int(rng.integers(len(families), size=2).min())]
        return family[rng.integers(len(family))]

    def ranked(self) -> list[_Place]:
        """The best one first."""
        return sorted((one for places in self.places.values() for one in places), key=lambda one: -one.bound)

    def varied(self, guide: Guide) -> list[_Place]:
        """The best one first, then each that is good and unlike those before it."""
        ranked = self.ranked()
        bounds = np.array([one.bound for one in ranked])
        looks = guide.looks([one.seen or one.paint(_TRIED_AT) for one in ranked])
        order = by_worth_and_unlikeness(bounds, looks, _UNLIKE, len(ranked), len(ranked))
        copies = np.tril(looks[order] @ looks[order].T, -1).max(1) >= _ALIKE
        return [ranked[at] for at in (*order[~copies], *order[copies])]


class PainterEngine:
    """The painter of the sample gallery, by its parameters."""

    name = "painter"
    painted = True
    apart = False

    def plain(self, seed: int) -> Sketch:
        return _sketch(_by_chance(FAMILIES[np.random.default_rng([seed, 2]).integers(len(FAMILIES))], seed, 0))

    def guided(self, seeds: Sequence[int], guide: Guide, strength: float) -> list[list[Sketch]]:
        families = families_without(families_of(guide.wanted) or FAMILIES, guide.unwanted)
        most = max(_ELITES, -(-_SPARE * len(seeds) // len(families)))
        lifts = {family: _LIFT * share for family, share in shares(guide.told).items()}
        rng, archive = np.random.default_rng([*seeds, 3]), _Archive(most, lifts)
        is_new = Unlike([one.picture for one in guide.liked], _ANOTHER)
        bounds = known.bounds(guide)
        first = _first(rng, seeds, bounds, strength, families, most)
        self._try(first, guide, is_new, archive)
        if not archive.places:  # all are near loved ones
            self._try(first, guide, Unlike([]), archive)
        loved = [_Place.of(one) for one in guide.liked if one.engine == self.name]
        loved = [one for one in loved if one.family in families]
        left = round(strength * max(_FEWEST, _TRIES * len(seeds))) if loved or bounds is None else 0
        while left > 0:
            children = []
            for k in range(min(_AT_ONCE, left)):
                anew = bool(loved and k % 2)
                parent = loved[rng.integers(len(loved))] if anew else archive.any(rng)
                children.append(parent.child(rng, anew))
            self._try(children, guide, is_new, archive)
            left -= len(children)
        return [[_sketch(place) for place in archive.varied(guide)]] * len(seeds)

    def _try(self, places: Sequence[_Place], guide: Guide, is_new: Unlike, archive: _Archive) -> None:
        for at in range(0, len(places), _AT_ONCE):
            painted = [(place, place.paint(_TRIED_AT)) for place in places[at : at + _AT_ONCE]]
            new = [one for one in painted if is_new(one[1])]
            if new:
                seen = [replace(place, seen=picture) for place, picture in new]
                archive.keep(seen, guide.bound([picture for _, picture in new]))


def _first(
    rng: np.random.Generator,
    seeds: Sequence[int],
    bounds: Floats | None,
    strength: float,
    families: Sequence[str],
    most: int,
) -> list[_Place]:
    """Children of the best of some known places, the more the stronger; by chance where no bounds are known."""
    if bounds is None:
        return [_by_chance(family, seeds[0], k) for family in families for k in range(_FIRST * most // _ELITES)]
    archive = _Archive(most)
    for family in families:
        some = bounds[FAMILIES.index(family)]
        at = rng.permutation(len(some))[: max(1, round(min(1, strength / _ALL_FROM) * len(some)))]
        at = at[np.argsort(-some[at])][:most]
        archive.keep([_Place(family, *known.numbers(family, one)) for one in at.tolist()], some[at])
    return [place.child(rng) for place in archive.ranked() for _ in range(_CHILDREN)]


def _by_chance(family: str, seed: int, number: int) -> _Place:
    return _Place(family, *known.drawn(family, seed, number))


def _sketch(place: _Place) -> Sketch:
    recipe = {"family": place.family, "texture": place.texture, "numbers": place.numbers.round(6).tolist()}
    if place.like:
        recipe["like"] = [place.like]
    rounded = replace(place, numbers=np.array(recipe["numbers"]), seen=None)
    return Sketch(rounded.paint, recipe)
