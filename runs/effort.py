"""Which kind of question tells most per second of a person's time: `python runs/effort.py CHOICES [--json]`.

CHOICES is a rated set whose choices.csv says the seconds of each answer. What a question costs is `Effort`: a choice
takes what it took there, the rest is assumed, and the assumptions are halved and doubled one by one. What it tells is
found on the sample gallery with simulated people: the share of pairs of held-out pictures in the person's order, by a
`GaussianProcess` whose hyperparameters are learned again when a session would do so, asked as in the app but for its
random questions and repeats. The people answer once with the small noise of `beholder.taste.simulate` (clear), and once
with that which the shipped population shows, larger in ratings than in choices (noisy).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill

import numpy as np
from scipy.stats import kendalltau

from beholder.ask import STRATEGIES
from beholder.ask.questions import GRID_SIZE
from beholder.collection import Collection, Library
from beholder.config import Settings
from beholder.errors import BadInput
from beholder.research.bench.raters import qualities
from beholder.research.bench.statistics import bootstrap, paired
from beholder.research.datasets import load_plain
from beholder.session import RELEARN
from beholder.taste import FeatureMap, GaussianProcess
from beholder.taste.population import Population
from beholder.taste.priors import find_population
from beholder.taste.simulate import SimulatedPerson, simulate_people
from beholder.types import Answers, Floats, Ints, Judgement, Progress, answers_of
from paper import Row, main

HELD_OUT = 0.3  # of the pictures: never shown
AT_ONCE = {"grid": 1, "choice": 4, "rating": 4}  # questions between two refits: the app keeps some ready
HAND = 0.4  # seconds, where the set has nobody who clicks without looking
PLACE = 0.8  # seconds
Plan = tuple[tuple[str, int | None], ...]  # (kind of question, how many), one after the other; None: for good
PLANS: dict[str, Plan] = {
    "grids": (("grid", None),),
    "pairs": (("choice", None),),
    "ratings": (("rating", None),),
    "1 grid, pairs": (("grid", 1), ("choice", None)),
    "2 grids, pairs": (("grid", 2), ("choice", None)),
    "3 grids, pairs": (("grid", 3), ("choice", None)),
    "20 pairs, ratings": (("choice", 20), ("rating", None)),
    "40 pairs, ratings": (("choice", 40), ("rating", None)),
    "2 grids, ratings": (("grid", 2), ("rating", None)),
    "2 grids, 20 pairs, ratings": (("grid", 2), ("choice", 20), ("rating", None)),
    "2 grids, 40 pairs, ratings": (("grid", 2), ("choice", 40), ("rating", None)),
}


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds that an answer takes.

    choice   two looks and the hand: measured
    hand     one key or click, without looking
    place    assumed: to find the place of a picture on a scale from 1 to 10
    glance   assumed: looking at one picture of a grid, in looks at a single picture
    """

    choice: float
    hand: float
    place: float = PLACE
    glance: float = 1.0

    @property
    def look(self) -> float:
        """To look at one picture and weigh it."""
        return max(self.choice - self.hand, 0.0) / 2

    def of(self, kind: str, picked: int) -> float:
        """A grid takes a click for each picture picked, and one to go on."""
        return {
            "choice": self.choice,
            "rating": self.look + self.hand + self.place,
            "grid": GRID_SIZE * self.glance * self.look + (picked + 1) * self.hand,
        }[kind]

    def varied(self) -> dict[str, Effort]:
        """Each assumption halved and doubled. Another hand leaves the choice as measured, so the look changes too."""
        changes = {f"{name} {word}": (name, by) for name in ("hand", "place", "glance") for word, by in FACTORS.items()}
        return {title: replace(self, **{name: getattr(self, name) * by}) for title, (name, by) in changes.items()}


STATED = "as stated"
PEOPLE = ("clear", "noisy")
FACTORS = {"halved": 0.5, "doubled": 2.0}


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of a choice in a set. raters: the median of each attentive one; clickers: of those suspected to click."""

    name: str
    raters: Floats
    clickers: Floats

    @property
    def effort(self) -> Effort:
        hand = float(np.median(self.clickers)) if len(self.clickers) else HAND
        return Effort(float(np.median(self.raters)), hand)


def measured(folder: str) -> Measured:
    """raises : BadInput where no choice has a time"""
    data = load_plain(folder)
    told = data.choices.take(~np.isnan(data.choices.seconds))
    if not len(told):
        raise BadInput(f"{data.name} has no choices with seconds, so nothing is known of a person's time")
    found = qualities(data, told, np.zeros((len(data.items), 1), np.float32)).values()  # by the answers alone
    by = {clicks: np.array([one.seconds for one in found if one.clicker == clicks]) for clicks in (False, True)}
    return Measured(data.name, by[False], by[True])


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """A simulated person whose ratings may be noisier than their choices and picks."""

    choosing: SimulatedPerson
    rating: SimulatedPerson

    def answer(self, kind: str, rows: Ints, rng: np.random.Generator, name: str) -> Judgement:
        shown = tuple(rows.tolist())
        if kind == "rating":
            return Judgement("rating", shown, name, value=self.rating.rate(shown[0], rng))
        if kind == "grid":
            return Judgement("grid", shown, name, picked=tuple(self.choosing.pick(rows, rng).tolist()))
        side = self.choosing.choose(*shown, rng)
        if side == "tie":
            return Judgement("tie", shown, name)
        return Judgement("choice", shown if side == "left" else shown[::-1], name)


def clear_and_noisy(clear: SimulatedPerson, population: Population) -> dict[str, Person]:
    """noisy: a typical rater's noise in units of the standard deviation of their taste, as far as pictures tell it."""
    h = population.hyperparameters
    taste = np.sqrt(1 + h["shared"] ** 2)
    choice, rating = 1 / (np.sqrt(2) * h["choice_scale"] * taste), h["rating_noise"] / (h["rating_scale"] * taste)
    noisy = Person(replace(clear, noise=float(choice)), replace(clear, noise=float(rating)))
    return dict(zip(PEOPLE, (Person(clear, clear), noisy), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """What one person has answered so far, what was learned of it, and how well held-out pictures are ordered."""

    judgements: tuple[Judgement, ...] = ()
    answers: Answers = Answers()  # noqa: RUF009, immutable
    model: GaussianProcess | None = None
    learned_from: int = 0
    right: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """pool, unseen : rows of the pictures that may be asked, and of those that are held out"""

    collection: Collection
    features: FeatureMap
    pool: Ints
    unseen: Ints

    def go_on(self, walk: Walk, kind: str, person: Person, rng: np.random.Generator) -> Walk | None:
        """After the next questions of this kind; None where there are none."""
        X, given = self.collection.X, walk.judgements
        strategy, pool, n = STRATEGIES["ours"], self.pool, AT_ONCE[kind]
        if kind == "grid":
            strategy, n = STRATEGIES["typical-diverse"], GRID_SIZE
            pool = np.setdiff1d(pool, [row for j in given if j.kind == "grid" for row in j.items])
        model = walk.model or GaussianProcess(features=self.features).fit_prior(X)
        asked = strategy(model, X, walk.answers, pool, n, rng, pairs=kind == "choice")
        if len(asked) < n:
            return None
        questions = [rng.permutation(rows) for rows in asked.reshape(AT_ONCE[kind], -1)]
        given += tuple(person.answer(kind, rows, rng, f"{len(given) + i}") for i, rows in enumerate(questions))
        answers = answers_of(given, {row: row for row in range(len(X))})
        teach = sum(j.teaches for j in given)
        if not len(answers):
            return replace(walk, judgements=given)
        due = walk.model is None or teach >= RELEARN * walk.learned_from + 1
        held = None if due or walk.model is None else walk.model.hyperparameters_
        model = GaussianProcess(features=self.features, hyperparameters=held).fit(X, **answers.as_fit())
        tau = kendalltau(model.predict(X[self.unseen]), person.choosing.utility[self.unseen]).statistic
        return Walk(given, answers, model, teach if due else walk.learned_from, (1 + float(np.nan_to_num(tau))) / 2)


def walks(gallery: Gallery, person: Person, effort: Effort, seconds: int, seed: int) -> dict[str, list[Walk]]:
    """By plan: every state until this time is over. Plans that begin alike share their beginning."""
    begun: dict[tuple[str, ...], Walk | None] = {(): Walk()}
    found = {}
    for name, plan in PLANS.items():
        path: tuple[str, ...] = ()
        walk, passed = Walk(), [Walk()]
        for kind in kinds(plan):
            path = (*path, kind)
            if path not in begun:
                begun[path] = gallery.go_on(walk, kind, person, np.random.default_rng((seed, len(path))))
            walk = begun[path]
            if walk is None:
                break
            passed.append(walk)
            if times(passed[-1:], effort)[0] >= seconds:
                break
        found[name] = passed
    return found


def kinds(plan: Plan) -> Iterator[str]:
    for kind, n in plan:
        for _ in count() if n is None else range(n // AT_ONCE[kind]):
            yield kind


def times(passed: Sequence[Walk], effort: Effort) -> list[float]:
    costs = np.cumsum([0.0, *(effort.of(_kind(j), len(j.picked)) for j in passed[-1].judgements)])
    return [float(costs[len(walk.judgements)]) for walk in passed]


def _kind(judgement: Judgement) -> str:
    return "choice" if judgement.kind == "tie" else judgement.kind


def figures(data: str, *, people: int = 20, seconds: int = 120, progress: Progress | None = None) -> list[Row]:
    """What was measured; then by people, effort and plan the share in the right order at four times."""
    cost = measured(data)
    efforts = {STATED: cost.effort, **cost.effort.varied()}
    stops = [seconds / 8, seconds / 4, seconds / 2, float(seconds)]
    found: dict[tuple[str, str, str], list[Floats]] = {}
    picked: list[int] = []
    with TemporaryDirectory() as home, closing(sample(Path(home))) as library:
        collection = library.collection("sample")
        features = FeatureMap.learned(collection.X, layout=collection.layout)
        population = find_population(library.key(collection.row.encoder), library.home)
        if population is None:
            raise BadInput("no population ships for the default encoder, so the noise of real people is not known")
        for n, clear in enumerate(simulate_people(collection.attributes, people, seed=1)):
            rows = np.random.default_rng((1, n)).permutation(len(collection))
            unseen, pool = np.split(rows, [round(HELD_OUT * len(rows))])
            gallery = Gallery(collection, features, np.sort(pool), np.sort(unseen))
            for kind, person in clear_and_noisy(clear, population).items():
                for plan, passed in walks(gallery, person, cost.effort, seconds, n).items():
                    for title, effort in efforts.items():
                        until = stops if title == STATED else stops[:-1]
                        right = np.interp(until, times(passed, effort), [walk.right for walk in passed])
                        found.setdefault((kind, title, plan), []).append(right)
                    picked += [len(j.picked) for j in passed[-1].judgements if j.kind == "grid"]
            if progress:
                progress("simulated people", n + 1, people)
    low, middle, high = np.quantile(cost.raters, [0.25, 0.5, 0.75]).round(2).tolist()
    typical = float(np.mean(picked))
    measures = {
        "data": cost.name, "raters": len(cost.raters), "clickers": len(cost.clickers), "choice": middle, "low": low,
        "high": high, "hand": round(cost.effort.hand, 2), "look": round(cost.effort.look, 2),
        "picked": round(typical, 1), "rating": round(cost.effort.of("rating", 0), 2), "people": people,
        "grid": round(GRID_SIZE * cost.effort.look + (typical + 1) * cost.effort.hand, 2),
    }  # fmt: skip
    return [measures, *(row for key in found for row in _rows(found, key, stops))]


def _rows(found: dict[tuple[str, str, str], list[Floats]], key: tuple[str, str, str], stops: list[float]) -> list[Row]:
    """level: not significantly below the plan that is best at this time, by people's paired differences."""
    values, rows = np.array(found[key]), []
    rivals = {plan: np.array(found[*key[:2], plan]) for plan in PLANS}
    for at, stop in enumerate(stops[: values.shape[1]]):
        one, best = bootstrap(values[:, at], 0), max(rivals.values(), key=lambda rival: rival[:, at].mean())
        behind = paired(best[:, at], values[:, at], 0)
        rows.append({
            "people": key[0], "effort": key[1], "plan": key[2], "seconds": stop, "right": round(one.mean, 4),
            "low": round(one.low, 4), "high": round(one.high, 4), "behind": round(behind.mean, 4),
            "level": bool(behind.low <= 0),
        })  # fmt: skip
    return rows


def sample(home: Path) -> Library:
    library = Library(home, config=Settings(home=home))
    library.import_source("sample", "sample")
    return library


def table(rows: list[Row]) -> str:
    """What was measured, a table for each kind of people, who is best where an assumption is another, and the rule."""
    m, told = rows[0], rows[1:]
    stops = list(dict.fromkeys(row["seconds"] for row in told))
    lines = [_measures(m)]
    for people in PEOPLE:
        own = [row for row in told if row["people"] == people]
        varied = f"{stops[-2]:g} s, varied"
        lines += ["", *_head([f"{people} people", *(f"{stop:g} s" for stop in stops), varied])]
        for plan in PLANS:
            here = [row for row in own if row["plan"] == plan]
            seen = [100 * row["right"] for row in here if row["seconds"] == stops[-2]]
            stated = [_cell(row) for row in here if row["effort"] == STATED]
            lines.append(_line([plan, *stated, f"{min(seen):.1f} to {max(seen):.1f}"]))
    columns = [(people, stop) for people in PEOPLE for stop in stops[:-1]]
    lines += ["", *_head(["best", *(f"{people}, {stop:g} s" for people, stop in columns)])]
    for effort in dict.fromkeys(row["effort"] for row in told):
        lines.append(_line([effort, *(_best(told, effort, *column) for column in columns)]))
    stated = _most_lost([row for row in told if row["effort"] == STATED])
    varied = _most_lost([row for row in told if row["effort"] != STATED])
    lines += ["", *_head(["most lost against the best, in any column", "as stated", "varied"])]
    lines += [_line([plan, f"{stated[plan]:.1f}", f"{varied[plan]:.1f}"]) for plan in sorted(PLANS, key=stated.get)]
    return "\n".join(lines)


def _measures(m: Row) -> str:
    clicks = f"{m['clickers']} who click without looking" if m["clickers"] else "assumed"
    text = (
        f"{m['data']}: a choice takes {m['choice']:.2f} s (median of {m['raters']} attentive raters' medians, "
        f"quartiles {m['low']:.2f} and {m['high']:.2f}), the hand {m['hand']:.2f} s ({clicks}), "
        f"so a look {m['look']:.2f} s; a rating {m['rating']:.2f} s, "
        f"a grid {m['grid']:.1f} s with {m['picked']:.1f} picks. "
        f"{m['people']} simulated people; % of pairs in the right order, ± half the 95 % interval. "
        "Bold: not significantly below the best. Varied: hand, place and glance halved and doubled, one at a time."
    )
    return fill(text, 118)


def _best(told: list[Row], effort: str, people: str, seconds: float) -> str:
    here = [row for row in told if (row["effort"], row["people"], row["seconds"]) == (effort, people, seconds)]
    return str(max(here, key=lambda row: row["right"])["plan"])


def _most_lost(told: list[Row]) -> dict[str, float]:
    """By plan, in points: how far it is behind the best where it is furthest behind."""
    return {plan: 100 * max(row["behind"] for row in told if row["plan"] == plan) for plan in PLANS}


def _head(cells: Sequence[str]) -> list[str]:
    return [_line(cells), "|" + "---|" * len(cells)]


def _cell(row: Row) -> str:
    text = f"{100 * row['right']:.1f} ± {50 * (row['high'] - row['low']):.1f}"
    return f"**{text}**" if row["level"] else text


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main(__doc__, figures, table)
