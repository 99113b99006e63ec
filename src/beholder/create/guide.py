"""A person's taste as engines are guided by it, and another eye that judges what they make."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.collection import Collection
from beholder.create.engine import Liked
from beholder.create.repaint import recipe_of
from beholder.create.strokes import Pixels
from beholder.create.subjects import things_of
from beholder.create.wish import NOTHING, Leaning, Wish, rows_of, word_strengths
from beholder.errors import BadPicture, UserError
from beholder.features.builtin import MODEL
from beholder.images import open_image
from beholder.maker import Scorer, prepare
from beholder.ranking import Scale
from beholder.session import Reading
from beholder.store import Person
from beholder.taste.capabilities import Knowledge
from beholder.types import SCALE, Floats, Ints, Judgement, Matrix, answers_of

if TYPE_CHECKING:
    from beholder.create.gradient import Gradient

_ENCODER = "builtin"
_CAUTION = 0.5  # standard deviations of doubt that are taken from what is expected
_EVERYBODYS = 0.35  # of what most people like, which was learned from pictures unlike those that are made
_KNOWN = 1500  # pictures of the collection that new ones are compared with
_JUDGED_AMONG = 150  # beside those that were answered about
_AFAR = 96  # pixels of the longer side at which bounds are told: grain pleases an encoder and nobody's eye
_STEP = 0.02  # spreads of an encoder's number, over which a slope is measured
_DIRECTIONS = 48  # of the encoder's space in which the slope is measured
_LOOKS = ((0, 0, False), (0, 3, True), (3, 0, False), (3, 3, True))  # shifts, and whether mirrored; they are averaged
_LIKED = 40  # pictures that were made before and are loved, the newest, of which new ones may be children
_LIKED_AT = 320  # pixels of their longer side
_WISHED = 1.0  # of what is wished, beside the taste
_MOST_TRIED = 40  # pictures of which the best is meant, at strength 1


class _Standing:
    """Where scores of new pictures stand among those of known ones, from 1 to 10."""

    def __init__(self, scores: Floats, doubts: Floats) -> None:
        self._scores, self._variance = scores, float(np.mean(np.append(doubts, doubts.mean()) ** 2))

    def __call__(self, scores: Floats) -> list[float]:
        return [float(Scale(np.append(self._scores, score), self._variance).scores[-1]) for score in scores]

    def spreads(self, scores: Floats) -> Floats:
        """The same in standard deviations of the known ones, above their mean."""
        above: Floats = (scores - self._scores.mean()) / (self._scores.std() or 1.0)
        return above


class TasteGuide:
    """The taste of a reading, and what is wished beside it.

    made : what was made from its collection: a wish may name it, and what the person loves of it leads on
    """

    def __init__(self, reading: Reading, wish: Wish = NOTHING, made: Sequence[Collection] = (), seed: int = 0) -> None:
        collection, library = reading.collection, reading.collection.library
        self._reading = reading
        encoders = [library.runtime(name) for name in collection.row.encoders]
        self._scorer = Scorer(reading.model, encoders, library.runtime("attributes"))
        self._rows = _some(len(collection), _KNOWN, seed)
        self._items = [collection.items[row] for row in self._rows.tolist()]
        self._X = np.asarray(collection.X[self._rows], np.float64)
        self._score, self._doubt = reading.model.predict(self._X, return_std=True)
        known = self._worth(self._score, self._X)
        bound = known - _CAUTION * self._doubt
        self._mean, self._spread = float(bound.mean()), float(bound.std()) or 1.0
        self._standing = _Standing(known, self._doubt)
        self._columns = collection.layout.columns(_ENCODER)
        self._wish, self._leaning = wish, self._leaning_of(wish, [collection, *made]) if wish else None
        self.liked: Sequence[Liked] = [] if wish.pictures else _liked(made, reading.person, self._columns)
        self.wanted: Sequence[str] = wish.more
        self.unwanted: Sequence[str] = wish.less
        self._gradient: Gradient | None = None
        self.encoder = library.runtime(_ENCODER).row.key
        if self._columns:
            axes = np.linalg.svd(self._X[:, self._columns] - self._X[:, self._columns].mean(0), full_matrices=False)
            count = min(_DIRECTIONS, int((axes[1] > 1e-6 * axes[1][0]).sum()))
            self._axes = axes[2][:count] * (axes[1][:count, None] / np.sqrt(len(self._X)))
            from beholder.create.gradient import Gradient

            self._gradient = Gradient.open(MODEL)

    @property
    def told(self) -> Sequence[str]:
        return things_of(self._reading.explanation.likings)

    def bound(self, pictures: Sequence[Image.Image]) -> Floats:
        """Of pictures as they look from afar."""
        return self._in_spreads(*self._scorer([_from_afar(picture) for picture in pictures]))

    def bound_of(self, rows: Matrix) -> Floats | None:
        if list(self._reading.collection.row.encoders) != [_ENCODER]:
            return None
        score, doubt = self._scorer.model.predict(rows, return_std=True)
        return self._in_spreads(score, doubt, rows)

    def looks(self, pictures: Sequence[Image.Image]) -> Matrix:
        """Of pictures as they look from afar, each number counted in its spread in the collection."""
        X = self._scorer.features([_from_afar(picture) for picture in pictures])
        z = (X - self._X.mean(0)) / np.maximum(self._X.std(0), 1e-6)
        unit: Matrix = (z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return unit

    def scores(self, pictures: Sequence[Image.Image]) -> list[float]:
        """The scores of pictures as people read them, among those of the collection."""
        score, _, X = self._scorer(pictures)
        return self._standing(self._worth(score, X))

    def spreads(self, pictures: Sequence[Image.Image]) -> Floats:
        """The same in standard deviations of the collection's scores, above their mean."""
        score, _, X = self._scorer(pictures)
        return self._standing.spreads(self._worth(score, X))

    def loved(
        self, rng: np.random.Generator, strength: float, parent: Liked | None = None
    ) -> tuple[Matrix | None, list[str]]:
        """The mix of two pictures, each the best of a few by one draw from what may be true of the taste."""
        if not self._columns:
            return None, []
        drawn = self._score + self._doubt * rng.standard_normal(len(self._score))
        wished: NDArray[np.float64] = np.empty((0, len(self._columns)))
        if self._leaning is not None:
            drawn = (drawn - drawn.mean()) / (drawn.std() or 1.0) + _WISHED * self._leaning(self._X[:, self._columns])
            wished = self._leaning.rows
        names = [*self._wish.pictures]
        if parent is not None:
            wished, names = np.asarray(parent.row[None], np.float64), [parent.name]
        tried = 1 + round(_MOST_TRIED * strength)
        parents = [max(rng.integers(len(drawn), size=tried).tolist(), key=drawn.__getitem__) for _ in range(2)]
        share = rng.uniform(0.5, 0.8) if len(wished) < 2 else rng.uniform(0.35, 0.65)
        rows = np.concatenate([wished, self._X[parents][:, self._columns]])[:2]
        row: Matrix = (share * rows[0] + (1 - share) * rows[1]).astype(np.float32)
        return row, list(dict.fromkeys([*names, *(self._items[parent].name for parent in parents)][:2]))

    def prompts(self) -> list[tuple[str, str]]:
        """As `beholder explain --prompt`, with the words that are wished."""
        return [
            (", ".join([shown, *self._wish.more]), ", ".join([*filter(None, [hidden]), *self._wish.less]))
            for shown, hidden in (way.prompt for way in self._reading.ways)
        ]

    def slope(self, pixels: Pixels) -> Pixels | None:
        """By way of the encoder `builtin`, over a few shifts and the mirrored picture."""
        if self._gradient is None:
            return None
        size = self._gradient.preprocessing.size
        rows, columns = (_stretch(length, size) for length in pixels.shape[:2])
        large = np.einsum("yi,ijc,xj->cyx", rows, pixels, columns, optimize=True)
        batch = np.stack([_look(large, *look) for look in _LOOKS]).astype(np.float32)
        std = np.array(self._gradient.preprocessing.std, np.float32)[:, None, None]
        mean = np.array(self._gradient.preprocessing.mean, np.float32)[:, None, None]
        whole = self._scorer.features([Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))])[0]

        def wanted(numbers: Matrix) -> Floats:
            return np.repeat(self._slope_of(numbers.mean(0), whole)[None], len(numbers), 0)

        _, back = self._gradient((batch - mean) / std, wanted)
        found = np.mean([_unlook(each, *look) for each, look in zip(back / std, _LOOKS, strict=True)], 0)
        slope: Pixels = np.einsum("yi,cyx,xj->ijc", rows, found, columns, optimize=True)
        return slope

    def _slope_of(self, numbers: Matrix, whole: Matrix) -> Floats:
        """(d,) by how much the bound rises with the encoder's numbers: in the directions in which pictures differ."""
        base = np.asarray(whole, np.float64)
        base[self._columns] = numbers
        moved = np.repeat(base[None], 2 * len(self._axes), 0)
        steps = _STEP * np.concatenate([self._axes, -self._axes])
        moved[:, self._columns] += steps
        score, doubt = self._scorer.model.predict(moved, return_std=True)
        up, down = np.split(self._in_spreads(score, doubt, moved), 2)
        rise = (up - down) / (2 * _STEP)
        slope: Floats = rise @ (self._axes / (self._axes**2).sum(1, keepdims=True))
        return slope

    def _worth(self, score: Floats, X: NDArray[Any]) -> Floats:
        """The scores with less of what most people like."""
        model = self._scorer.model
        everybodys = model.everybodys(X) if hasattr(model, "everybodys") else 0.0
        worth: Floats = score - (1 - _EVERYBODYS) * everybodys
        return worth

    def _in_spreads(self, score: Floats, doubt: Floats, X: NDArray[Any]) -> Floats:
        bound: Floats = (self._worth(score, X) - _CAUTION * doubt - self._mean) / self._spread
        return bound if self._leaning is None else bound + _WISHED * self._leaning(X[:, self._columns])

    def _leaning_of(self, wish: Wish, known: Sequence[Collection]) -> Leaning:
        if not self._columns:
            name = known[0].name
            raise UserError(f"'{name}' was not seen by '{_ENCODER}', without which no wish is understood")
        rows = rows_of(wish, known, self._scorer)[:, self._columns]
        return Leaning(self._X[:, self._columns], rows, word_strengths(wish, known[0].words, self._rows))


class OtherEye:
    """A taste learned from the same answers by another encoder, which no engine is guided by.

    encoder : its name
    """

    def __init__(self, scorer: Scorer, standing: _Standing, encoder: str) -> None:
        self._scorer, self._standing, self.encoder = scorer, standing, encoder

    @classmethod
    def of(cls, collection: Collection, judgements: Sequence[Judgement], seed: int = 0) -> Self | None:
        """None where there is no answer that it could learn from."""
        library = collection.library
        encoder = "classic" if "classic" not in collection.row.encoders else _ENCODER
        answered = answers_of(judgements, collection.row_of).compared()
        rows = np.union1d(answered.judged, _some(len(collection), _JUDGED_AMONG, seed))
        items = [collection.items[row] for row in rows.tolist() if not collection.items[row].gone]
        answers = answers_of(judgements, {item.id: at for at, item in enumerate(items)}).compared()
        if not len(answers):
            return None
        table = library.table_of([item.locator for item in items], [encoder])
        model: Any = prepare("gp", table, Knowledge(scale=SCALE))
        model.fit(
            table.X, answers.ratings if len(answers.rows) else None, rows=answers.rows if len(answers.rows) else None,
            choices=answers.choices, ties=answers.ties, weights=answers.weights,
        )  # fmt: skip
        scorer = Scorer(model, [library.runtime(encoder)], library.runtime("attributes"))
        return cls(scorer, _Standing(*model.predict(table.X, return_std=True)), encoder)

    def scores(self, pictures: Sequence[Image.Image]) -> list[float]:
        """From 1 to 10, among some pictures of the collection."""
        return self._standing(self._scorer(pictures)[0])

    def spreads(self, pictures: Sequence[Image.Image]) -> Floats:
        """The same in standard deviations of their scores, above their mean."""
        return self._standing.spreads(self._scorer(pictures)[0])


def _liked(made: Sequence[Collection], person: Person, columns: list[int]) -> list[Liked]:
    """The newest of the made pictures that a person loves; those that cannot be opened do not count."""
    found = list[Liked]()
    for each in made:
        picked = [j.items[0] for j in each.judgements(person.id) if len(j.items) == 1 and j.picked]
        for row in sorted({each.row_of[item] for item in picked if item in each.row_of})[-_LIKED:]:
            item = each.items[row]
            with suppress(BadPicture, UserError):
                recipe = recipe_of(Path(item.locator.value))
                picture = open_image(item.locator, max_side=_LIKED_AT)
                found.append(Liked(item.name, picture, each.X[row, columns], recipe["engine"], recipe["made_of"]))
    return found


def _from_afar(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((_AFAR, _AFAR), Image.Resampling.BOX)
    return small


def _some(count: int, most: int, seed: int) -> Ints:
    """Some row numbers, rising."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def _stretch(from_size: int, to_size: int) -> Floats:
    """(to, from) the matrix of a linear resize of one axis."""
    at = (np.arange(to_size) + 0.5) * from_size / to_size - 0.5
    low = np.clip(np.floor(at).astype(np.int64), 0, from_size - 1)
    high = np.minimum(low + 1, from_size - 1)
    share = np.clip(at - low, 0, 1)
    made = np.zeros((to_size, from_size))
    np.add.at(made, (np.arange(to_size), low), 1 - share)
    np.add.at(made, (np.arange(to_size), high), share)
    return made


def _look(picture: Floats, down: int, right: int, mirrored: bool) -> Floats:
    seen = picture[:, :, ::-1] if mirrored else picture
    return np.roll(seen, (down, right), (1, 2))


def _unlook(slope: Floats, down: int, right: int, mirrored: bool) -> Floats:
    back = np.roll(slope, (-down, -right), (1, 2))
    return back[:, :, ::-1] if mirrored else back
