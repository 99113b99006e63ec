"""`train words`: heads for the words of the bank on an encoder's rows, each with its figures on unseen pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.special import logit, softmax

from beholder.concepts import BankWord, bank
from beholder.errors import BadInput, BadPicture, UserError
from beholder.features import load_encoder
from beholder.features.embed import embed
from beholder.features.encoder_row import OPENED_AT, EncoderRow, Runtime
from beholder.features.measures import NAMES, MeasuresRuntime
from beholder.features.onnx import open_session, read_description
from beholder.features.vocabulary import NEVER, SEEMS, Vocabulary
from beholder.research.datasets.tables import Faults, read_table
from beholder.research.training.teachers import LiteTeacher
from beholder.research.training.word_heads import FINDS, Figures, Head, fit_head, judge, spread_heads
from beholder.research.training.word_labels import (
    OPEN,
    Answers,
    LabelledPictures,
    add_looked_for,
    add_teachers,
    judged_words,
    read_judged,
    read_labels,
    read_looked_for,
)
from beholder.types import Matrix, Progress, silent

_Ask = Callable[[Sequence[Path], Progress], Matrix]

LABELLED = Path(__file__).with_name("labelled_pictures.csv")
CALIBRATION = Path(__file__).with_name("calibration_pictures.csv")
LOOKED_FOR = Path(__file__).with_name("looked_for.csv")
PICKED = Path(__file__).with_name("picked_pictures.csv")
_CLASSES = 1000
_TAUGHT = 0.002  # C of a head that teachers alone teach
_ALL_MEASURES, _OWN_MEASURES = 0.03, 1.0  # C of a head on all that is measured, on the word's own measures
_ALIKE = 0.75  # cosine of centred rows from which two pictures may be one work; different ones reach it too
_LEAST = 1e-4  # of a concept's probability
_TESTED = 5  # unseen pictures of which a word holds, from which their figures decide
_SURE = 10  # pictures of unseen groups of which it is said rightly, for these to decide alone
_GUESSES = 0.6  # of the judged pictures that seem to show a word do, from which it may be guessed
_ORDERS = 2.0  # times chance, from which average precision makes a word fit to order pictures by


@dataclass(frozen=True, slots=True, eq=False)
class _Word:
    word: BankWord
    head: Head
    unseen: Figures
    together: Figures  # the same, where what is measured says the word too
    seeming: Figures  # the same, from the probability on from which a picture seems to show it

    @property
    def says(self) -> bool:
        """Whether it was shown to hold, on unseen pictures or, where these do not show the word, on unseen groups.

        What nobody looked for on the unseen pictures is not said: "toys" held on the photographs of one set, and was
        wrong of paintings. Styles were judged on unseen artists.
        """
        if self.head.said_from >= NEVER or not (self.unseen.pictures or self.word.group == "style"):
            return False
        if self.unseen.positives >= _TESTED:
            return self.unseen.holds and self.together.holds
        sure = self.head.figures.holds and self.head.figures.said * self.head.figures.precision >= _SURE
        return sure and (not self.unseen.said or self.unseen.holds)

    @property
    def orders(self) -> bool:
        told = self.unseen if self.unseen.positives >= _TESTED else self.head.figures
        return told.positives >= _TESTED and told.ap >= _ORDERS * told.positives / told.pictures

    @property
    def guesses(self) -> bool:
        """Whether judged pictures that seem to show it do so often enough to guess what many have in common."""
        noun = self.word.group in ("subject", "place", "figure")
        return noun and not self.says and may_be_guessed(self.seeming)

    def row(self) -> dict[str, Any]:
        said_from = round(self.head.said_from, 4) if self.says else None
        found = {"word": self.word.word, "group": self.word.group, "from": said_from}
        return found | {"unseen": self.unseen.row(), "other_groups": self.head.figures.row()}


def train_words(
    encoder: str,
    data: Path,
    unseen: Path,
    out: Path,
    *,
    teachers: Path | None = None,
    labelled: Path = LABELLED,
    calibration: Path = CALIBRATION,
    picked: Path = PICKED,
    looked_for: Path = LOOKED_FOR,
    seeming: Path | None = None,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Learn the words that an encoder may say, and judge each on pictures that nothing was learned from.

    Parameters
    ----------
    encoder
        as `load_encoder` takes it; "measures" learns from the pictures that were looked at alone
    data
        a folder of picture sets, each with an items.csv; those of `unseen` are left out
    unseen
        a table of judged pictures (columns set, file, labels) that shows which words hold
    out
        gets words.json, the card; NAME.json and NAME.safetensors, what is read beside the model; work/, the rows
    teachers
        a folder with an object labeler (.tflite and labels.txt) and networks of ImageNet classes (.onnx with an
        output "logits"), from whose sight of all pictures a head learns what people said of some
    labelled
        another table of judged pictures, to learn from
    picked
        and one of pictures that were picked for what they seem to show: heads learn from them, thresholds do not
    calibration
        and one of the sets of `unseen`, from which only thresholds are learned
    looked_for
        a table of pictures that were looked at for one word
    seeming
        another, drawn from pictures that seem to show the word to this encoder and that nobody looked at to learn from:
        with the unseen ones they show which words may be guessed

    Returns
    -------
    list[dict[str, Any]]
        a row for each word that was tried, as it is written to words.json

    Raises
    ------
    UserError
    BadInput
    """
    say, runtime = progress or silent, load_encoder(encoder)
    out.mkdir(parents=True, exist_ok=True)
    told = read_judged(unseen)
    asked, others = judged_words(told), frozenset(name.split("/")[0] for name in told)
    measured = runtime.row.name == "measures"
    by_eye, more = read_judged(labelled), read_judged(picked)
    known = judged_words(by_eye)
    words = [w for w in bank().values() if (w.measures if measured else _is_taught(w) or w.word in known)]
    pictures = read_labels(data, words, by_eye | more, known, others)
    single = read_looked_for(looked_for)
    add_looked_for(pictures, words, single)
    rows, titles, apart = _Rows(out / "work", data, say), _titles(data, others), read_judged(calibration)
    drawn = read_looked_for(seeming) if seeming is not None else {}
    shown = tuple(sorted({*told, *titles}.union(*drawn.values())))
    seen_by_people = [*by_eye, *more, *set().union(*single.values())]
    if measured:
        pictures = pictures.only(np.isin(pictures.files, seen_by_people))
    pictures = pictures.only(~_copies(pictures.files, [*told, *apart], rows))
    if not pictures.files:
        raise UserError("every picture to learn from shows the same work as one that nothing may be learned from")
    by_people = np.where(pictures.judged, pictures.known, OPEN).astype(np.int8)
    counts = ~np.isin(pictures.files, list(set(seen_by_people) - set(by_eye)))
    pictures.judged[~counts] = False
    looked = pictures.only(np.isin(pictures.files, seen_by_people))
    seen = _Seen([runtime] if measured else [runtime, load_encoder("measures")], shown, tuple(apart), rows)
    answers_apart = np.stack([_judged(word, apart, known) for word in words], axis=1)
    heads: list[Head | None] = [None] * len(words)
    if not measured:
        sights = _ask_teachers(pictures, words, teachers, rows) if teachers is not None else []
        blocks = [*sights, *seen.blocks(pictures.files)]
        say("learning the words", 0, len(words))
        heads = spread_heads(
            blocks, len(blocks) - len(sights), by_people, pictures.groups, counts, (seen.apart, answers_apart)
        )
    found = list[_Word]()
    for k, word in enumerate(words):
        say("learning the words", k + 1, len(words))
        head = heads[k]
        if head is None:
            of = pictures if _is_taught(word) and not measured else looked
            head = _learned(of, seen, k, answers_apart[:, k], word.measures if measured else (), _TAUGHT)
        if head is not None:
            answers = _answers(word, shown, told, asked, titles)
            p = head.probabilities(seen.shown)
            seem = add_drawn(answers, shown, drawn.get(word.word, {}))
            also = (p >= head.said_from) | _said_by_measures(word, seen.shown)
            of_both = judge(answers, also.astype(np.float64), 1.0)
            found.append(_Word(word, head, judge(answers, p, head.said_from), of_both, judge(seem, p, SEEMS)))
    _write(found, runtime, out)
    return [word.row() for word in found]


def found_words(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The words that are said, and found often enough, on unseen pictures."""
    return [r for r in rows if r["from"] is not None and r["unseen"].get("recall", 0) >= FINDS]


def may_be_guessed(seeming: Figures) -> bool:
    """Whether enough of the judged pictures that seem to show a word do show it."""
    return seeming.said >= _TESTED and seeming.precision >= _GUESSES


def add_drawn(answers: Answers, shown: Sequence[str], drawn: Mapping[str, bool]) -> Answers:
    """What is known of a word of the pictures shown, (n,), with what was seen on those drawn for it."""
    return np.array([drawn.get(file, known) for file, known in zip(shown, answers, strict=True)], np.int8)


def _copies(files: Sequence[str], unseen: Sequence[str], rows: _Rows) -> NDArray[np.bool_]:
    """(n,) which pictures show the same work as one of those that nothing may be learned from, by `builtin`."""
    runtime = load_encoder("builtin")
    X = rows.of(runtime.row, [*files, *unseen], _by_runtime(runtime)).astype(np.float64)
    X = (X - X.mean(0)) / (X.std(0) + 1e-6)
    X /= np.linalg.norm(X, axis=1, keepdims=True) + 1e-9
    alike: NDArray[np.bool_] = (X[: len(files)] @ X[len(files) :].T > _ALIKE).any(1)
    return alike


def _said_by_measures(word: BankWord, X: Matrix) -> NDArray[np.bool_]:
    """(n,) where a collection says a word anyhow, by what is measured: the last columns of the rows (n, d)."""
    vocabulary = MeasuresRuntime().vocabulary
    if vocabulary is None or word.word not in vocabulary.names or X.shape[1] == vocabulary.width:
        return np.zeros(len(X), bool)
    said: NDArray[np.bool_] = vocabulary.said(X[:, -vocabulary.width :])[:, vocabulary.names.index(word.word)]
    return said


def _is_taught(word: BankWord) -> bool:
    return bool(word.classes or word.concepts or word.labels)


def _learned(
    pictures: LabelledPictures, seen: _Seen, k: int, answers: Answers, measures: Sequence[str], penalty: float
) -> Head | None:
    """The better of a head on a word's own measures and one on all; on an encoder's rows there is but one.

    answers : about the pictures apart, from which only thresholds are learned
    """
    X, known = seen.of(pictures.files), (pictures.known[:, k], pictures.weights[:, k], pictures.judged[:, k])
    if not measures:
        return fit_head(X, *known, pictures.groups, (seen.apart, answers), penalty=penalty)
    own = [NAMES.index(name) for name in measures]
    heads = [
        fit_head(X[:, own], *known, pictures.groups, (seen.apart[:, own], answers), penalty=_OWN_MEASURES),
        fit_head(X, *known, pictures.groups, (seen.apart, answers), penalty=_ALL_MEASURES),
    ]
    found = [head for head in (heads[0] and heads[0].over(own, X.shape[1]), heads[1]) if head is not None]
    return max(found, key=lambda head: head.figures.ap, default=None)


def _answers(
    word: BankWord, shown: Sequence[str], told: dict[str, Any], asked: frozenset[str], titles: dict[str, frozenset[str]]
) -> Answers:
    """What is known of a word of the unseen pictures: by eye where they were looked at for it, else by their titles."""
    if word.word in asked:
        return _judged(word, {name: told.get(name, (None, frozenset())) for name in shown}, asked)
    spelled = {s.casefold() for s in word.spellings} | {s.casefold().removesuffix("s") for s in word.spellings}
    named = [titles.get(name) for name in shown]
    answers = np.array([OPEN if title is None else bool(title & spelled) for title in named], np.int8)
    return answers if word.group in ("subject", "place") and answers.max(initial=0) > 0 else np.full_like(answers, OPEN)


def _judged(word: BankWord, told: Mapping[str, Any], asked: frozenset[str]) -> Answers:
    """What was judged of a word of each picture that was looked at."""
    if word.word not in asked:
        return np.full(len(told), OPEN, np.int8)
    return np.array([OPEN if s is None or word.word in o else word.word in s for s, o in told.values()], np.int8)


def _titles(data: Path, sets: frozenset[str]) -> dict[str, frozenset[str]]:
    """{set/file: words of its title} of the sets that have titles."""
    found = {}
    for name in sorted(sets):
        if not (path := data / name / "items.csv").is_file():
            raise UserError(f"no set {name} in {data}, of which unseen pictures are judged")
        faults = Faults()
        _, rows = read_table(path, ("file",), faults)
        faults.raise_if_any(path.parent)
        for row in rows:
            if title := row.get("title"):
                found[f"{name}/{row['file']}"] = frozenset(re.findall(r"[a-z]+", title.lower()))
    return found


def _write(found: Sequence[_Word], runtime: Runtime, out: Path) -> None:
    rows = [json.dumps(word.row()) for word in found]
    (out / "words.json").write_text("[\n " + ",\n ".join(rows) + "\n]\n", encoding="utf-8")
    kept = [word for word in found if word.says or word.orders]
    vocabulary = Vocabulary(
        tuple(w.word.word for w in kept),
        tuple(w.word.group for w in kept),
        np.array([w.head.weight for w in kept], np.float32),
        np.array([w.head.bias for w in kept], np.float32),
        np.array([w.head.said_from if w.says else NEVER for w in kept]),
        frozenset(w.word.word for w in kept if w.guesses),
    )
    described = getattr(runtime, "description", None)
    path = out / (described.name if described else f"{runtime.row.name}.json")
    if described and described != path:
        path.write_bytes(described.read_bytes())
    vocabulary.write(path)


# the rows of pictures, kept between two runs


class _Rows:
    """What encoders and teachers say of the pictures below a folder; asked once."""

    def __init__(self, folder: Path, data: Path, progress: Progress) -> None:
        self.folder, self.data, self.progress = folder, data, progress

    def of(
        self, row: EncoderRow | str, files: Sequence[str], ask: Callable[[Sequence[Path], Progress], Matrix]
    ) -> Matrix:
        """(n, d) in the order of the files. raises : BadInput naming the first that cannot be opened"""
        path = self.folder / f"{row if isinstance(row, str) else row.key}.npz"
        known: dict[str, Any] = {}
        if path.is_file():
            held = np.load(path)
            known = dict(zip(held["files"].tolist(), held["X"], strict=True))
        lacking = [file for file in dict.fromkeys(files) if file not in known]
        if lacking:
            X = ask([self.data / file for file in lacking], self.progress)
            known |= dict(zip(lacking, X, strict=True))
            self.folder.mkdir(parents=True, exist_ok=True)
            np.savez(path, files=np.array(list(known)), X=np.stack(list(known.values())))
        return np.stack([known[file] for file in files])


class _Seen:
    """What some encoders say of pictures, side by side: of those shown and those apart, and of others when asked."""

    def __init__(self, runtimes: Sequence[Runtime], shown: Sequence[str], apart: Sequence[str], rows: _Rows) -> None:
        self._runtimes, self._rows, self._known = runtimes, rows, dict[tuple[str, ...], list[Matrix]]()
        self.shown, self.apart = self.of(tuple(shown)), self.of(tuple(apart))

    def of(self, files: tuple[str, ...]) -> Matrix:
        """(n, d) in the order of the files"""
        return np.hstack(self.blocks(files))

    def blocks(self, files: tuple[str, ...]) -> list[Matrix]:
        """The same, what each encoder says by itself."""
        if files not in self._known:
            self._known[files] = [self._rows.of(runtime.row, files, _by_runtime(runtime)) for runtime in self._runtimes]
        return self._known[files]


def _by_runtime(runtime: Runtime) -> _Ask:
    def ask(files: Sequence[Path], progress: Progress) -> Matrix:
        rows = []
        for i, vectors in embed(files, [runtime], threads=1):
            if isinstance(vectors, BadPicture):
                raise BadInput(f"{files[i]} cannot be opened ({vectors}); take it out")
            rows.append(vectors[0])
            progress(f"running {runtime.row.name}", i + 1, len(files))
        return np.stack(rows)

    return ask


def _ask_teachers(pictures: LabelledPictures, words: Sequence[BankWord], folder: Path, rows: _Rows) -> list[Matrix]:
    """What each kind of teacher sees of the pictures, (n, .); their classes answer for words that people left open."""
    logits, concepts, names = list[Matrix](), None, list[str]()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".onnx", ".tflite")):
        name, labels = f"{path.parent.name}-{path.stem}", path.with_name("labels.txt")
        if path.suffix == ".tflite" and labels.is_file():
            run = LiteTeacher(path)
            names = labels.read_text(encoding="utf-8").splitlines()
            concepts = rows.of(name, pictures.files, _one_by_one(name, partial(_concepts_of, run)))
        elif path.suffix == ".onnx" and (classes := _classes_of(path)) is not None:
            logits.append(rows.of(name, pictures.files, _one_by_one(name, classes)))
    mean = np.mean(logits, axis=0) if logits else None
    add_teachers(pictures, words, None if mean is None else softmax(mean, axis=1), concepts, names)
    found = [] if mean is None else [mean]
    return found if concepts is None else [*found, logit(np.clip(concepts, _LEAST, 1 - _LEAST)).astype(np.float32)]


def _concepts_of(run: LiteTeacher, picture: Image.Image) -> Any:
    return run([picture])[0][0]


def _classes_of(path: Path) -> Callable[[Image.Image], Any] | None:
    """A network's logits of the ImageNet classes; None where it has no such output."""
    session, said = open_session(path, 1), read_description(path.with_suffix(".json"))
    if "logits" not in [output.name for output in session.get_outputs()]:
        return None
    return lambda picture: session.run(["logits"], {said.input: said.preprocessing([picture])})[0][0]


def _one_by_one(name: str, run: Callable[[Image.Image], Any]) -> _Ask:
    from beholder.images import open_image

    def ask(files: Sequence[Path], progress: Progress) -> Matrix:
        rows = []
        for i, file in enumerate(files):
            rows.append(np.asarray(run(open_image(file, max_side=OPENED_AT)), np.float32).ravel())
            progress(f"asking {name}", i + 1, len(files))
        return np.stack(rows)

    return ask
