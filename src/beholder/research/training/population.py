"""The prior of a population from rated sets: what `beholder train population` makes and the app starts a person from.

Several sets are one population: their pictures stand below each other in one X, ratings are taken to 0 .. 1 of each
set's own scale, and everybody who judged is a rater. Who seems to click at random is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from beholder import __version__
from beholder.collection import Library
from beholder.errors import BadInput
from beholder.research.bench.raters import qualities, scale_of
from beholder.research.datasets import Choices, Dataset, Ratings, load_plain
from beholder.table import PictureTable
from beholder.taste.population import Population, learn_population
from beholder.types import Answers, Matrix, Progress, silent

_SCALE = (0.0, 1.0)  # to which every set's ratings are taken


@dataclass(frozen=True)
class _Trained:
    """The prior, where it was written, and sentences for its card."""

    population: Population
    folder: Path
    card: dict[str, Any]
    left_out: tuple[str, ...]


def train_population(
    data: Sequence[Path],
    encoder: str,
    out: Path | None = None,
    *,
    library: Library,
    seed: int = 0,
    progress: Progress | None = None,
) -> _Trained:
    """Learn what people like in general, and how people differ, from everybody in these sets.

    Parameters
    ----------
    data
        folders in the plain format
    out
        None: the data folder, where the app finds it

    Raises
    ------
    BadInput
        where a set cannot be used, or holds nobody's answers
    """
    say = progress or silent
    sets = [load_plain(folder) for folder in data]
    tables = [library.table_of(dataset.files, [encoder], progress=progress) for dataset in sets]
    everybody: list[Answers] = []
    left_out: list[str] = []
    for dataset, table, below in zip(sets, tables, np.cumsum([0, *map(len, tables)]).tolist(), strict=False):
        people, absent = _people(dataset, table.X, below)
        everybody += people
        left_out += absent
    if not everybody:
        raise BadInput(
            f"nobody judged anything in {', '.join(s.name for s in sets)}: wanted is ratings.csv or choices.csv"
        )
    say("learning from everybody", 0, 1)
    together = PictureTable.of_array(np.vstack([table.numbers for table in tables]), tables[0].layout)
    population = learn_population(together.X, everybody, layout=together.layout, scale=_SCALE, seed=seed)
    card = _card(sets, everybody, encoder, library.key(encoder), seed)
    folder = out or library.home / "priors" / encoder.replace("/", "-").replace(":", "-")
    population.save(folder, **card)
    (folder / "README.md").write_text(_in_words(card, population), encoding="utf-8")
    return _Trained(population, folder, card, tuple(left_out))


def _people(data: Dataset, X: Matrix, below: int) -> tuple[list[Answers], list[str]]:
    """Everybody's answers, their rows counted from `below`, and a sentence for each who is left out."""
    found: dict[int, list[Answers]] = {}
    absent: dict[int, str] = {}
    for judgements in (data.ratings, data.choices):
        for rater, quality in (qualities(data, judgements, X) if len(judgements) else {}).items():
            own = judgements.take(judgements.rater == rater)
            found.setdefault(rater, []).append(_answers(own, data, below))
            if quality.clicker:
                absent[rater] = f"{data.raters[rater]} of {data.name}: {quality.faults[0]}"
    people = [_joined(parts) for rater, parts in sorted(found.items()) if rater not in absent]
    return people, list(absent.values())


def _answers(own: Ratings | Choices, data: Dataset, below: int) -> Answers:
    if isinstance(own, Ratings):
        low, high = scale_of(data)
        return Answers(rows=own.item + below, ratings=(own.score - low) / (high - low))
    won = own.won()
    return Answers(choices=won + below, weights=np.ones(len(won)), ties=own.tied() + below)


def _joined(parts: Sequence[Answers]) -> Answers:
    return Answers(*(np.concatenate([getattr(part, name) for part in parts]) for name in Answers.__slots__))


def _card(sets: Sequence[Dataset], people: Sequence[Answers], encoder: str, key: str, seed: int) -> dict[str, Any]:
    return {
        "encoder": key,
        "encoder_name": encoder,
        "data": [
            {"name": s.name, "revision": s.revision, "licence": s.licence, "pictures": len(s.items)} for s in sets
        ],
        "raters": len(people),
        "ratings": sum(len(person.rows) for person in people),
        "choices": sum(len(person.choices) + len(person.ties) for person in people),
        "seed": seed,
        "code": __version__,
    }


def _in_words(card: dict[str, Any], population: Population) -> str:
    """The card that a reader of the folder finds."""
    h = population.hyperparameters
    sets = [f"- {s['name']}: {s['pictures']:,} pictures, licence: {s['licence'] or 'not stated'}" for s in card["data"]]
    shared = 100 * population.shared_share
    return "\n".join(
        [
            f"# What people like in general, for pictures seen by `{card['encoder_name']}`",
            "",
            f"Where a new person starts before any answer: learned from {card['ratings']:,} ratings and "
            f"{card['choices']:,} choices of {card['raters']} people.",
            "Numbers only: no picture, no answer and no name is in it.",
            "",
            *sets,
            "",
            "Of a typical rater's taste, as far as these numbers of a picture tell of it, "
            f"{shared:.0f} % of the variance is everybody's and the rest their own.",
            f"Their own part has a standard deviation of {h['choice_scale']:.2f} in units of the noise of a choice.",
            "",
            "What it cannot do: it knows the taste of these people on pictures like these. For other people and other",
            "kinds of pictures it is a first guess, which every answer corrects.",
            "",
            f"Made by `beholder train population` (beholder {card['code']}, seed {card['seed']}).",
            "",
        ]
    )
