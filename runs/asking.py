"""What our questions are worth on simulated people of the sample gallery: `python runs/asking.py [--people 20]`.

Choices until 85 % of the pairs of pictures that are never asked about (a third of the gallery) are in the right order,
asked at random and by `ours`, with the same model (`gp`, its hyperparameters learned as in the app). Then what a
session says of its own accuracy, now and after ten more answers, and what it costs to stop when it says that more will
not pay.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from beholder.ask import STRATEGIES
from beholder.collection import Library
from beholder.config import Settings
from beholder.jobs import map_jobs
from beholder.research.bench.statistics import bootstrap
from beholder.session import AHEAD, RELEARN, Session
from beholder.taste import FeatureMap, GaussianProcess
from beholder.taste.simulate import SimulatedPerson, simulate_people
from beholder.types import Answers, Judgement

WANTED = 0.85
ASKED_ABOUT = 0.7  # share of the gallery
BY, KINDS = ("random", "ours"), ("choice", "rating")  # what curves are of, and sessions
BUDGET, SESSION, EVERY = 60, 80, 5
FROM = 20  # answers from which the app may advise to stop


def person(collection: Any, number: int) -> SimulatedPerson:
    return simulate_people(collection.attributes, number + 1, seed=1)[number]


def curve(home: Path, strategy: str, number: int) -> list[float]:
    """Share of unseen pairs in the right order after 1, 2, ... BUDGET choices."""
    collection = _library(home).collection("sample")
    X, someone, rng = collection.X, person(collection, number), np.random.default_rng(number)
    order = rng.permutation(len(X))
    pool, unseen = np.split(order, [int(ASKED_ABOUT * len(X))])
    a, b = rng.choice(unseen, (2, 3000))
    better = someone.utility[a] > someone.utility[b]
    features = FeatureMap.learned(X, layout=collection.layout)
    model = GaussianProcess(features=features).fit_prior(X)
    chosen, tied, shares, learned, held = list[Any](), list[Any](), list[float](), 0, None
    answers = Answers()
    for count in range(1, BUDGET + 1):
        pair = STRATEGIES[strategy](model, X, answers, pool, 1, rng, pairs=True)[0]
        said = someone.choose(*pair, rng)
        (tied if said == "tie" else chosen).append(pair[::-1] if said == "right" else pair)
        choices, ties = (np.array(given, np.int64).reshape(-1, 2) for given in (chosen, tied))
        answers = Answers(choices=choices, weights=np.ones(len(choices)), ties=ties)
        if due := count >= RELEARN * learned + 1:
            held, learned = None, count
        model = GaussianProcess(features=features, hyperparameters=held).fit(X, **answers.as_fit())
        held = model.hyperparameters_ if due else held
        score = model.predict(X)
        shares.append(float(np.mean(((score[a] > score[b]) == better)[a != b])))
    return shares


def session(home: Path, kind: str, number: int) -> list[dict[str, Any]]:
    """What a session says after every fifth answer, and what is true."""
    library = _library(home)
    name = f"{kind} {number} {os.getpid()}"
    library.store.add_person(name)
    told = Session(library, "sample", name, seed=number)
    collection, rng, said = told.collection, np.random.default_rng(number), list[dict[str, Any]]()
    someone, row_of = person(collection, number), collection.row_of
    for count in range(1, SESSION + 1):
        (question,) = told.questions(kind, 1)
        told.record([_answered(someone, question, row_of, count, rng)])
        told.settle()
        if count % EVERY == 0:
            now = told.progress()
            figures = {"now": now.accuracy, "margin": now.margin, "later": now.later, "later_margin": now.later_margin}
            said.append({"answers": count, **figures, "pays": now.pays, "true": _agreement(told, someone, number)})
    told.close()
    library.close()
    return said


def _answered(someone: SimulatedPerson, question: Any, row_of: Any, count: int, rng: Any) -> Judgement:
    if question.kind == "rating":
        value = someone.rate(row_of[question.items[0]], rng)
        return Judgement("rating", question.items, str(count), value=value, asked_by=question.asked_by)
    left, right = question.items
    side = someone.choose(row_of[left], row_of[right], rng)
    items = (right, left) if side == "right" else (left, right)
    return Judgement("tie" if side == "tie" else "choice", items, str(count), asked_by=question.asked_by)


def _agreement(told: Session, someone: SimulatedPerson, seed: int) -> float:
    """Share of this person's next choices between random pictures, noise and all, that the ranking foretells."""
    score, rng = told.reading().model.predict(told.collection.X), np.random.default_rng(seed)
    pairs = rng.integers(len(score), size=(4000, 2))
    seen = someone.utility[pairs] + rng.normal(0, someone.noise, pairs.shape)
    decided = np.abs(seen[:, 0] - seen[:, 1]) >= max(someone.tie, 1e-12)
    return float(np.mean(((score[pairs[:, 0]] > score[pairs[:, 1]]) == (seen[:, 0] > seen[:, 1]))[decided]))


def needed(curves: np.ndarray) -> float:
    """Choices at which the mean curve is first at WANTED; infinite where it never is."""
    reached = np.flatnonzero(curves.mean(0) >= WANTED)
    return float(reached[0] + 1) if len(reached) else float("inf")


def ratio(ours: np.ndarray, by_chance: np.ndarray) -> list[float]:
    """[ratio of choices needed, low, high], with a 95 % interval that resamples people."""
    rng = np.random.default_rng(0)
    drawn = [rng.integers(len(ours), size=len(ours)) for _ in range(2000)]
    ratios = [needed(ours[d]) / needed(by_chance[d]) for d in drawn]
    return [needed(ours) / needed(by_chance), *np.nanquantile(ratios, [0.025, 0.975]).tolist()]


def stopping(sessions: Sequence[list[dict[str, Any]]]) -> dict[str, Any]:
    """Coverage of the two intervals, and what stopping at the first advice costs against AHEAD more answers."""
    steps = AHEAD // EVERY
    now = [abs(s["now"] - s["true"]) <= s["margin"] for one in sessions for s in one if s["now"] is not None]
    later = [
        abs(s["later"] - t["true"]) <= s["later_margin"]
        for one in sessions
        for s, t in zip(one, one[steps:], strict=False)
        if s["later"] is not None
    ]
    costs, ends, stopped = list[float](), list[float](), list[int]()
    for one in sessions:
        at = next((i for i, s in enumerate(one) if s["pays"] is False and s["answers"] >= FROM), None)
        if at is not None and at + steps < len(one):
            costs.append(one[at + steps]["true"] - one[at]["true"])
            ends.append(one[-1]["true"] - one[at]["true"])
            stopped.append(one[at]["answers"])
    cost = bootstrap(np.array(costs), 0) if costs else None
    return {
        "covered_now": float(np.mean(now)),
        "covered_later": float(np.mean(later)),
        "advised": len(stopped),
        "at": float(np.mean(stopped)) if stopped else None,
        "cost": None if cost is None else [cost.mean, cost.low, cost.high],
        f"cost_to_{SESSION}": float(np.mean(ends)) if ends else None,
    }


def _shown(job: tuple[Path, str, int]) -> Any:
    home, how, number = job
    return curve(home, how, number) if how in BY else session(home, how, number)


def figures(people: int, workers: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        library = _library(home)
        library.import_source("sample", "sample")
        library.close()
        jobs = [(home, how, number) for how in (*BY, *KINDS) for number in range(people)]
        told = map_jobs(_shown, jobs, workers=workers, processes=True)
        curves = {how: np.array(list(islice(told, people))) for how in BY}
        sessions = {how: list(islice(told, people)) for how in KINDS}
    return {
        "people": people,
        "curves": {s: c.mean(0).round(4).tolist() for s, c in curves.items()},
        "needed": {s: needed(c) for s, c in curves.items()},
        "ratio": ratio(curves["ours"], curves["random"]),
        "sessions": {kind: stopping(told) for kind, told in sessions.items()},
    }


def table(told: dict[str, Any]) -> str:
    counts = [5, 10, 15, 20, 30, 40, BUDGET]
    share, low, high = told["ratio"]
    lines = [
        f"{told['people']} simulated people. Pairs in the right order after so many choices:",
        "",
        "| asked | " + " | ".join(map(str, counts)) + " | choices until .85 |",
        "|---" * (len(counts) + 2) + "|",
        *(
            f"| {name} | " + " | ".join(f"{curve[k - 1]:.3f}" for k in counts) + f" | {told['needed'][name]:g} |"
            for name, curve in told["curves"].items()
        ),
        "",
        f"Ours needs {share:.2f} of what random needs, 95 % interval over people [{low:.2f}, {high:.2f}].",
        "",
        f"| answers | interval holds | of {AHEAD} later | advised to stop | at | cost |",
        "|---|---|---|---|---|---|",
    ]
    for kind, s in told["sessions"].items():
        cost = "–" if s["cost"] is None else "{:.4f} [{:.4f}, {:.4f}]".format(*s["cost"])
        held = f"{s['covered_now']:.2f} | {s['covered_later']:.2f}"
        lines.append(f"| {kind}s | {held} | {s['advised']} of {told['people']} | {s['at'] or 0:.0f} | {cost} |")
    lines += ["", f"Cost: what {AHEAD} more answers would have given, in share of pairs."]
    return "\n".join(lines)


def _library(home: Path) -> Library:
    return Library(home, config=Settings(home=home, threads=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    told = figures(given.people, given.workers)
    print(json.dumps(told, indent=1) if given.json else table(told))


if __name__ == "__main__":
    main()
