"""Scoring a large collection and refitting, against the least work there is: `python runs/speed.py`, JSON on stdout.

The bare product is of the model's own shapes: rows times the projection, components times the landmarks. Both are timed
in turns in one run, so that what else the machine does spoils them alike.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

import numpy as np

from beholder.table import PictureTable
from beholder.taste import FeatureMap, PopulationProcess, learn_population
from beholder.types import Answers


def crowd(X: np.ndarray, people: int, each: int, rng: np.random.Generator) -> list[Answers]:
    """Noisy ratings of people with a linear taste, part of which they share."""
    shared = rng.normal(size=X.shape[1])
    rows = [rng.choice(len(X), each, replace=False) for _ in range(people)]
    likings = [shared + 0.5 * rng.normal(size=X.shape[1]) for _ in range(people)]
    return [Answers(rows=r, ratings=X[r] @ w + rng.normal(size=each)) for r, w in zip(rows, likings, strict=True)]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--numbers", type=int, default=256)
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    X = rng.normal(size=(given.pictures, given.numbers)).astype(np.float32)
    known = PictureTable.of_array(X[:2000]).X
    population = learn_population(known, crowd(known, 20, 60, rng))
    features = FeatureMap.learned(known)
    (own,) = crowd(known, 1, given.answers, rng)
    model = PopulationProcess(features=features, prior=population)
    refit = lambda: model.fit(known, **own.as_fit())  # noqa: E731
    refit()
    maps = [features, *population.generic.maps]
    shapes = [(m.projection.astype(np.float32), m.landmarks.T.astype(np.float32)) for m in maps]

    def bare() -> None:
        for projection, landmarks in shapes:
            (X @ projection) @ landmarks

    turns = [(seconds(bare), seconds(lambda: model.predict(X))) for _ in range(given.repeats)]
    base, score = np.median(turns, axis=0)
    refits = [1000 * seconds(refit) for _ in range(20)]
    figures = {
        "bare_product_s": round(float(base), 3),
        "score_s": round(float(score), 3),
        "ratio": round(float(np.median([s / b for b, s in turns])), 2),
        "refit_ms_p50": round(float(np.median(refits)), 1),
        "refit_ms_p95": round(float(np.quantile(refits, 0.95)), 1),
    }
    print(json.dumps(vars(given) | figures, indent=1))


if __name__ == "__main__":
    main()
