"""Chance that is given: the numbers of a vector in place of those of a random generator."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

_EDGE = 1e-4  # of the normal distribution's two tails, which go on for ever


class GivenChance(np.random.Generator):
    """Draws each single number from a vector in [0, 1], in order, by the inverse of the distribution asked for.

    Draws of many numbers at once (noise, the tooth of paper) and what goes beyond the vector come from a generator of
    their own, so that they stay the same while the vector changes.

    Parameters
    ----------
    numbers
        (p,) in [0, 1]. Uniform random ones give what a random generator would.
    texture
        Seed of everything else.
    """

    def __init__(self, numbers: NDArray[np.floating[Any]], texture: Any) -> None:
        super().__init__(np.random.PCG64(texture))
        self._numbers = [float(number) for number in numbers]
        self._at = 0

    def _next(self) -> float:
        self._at += 1
        return self._numbers[self._at - 1] if self._at <= len(self._numbers) else float(super().random())

    def random(self, size: Any = None, *args: Any, **kwargs: Any) -> Any:
        return self._next() if size is None else super().random(size, *args, **kwargs)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        return low + (high - low) * self._next() if size is None else super().uniform(low, high, size)

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        if size is not None:
            return super().normal(loc, scale, size)
        return loc + scale * NormalDist().inv_cdf(min(max(self._next(), _EDGE), 1 - _EDGE))

    def integers(self, low: Any, high: Any = None, size: Any = None, *args: Any, **kwargs: Any) -> Any:
        if size is not None:
            return super().integers(low, high, size, *args, **kwargs)
        start, stop = (0, low) if high is None else (low, high)
        return start + min(int(self._next() * (stop - start)), stop - start - 1)

    def choice(
        self, a: Any, size: Any = None, replace: bool = True, p: Any = None, axis: int = 0, shuffle: bool = True
    ) -> Any:
        if size is not None:
            return super().choice(a, size, replace, p, axis, shuffle)
        options = np.arange(a) if np.ndim(a) == 0 else np.asarray(a)
        ends = np.cumsum(np.full(len(options), 1 / len(options)) if p is None else p)
        return options[min(int(np.searchsorted(ends, self._next(), side="right")), len(options) - 1)]
