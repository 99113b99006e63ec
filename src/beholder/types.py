"""Types shared by every layer: judgements, answers, items. `docs/data.md` defines them in prose."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from beholder.locator import WHOLE, Locator

Matrix = NDArray[np.float32]  # X, (n, d): one row a picture
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ADDED = "added"  # in place of what was found: a person drew it
Progress = Callable[[str, int, int], None]  # (what is being done, done, of how many; 0: nobody knows)

Kind = Literal["rating", "choice", "tie", "skip", "grid", "favourite", "hide", "undo"]
_KINDS: tuple[str, ...] = get_args(Kind)
SCALE = (1.0, 10.0)  # of every rating in the app
_PASSED_EACH, _PASSED = 4, 40  # pictures that stand for those passed by: for a favourite, and in all
MIDDLE = sum(SCALE) / 2  # of the scores: half of a collection has less


def silent(what: str, done: int, total: int) -> None:
    """The Progress of a caller that does not want to know."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thing a person said about pictures: an event that is never changed.

    Attributes
    ----------
    kind, items
        rating, favourite, hide: (item,) · choice: (winner, loser) · tie: (left, right) · skip, grid: every picture
        that was shown · undo: ()
    value
        rating: 1 to 10 · favourite, hide: 1 on, 0 off · undo: None
    picked
        grid: the items that were picked, a part of `items`
    seconds
        time taken, None where unknown
    side
        choice: the side on which the winner was shown
    asked_by
        "random", "repeat", the strategy's name, "import", or "person" where nobody asked
    client_id
        the client's own id; the same id recorded twice is one judgement
    undoes
        undo: the client_id of what it takes back
    at
        when, UTC
    """

    kind: Kind
    items: tuple[int, ...]
    client_id: str
    value: float | None = None
    picked: tuple[int, ...] = ()
    seconds: float | None = None
    side: Literal["left", "right"] | None = None
    asked_by: str = "person"
    undoes: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def teaches(self) -> bool:
        """Whether it is an answer to learn from. A grid of which nothing is picked is one: it speaks against all."""
        return self.kind in ("rating", "choice", "tie", "grid") or (self.marks and bool(self.value))

    @property
    def marks(self) -> bool:
        """Whether the person said it of a picture that they were not asked about: a favourite, or one to hide."""
        return self.kind in ("favourite", "hide")


def picture_key(sha256: str, crop: str = WHOLE) -> str:
    """64 hex digits that name a picture: the sha256 of its content, and where it is a part of that, of both."""
    return sha256 if crop == WHOLE else hashlib.sha256(f"{sha256} {crop}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a picture for sure; None: not known. `beholder.details` reads it from what the source says.

    Attributes
    ----------
    price, currency
        in minor units (cents) of the ISO 4217 currency; both or neither
    width_mm, height_mm
        of the work itself, the light measure where it is framed
    long_mm, short_mm
        its longer and its shorter side, also where nobody says which of them is the width
    frame_...
        the same of its frame
    place
        where it is, as the source says it
    link
        http(s) address of its own page
    terms
        how the price is meant: "negotiable", "on request", "free", "from" (the amount is the lowest of several),
        "estimate" or "bid"; None: fixed, or not said
    availability
        "for sale", "reserved" or "sold"
    rights
        who may use the picture for what, as the source says it
    """

    title: str | None = None
    artist: str | None = None
    price: int | None = None
    currency: str | None = None
    width_mm: float | None = None
    height_mm: float | None = None
    year: int | None = None
    place: str | None = None
    link: str | None = None
    long_mm: float | None = None
    short_mm: float | None = None
    frame_width_mm: float | None = None
    frame_height_mm: float | None = None
    frame_long_mm: float | None = None
    frame_short_mm: float | None = None
    terms: str | None = None
    availability: str | None = None
    rights: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What is known of a work beside what one picture's source says.

    Attributes
    ----------
    photos
        ids of all the pictures that show it, first the one that stands for it
    links
        addresses where it is offered too, beside its own
    price_before, currency_before
        what it cost before, as in `Details`; None where that is not known
    unlisted
        the page that listed it does not do so any more
    """

    photos: tuple[int, ...]
    links: tuple[str, ...] = ()
    price_before: int | None = None
    currency_before: str | None = None
    unlisted: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One picture of a collection.

    Attributes
    ----------
    sha256
        of its file; the picture is `crop` of that, and `key` names both
    locator
        where its bytes are, and which part of them it is
    columns
        what the source said of it: title, artist, price, link ...
    details
        as much of that as is known for sure, typed
    gone
        its file is no longer there, or holds another picture now, or it was removed: it still teaches, but is not asked
        or ranked
    found
        the crop that was found by looking for artworks, which a person may have corrected since; None: nobody has
        looked; `ADDED`: nothing, a person drew it
    removed
        by a person, who says that it is no work
    work
        where several pictures show one work, or its pages said more than one thing: the work; else None
    """

    id: int
    name: str  # path relative to the imported folder, or the `item` column
    locator: Locator
    sha256: str
    width: int
    height: int
    columns: Mapping[str, str]
    gone: bool = False
    crop: str = WHOLE
    details: Details = Details()
    found: str | None = None
    work: Work | None = None
    removed: bool = False

    @property
    def is_added(self) -> bool:
        """Whether a person drew it where nothing was found."""
        return self.found == ADDED

    @property
    def folder(self) -> str:
        """The folder that it lies in, within the one that was imported; "" where it lies in that one."""
        return self.name.rpartition("/")[0]

    @property
    def photo(self) -> Item:
        """The whole of the file that it is a part of, to look at."""
        return replace(self, crop=WHOLE, locator=self.locator.part(WHOLE))

    @property
    def key(self) -> str:
        """What its vectors and small copies are kept by."""
        return picture_key(self.sha256, self.crop)


def _no_rows() -> Ints:
    return np.empty(0, np.int64)


def _no_pairs() -> Ints:
    return np.empty((0, 2), np.int64)


def _no_grids() -> Ints:
    return np.empty((0, 3), np.int64)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person's current judgements say, as rows of X.

    Attributes
    ----------
    rows, ratings
        (r,) the row behind each rating, and the rating; a row may be rated twice
    choices
        (m, 2) rows of (winner, loser)
    weights
        (m,) how much each choice counts
    ties
        (t, 2)
    grids
        (g, 3) a row for each picture that a grid showed: the grid's number, the row of X, 1 where it was picked and
        0 where it was left. Marks are a grid too: favourites picked, hidden ones left, and pictures by chance, -1,
        which stand for those that were passed by
    """

    rows: Ints = field(default_factory=_no_rows)
    ratings: Floats = field(default_factory=lambda: np.empty(0, np.float64))
    choices: Ints = field(default_factory=_no_pairs)
    weights: Floats = field(default_factory=lambda: np.empty(0, np.float64))
    ties: Ints = field(default_factory=_no_pairs)
    grids: Ints = field(default_factory=_no_grids)

    def __len__(self) -> int:
        return len(self.rows) + len(self.choices) + len(self.ties) + len(np.unique(self.grids[:, 0]))

    @property
    def judged(self) -> Ints:
        """The rows of X that any answer is about, each once, in rising order."""
        return self._rows(self.shown)

    @property
    def used(self) -> Ints:
        """The same, and those that stand for pictures passed by."""
        return self._rows(self.grids)

    @property
    def shown(self) -> Ints:
        """(s, 3) the rows of `grids` whose picture the person did judge."""
        return self.grids[self.grids[:, 2] >= 0]

    @property
    def asked(self) -> Ints:
        """(a, 3) the same without the marks of favourites: what was shown in questions."""
        marks = self.grids[self.grids[:, 2] < 0, 0]
        return self.grids[~np.isin(self.grids[:, 0], marks)]

    @property
    def prefer(self) -> bool:
        """Whether they put any picture ahead of another."""
        picked = int((self.grids[:, 2] > 0).sum())
        return len(self.choices) > 0 or len(np.unique(self.ratings)) > 1 or 0 < picked < len(self.grids)

    def _rows(self, grids: Ints) -> Ints:
        pairs = np.concatenate([self.choices.ravel(), self.ties.ravel()])
        return np.unique(np.concatenate([self.rows, pairs, grids[:, 1]]))

    def take(self, rated: Ints, chosen: Ints, tied: Ints) -> Answers:
        """The ratings, choices and ties at these positions, without the grids."""
        return Answers(
            self.rows[rated], self.ratings[rated], self.choices[chosen], self.weights[chosen], self.ties[tied]
        )

    def compared(self) -> Answers:
        """The same for who knows no grids: each is said in choices.

        A grid with k of n picked says k(n - k) choices of weight 1/(n - k): it counts as many choices as were picked.
        One with nothing or everything picked compares nothing.
        """
        if not len(self.grids):
            return self
        choices, weights = [self.choices], [self.weights]
        for number in np.unique(self.grids[:, 0]):
            _, shown, picked = self.grids[self.grids[:, 0] == number].T
            won, lost = shown[picked == 1], shown[picked < 1]
            choices.append(np.column_stack([np.repeat(won, len(lost)), np.tile(lost, len(won))]))
            weights.append(np.full(len(won) * len(lost), 1 / max(1, len(lost))))
        whole, weight = np.concatenate(choices), np.concatenate(weights)
        return replace(self, choices=whole, weights=weight, grids=_no_grids())

    def as_fit(self, grids: bool = False) -> dict[str, Any]:
        """The keyword arguments of a taste model's `fit`. grids : whether the model knows them, or wants choices"""
        if grids:
            return self._as_fit() | {"grids": self.grids if len(self.grids) else None}
        return self.compared()._as_fit()

    def _as_fit(self) -> dict[str, Any]:
        """The same without a word of grids."""
        return {
            "y": self.ratings if len(self.rows) else None,
            "rows": self.rows if len(self.rows) else None,
            "choices": self.choices if len(self.choices) else None,
            "weights": self.weights if len(self.choices) else None,
            "ties": self.ties if len(self.ties) else None,
        }


def teaching(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Those to learn from: of marks the last word on each picture, where no grid has told the same."""
    told = list(judgements)
    last = {(j.kind, j.items): j for j in told if j.marks}
    known = {((item,), item in j.picked) for j in told if j.kind == "grid" for item in j.items}
    news = {id(j) for j in last.values() if (j.items, j.kind == "favourite") not in known}
    return tuple(j for j in told if j.teaches and (not j.marks or id(j) in news))


def answers_of(judgements: Iterable[Judgement], row_of: Mapping[int, int]) -> Answers:
    """What judgements say, as rows of X. Those of pictures that are not in `row_of` are left out.

    A favourite was picked among pictures that nobody wrote down. As in [Rendle, Freudenthaler, Gantner &
    Schmidt-Thieme 2009], pictures by chance that were not judged stand for them, the same ones each time.
    """
    rows, ratings, choices, ties, grids, number = [], [], [], [], [], 0
    marked: dict[int, int] = {}  # row of X: 1 a favourite, 0 hidden
    for j in teaching(judgements):
        if not all(item in row_of for item in j.items):
            continue
        at = [row_of[item] for item in j.items]
        if j.kind == "rating" and j.value is not None:
            rows.append(at[0])
            ratings.append(j.value)
        elif j.kind == "choice":
            choices.append((at[0], at[1]))
        elif j.kind == "tie":
            ties.append((at[0], at[1]))
        elif j.kind == "grid":
            grids += [(number, row, int(item in j.picked)) for item, row in zip(j.items, at, strict=True)]
            number += 1
        else:
            marked[at[0]] = int(j.kind == "favourite")
    if marked:
        known = {*rows, *(row for pair in choices + ties for row in pair), *(row for _, row, _ in grids), *marked}
        most = min(_PASSED_EACH * sum(marked.values()), _PASSED)
        grids += [(number, row, picked) for row, picked in marked.items()]
        grids += [(number, row, -1) for row in _by_chance(row_of, known, most)]
    return Answers(
        np.array(rows, np.int64),
        np.array(ratings, np.float64),
        np.array(choices, np.int64).reshape(-1, 2),
        np.ones(len(choices)),
        np.array(ties, np.int64).reshape(-1, 2),
        np.array(grids, np.int64).reshape(-1, 3),
    )


def _by_chance(row_of: Mapping[int, int], known: Container[int], most: int) -> list[int]:
    """So many rows that are not known, the same ones each time."""
    rows = np.fromiter(row_of.values(), np.int64, len(row_of))
    drawn = np.random.default_rng(0).permutation(rows).tolist()
    return list(islice((row for row in drawn if row not in known), most))


def faults_of(judgement: Judgement, known: Container[int]) -> list[str]:
    """Everything that is wrong with a judgement, a sentence each; empty where it may be kept.

    Parameters
    ----------
    known
        the item ids of its collection
    """
    j, shown, (low, high) = judgement, len(judgement.items), SCALE
    wanted = {"choice": 2, "tie": 2, "rating": 1, "favourite": 1, "hide": 1, "undo": 0}.get(j.kind, max(shown, 1))
    unknown = [item for item in j.items if item not in known]
    faults = {
        f"unknown kind of judgement '{j.kind}'; there are: {', '.join(_KINDS)}": j.kind not in _KINDS,
        f"a {j.kind} takes {wanted} picture{'s' * (wanted != 1)}, got {shown}": shown != wanted,
        "a picture cannot be compared with itself": len(set(j.items)) < shown,
        f"this collection has no picture {unknown[:1]}": bool(unknown),
        f"a rating is a number from {low:g} to {high:g}, got {j.value}": j.kind == "rating"
        and not (j.value is not None and low <= j.value <= high),
        f"a {j.kind} is 1 (on) or 0 (off), got {j.value}": j.kind in ("favourite", "hide") and j.value not in (0, 1),
        "what a grid's answer picks must be among what it showed": not set(j.picked) <= set(j.items),
        f"seconds must be a number of 0 or more, got {j.seconds}": not (j.seconds is None or 0 <= j.seconds < 1e7),
        "a judgement needs a client id of 1 to 80 characters": not 1 <= len(j.client_id) <= 80,
    }
    return [sentence for sentence, wrong in faults.items() if wrong]
