"""The factory of taste models: by name, for a table, with prior knowledge; and a scorer of any picture.

`Session`, the bench, the command line and `beholder.Taste` all make their models here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import NotEnoughAnswers, ShapeError, UserError
from beholder.features import Runtime
from beholder.table import PictureTable
from beholder.taste import DEFAULT, TasteModel, model_class
from beholder.taste.capabilities import HasPrior, Knowledge
from beholder.types import Floats, Matrix

_NOTHING = Knowledge()


def prepare(model: str | type[Any], table: PictureTable, knowledge: Knowledge = _NOTHING) -> Any:
    """A model that is ready to fit on a table's `X`.

    Parameters
    ----------
    model
        a name of `beholder.taste.MODELS`, or a class, a researcher's own too
    knowledge
        of these pictures and this person

    Raises
    ------
    UnknownName
        Where there is no model of this name.
    UserError
        Where it starts from what is not known, or would have to know everybody's answers.
    """
    kind = model_class(model) if isinstance(model, str) else model
    known = {
        "layout": table.layout,
        "scale": knowledge.scale,
        "names": knowledge.names,
        "elsewhere": knowledge.elsewhere,
        "start": knowledge.start,
        "hyperparameters": knowledge.hyperparameters,
        "features": knowledge.features,
        "random_state": knowledge.seed,
    }
    params = set(kind().get_params(deep=False))
    if "prior" in params:
        known["prior"] = _prior_of(kind, table, knowledge)
    return kind(**{name: value for name, value in known.items() if name in params})


def _prior_of(kind: type[Any], table: PictureTable, knowledge: Knowledge) -> Any:
    if knowledge.prior is not None or not issubclass(kind, HasPrior):
        return knowledge.prior
    if issubclass(kind, TasteModel) and (found := kind.prior_from(knowledge)) is not NotImplemented:
        return found
    try:
        population = knowledge.known_population()
        generic = population.on_scale(knowledge.scale or population.scale or (0.0, 1.0))
        learn: Any = kind.learn_prior
        return learn(table.X, (), generic=generic, layout=table.layout)
    except NotEnoughAnswers as error:
        name = getattr(kind, "name", kind.__name__)
        raise UserError(f"the {name} model is for `beholder bench` alone: {error}") from error


def default_model(knowledge: Knowledge) -> str:
    """The name of the model that the app learns with: that of the networks where they made X."""
    return DEFAULT if knowledge.networks is None else "tvc-tangent"


@dataclass(frozen=True, eq=False)
class Scorer:
    """A fitted taste on pictures that are in no collection, also those that are being made.

    Parameters
    ----------
    model
        fitted on rows of these encoders and attributes
    encoders, attributes
        what the model's rows are made of, as in the table it was fitted on
    """

    model: Any
    encoders: Sequence[Runtime]
    attributes: Runtime

    def features(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, d) float32 rows as the model knows them, from which `slope` leads on."""
        vectors = [encoder.encode(pictures) for encoder in self.encoders]
        learned = list(getattr(self.encoders[0], "attribute_columns", ()))
        last = vectors[0][:, learned] if learned else self.attributes.encode(pictures)
        return np.hstack([*vectors, last]).astype(np.float32)

    def __call__(self, pictures: Sequence[Image.Image]) -> tuple[Floats, Floats, Matrix]:
        """(b,) scores and (b,) standard deviations in the model's unit, and (b, d) the features they were made from."""
        X = self.features(pictures)
        score, doubt = self.model.predict(X, return_std=True)
        return score, doubt, X

    def slope(self, X: NDArray[Any], step: float = 1e-3) -> Floats:
        """(b, d) by how much the score rises with each feature, by central differences of `step` spreads of X's rows.

        An encoder's own Jacobian, times this, is the gradient of the score in pixels.

        Raises
        ------
        ShapeError
            where X is not (b, d)
        """
        rows = np.asarray(X, np.float64)
        if rows.ndim != 2:
            raise ShapeError(f"X must be (b, d), got shape {rows.shape}")
        found = np.empty(rows.shape)
        for at, row in enumerate(rows):
            moves = np.diag(step * np.maximum(np.abs(row), 1.0))
            up, down = (self.model.predict(row + sign * moves) for sign in (1, -1))
            found[at] = (up - down) / (2 * np.diag(moves))
        return found
