"""`create`: pictures that a person would love, each beside its twin that nobody's taste was asked about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from beholder import __version__
from beholder.collection import Collection
from beholder.create.diffusing import DiffusersEngine
from beholder.create.dreaming import FlowEngine
from beholder.create.engine import Engine, Sketch
from beholder.create.evolution import PainterEngine
from beholder.create.guide import OtherEye, TasteGuide
from beholder.create.models import PREFIX
from beholder.create.novelty import SIDE as THUMBNAIL
from beholder.create.novelty import Novelty, apart, seen_to_differ, thumbnail
from beholder.create.repaint import SIDE, repaint, save_png
from beholder.create.styles import STYLES
from beholder.errors import BadPicture, UnknownName, UserError
from beholder.images import open_image
from beholder.session import Session
from beholder.types import Progress, silent

ENGINES: dict[str, Callable[[], Engine]] = {"flow": FlowEngine, "painter": PainterEngine}
_TRIED_AT = 320  # pixels of the longer side of a candidate that is painted to be judged
_SKETCHED_AT = 640  # the same of what a brush paints from
_KNOWN = 150  # pictures of the collection that new ones must not be like


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
        whether it is like no picture of the collection, whole and by quarters
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


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes
    ----------
    count
        pictures, at most 24
    engine
        "flow", "painter", or "diffusers:ID" with a model of the Hugging Face hub or a pipeline's folder
    strength
        of the taste, 0 to 1; at 0 each picture is its twin
    style
        a brush of `STYLES`; None: oil, or none where the engine finishes its pictures itself
    side
        pixels of the longer side
    """

    count: int = 4
    engine: str = "flow"
    strength: float = 0.4
    seed: int = 0
    style: str | None = None
    side: int = SIDE

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


def create(session: Session, order: Order, progress: Progress | None = None) -> list[Created]:
    """New pictures for a person; the same order after the same answers gives the same bytes.

    Raises
    ------
    UserError
    NotEnoughAnswers
        where nothing is known of the taste
    """
    order.check()
    say, reading = progress or silent, session.reading()
    say("reading the taste", 0, 0)
    guide = TasteGuide(reading)
    other = OtherEye.of(reading.collection, reading.history.answers)
    made = _Maker(order, guide, _novelty(reading.collection))
    pictures = made.run(say)
    own = [guide.scores([picture for picture, _, _ in pictures]), guide.scores([twin for _, twin, _ in pictures])]
    judged: list[Sequence[float | None]] = [[None] * len(pictures)] * 2
    if other is not None:
        judged = [other.scores(side) for side in ([a for a, _, _ in pictures], [b for _, b, _ in pictures])]
    return [
        Created(picture, twin, recipe, own[0][k], own[1][k], judged[0][k], judged[1][k],
                apart(picture, twin), made.novelty(picture))
        for k, (picture, twin, recipe) in enumerate(pictures)
    ]  # fmt: skip


def create_files(session: Session, order: Order, out: Path, progress: Progress | None = None) -> list[dict[str, Any]]:
    """The same as PNG files in a folder, each with its twin beside it and its recipe in it; what is told of each."""
    told = []
    for k, one in enumerate(create(session, order, progress)):
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
        self.order, self.guide, self.novelty = order, guide, novelty
        self.engine = _engine(order.engine)

    def run(self, say: Progress) -> list[tuple[Image.Image, Image.Image, dict[str, Any]]]:
        """(picture, twin, recipe) of each seed."""
        order = self.order
        seeds = range(order.seed, order.seed + order.count)
        say("sketching", 0, order.count)
        plain = [self.engine.plain(seed) for seed in seeds]
        guided = self.engine.guided(seeds, self.guide, order.strength) if order.strength else [[one] for one in plain]
        done = []
        for k, (seed, twin, candidates) in enumerate(zip(seeds, plain, guided, strict=True)):
            say("painting", k, order.count)
            sketch, style = self._chosen(seed, twin, candidates)
            recipe = {"beholder": __version__, **asdict(order), "seed": seed, "style": style, "made_of": sketch.recipe}
            del recipe["count"]
            picture, plain_one = (self._finished(one, style, seed, order.side) for one in (sketch, twin))
            done.append((picture, plain_one, recipe))
        return done

    def _chosen(self, seed: int, twin: Sketch, candidates: Sequence[Sketch]) -> tuple[Sketch, str | None]:
        """The best by the lower bound, once painted: of those that are new and seen to differ from the twin."""
        styles = self._styles()
        trials = [(one, style) for one in candidates for style in styles]
        if len(trials) == 1:
            return trials[0]
        painted = [self._finished(one, style, seed, _TRIED_AT) for one, style in trials]
        plain = {style: self._finished(twin, style, seed, _TRIED_AT) for style in styles}
        bound = self.guide.bound(painted)
        for (_, style), picture, at in zip(trials, painted, range(len(trials)), strict=True):
            differs = not self.order.strength or seen_to_differ(picture, plain[style])
            bound[at] -= 100.0 * (not differs) + 100.0 * (not self.novelty(picture))
        return trials[int(np.argmax(bound))]

    def _styles(self) -> list[str | None]:
        if self.order.style is not None:
            return [self.order.style]
        return [None] if self.engine.painted else ["oil"]

    def _finished(self, sketch: Sketch, style: str | None, seed: int, side: int) -> Image.Image:
        if style is not None:
            return repaint(sketch.at(_SKETCHED_AT), style, side=side, seed=seed)
        return sketch.at(side)


def _engine(name: str) -> Engine:
    return DiffusersEngine(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else ENGINES[name]()


def _novelty(collection: Collection) -> Novelty:
    """Of some pictures of a collection; those that cannot be opened do not count."""
    rows = np.random.default_rng(0).permutation(len(collection))[:_KNOWN]
    known = []
    for row in rows.tolist():
        item = collection.items[row]
        try:
            known.append(thumbnail(open_image(item.locator, max_side=4 * THUMBNAIL)))
        except BadPicture:
            continue
    return Novelty(np.stack(known) if known else np.empty((0, 3, THUMBNAIL, THUMBNAIL), np.float32))
