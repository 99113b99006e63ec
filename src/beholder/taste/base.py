"""What all taste models share: scikit-learn's interface, our checks of the answers, and saving without pickle."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from beholder.durable import write_whole
from beholder.errors import BadInput, ShapeError, UserError
from beholder.json_reading import BadJson, read_json
from beholder.table import place_of, table_of
from beholder.taste.capabilities import Knowledge
from beholder.taste.checks import check_answers
from beholder.taste.prior import require_prior
from beholder.text import shown
from beholder.types import Answers, Floats, Ints

Arrays = dict[str, NDArray[Any]]
_FORMAT = 1  # of config.json; a newer one is refused


class TasteModel(RegressorMixin, BaseEstimator, ABC):
    """An estimator from rows of X to scores; see `docs/data.md` for every array's meaning.

    A subclass names itself (`name`), learns in `_learn` and `predict`s; `_state` and `_restore` are what saving keeps.
    What it may learn from other people before a person comes is its prior: see `beholder.taste.prior`.
    """

    name: ClassVar[str]
    learns_from: ClassVar[tuple[str, ...]] = ("ratings", "choices")  # of the person; ties go with choices
    of_networks: ClassVar[bool] = False  # whether it sees what networks of several databases say, and nothing else
    needs_prior: ClassVar[bool] = False  # whether it can do nothing without what other people taught
    n_features_in_: int
    answers_: Answers  # what it was fitted on

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[no-untyped-call]
        tags.target_tags.required = False  # choices alone are enough
        return tags

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        rows: ArrayLike | None = None,
        choices: ArrayLike | None = None,
        ties: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        grids: ArrayLike | None = None,
    ) -> Self:
        """Learn from ratings, choices, ties and grids among the rows of X; arrays as in `docs/data.md`.

        All rows of X, judged or not, are what the model may know of pictures; only judged rows teach.

        Raises
        ------
        ShapeError, UserError
            For answers that are wrong or that the model does not learn from, and where it needs a prior and has none.
        NotEnoughAnswers
            Where there is nothing to learn from.
        """
        if self.needs_prior:
            require_prior(self)
        given = {"rows": rows, "choices": choices, "ties": ties, "weights": weights, "grids": grids}
        self._learn(*self._check_fit(X, y, **given))
        return self

    @abstractmethod
    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        """Set the fitted attributes from checked answers; X : (n, d)"""

    @abstractmethod
    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Score of each row of X, (n,); with return_std also (n,) standard deviations, 0 where the model knows none."""

    def doubts(self, X: ArrayLike, rows: Ints | None = None) -> Floats:
        """(r,) the standard deviations of `predict` of some rows of X, or of all."""
        some: Any = X
        if rows is not None:  # of their table, where they are of one: a model may look at the pictures themselves
            table = table_of(X)
            some = np.asarray(X)[rows] if table is None else table.rows(rows)
        return np.asarray(self.predict(some, return_std=True)[1], np.float64)

    def mean_variance(self, X: ArrayLike, rows: Ints | None = None) -> float:
        """The mean of their squares."""
        return float(np.mean(self.doubts(X, rows) ** 2))

    @abstractmethod
    def _state(self) -> tuple[dict[str, Any], Arrays]:
        """What `predict` needs: plain values for JSON, and arrays."""

    @abstractmethod
    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        """Set the fitted attributes from what `_state` gave."""

    def _check_fit(
        self, X: ArrayLike, y: ArrayLike | None, **answers: ArrayLike | None
    ) -> tuple[NDArray[Any], Answers]:
        matrix = self._check_rows(X, reset=True)
        self.answers_ = check_answers(len(matrix), y, may_be_none=self._may_know_already, **answers)
        given = {"ratings": self.answers_.rows.size, "choices or ties": len(self.answers_) - self.answers_.rows.size}
        for kind, count in given.items():
            if count and kind.split()[0] not in self.learns_from:
                raise UserError(
                    f"the {self.name} model learns from {self.learns_from[0]} alone, but {kind} were given; "
                    "use the gp model"
                )
        if len(self.answers_.grids) and "grids" not in self.learns_from:
            raise UserError(f"the {self.name} model knows no grids; give them as choices (`Answers.compared`)")
        return matrix, self.answers_

    @classmethod
    def prior_from(cls, knowledge: Knowledge) -> Any:
        """The prior of a model that need not learn it again; NotImplemented where `learn_prior` must."""
        return NotImplemented

    @property
    def _may_know_already(self) -> bool:
        """Whether there is something to say before any answer."""
        params: dict[str, Any] = self.get_params(deep=False)  # type: ignore[no-untyped-call]
        return params.get("prior") is not None

    def _check_rows(self, X: ArrayLike, reset: bool = False) -> NDArray[Any]:
        if not reset:
            check_is_fitted(self)
        if place_of(X)[0] is not None and len(X) and (reset or X.shape[1] == self.n_features_in_):  # type: ignore
            self.n_features_in_ = X.shape[1]  # type: ignore
            return X  # type: ignore
        try:
            matrix: NDArray[Any] = validate_data(self, X, reset=reset, dtype=(np.float64, np.float32))
        except TypeError:
            raise
        except ValueError as error:
            shape = "expecting" in str(error) or "Expected 2D" in str(error)
            raise (ShapeError if shape else UserError)(str(error)) from error
        return matrix

    def save(self, folder: Path | str) -> None:
        """Write `config.json` and `model.safetensors` into `folder`, which is made where missing."""
        check_is_fitted(self)
        state, arrays = self._state()
        arrays |= {f"answers.{name}": getattr(self.answers_, name) for name in Answers.__slots__}
        write_saved(folder, {"model": self.name, "n_features_in": int(self.n_features_in_), **state}, arrays)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """The model that `save` wrote; raises BadInput where the files are missing, damaged or another model's."""
        config, arrays = read_saved(folder)
        if config.get("model") != cls.name:
            raise BadInput(f"{folder} holds a '{shown(str(config.get('model')))}' model, not '{cls.name}'")
        model = cls()
        try:
            model.n_features_in_ = int(config["n_features_in"])
            model.answers_ = Answers(**{name: arrays[f"answers.{name}"] for name in Answers.__slots__})
            model._restore(config, arrays)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            why = shown(repr(error))
            raise BadInput(f"{folder} holds a model that cannot be read ({why}); fit and save it again") from error
        return model


def write_saved(folder: Path | str, config: dict[str, Any], arrays: Arrays) -> None:
    """What `read_saved` reads; the folder is made where missing."""
    from safetensors.numpy import save

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "model.safetensors", save({k: np.ascontiguousarray(v) for k, v in arrays.items()}))
    write_whole(folder / "config.json", json.dumps({"format": _FORMAT, **config}, indent=1).encode())


def read_saved(folder: Path | str) -> tuple[dict[str, Any], Arrays]:
    """config.json and the arrays of a saved model; raises BadInput."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    folder = Path(folder)
    try:
        config = read_json(folder / "config.json")
        arrays = load((folder / "model.safetensors").read_bytes())
    except FileNotFoundError as error:
        raise BadInput(f"{folder} holds no saved model: {Path(error.filename).name} is missing") from error
    except (BadJson, SafetensorError) as error:
        raise BadInput(f"{folder} holds a damaged model ({shown(str(error))}); fit and save it again") from error
    if not isinstance(config, dict) or config.get("format") != _FORMAT:
        raise BadInput(f"{folder} holds a model of another format; this version reads format {_FORMAT}")
    return config, arrays
