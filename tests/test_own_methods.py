"""A researcher's own models and features in the bench."""

import csv
import hashlib
import json
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from beholder.collection import Library
from beholder.errors import BadInput, UserError
from beholder.research.bench import run, runner
from beholder.research.bench.methods import RatedTable, method
from beholder.research.bench.vectors import read_vectors
from test_bench import fake_encoder, mean_of, planted_rows, rows_of, write_set

OWN = """
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from beholder.taste import GaussianProcess

class Mean(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.w_ = np.linalg.lstsq(X - X.mean(0), y - y.mean(), rcond=1e-6)[0]
        return self
    def predict(self, X):
        return X @ self.w_

class Crowd(RegressorMixin, BaseEstimator):
    def __init__(self, prior=None):
        self.prior = prior
    @classmethod
    def learn_prior(cls, X, others, *, generic, layout=None, seed=0):
        assert len(others) == 5 and layout.attributes == 10 and X.shape[1] == 16
        return generic
    def fit(self, X, y=None, *, rows=None, choices=None, ties=None, weights=None):
        self.own_ = 0 if y is None else len(y)
        return self
    def predict(self, X):
        return self.prior.predict(X)

class Mine(GaussianProcess):
    name = "mine"

class Broken(BaseEstimator):
    def fit(self, X, y):
        raise ZeroDivisionError("oh no")
    def predict(self, X):
        return X[:, 0]

class Answer(BaseEstimator):
    def fit(self, X, y):
        return self

class Short(Answer):
    def predict(self, X):
        return np.zeros(3)

class Flat(Answer):
    def predict(self, X):
        return np.zeros((len(X), 1))

class Nan(Answer):
    def predict(self, X):
        return np.full(len(X), np.nan)

class Crash(Answer):
    def predict(self, X):
        raise KeyError("w")

class Unsure(Answer):
    def predict(self, X):
        return X[:, 0]
    def pair_probability(self, X, pairs):
        return np.full(2, 0.5)

class Deaf(Answer):
    def __init__(self, prior=None):
        self.prior = prior
    @classmethod
    def learn_prior(cls, X, others, *, generic, layout=None, seed=0):
        raise IndexError("out")
    def predict(self, X):
        return X[:, 0]

class Needy(BaseEstimator):
    def __init__(self, size):
        self.size = size
    def fit(self, X, y): ...
    def predict(self, X): ...

class Nothing:
    pass

number = 3
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The working folder, with models.py in it."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "own_models.py").write_text(OWN)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    return folder


def data_of(tmp_path, kind="ratings", **more):
    (tmp_path / "data").mkdir()
    return write_set(tmp_path / "data", kind, **more)


def test_scikit_learns_own_regressors_are_methods(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    summary = run(data_of(tmp_path), ["sklearn.linear_model:Ridge", "ridge"], shots=[0, 20], repeats=1)
    assert mean_of(summary, "sklearn.linear_model:Ridge", 20, "pair_accuracy") > 0.7
    assert mean_of(summary, "sklearn.linear_model:Ridge", 0, "pair_accuracy") == 0.5


def test_own_models_come_from_a_module_or_a_file_in_worker_processes_too(own, tmp_path, monkeypatch):
    fake_encoder(monkeypatch, threads="2")
    names = ["own_models:Mean", "own_models.py:Mean"]
    summary = run(data_of(tmp_path), names, shots=[20], repeats=1, out=tmp_path / "out")
    accuracies = [mean_of(summary, name, 20, "pair_accuracy") for name in names]
    assert accuracies[0] == accuracies[1] > 0.7
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["own_methods"][names[0]] == hashlib.sha256(OWN.encode()).hexdigest()


def test_an_own_model_learns_from_others_and_speaks_before_any_answer(own, tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    summary = run(data_of(tmp_path, shared=True), ["generic", "own_models:Crowd"], shots=[0, 5], repeats=1)
    for shots in (0, 5):
        assert mean_of(summary, "own_models:Crowd", shots, "spearman", versus="generic") == 0
    assert mean_of(summary, "own_models:Crowd", 0, "pair_accuracy") > 0.8


def test_an_own_model_of_choices_is_given_choices(own, tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    data = data_of(tmp_path, "choices")
    summary = run(data, ["gp", "own_models:Mine"], shots=[10], repeats=1)
    assert mean_of(summary, "own_models:Mine", 10, "pair_accuracy", versus="gp") == 0
    with pytest.raises(UserError, match=r"'own_models:Mean' cannot learn from choices.* from ratings alone"):
        run(data, ["own_models:Mean"], shots=[10], repeats=1)


WRONG = {
    "no_such_module:Ridge": "the module 'no_such_module' cannot be imported: ModuleNotFoundError",
    "own_models:Ridge": "own_models has no class 'Ridge'; estimators there: .*Mean, Crowd",
    "own_models:number": "has no class 'number'",
    "own_models:Nothing": "has no fit, predict, get_params; wanted a scikit-learn estimator",
    "own_models:Needy": "cannot be made without arguments .*size.* give every parameter a default",
    "nowhere/models.py:Mean": "there is no file nowhere/models.py",
    "bad.py:Mean": "bad.py cannot be imported: SyntaxError",
    ":Mean": "the module '' cannot be imported",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_estimator_is_told(own, tmp_path, name):
    (own / "bad.py").write_text("def (")
    with pytest.raises(UserError, match=WRONG[name]):
        run(tmp_path, [name])


def test_an_own_model_that_fails_ends_the_run_with_a_sentence(own, tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    with pytest.raises(UserError, match="'own_models:Broken' failed at 5 answers: ZeroDivisionError: oh no"):
        run(data_of(tmp_path), ["own_models:Broken"], shots=[5], repeats=1)


WRONG_ANSWERS = {
    "Short": r"predict must return one number for each of \d+ pictures, an array of shape \(\d+,\); got shape \(3,\)",
    "Flat": r"predict must .* got shape \(\d+, 1\)",
    "Nan": "predict returned values that are not finite numbers",
    "Crash": "failed in predict: KeyError: 'w'",
    "Unsure": r"pair_probability must return one number for each of \d+ pairs, .* got shape \(2,\)",
    "Deaf": "failed at 5 answers: IndexError: out",
}


@pytest.mark.parametrize("name", WRONG_ANSWERS)
def test_an_own_model_that_answers_wrongly_is_named(own, tmp_path, monkeypatch, name):
    fake_encoder(monkeypatch)
    with pytest.raises(UserError, match=f"method 'own_models:{name}':? {WRONG_ANSWERS[name]}"):
        run(data_of(tmp_path), [f"own_models:{name}"], shots=[5], repeats=1)


def test_models_that_know_measured_attributes_get_them_and_others_do_not():
    X = np.zeros((3, 16), np.float32)
    names = ("gp", "svm", "pam", "ridge", "sklearn.svm:SVR")
    widths = {name: method(name).columns(RatedTable.of(X)).layout.width for name in names}
    assert widths == {"gp": 16, "svm": 16, "pam": 16, "ridge": 6, "sklearn.svm:SVR": 6}


def test_published_models_start_from_the_generic_score(tmp_path, monkeypatch):
    fake_encoder(monkeypatch)
    published = ["svm", "fpmf", "pam", "residual-svr"]
    summary = run(data_of(tmp_path, shared=True), ["generic", *published], shots=[0, 20], repeats=1)
    for name in ("pam", "residual-svr"):
        assert mean_of(summary, name, 0, "spearman", versus="generic") == 0
        assert mean_of(summary, name, 20, "pair_accuracy") > 0.75
    assert mean_of(summary, "svm", 0, "pair_accuracy") == 0.5
    assert mean_of(summary, "fpmf", 20, "pair_accuracy") > 0.5


# ------------------------------------------------------------------ vectors:FILE


NAMES = [f"i{i}" for i in range(60)]


def write_table(path, names=NAMES, vectors=None, change=lambda lines: None):
    rows = planted_rows() if vectors is None else vectors
    lines = [
        ["item", *(f"v{i}" for i in range(rows.shape[1]))],
        *([n, *r] for n, r in zip(names, rows.tolist(), strict=True)),
    ]
    change(lines)
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(lines)
    return path


def write_tensors(path, names=NAMES, vectors=None):
    save_file({"vectors": planted_rows() if vectors is None else vectors}, path, metadata={"items": json.dumps(names)})
    return path


@pytest.mark.parametrize(("write", "name"), [(write_table, "mine.csv"), (write_tensors, "mine.safetensors")])
def test_own_vectors_are_matched_by_item(tmp_path, write, name):
    order = np.random.default_rng(0).permutation(60)
    path = write(tmp_path / name, [NAMES[i] for i in order], planted_rows()[order])
    vectors, revision = read_vectors(path, NAMES[5:])  # what the set lacks is passed over
    assert vectors == pytest.approx(planted_rows()[5:])
    assert (vectors.dtype, revision) == (np.float32, hashlib.sha256(path.read_bytes()).hexdigest())


def test_the_bench_runs_on_own_vectors(tmp_path):
    path = write_table(tmp_path / "mine.csv")
    data = data_of(tmp_path)
    out = tmp_path / "out"
    summary = run(data, ["ridge"], encoder=f"vectors:{path}", shots=[20], repeats=1, out=out)
    assert mean_of(summary, "ridge", 20, "pair_accuracy") > 0.7
    assert rows_of(out)[0]["encoder_revision"].startswith(hashlib.sha256(path.read_bytes()).hexdigest())


def test_all_faults_of_a_table_come_together(tmp_path):
    def spoil(lines):
        lines[1][1] = "nan"
        lines[2][1] = "green"
        lines[3].append("1")
        lines[5][0] = "i9"
        del lines[30:]

    with pytest.raises(BadInput) as caught:
        read_vectors(write_table(tmp_path / "mine.csv", change=spoil), NAMES)
    told = str(caught.value)
    assert "has 5 faults" in told
    for words in (
        "no vector for 35 of 60 items: i0, i1, i2, i29, i30, i31, i32, i33, i34, i35, ...",
        "mine.csv line 2: item 'i0': v0 must be a finite number, got 'nan'",
        "mine.csv line 3: item 'i1': v0 must be a number, got 'green'",
        "mine.csv line 4: has 8 cells, the header has 7",
        "item 'i9' comes 2 times",
    ):
        assert words in told


FILES = {
    "there is no file": lambda path: None,
    "is not a safetensors file": lambda path: path.write_bytes(b"no"),
    "has no `items` in its metadata": lambda path: save_file({"vectors": planted_rows()}, path),
    r"must hold a tensor `vectors` \(n, d\), got none": lambda path: save_file({"x": planted_rows()}, path),
    r"got \(60,\)": lambda path: save_file({"vectors": np.ones(60)}, path),
    "has 60 rows of vectors, but names 59 items": lambda path: write_tensors(path, NAMES[:-1]),
    "no vector for 1 of 60 items: i0": lambda path: write_tensors(path, [*NAMES[1:], "other"]),
    "'i3' has a value that is no finite": lambda path: write_tensors(
        path, vectors=np.where(np.arange(60)[:, None] == 3, np.inf, 0.0)
    ),
    "holds no numbers": lambda path: write_tensors(path, vectors=np.empty((60, 0))),
}


@pytest.mark.parametrize("sentence", FILES)
def test_a_file_of_vectors_that_cannot_be_used_is_told(tmp_path, sentence):
    path = tmp_path / "mine.safetensors"
    FILES[sentence](path)
    with pytest.raises(BadInput, match=sentence):
        read_vectors(path, NAMES)


@pytest.mark.parametrize("name", ["mine.npy", "mine.npz"])
def test_an_array_without_names_says_what_to_give(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x93NUMPY")
    with pytest.raises(BadInput, match=r"without the names of their items\. Give a \.safetensors .* or a CSV"):
        read_vectors(tmp_path / name, NAMES)


def test_a_table_without_item_is_told(tmp_path):
    path = tmp_path / "mine.csv"
    for text, words in (("", "is empty"), ("name,a\nx,1\n", "has no column item"), ("item\ni0\n", "holds no numbers")):
        path.write_text(text)
        with pytest.raises(BadInput, match=words):
            read_vectors(path, ["i0"])


def test_own_vectors_are_no_encoder_of_pictures(painted):
    with pytest.raises(UserError, match=r"only `beholder bench` can use it. Import with one of: builtin"):
        Library().import_source(painted, "art", encoder="vectors:mine.csv")
    assert not Library().collections()


def test_measured_attributes_stand_behind_the_vectors(tmp_path):
    from beholder.research.datasets import load_plain

    data = load_plain(data_of(tmp_path))
    table, _ = runner.embed_set(data, f"vectors:{write_table(tmp_path / 'mine.csv')}", lambda *a: None)
    X = table.X
    assert X.shape == (60, 16)
    assert (X[:, :6] == planted_rows()).all()
    assert (X[:, 6:].min(), X[:, 6:].max()) >= (0, 0)
