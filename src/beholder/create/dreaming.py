"""The engine `flow`: noise led to a small picture, told what to be like and pushed towards a taste on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from beholder.create.engine import Guide, Sketch
from beholder.create.flow import Flow, Steer
from beholder.types import Matrix

_CANDIDATES = 3  # pictures of each seed, each told something else, one to be like a loved one where there is one
_FROM, _UNTIL = 0.15, 0.85  # times between which the picture is pushed: before there is nothing, after only detail
_PUSH = 0.3  # how far the estimate is pushed at strength 1, root mean square, of the range of 2
_COARSE = 2.2  # pixels of 32 that the push is blurred by: fine changes please the encoder and nobody's eye
_TOLD = 2.5  # weight of the condition at strength 1, above 1


class FlowEngine:
    """Pictures of the built-in flow. model : where it lies; None: the one that comes with Beholder"""

    name = "flow"
    painted = False
    apart = True

    def __init__(self, flow: Flow | None = None, threads: int = 1) -> None:
        self._given, self._threads = flow, threads

    @cached_property
    def flow(self) -> Flow:
        return self._given or Flow.open(threads=self._threads)

    def plain(self, seed: int) -> Sketch:
        return self._made(seed, self.flow.small(seed), {})

    def guided(self, seeds: Sequence[int], guide: Guide, strength: float) -> list[list[Sketch]]:
        return [[self._candidate(seed, k, guide, strength) for k in range(_CANDIDATES)] for seed in seeds]

    def _candidate(self, seed: int, number: int, guide: Guide, strength: float) -> Sketch:
        rng = np.random.default_rng([seed, 4, number])
        parent = guide.liked[int(rng.integers(len(guide.liked)))] if guide.liked and number % 2 else None
        row, names = guide.loved(rng, strength, parent)
        condition = None
        if row is not None and guide.encoder == self.flow.encoder:  # another version's numbers would mean nothing
            condition = self.flow.condition(row[None])[0]
        weight = 1 + _TOLD * strength
        small = self.flow.small(seed, condition, weight=weight, steer=_pushed(guide, strength))
        told: dict[str, object] = {"candidate": number}
        if condition is not None:
            told |= {"weight": weight, "like": names}
        return self._made(seed, small, told)

    def _made(self, seed: int, small: Matrix, told: Mapping[str, object]) -> Sketch:
        pixels = (self.flow.large(small, seed) * 255 + 0.5).astype(np.uint8)
        picture = Image.fromarray(pixels)
        return Sketch(lambda side: picture, {"seed": seed, **told})


def _pushed(guide: Guide, strength: float) -> Steer:
    """What is added to the estimate of the picture: a coarse step up the slope of the person's taste."""

    def steer(estimate: Matrix, t: float) -> Matrix:
        if not _FROM <= t <= _UNTIL:
            return np.zeros_like(estimate)
        slope = guide.slope(np.clip((estimate.transpose(1, 2, 0) + 1) / 2, 0, 1))
        if slope is None:
            return np.zeros_like(estimate)
        coarse = gaussian_filter(slope.transpose(2, 0, 1), (0, _COARSE, _COARSE))
        size = np.sqrt(np.mean(coarse**2)) + 1e-12
        step: Matrix = (_PUSH * strength * (1 - t) * coarse / size).astype(np.float32)
        return step

    return steer
