"""How well attributes and the mean score of unseen pictures are predicted [Ren2017, Table 3], theirs beside ours.

`python runs/table_3.py DATA [--encoder E] [--seed 0] [--json]`: Spearman's rank correlation with what people said.
Their figures are of AADB: ten attributes as the network of Kong et al. (ECCV 2016) predicts them, and as theirs does,
which learns attributes and score together; the score, of which their text tells, is of FLICKR-AES. Ours are of DATA,
and an attribute has one where items.csv has a column of its name, as `beholder datasets convert aadb` writes it:

    learned    a generic score fitted to the attribute on training pictures, predicted on the test pictures
    measured   Beholder's own measurement of that name; with an encoder of `beholder train attributes` what that says

`python runs/table_3.py FOLDER`, with FOLDER the --out of `beholder train attributes`: what was measured there of a
network as theirs, its attributes tuned alone and jointly with the score.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from beholder.errors import BadInput
from beholder.features.attributes import ATTRIBUTES
from beholder.research.bench import metrics, runner
from beholder.research.bench.markdown import grid
from beholder.research.bench.methods import MEASURED, RatedTable, teach
from beholder.research.bench.raters import column
from beholder.research.datasets import Dataset, Ratings, same_pictures
from beholder.research.datasets.dataset import Flags
from beholder.types import Floats
from paper import Row, main

SCORE = "score"
SHORT = {  # in the paper's order
    "vivid colour": "VC",
    "good lighting": "GL",
    "interesting content": "IC",
    "symmetry": "SY",
    "shallow depth of field": "DoF",
    "object emphasis": "OE",
    "balancing element": "BE",
    "colour harmony": "CH",
    "repetition": "RE",
    "rule of thirds": "RoT",
    SCORE: "score",
}
PUBLISHED = {
    "Kong et al. 2016": "0.5759 0.3770 0.4854 0.2283 0.5071 0.5728 0.2035 0.4808 0.3150 0.2174 –",
    "Ren et al. 2017": "0.6938 0.4963 0.5641 0.2558 0.5476 0.6718 0.3104 0.5176 0.3749 0.2737 0.702",
}
CARD = "card.json"
HELD_OUT = 0.3  # of the pictures, where the set has no split


def figures(data: str, *, encoder: str = "classic", seed: int = 0) -> list[Row]:
    """A row for each way ("learned", "measured") and each attribute that DATA knows, and one for the mean score.

    data : a rated set, or a folder that `beholder train attributes` wrote, with the ways "alone" and "jointly"
    """
    if (card := Path(data).expanduser() / CARD).is_file():
        return _of_network(json.loads(card.read_text(encoding="utf-8")))
    rated = runner.load_set(data, None)
    table, _ = runner.embed_set(rated, encoder, lambda stage, done, total: None)
    pictures = same_pictures(rated.files)
    test = rated.item_is_test
    if test is None:
        test = np.random.default_rng(seed).random(len(pictures))[pictures] < HELD_OUT
    learn = ~np.isin(pictures, pictures[test])
    measured = {attribute.name: table.X[:, i - MEASURED] for i, attribute in enumerate(ATTRIBUTES)}
    rows = []
    for name in SHORT:
        truth, teachers = _told(rated, name, learn)
        asked = test & ~np.isnan(truth)
        if not len(teachers) or np.unique(truth[asked]).size < 2:
            continue
        predicted = {"learned": _learned(table, teachers), "measured": measured.get(name)}
        rows += [
            {"data": rated.name, "encoder": encoder, "what": name, "by": way, "pictures": int(asked.sum())}
            | {"spearman": round(metrics.spearman(truth[asked], score[asked]), 4)}
            for way, score in predicted.items()
            if score is not None
        ]
    if not rows:
        raise BadInput(f"{rated.name} has neither ratings, nor scores or attributes in items.csv, to be predicted")
    return rows


def table(rows: Sequence[Row]) -> str:
    """The paper's layout, first as published, then as measured."""
    here = {(row["by"], row["what"]): f"{row['spearman']:.4f}" for row in rows}
    lines = {by: told.split() for by, told in PUBLISHED.items()}
    ways = dict.fromkeys(row["by"] for row in rows)
    lines |= {f"{way}, here": [here.get((way, name), "–") for name in SHORT] for way in ways}
    counts = sorted({row["pictures"] for row in rows})
    said = (
        f"Spearman's rank correlation with what people said of unseen pictures. Here: {rows[0]['data']}, encoder "
        f"{rows[0]['encoder']}, {'–'.join(str(n) for n in dict.fromkeys((counts[0], counts[-1])))} test pictures; "
        "an attribute that people did not judge there has no figure. Published: attributes of AADB, the score on "
        "FLICKR-AES."
    )
    words = ", ".join(f"{short} {name}" for name, short in SHORT.items() if name != SCORE)
    return "\n".join([said, "", *grid("", list(SHORT.values()), lines), words + "."])


def _of_network(card: Row) -> list[Row]:
    """The rows of a card that `beholder train attributes` wrote."""
    if "attributes" not in card:
        raise BadInput(f"{CARD} there is of a generic score alone; wanted is the folder of `beholder train attributes`")
    about = {"data": ", ".join(s["name"] for s in card["data"]), "encoder": f"{card['backbone']}, fine-tuned"}
    scores = {"alone": card["score"]["generic"], "jointly": card["score"]["jointly"]}
    ways = {way: {**card["attributes"][way], SCORE: score} for way, score in scores.items()}
    first, last = (card["data"][i]["pictures"]["held_out"] for i in (0, -1))  # of attributes, of scores
    return [
        about | {"what": name, "by": way, "pictures": last if name == SCORE else first, "spearman": found[name]}
        for way, found in ways.items()
        for name in SHORT
        if found[name] is not None
    ]


def _told(rated: Dataset, name: str, learn: Flags) -> tuple[Floats, Ratings]:
    """(n,) what people said of every picture, NaN where nothing; and what may be learned from.

    An attribute, or a score of which only means are known, is learned as if one rater had said it.
    """
    r, n = rated.ratings, len(rated.items)
    if name == SCORE and len(r):
        count = np.bincount(r.item, minlength=n)
        mean = np.where(count > 0, np.bincount(r.item, r.score, n) / np.maximum(count, 1), np.nan)
        return mean, r.take(learn[r.item] & ~_is(rated.rater_is_test, r.rater))
    said = column(rated, name)
    item = np.flatnonzero(learn & ~np.isnan(said))
    return said, Ratings(item, np.zeros(len(item), np.int64), said[item], np.full(len(item), np.nan))


def _is(flags: Flags | None, which: np.ndarray) -> Flags:
    return np.zeros(len(which), bool) if flags is None else flags[which]


def _learned(table: RatedTable, teachers: Ratings) -> Floats:
    generic = teach(table, teachers).generic
    assert generic is not None, "there are ratings"
    return generic.predict(table.X)


if __name__ == "__main__":
    main(__doc__, figures, table)
