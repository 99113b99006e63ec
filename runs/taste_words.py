"""Are the words true? `python runs/taste_words.py DATA [--people FILE] [--columns 0] [--seconds 60] [--json]`.

DATA is a plain folder whose items.csv has columns that say kinds of pictures (artist, style). Simulated people who like
one kind, or what one word is said of, answer grids as the app asks them, with noise and slips. After some
seconds: how many are told something true of what they like, and how many something false; a word or a measured end is
true of them where it is at least 1.3 times as common among what they like as in the collection. So many others answer
at random: how many of them are told of a taste. Last, reasons of the first pictures of the rankings, drawn by chance:
how many hold a word that more than a third of the collection has, how many equal a neighbour's, how many are not said
of the picture by the collection's own columns.

--people FILE are further people, {name: {"column": ..., "values": [...]}}; --columns 0 keeps from the app what the
columns say, but not from the judge of what is true; --home is a data folder to keep the imported pictures in.
"""

from __future__ import annotations

import csv
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from beholder.ask.questions import Question, QuestionBuilder
from beholder.collection import Collection, Library
from beholder.concepts import Tags
from beholder.concepts.columns import words_of_columns
from beholder.config import Settings
from beholder.explain import Explanation, Predictions, Verdict, noun_of, reasons, spoken_of, verdict_of
from beholder.explain.leanings import TELLING
from beholder.explain.phrases import friend_sentence, side_of
from beholder.features.attributes import ATTRIBUTES
from beholder.prequential import predict_answer
from beholder.research.bench.personas import Persona, SimulatedEye, people_of, seconds_of
from beholder.research.datasets import load_plain
from beholder.session.models import ModelMaker
from beholder.types import Answers, Floats, Item, Judgement, Progress, answers_of, silent
from paper import Row, main

TRUE = 1.3  # times as common among what is liked
COMMON = 1 / 3
NAMES = ("artist", "style", "period", "medium")  # groups that columns tell, of which there are people already
MOST, RAREST, COMMONEST = 12, 0.05, 0.12  # people who like a word, and the share of the pictures that have it
FIRST = 60  # pictures of a ranking that reasons are drawn from
REASONS = 200
CALLED = re.compile(r"(?:[Mm]ostly|Two kinds so far:) ([^:.]+)")  # what was liked so far, where no word tells the taste
GRIDS = 10  # that who clicks answers
PICKED = (0.1, 0.2, 0.35)  # shares that they pick


@dataclass(eq=False)
class Clicker:
    """Who picks without looking."""

    share: float
    rng: np.random.Generator

    @classmethod
    def of(cls, seed: int, number: int) -> Clicker:
        """Some pick more than others."""
        return cls(PICKED[number % len(PICKED)], np.random.default_rng([seed, number, 3]))

    def answer(self, question: Question) -> Judgement:
        picked = tuple(item for item in question.items if self.rng.random() < self.share)
        return Judgement("grid", question.items, question.id, picked=picked, asked_by=question.asked_by)


@dataclass(frozen=True, eq=False)
class Told:
    """What one person was told."""

    answers: Answers
    model: Any
    explanation: Explanation
    verdict: Verdict


@dataclass(eq=False)
class Room:
    """Where people sit and answer.

    truth : what is said of the pictures by their columns, whatever the collection knows of these
    """

    collection: Collection
    truth: Tags
    seed: int

    def sit(self, eye: Any, seed: Sequence[int], seconds: float = np.inf, grids: int = 10_000) -> Told:
        """Answer grids until the time is over."""
        maker, rng = ModelMaker(self.collection, None), np.random.default_rng(seed)
        c, said, spent = self.collection, list[Judgement](), 0.0
        model, answers, odds, weights = maker.make().fit_prior(c.X), Answers(), [np.empty(0)], [np.empty(0)]
        while len(said) < grids:
            asked = QuestionBuilder(model, c.X, c.attributes, c.ids, answers, said, rng).questions(
                "grid", 1, hidden=(), underway=()
            )
            if not asked or spent + seconds_of(answer := self._answer(eye, asked[0])) > seconds:
                break
            seen = predict_answer(model, c.X, answers_of([answer], c.row_of), answers)
            odds, weights = [*odds, seen.log_odds], [*weights, seen.weights]
            said, spent = [*said, answer], spent + seconds_of(answer)
            answers = answers_of(said, c.row_of)
            model = maker.make(before=model).fit(c.X, **answers.as_fit(grids=True))
        told = c.explain(model, answers=answers)
        predicted = Predictions(np.concatenate(odds), np.concatenate(weights))
        return Told(answers, model, told, verdict_of(model, c.X, answers, told, predicted=predicted, words=c.words))

    def _answer(self, eye: Any, question: Question) -> Judgement:
        """People know pictures by their rows."""
        rows = tuple(self.collection.row_of[item] for item in question.items)
        said = eye.answer(replace(question, items=rows))
        ids = self.collection.ids
        return replace(said, items=question.items, picked=tuple(int(ids[row]) for row in said.picked))

    def named(self, told: Told) -> dict[str, Floats]:
        """(n,) of which pictures each thing holds that the sentence says; "not" before those it denies."""
        said = self.collection.words.said
        words = spoken_of(told.explanation.likings)
        if words and friend_sentence(words) in told.verdict.sentence:
            return {f"{'' if x.liked else 'not '}{x.word}": said[:, x.column].astype(float) for x in words}
        if told.verdict.kind not in ("own", "like most") or told.explanation.sentence not in told.verdict.sentence:
            called = CALLED.search(told.verdict.sentence)
            return {word: said[:, k].astype(float) for word, k in self._spoken(called[1])} if called else {}
        column = {a.name: k for k, a in enumerate(ATTRIBUTES)}
        leanings = [x for x in told.explanation.leanings if x.evidence >= TELLING]
        return {x.liked: self._end(column[x.attribute], x.lean > 0) for x in leanings}

    def _spoken(self, left: str) -> Iterator[tuple[str, int]]:
        """The words that what was liked is called by, and their columns; the longest first, none within another."""
        words = self.collection.words
        for column in sorted(range(len(words.names)), key=lambda k: -len(words.names[k])):
            word, group = words.names[column], words.groups[column]
            for form in {word, noun_of(word, group), side_of(word, group)}:
                if re.search(rf"\b{re.escape(form)}\b", left):
                    yield word, column
                    left = left.replace(form, "")
                    break

    def _end(self, column: int, up: bool) -> Floats:
        """The third of the pictures at one end of an attribute."""
        values = self.collection.attributes[:, column] * (1 if up else -1)
        return (values >= np.quantile(values, 2 / 3)).astype(float)

    def judge(self, person: Persona, told: Told) -> Row:
        """What is true of what was said to a person, and what is not."""
        liked = person.liked
        lift = {word: float(has[liked].mean() / max(has.mean(), 1e-9)) for word, has in self.named(told).items()}
        true = {word: times <= 1 if word.startswith("not ") else times >= TRUE for word, times in lift.items()}
        return {
            "person": person.name, "base": float(liked.mean()),
            "verdict": told.verdict.kind, "sentence": told.verdict.sentence,
            "names": any(true[word] for word in true if not word.startswith("not ")),
            "false": [word for word in true if not true[word]],
        }  # fmt: skip

    def reasons(self, told: Told) -> Iterator[Row]:
        """Those of the first pictures of a ranking."""
        c = self.collection
        scores = np.asarray(told.model.predict(c.X))
        rows = np.argsort(-scores, kind="stable")[:FIRST]
        said = reasons(told.model, c.X, c.attributes, told.answers, rows, told.explanation, c.words, scores)
        column = {name: k for k, name in enumerate(c.words.names)}
        texts = [reason.told(str) for reason in said]
        for at, (row, reason) in enumerate(zip(rows.tolist(), said, strict=True)):
            words = [word for part in reason.text.split(", ") if (word := part.removeprefix("you like ")) in column]
            around = [texts[k] for k in (at - 1, at + 1) if 0 <= k < len(texts)]
            yield {
                "text": texts[at],
                "common": any(c.words.said[:, column[w]].mean() > COMMON for w in words),
                "equal": bool(said[at].text or said[at].near is not None) and texts[at] in around,
                "untrue": self._untrue(row, words),
            }

    def _untrue(self, row: int, words: Sequence[str]) -> bool | None:
        """Whether the columns say otherwise; None where they cannot tell."""
        known = [word for word in words if word in self.truth.names]
        said = [bool(self.truth.said[row, list(self.truth.names).index(word)]) for word in known]
        return None if not known else not all(said)


def rooms(library: Library, data: str, columns: bool, progress: Progress) -> tuple[Collection, Sequence[Item]]:
    """The collection as the app knows it, and its items with all that their columns say."""
    library.import_source(data, "whole", progress=progress)
    whole = library.collection("whole")
    if columns:
        return whole, whole.items
    bare = library.home / "bare"
    bare.mkdir(exist_ok=True)
    lines = [[item.name, f"{row}{Path(item.locator.value).suffix}"] for row, item in enumerate(whole.items)]
    for item, (_, file) in zip(whole.items, lines, strict=True):
        with item.locator.open() as picture:
            (bare / file).write_bytes(picture.read())
    with (bare / "items.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["item", "file"], *lines])
    library.import_source(bare, "bare", progress=progress)
    without = library.collection("bare")  # each import has an order of its own
    return without, [whole.items[int(Path(item.locator.value).stem)] for item in without.items]


def everybody(data: str, items: Sequence[Item], words: Tags, more: str) -> list[Persona]:
    """The bench's people, who like a value of a column; some who like what a word is said of; and those of a file."""
    columns = {name: [item.columns.get(name, "") for item in items] for name in load_plain(data).columns}
    found, shares = people_of(columns), words.said.mean(axis=0)
    known = [k for k, group in enumerate(words.groups) if group not in NAMES and RAREST <= shares[k] <= COMMONEST]
    known.sort(key=lambda k: zlib.crc32(words.names[k].encode()))
    found += [Persona(words.groups[k], words.names[k], words.said[:, k]) for k in known[:MOST]]
    for name, kind in (json.loads(Path(more).read_text("utf-8")) if more else {}).items():
        cells = columns.get(kind["column"], [""] * len(items))
        liked = [any(part.strip() in kind["values"] for part in cell.split(",")) for cell in cells]
        found.append(Persona("people", name, np.array(liked)))
    return [person for person in found if person.liked.any()]


def figures(
    data: str,
    *,
    people: str = "",
    columns: int = 1,
    seconds: int = 60,
    repeats: int = 1,
    clickers: int = 60,
    seed: int = 0,
    home: str = "",
    progress: Progress | None = None,
) -> list[Row]:
    """A row of all, then one of each person; the same seed, the same rows."""
    say = progress or silent
    with TemporaryDirectory() as folder:
        place = Path(home or folder)
        with closing(Library(place, config=Settings(home=place))) as library:
            collection, items = rooms(library, data, bool(columns), say)
            room = Room(collection, words_of_columns(items), seed)
            judged, said = list[Row](), list[Row]()
            for repeat in range(repeats):
                for person in everybody(data, items, collection.words, people):
                    key = [seed, repeat, zlib.crc32(person.name.encode())]
                    told = room.sit(SimulatedEye.of(person, key), [*key, 2], seconds)
                    judged.append(room.judge(person, told))
                    said += room.reasons(told)
                    say("asking people", len(judged), 0)
            clicking = [room.sit(Clicker.of(seed, k), [seed, k, 4], grids=GRIDS) for k in range(clickers)]
    drawn = [said[k] for k in np.random.default_rng(seed).permutation(len(said))[:REASONS]]
    known = [row["untrue"] for row in drawn if row["untrue"] is not None]
    whole: Row = {
        "data": Path(data).name, "columns": bool(columns), "seconds": seconds, "people": len(judged),
        "named": share(row["names"] for row in judged),
        "named_of_file": share(row["names"] for row in judged if row["person"].startswith("people: ")),
        "named_of_kinds": share(row["names"] for row in judged if row["base"] >= RAREST),
        "false": share(bool(row["false"]) for row in judged),
        "clickers": len(clicking), "flattered": share(one.verdict.kind == "own" for one in clicking),
        "clickers_named": share(bool(room.named(one)) for one in clicking), "reasons": len(drawn),
        "given": share(bool(row["text"]) for row in drawn), "common": share(row["common"] for row in drawn),
        "equal": share(row["equal"] for row in drawn), "untrue": share(known), "untrue_of": len(known),
        "examples": [row["text"] for row in drawn[:20]],
    }  # fmt: skip
    return [whole, *judged]


def share(of: Iterable[bool]) -> float | None:
    """None of nothing."""
    found = list(of)
    return round(float(np.mean(found)), 3) if found else None


def table(rows: Sequence[Row]) -> str:
    """What was measured, and what each person was told."""
    m, people = rows[0], rows[1:]
    knows = "knows" if m["columns"] else "does not know"
    lines = [
        f"{m['data']}, {m['people']} people after {m['seconds']} s; the app {knows} the columns.",
        f"Told something true of what they like: {m['named']}, of the file {m['named_of_file']}, of those who like "
        f"{RAREST:.0%} of the pictures or more {m['named_of_kinds']}; something false: {m['false']}.",
        f"Of {m['clickers']} who click {m['flattered']} are told of a taste, {m['clickers_named']} are told a word.",
        f"Of {m['reasons']} reasons {m['given']} say something, {m['common']} have a word that is common, "
        f"{m['equal']} equal a neighbour's, {m['untrue']} of {m['untrue_of']} are untrue by the columns.",
        "",
    ]
    lines += [
        f"{p['person']}: {p['sentence']}{' FALSE: ' + ', '.join(p['false']) if p['false'] else ''}" for p in people
    ]
    return "\n".join([*lines, "", *m["examples"]])


if __name__ == "__main__":
    main(__doc__, figures, table)
