"""How long the next question takes while answers are learned from: `python runs/ask_speed.py`, JSON on stdout.

One person answers pairs of a large pool; behind, a thread refits and makes the next two dozen questions after each
answer, as a session does, with the app's own model. `next` is what the person waits for: a pop from what is ready.
`refit_and_ask` is what goes on behind. Features are mapped once, before the first question. `refit_at_500` is a
refit of all regimes after five more of 500 choices, on one processor: by the clock and in processor time.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from beholder.ask.questions import QuestionBuilder, QuestionHistory
from beholder.ask.queue import DEPTH, QuestionQueue
from beholder.features.attributes import ATTRIBUTES
from beholder.table import Layout, PictureTable
from beholder.taste import FeatureMap, TasteMixture
from beholder.types import Judgement, answers_of

PAUSE = 0.3  # seconds between a question and its answer; people take longer


def measure(n: int, d: int, count: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    X = np.empty((n, d), np.float32)
    axes = rng.normal(size=(20, d)).astype(np.float32)
    for start in range(0, n, 50_000):
        part = X[start : start + 50_000]
        part[:] = rng.normal(size=(len(part), 20)).astype(np.float32) @ axes
        part += rng.normal(size=part.shape).astype(np.float32)
    attributes, ids = X[:, -len(ATTRIBUTES) :], np.arange(n)
    liking = X @ rng.normal(size=d).astype(np.float32) / d**0.5
    liking /= liking.std()
    began = time.perf_counter()
    X = PictureTable.of_array(X, Layout.of(d, len(ATTRIBUTES))).X
    features = FeatureMap.learned(X, layout=Layout.of(d, len(ATTRIBUTES)))
    mapped = time.perf_counter() - began
    learned = TasteMixture(features=features).fit_prior(X)
    ready, judgements, behind = QuestionQueue(), list[Judgement](), list[float]()
    row_of = {i: i for i in range(n)}
    model: TasteMixture = learned

    def catch_up() -> None:
        nonlocal model
        start = time.perf_counter()
        answers = answers_of(judgements, row_of)
        if len(answers):
            model = TasteMixture(features=features, start=model.start_).fit(X, **answers.as_fit(grids=True))
        asker = QuestionBuilder(
            model, X, attributes, ids, answers, list(judgements), np.random.default_rng(len(judgements))
        )
        ready.refill("choice", asker.questions("choice", DEPTH["choice"], hidden=(), underway=()))
        behind.append(1000 * (time.perf_counter() - start))

    waited, empty = list[float](), 0
    ready.take("choice", 1, (), QuestionHistory.of(()))
    catch_up()
    behind.clear()
    with ThreadPoolExecutor(1) as worker:
        job: Future[None] | None = None
        for at in range(count):
            start = time.perf_counter()
            taken = ready.take("choice", 1, (), QuestionHistory.of(judgements))
            waited.append(1000 * (time.perf_counter() - start))
            empty += not taken
            a, b = taken[0].items if taken else rng.integers(n, size=2).tolist()
            time.sleep(PAUSE)
            first = liking[a] - liking[b] + rng.normal() > 0
            judgements.append(Judgement("choice", (a, b) if first else (b, a), str(at), asked_by="ours"))
            if job is None or job.done():
                job = worker.submit(catch_up)
    return {
        "pictures": n,
        "numbers": d,
        "learn_the_map_s": round(mapped, 2),
        "next": _quantiles(waited),
        "refit_and_ask": _quantiles(behind),
        "found_nothing_ready": empty,
    }


def alone(n: int, d: int, repeats: int) -> dict[str, float]:
    """A whole refit and five questions, nothing else going on."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, d)).astype(np.float32)
    X = PictureTable.of_array(X, Layout.of(d, len(ATTRIBUTES))).X
    features = FeatureMap.learned(X, layout=Layout.of(d, len(ATTRIBUTES)))
    pairs = rng.integers(n, size=(100, 2))
    told = [Judgement("choice", tuple(p), str(k)) for k, p in enumerate(pairs.tolist()) if p[0] != p[1]]
    answers = answers_of(told, {i: i for i in range(n)})
    before = TasteMixture(features=features).fit(X, **answers.as_fit(grids=True))

    def work() -> None:
        model = TasteMixture(features=features, start=before.start_).fit(X, **answers.as_fit(grids=True))
        asker = QuestionBuilder(model, X, X[:, -len(ATTRIBUTES) :], np.arange(n), answers, told, rng)
        asker.questions("choice", 5, hidden=(), underway=())

    return _timed(work, repeats)


def refit(n: int, d: int, count: int, repeats: int) -> dict[str, float]:
    """Of all regimes, after five more of so many choices."""
    rng = np.random.default_rng(0)
    X = (rng.normal(size=(n, 20)) @ rng.normal(size=(20, d)) + rng.normal(size=(n, d))).astype(np.float32)
    X = PictureTable.of_array(X, Layout.of(d, len(ATTRIBUTES))).X
    features, liking = FeatureMap.learned(X, layout=Layout.of(d, len(ATTRIBUTES))), X @ rng.normal(size=d)
    pairs = rng.integers(n, size=(count, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    noisy = (liking / liking.std())[pairs] + 0.7 * rng.normal(size=pairs.shape)
    won = np.where((noisy[:, 0] > noisy[:, 1])[:, None], pairs, pairs[:, ::-1])
    before = TasteMixture(features=features).fit(X, choices=won[:-5])
    processor = time.process_time()
    took = _timed(lambda: TasteMixture(features=features, start=before.start_).fit(X, choices=won), repeats)
    return took | {"processor_ms": round(1000 * (time.process_time() - processor) / (repeats + 1), 2)}


def _timed(work: Callable[[], object], repeats: int) -> dict[str, float]:
    took = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - start))
    return _quantiles(took[1:])


def _quantiles(took: list[float]) -> dict[str, float]:
    return {"p50_ms": round(float(np.median(took)), 2), "p95_ms": round(float(np.quantile(took, 0.95)), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--numbers", type=int, default=256)
    parser.add_argument("--answers", type=int, default=100)
    given = parser.parse_args()
    told = measure(given.pictures, given.numbers, given.answers)
    told |= {"10,000_pictures_refit_and_five_questions": alone(10_000, given.numbers, 30)}
    print(json.dumps(told | {"refit_at_500": refit(10_000, given.numbers, 500, 20)}, indent=1))


if __name__ == "__main__":
    main()
