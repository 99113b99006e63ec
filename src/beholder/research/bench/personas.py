"""Does the app find what somebody loves? Simulated people of a clear taste, asked as the app asks.

A person likes the pictures whose column has one value, a kind of 2 to 12 % of the collection: an artist, a style. They
are asked by grids, pairs or ratings throughout, by the app's own questions for each model, and answer with noise and
slips. After some seconds of answering: the share of what they like among the first pictures of the ranking that they
were never shown. It is what a buyer sees, which agreement with recorded ratings is not: few people have so clear a
taste, but who has one soon notices whether it was understood. And whether what the app says of its own accuracy
is true.
"""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, product, zip_longest
from typing import Any

import numpy as np

from beholder.ask.questions import Question, QuestionBuilder, QuestionKind
from beholder.collection import Library
from beholder.config import settings
from beholder.errors import BadInput, NotEnoughAnswers, UnknownName, UserError
from beholder.maker import prepare
from beholder.prequential import AnswerPrediction, expected, predict_answer
from beholder.research.bench import plots
from beholder.research.bench.asking import by_then, cost
from beholder.research.bench.markdown import grid
from beholder.research.bench.methods import Method, RatedTable, method, needs_networks, real_name
from beholder.research.bench.metrics import by_score
from beholder.research.bench.runner import results_of
from beholder.research.bench.statistics import bootstrap
from beholder.research.bench.worker import Row
from beholder.research.datasets import Dataset
from beholder.research.datasets.dataset import Flags
from beholder.table import ATTRIBUTES
from beholder.taste import GaussianProcess, Population, TasteMixture
from beholder.taste.capabilities import Knowledge
from beholder.taste.priors import find_population
from beholder.types import SCALE, Answers, Floats, Judgement, Matrix, Progress, answers_of

SECONDS = (30, 60, 120)
# plan: the kind of question asked throughout
PLANS: dict[str, QuestionKind] = {"grids": "grid", "pairs": "choice", "ratings": "rating"}
_REFIT = {"grids": 1, "pairs": 3, "ratings": 3}  # questions that are made by one fit
_MOST = 24  # people
_FEWEST_VALUES, _MOST_VALUES = 2, 60  # of a column that people are made of
_RAREST, _COMMONEST = 0.02, 0.12  # of the pictures that a person likes
_NO_KINDS = frozenset({"item", "file", "split", "gold", "sha256", "title", "link", "url", "price", "caption"})
_NO_KIND = ("score", "rating", "_mean", "_std")  # nor columns with this in their name
_FIRST, _FIRST_OF_FEW, _FEW = 20, 5, 300  # pictures looked at in the ranking; of a collection below FEW pictures
_OWN, LOOK_NOISE, SLIPS = 0.15, 0.1, 0.03  # spread of a picture's own worth and of a look; share of slips
_PICKED, _TIED = 0.6, 0.2  # worth from which a picture is picked; difference below which two are the same
_PAIRS = 4000  # pairs by chance, of pictures that were never shown, by which an accuracy is judged


@dataclass(frozen=True, eq=False)
class Persona:
    """Who likes the pictures whose `column` has `value`: liked (n,)."""

    column: str
    value: str
    liked: Flags

    @property
    def name(self) -> str:
        return f"{self.column}: {self.value}"


def people_of(columns: Mapping[str, Sequence[str]], most: int = _MOST) -> list[Persona]:
    """At most so many, from each column in turn; nobody likes the very same pictures as another.

    Parameters
    ----------
    columns
        of items.csv, a string a picture; several values of one picture have commas between them
    """
    groups = [_of_column(name, values) for name, values in columns.items() if _says_kinds(name)]
    found: dict[bytes, Persona] = {}
    for person in chain.from_iterable(zip_longest(*groups)):
        if person is not None:
            found.setdefault(person.liked.tobytes(), person)
    return list(found.values())[:most]


def _says_kinds(column: str) -> bool:
    return column not in _NO_KINDS and not any(part in column for part in _NO_KIND)


def _of_column(name: str, values: Sequence[str]) -> list[Persona]:
    """In an order that says nothing, that of the values' checksums."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, cell in enumerate(values):
        for value in {part.strip() for part in cell.split(",")} - {""}:
            rows[value].append(row)
    if not _FEWEST_VALUES <= len(rows) <= _MOST_VALUES:
        return []
    kept = [value for value, at in rows.items() if _RAREST <= len(at) / len(values) <= _COMMONEST]
    order = sorted(kept, key=lambda value: zlib.crc32(value.encode()))
    return [Persona(name, value, np.isin(np.arange(len(values)), rows[value])) for value in order]


@dataclass(frozen=True, eq=False)
class SimulatedEye:
    """How a person answers. worth (n,) of each picture: about 1 where they like it, else about 0."""

    worth: Floats
    rng: np.random.Generator

    @classmethod
    def of(cls, person: Persona, seed: Sequence[int]) -> SimulatedEye:
        """The same worth whatever is asked. seed : of the person in this repeat"""
        own = np.random.default_rng([*seed, 0]).normal(0, _OWN, len(person.liked))
        return cls(person.liked + own, np.random.default_rng([*seed, 1]))

    def answer(self, question: Question) -> Judgement:
        """Item ids are the rows of the pictures."""
        rows = np.array(question.items, np.int64)
        seen = self.worth[rows] + self.rng.normal(0, LOOK_NOISE, len(rows))
        slips = self.rng.random(len(rows)) < SLIPS
        said = replace(_BLANK, items=question.items, client_id=question.id, asked_by=question.asked_by)
        if question.kind == "grid":
            return replace(said, kind="grid", picked=tuple(rows[(seen > _PICKED) != slips].tolist()))
        if question.kind == "rating":
            value = self.rng.uniform(*SCALE) if slips[0] else 3 + 5 * seen[0]
            return replace(said, kind="rating", value=float(np.clip(np.round(value), *SCALE)))
        left, right = seen[::-1] if slips[0] else seen
        if abs(left - right) < _TIED:
            return replace(said, kind="tie")
        return replace(said, kind="choice", items=question.items if left > right else question.items[::-1])


_BLANK = Judgement("tie", (), "")


def seconds_of(judgement: Judgement) -> float:
    """What the answer took."""
    return cost(len(judgement.items), len(judgement.picked), judgement.kind == "rating")


@dataclass(frozen=True)
class Sitting:
    """What somebody has said, and what was thought of each answer before it was used, where there was a model."""

    said: tuple[Judgement, ...] = ()
    predicted: tuple[AnswerPrediction, ...] = ()


@dataclass(frozen=True)
class PersonaJob:
    """One person, by position, asked by one plan for the sake of one method."""

    person: int
    repeat: int
    plan: str
    method: str


@dataclass(eq=False)
class Personas:
    """What worker processes do.

    Attributes
    ----------
    table
        an encoder's vectors with the attributes behind; every model has its own columns of it
    priors
        where each method starts, None where nothing is known of what people like
    seconds
        at which figures are measured, rising
    """

    people: Sequence[Persona]
    table: RatedTable
    priors: Mapping[str, Any]
    seconds: tuple[int, ...]
    seed: int

    def run(self, job: PersonaJob) -> list[Row]:
        """A row for each of the seconds; `shown` of what they like, `found` is None where that is all of it.

        `stated` is the accuracy that the app would state, `margin` half its 90 % interval, both None where it states
        none; `right` is what is true of it.
        """
        person, X = self.people[job.person], self._columns(job.method)
        first = _FIRST if len(self.table.pictures) >= _FEW else _FIRST_OF_FEW
        worth, rows = self._eye(job).worth, []
        for second, sitting in by_then(self._sitting(job), self.seconds, Sitting()):
            said = sitting.said
            shown = [item for judgement in said for item in judgement.items]
            model = self._fit(job.method, answers_of(said, self._row_of))
            score = method(job.method).scores(model, X)
            rows.append({
                "plan": job.plan, "method": job.method, "person": person.name, "base": round(person.liked.mean(), 4),
                "repeat": job.repeat, "seconds": second, "answers": len(said),
                "found": found_share(score, person.liked, shown, first),
                "shown": int(person.liked[np.unique(np.array(shown, np.int64))].sum()),
                **_stated(model, X, sitting), "right": right_share(score, worth, shown),
            })  # fmt: skip
        return rows

    def _eye(self, job: PersonaJob) -> SimulatedEye:
        return SimulatedEye.of(self.people[job.person], self._seed(job))

    def _seed(self, job: PersonaJob) -> list[int]:
        return [self.seed, job.repeat, zlib.crc32(self.people[job.person].name.encode())]

    def _sitting(self, job: PersonaJob) -> Iterator[tuple[float, Sitting]]:
        """(seconds so far, all so far) after each answer, for as long as there is something to ask."""
        kind, eye, rng = PLANS[job.plan], self._eye(job), np.random.default_rng([*self._seed(job), 2])
        X, ids, said, spent = self._columns(job.method), self.table.pictures.ids, list[Judgement](), 0.0
        answers, predicted = Answers(), list[AnswerPrediction]()
        model = self._fit(job.method, answers)
        while True:
            asker = QuestionBuilder(model, X, self.table.pictures.attributes, ids, answers, said, rng)
            asked = asker.questions(kind, _REFIT[job.plan], hidden=(), underway=())
            for question in asked:
                said = [*said, answer := eye.answer(question)]
                spent += seconds_of(answer)
                if len(answers) and isinstance(model, GaussianProcess):
                    predicted.append(predict_answer(model, X, answers_of([answer], self._row_of), answers))
                yield spent, Sitting(tuple(said), tuple(predicted))
            if not asked:
                return
            answers = answers_of(said, self._row_of)
            model = self._fit(job.method, answers)

    def _fit(self, name: str, answers: Answers) -> Any:
        """The method's model; before the first answer what it knows beforehand, None where that is nothing."""
        how, X = method(name), self._columns(name)
        known = Knowledge(prior=self.priors[name], scale=SCALE, seed=self.seed)
        model = prepare(how.model, how.columns(self.table), known)
        try:
            if len(answers):
                return how.learn(model, X, answers)
            return model.fit_prior(X) if hasattr(model, "fit_prior") else None
        except NotEnoughAnswers:
            return None

    def _columns(self, name: str) -> Matrix:
        """What a method is given."""
        return method(name).columns(self.table).X

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return {row: row for row in range(len(self.table.pictures))}


def found_share(score: Floats, liked: Flags, shown: Sequence[int], first: int) -> float | None:
    """Share of liked pictures among the first so many of the ranking that were never shown.

    Where fewer liked ones are left, of as many as are left: so a perfect ranking always has 1. None where none is.

    Parameters
    ----------
    score, liked
        (n,)
    """
    left = np.setdiff1d(np.arange(len(score)), shown)
    count = min(first, int(liked[left].sum()))
    return round(float(by_score(liked[left].astype(np.float64), score[left])[:count].mean()), 4) if count else None


def right_share(score: Floats, worth: Floats, shown: Sequence[int]) -> float:
    """Share of pairs by chance, both of pictures never shown, of which the ranking puts the worthier first.

    Parameters
    ----------
    score, worth
        (n,); of two of one score, or with fewer than two pictures left, half counts
    """
    left = np.setdiff1d(np.arange(len(score)), shown)
    if len(left) < 2:
        return 0.5
    pairs = left[np.random.default_rng(0).integers(len(left), size=(_PAIRS, 2))]
    first, second = pairs[pairs[:, 0] != pairs[:, 1]].T
    same = np.sign(score[first] - score[second]) * np.sign(worth[first] - worth[second])
    return round(float((1 + same.mean()) / 2), 4)


def _stated(model: Any, X: Matrix, sitting: Sitting) -> Row:
    """What the app says of the ranking, as it stands."""
    if not sitting.said or not isinstance(model, GaussianProcess):
        return {"stated": None, "margin": None}
    none = np.empty(0, np.int64), np.empty((0, 2), np.int64)
    told = expected(model, X, sitting.predicted, np.random.default_rng(0), *none)
    return {"stated": round(told.now, 4), "margin": round(told.margin, 4)}


# The analysis


def check(data: Dataset, seconds: Sequence[int]) -> tuple[int, ...]:
    """The seconds, ascending. raises : UserError for none or one below 1; BadInput where no column makes people"""
    if min(seconds, default=0) < 1:
        raise UserError(f"people answer for 1 second or more, got {min(seconds, default='none')}")
    if not people_of(data.columns):
        raise BadInput(
            f"{data.name}: people are made of a column of items.csv with {_FEWEST_VALUES} to {_MOST_VALUES} values, "
            f"one of which {_RAREST:.0%} to {_COMMONEST:.0%} of the pictures have; there are {', '.join(data.columns)}"
        )
    return tuple(sorted(set(seconds)))


def ask(
    data: Dataset,
    X: Matrix,
    attributes: Matrix,
    seconds: Sequence[int],
    repeats: int,
    seed: int,
    progress: Progress,
    *,
    methods: Sequence[str] = ("default",),
    plans: Sequence[str] = tuple(PLANS),
    people: int | Sequence[Persona] = _MOST,
    key: str = "",
    table: RatedTable | None = None,
) -> list[Row]:
    """A row for every plan, method, person, repeat and number of seconds; the same seed, the same rows.

    Parameters
    ----------
    X, attributes
        (n, d) and (n, 10) of the pictures
    key
        of what made them, by which a prior is found
    table
        of the same pictures where another encoder sees them too, for which a prior ships; None: none does
    plans
        which of PLANS
    people
        how many at most, made of the columns of `data`; or who is asked instead

    Raises
    ------
    UserError
        for a method that cannot be asked so, or that learns from no plan's answers
    """
    plans = list(dict.fromkeys(plans))
    for unknown in [plan for plan in plans if plan not in PLANS]:
        raise UnknownName.of("way to ask people", unknown, PLANS)
    table, names = table or RatedTable.of(np.hstack([X, attributes])), list(dict.fromkeys(map(real_name, methods)))
    priors = {name: _prior(method(name), table, _known(method(name), table, key)) for name in names}
    who = people_of(data.columns, people) if isinstance(people, int) else people
    work = Personas(who, table, priors, tuple(seconds), seed)
    jobs = [
        PersonaJob(person, repeat, plan, name)
        for repeat, person, name, plan in product(range(repeats), range(len(work.people)), names, plans)
        if _learns_from(method(name), plan)
    ]
    if not jobs:
        raise UserError(f"{', '.join(names)} cannot learn from {', '.join(plans) or 'nothing'}")
    rows: list[Row] = []
    progress("asking people", 0, len(jobs))
    for done, found in enumerate(results_of(work.run, jobs)):
        rows += found
        progress("asking people", done + 1, len(jobs))
    order = {person.name: at for at, person in enumerate(work.people)}
    place = lambda r: (names.index(r["method"]), plans.index(r["plan"]), order[r["person"]], r["repeat"])  # noqa: E731
    return sorted(rows, key=place)


def _learns_from(how: Method, plan: str) -> bool:
    return ("ratings" if plan == "ratings" else "choices") in how.learns_from


def _known(how: Method, table: RatedTable, key: str) -> Population | None:
    """What people like in general of these pictures, as the method sees them."""
    seen, found = how.columns(table), find_population(key, settings().home)
    if found is None and how.sees_all and table.beside is not None:
        library = Library()
        found = find_population(library.key(*library.with_prior([])), library.home)
        library.close()
        found = found and found.among(seen.X, seen.layout, table.beside, ATTRIBUTES)
    return found if found is not None and found.knows(seen.X) else None


def _prior(how: Method, table: RatedTable, population: Population | None) -> Any:
    """Where the method starts, as in the app."""
    if how.someone_else or needs_networks(how.name):
        raise UserError(f"method '{how.name}' is made of what simulated people do not have: other people, or networks")
    if not how.has_prior or issubclass(how.model, TasteMixture):
        return population
    if population is None:
        raise UserError(f"method '{how.name}' starts from what people like, which is not known for these pictures")
    if issubclass(how.model, GaussianProcess):
        return population
    try:
        seen = how.columns(table)
        return how.model.learn_prior(seen.X, (), generic=population.on_scale(SCALE), layout=seen.layout)
    except NotEnoughAnswers as error:
        raise UserError(f"method '{how.name}' learns from other people's answers, and there are none") from error


# What is shown


def sum_up(rows: Sequence[Row], seed: int) -> list[Row]:
    """For each plan and method the mean over people at each of the seconds, its interval and the worst person; then
    every person's own.

    Lists have a number for each of `seconds`; None where everything liked was shown.
    """
    figures: list[Row] = []
    for plan, name in dict.fromkeys((r["plan"], r["method"]) for r in rows):
        cell = [r for r in rows if (r["plan"], r["method"]) == (plan, name)]
        seconds = sorted({r["seconds"] for r in cell})
        persons = [_of_person([r for r in cell if r["person"] == one], seconds) for one in _unique(cell, "person")]
        figures += [_of_all(persons, seconds, seed), *persons]
    return figures


def _of_person(rows: Sequence[Row], seconds: Sequence[int]) -> Row:
    first = {name: rows[0][name] for name in _ABOUT}
    at = [[r | {"holds": _holds(r)} for r in rows if r["seconds"] == s] for s in seconds]
    told = {name: [_mean(r[name] for r in cell) for cell in at] for name in _MEASURED}
    return first | {"person": rows[0]["person"], "base": rows[0]["base"], "seconds": list(seconds)} | told


def _holds(row: Row) -> float | None:
    """Whether the interval of the stated accuracy holds the true one; 1 or 0, None where nothing was stated."""
    if row["stated"] is None:
        return None
    return float(abs(row["stated"] - row["right"]) <= row["margin"])


def _of_all(persons: Sequence[Row], seconds: Sequence[int], seed: int) -> Row:
    found: dict[str, list[Any]] = defaultdict(list)
    for at in range(len(seconds)):
        values = {p["person"]: p["found"][at] for p in persons if p["found"][at] is not None}
        if not values:
            for name in ("found", "low", "high", "worst", "worst_person"):
                found[name].append(None)
            continue
        e = bootstrap(np.array(list(values.values())), seed)
        worst = min(values, key=lambda name: values[name])
        for name, value in {"found": e.mean, "low": e.low, "high": e.high, "worst": values[worst]}.items():
            found[name].append(None if math.isnan(value) else round(value, 4))
        found["worst_person"].append(worst)
    about = {name: persons[0][name] for name in _ABOUT}
    others = [name for name in _MEASURED if name != "found"]
    told = {name: [_mean(p[name][at] for p in persons) for at in range(len(seconds))] for name in others}
    base = round(float(np.mean([p["base"] for p in persons])), 4)
    more = {"person": None, "people": len(persons), "base": base, "seconds": list(seconds)}
    return about | more | found | told


_ABOUT = ("data", "encoder", "plan", "method")
_MEASURED = ("found", "answers", "shown", "stated", "right", "holds")


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 4) if known else None


def _unique(rows: Iterable[Row], name: str) -> list[Any]:
    return list(dict.fromkeys(row[name] for row in rows))


def table(figures: Sequence[Row]) -> str:
    """Markdown: a row a plan and method; mean with its interval, and the worst person."""
    whole = [f for f in figures if f["person"] is None]
    first, seconds = whole[0], whole[0]["seconds"]
    lines = [
        f"# People of a clear taste: {first['data']}, encoder {first['encoder']}",
        "",
        f"Share of what they like among the first pictures that they were never shown, after seconds of answering: "
        f"mean over {first['people']} people with 95 % intervals, and the worst person. Of all pictures they like "
        f"{first['base']:.3f}.",
        "",
        *grid("seconds", seconds, {_label(f): [_cell(f, at) for at in range(len(seconds))] for f in whole}),
        *(f"Worst of {_label(f)} after {seconds[-1]} s: {f['worst_person'][-1]}." for f in whole),
        *_stated_table([f for f in whole if any(value is not None for value in f["stated"])]),
    ]
    return "\n".join(lines)


def _stated_table(figures: Sequence[Row]) -> list[str]:
    if not figures:
        return []
    about = (
        "Share of pairs that the ranking orders the person's way, as stated and in truth; share of its 90 % intervals"
    )
    cells = {
        _label(f): [
            "–" if stated is None else f"{stated:.3f}, true {right:.3f}, {holds:.0%} hold"
            for stated, right, holds in zip(f["stated"], f["right"], f["holds"], strict=True)
        ]
        for f in figures
    }
    return ["", f"{about} that hold the truth.", "", *grid("seconds", figures[0]["seconds"], cells)]


def _label(figure: Row) -> str:
    return f"{figure['plan']}, {figure['method']}"


def _cell(figure: Row, at: int) -> str:
    if figure["found"][at] is None:
        return "–"
    mean, low, high, worst = (figure[name][at] for name in ("found", "low", "high", "worst"))
    interval = "" if low is None else f" [{low:.3f}, {high:.3f}]"
    return f"{mean:.3f}{interval}, worst {worst:.2f}"


def draw(figures: Sequence[Row]) -> str:
    """SVG: a panel a method, a line a plan."""
    whole = [f for f in figures if f["person"] is None]
    panels = [_panel(name, [f for f in whole if f["method"] == name]) for name in _unique(whole, "method")]
    return plots.standalone(panels, f"{whole[0]['data']}, encoder {whole[0]['encoder']}: found of what people like")


def _panel(name: str, figures: Sequence[Row]) -> plots.Panel:
    lines = []
    for number, f in enumerate(figures):
        told = [at for at, value in enumerate(f["found"]) if value is not None]
        x, mean, low, high = ([f[key][at] for at in told] for key in ("seconds", "found", "low", "high"))
        low, high = ([math.nan if value is None else value for value in ends] for ends in (low, high))
        lines.append(plots.Line(f["plan"], x, mean, low, high, *plots.style_of(number)))
    return plots.Panel(name, "seconds of answering", lines, level=figures[0]["base"], from_zero=True)
