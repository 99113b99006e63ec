"""How long refits, scores and questions take behind a key press: `python runs/refit_speed.py`, JSON on stdout.

A person with 500 judgements (a fifth each ratings and ties, the rest choices) on pictures of 256 numbers;
hyperparameters held, feature map at hand, as in a session. The bare product is the least work that scores the pool.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

import numpy as np

from beholder.ask import STRATEGIES
from beholder.table import PictureTable
from beholder.taste import FeatureMap, GaussianProcess
from beholder.types import Answers


def person(n: int, d: int, judgements: int) -> tuple[np.ndarray, Answers]:
    """Pictures on twenty noisy directions, and one person's noisy answers."""
    rng = np.random.default_rng(0)
    X = (rng.normal(size=(n, 20)) @ rng.normal(size=(20, d)) + rng.normal(size=(n, d))).astype(np.float32)
    liking = X @ rng.normal(size=d) / d**0.5
    liking /= liking.std()
    fifth = judgements // 5
    rows = rng.choice(n, fifth, replace=False)
    pairs = rng.integers(n, size=(judgements - 2 * fifth, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    first = liking[pairs[:, 0]] - liking[pairs[:, 1]] + rng.normal(size=len(pairs)) > 0
    ties = np.column_stack([rows, (rows + 1) % n])
    ratings = np.clip(np.round(5 + 2 * liking[rows]), 1, 10)
    choices = np.where(first[:, None], pairs, pairs[:, ::-1])
    return X, Answers(rows=rows, ratings=ratings, choices=choices, weights=np.ones(len(choices)), ties=ties)


def timed(work: Callable[[], object], repeats: int) -> dict[str, float]:
    """Milliseconds by the clock and of processor time (which a busy machine spoils less), after a run not counted."""
    work()
    took, busy = [], time.process_time()
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - start))
    busy = 1000 * (time.process_time() - busy) / repeats
    wall = {"p50_ms": round(float(np.median(took)), 2), "p95_ms": round(float(np.quantile(took, 0.95)), 2)}
    return wall | {"processor_ms": round(busy, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--numbers", type=int, default=256)
    parser.add_argument("--judgements", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=30)
    given = parser.parse_args()
    X, answers = person(given.pictures, given.numbers, given.judgements)
    told = answers.as_fit()
    start = time.perf_counter()
    X = PictureTable.of_array(X).X
    features = FeatureMap.learned(X)
    features.transform(X)
    mapped = time.perf_counter()
    learned = GaussianProcess(features=features).fit(X, **told)
    relearned = time.perf_counter()
    model = GaussianProcess(features=features, hyperparameters=learned.hyperparameters_).fit(X, **told)
    phi, weights = features.transform(X), model.weights_.astype(np.float32)
    rng, pool = np.random.default_rng(0), np.arange(given.pictures)
    ask = STRATEGIES["ours"]
    figures = {
        "refit": timed(lambda: model.fit(X, **told), given.repeats),
        "score": timed(lambda: model.predict(X), given.repeats),
        "score_with_std": timed(lambda: model.predict(X, return_std=True), given.repeats),
        "bare_product": timed(lambda: phi @ weights, given.repeats),
        "ask_pairs": timed(lambda: ask(model, X, answers, pool, 5, rng, pairs=True), given.repeats),
        "ask_pictures": timed(lambda: ask(model, X, answers, pool, 5, rng), given.repeats),
        "ask_first_pairs": timed(lambda: ask(None, X, Answers(), pool, 5, rng, pairs=True), given.repeats),
        "ask_first_grid": timed(lambda: ask(None, X, Answers(), pool, 9, rng), given.repeats),
    }
    ratio = figures["score"]["processor_ms"] / max(figures["bare_product"]["processor_ms"], 1e-3)
    sizes = vars(given) | {"coordinates": features.width}
    seconds = {"map_the_pool_s": round(mapped - start, 3), "learn_hyperparameters_s": round(relearned - mapped, 3)}
    print(json.dumps({**sizes, **seconds, **figures, "score_over_bare_product": round(ratio, 2)}, indent=1))


if __name__ == "__main__":
    main()
