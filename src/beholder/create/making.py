"""`create`: pictures that a person would love, each beside its twin that nobody's taste was asked about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from beholder import __version__
from beholder.create.created import Created
from beholder.create.diffusing import DiffusersEngine
from beholder.create.dreaming import FlowEngine
from beholder.create.engine import Engine, Guide, Sketch
from beholder.create.evolution import PainterEngine
from beholder.create.guide import OtherEye, TasteGuide
from beholder.create.kept import made_from
from beholder.create.models import PREFIX
from beholder.create.novelty import Novelty, Unlike, Variety, apart, seen_to_differ
from beholder.create.repaint import SIDE, repaint, save_png
from beholder.create.styles import STYLES
from beholder.create.watched import Seen, Watched
from beholder.create.wish import NOTHING, Wish
from beholder.errors import UnknownName, UserError
from beholder.session import Session
from beholder.types import MIDDLE, Progress, silent

ENGINES: dict[str, Callable[[], Engine]] = {"painter": PainterEngine, "flow": FlowEngine}
_TRIED_AT = 320  # pixels of the longer side of a candidate that is painted to be judged
_SKETCHED_AT = 640  # the same of what a brush paints from
_DRAWS = 6  # of noise for a seed, the first included, where nothing new and varied comes of it
_NEXT_DRAW = 1 << 32  # added to the seed for other noise

_Fit = tuple[bool, bool, float, bool, float]  # of a picture: new, good, no variety missing, seen to differ, its bound


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes
    ----------
    count
        pictures, at most 24
    engine
        "painter", "flow", or "diffusers:ID" with a model of the Hugging Face hub or a pipeline's folder
    strength
        of the taste, 0 to 1; at 0 each picture is its twin
    style
        a brush of `STYLES`; None: oil, or none where the engine finishes its pictures itself
    side
        pixels of the longer side
    wish
        what they are to be like beside the taste
    """

    count: int = 4
    engine: str = "painter"
    strength: float = 0.4
    seed: int = 0
    style: str | None = None
    side: int = SIDE
    wish: Wish = NOTHING

    def check(self) -> None:
        """Raises
        ------
        UserError
            naming what cannot be made
        """
        if self.engine not in ENGINES and not self.engine.startswith(PREFIX):
            raise UnknownName.of("engine", self.engine, [*ENGINES, f"{PREFIX}ID"])
        if self.style is not None and self.style not in STYLES:
            raise UnknownName.of("style", self.style, STYLES)
        if not 1 <= self.count <= 24:
            raise UserError(f"1 to 24 pictures are made at a time, got {self.count}")
        if not 0 <= self.strength <= 1:
            raise UserError(f"strength must be 0 to 1, got {self.strength}")
        if self.seed < 0:
            raise UserError(f"a seed must be 0 or more, got {self.seed}")
        if self.wish and not self.strength:
            raise UserError("a wish needs a strength above 0: at 0 nothing leads the pictures")
        self.wish.check()


def create(session: Session, order: Order, progress: Progress | None = None) -> list[Created]:
    """New pictures for a person; the same order after the same answers gives the same bytes.

    Raises
    ------
    UserError
    NotEnoughAnswers
        where nothing is known of the taste
    """
    return list(create_each(session, order, progress))


def create_each(
    session: Session, order: Order, progress: Progress | None = None, seen: Seen | None = None
) -> Iterator[Created]:
    """The same, one after another as they are finished; seen : shown what is coming."""
    order.check()
    say, reading = progress or silent, session.reading()
    say("reading the taste", 0, 0)
    guide = TasteGuide(reading, order.wish, made_from(reading.collection, reading.person))
    say("asking for a second opinion", 0, 0)
    other = OtherEye.of(reading.collection, reading.history.answers)
    say("looking at your pictures, to copy none", 0, 0)
    made = _Maker(order, guide, Novelty.of(reading.collection))
    for picture, twin, recipe in made.run(say, seen):
        both = [picture, twin]
        own = guide.scores(both)
        judged: Sequence[float | None] = [None, None] if other is None else other.scores(both)
        yield Created(
            picture, twin, recipe, own[0], own[1], judged[0], judged[1], apart(picture, twin), made.is_new(picture)
        )


def plain(order: Order) -> Iterator[Image.Image]:
    """The twins alone: what the seeds of an order give without the taste."""
    engine = _engine(order.engine)
    style = _style(order, engine)
    for seed in range(order.seed, order.seed + order.count):
        yield _finished(engine.plain(seed), style, seed, order.side)


def create_files(session: Session, order: Order, out: Path, progress: Progress | None = None) -> list[dict[str, Any]]:
    """The same as PNG files in a folder, each with its twin beside it and its recipe in it; what is told of each."""
    told = []
    for k, one in enumerate(create_each(session, order, progress)):
        name = re.sub(r"[^\w.-]+", "-", f"{order.engine}-{order.seed + k}")
        files = {"file": out / f"{name}.png", "twin": out / f"{name}-twin.png"}
        out.mkdir(parents=True, exist_ok=True)
        save_png(one.picture, files["file"], one.recipe)
        save_png(one.twin, files["twin"], {**one.recipe, "strength": 0.0})
        told.append({**{key: str(path) for key, path in files.items()}, **one.as_json()})
    return told


class _Maker:
    """Sketches, paints and chooses."""

    def __init__(self, order: Order, guide: TasteGuide, novelty: Novelty) -> None:
        self.order, self._taste, self._novelty = order, guide, novelty
        self._unlike = Unlike([one.picture for one in guide.liked])
        self.guide: Guide = guide
        self.engine = _engine(order.engine)
        self.style = _style(order, self.engine)
        self._variety, self._taken = Variety(), list[Sketch]()

    def run(self, say: Progress, seen: Seen | None) -> Iterator[tuple[Image.Image, Image.Image, dict[str, Any]]]:
        """(picture, twin, recipe) of each seed."""
        order = self.order
        seeds = list(range(order.seed, order.seed + order.count))
        for some in [[seed] for seed in seeds] if self.engine.apart else [seeds]:
            at = some[0] - order.seed
            say("sketching", at, order.count)
            if seen is not None:
                self._watch("sketching", at, say, seen)
            twins = [self.engine.plain(seed) for seed in some]
            guided = self.engine.guided(some, self.guide, order.strength) if order.strength else [[p] for p in twins]
            for k, (seed, twin, candidates) in enumerate(zip(some, twins, guided, strict=True), at):
                say("painting", k, order.count)
                if seen is not None:
                    self._watch("painting", k, say, seen)
                plain_one = _finished(twin, self.style, seed, order.side)
                sketch, picture = (twin, plain_one) if not order.strength else self._chosen(seed, plain_one, candidates)
                self._variety.add(picture, plain_one)
                self._taken.append(sketch)
                yield picture, plain_one, self._recipe(seed, sketch)

    def _watch(self, stage: str, at: int, say: Progress, seen: Seen) -> None:
        """Show what is coming. Of pictures that are made together nobody knows which a candidate will be, if any."""

        def look(picture: Image.Image) -> None:
            if self.engine.apart:
                seen(at, picture)
            else:
                say(stage, at, self.order.count)

        self.guide = Watched(self._taste, look)

    def is_new(self, picture: Image.Image) -> bool:
        """Whether it is like none of the collection, and seen to differ from those that it may be a child of."""
        return self._unlike(picture) and self._novelty(picture)

    def _recipe(self, seed: int, sketch: Sketch) -> dict[str, Any]:
        told = {"seed": seed, "style": self.style, "made_of": sketch.recipe}
        recipe = {"beholder": __version__, **asdict(self.order), **told}
        return {name: told for name, told in recipe.items() if name != "count" and (name != "wish" or self.order.wish)}

    def _chosen(self, seed: int, twin: Image.Image, candidates: Sequence[Sketch]) -> tuple[Sketch, Image.Image]:
        """The best that is new, good and unlike those before it once finished; of what there is where there is none."""
        tried = list[tuple[_Fit, int, Sketch]]()
        for some in self._choices(seed, candidates):
            found = self._judged(seed, twin, some, len(tried))
            for (new, good, missing, differs, _), _, sketch in sorted(found, reverse=True):
                if not new or missing < 0 or not ((good and differs) or self.engine.apart):
                    break
                picture = self._painted(sketch, seed)
                if self.is_new(picture) and self._variety.spare(picture, twin) >= 0:
                    return sketch, picture
            tried += found
        sketch = max(tried)[2]
        return sketch, self._painted(sketch, seed)

    def _choices(self, seed: int, candidates: Sequence[Sketch]) -> Iterator[Sequence[Sketch]]:
        """What to take the best of by the lower bound, until something fits: other noise brings other candidates.

        Where pictures are made together, the engine has ranked them, and its first that fits is taken.
        """
        if not self.engine.apart:
            yield from ([one] for one in [one for one in candidates if one not in self._taken] or candidates)
            return
        yield candidates
        for draw in range(1, _DRAWS):
            yield from self.engine.guided([seed + draw * _NEXT_DRAW], self.guide, self.order.strength)

    def _judged(
        self, seed: int, twin: Image.Image, candidates: Sequence[Sketch], tried: int
    ) -> list[tuple[_Fit, int, Sketch]]:
        """How each of some candidates fits, in the order in which to sort them. tried : how many were before these"""
        painted = [_finished(one, self.style, seed, _TRIED_AT) for one in candidates]
        bounds, scores = self.guide.bound(painted).tolist(), self._taste.scores(painted)
        found = list[tuple[_Fit, int, Sketch]]()
        for at, (sketch, picture, bound, score) in enumerate(zip(candidates, painted, bounds, scores, strict=True)):
            good = score > MIDDLE or (bool(self.order.wish) and bound > 0)
            missing = min(0.0, self._variety.spare(picture, twin))
            fit = self.is_new(picture), good, missing, seen_to_differ(picture, twin), bound
            found.append((fit, -tried - at, sketch))
        return found

    def _painted(self, sketch: Sketch, seed: int) -> Image.Image:
        return _finished(sketch, self.style, seed, self.order.side)


def _style(order: Order, engine: Engine) -> str | None:
    return order.style or (None if engine.painted else "oil")


def _finished(sketch: Sketch, style: str | None, seed: int, side: int) -> Image.Image:
    if style is not None:
        return repaint(sketch.at(_SKETCHED_AT), style, side=side, seed=seed)
    return sketch.at(side)


def _engine(name: str) -> Engine:
    return DiffusersEngine(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else ENGINES[name]()
