"""What a model can do beside learning and predicting, as protocols, and what may be known before a person's answers.

A model that has a capability has its methods; nothing need be derived from these classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from numpy.typing import ArrayLike, NDArray

from beholder.errors import UserError
from beholder.taste.picture_names import PictureNames
from beholder.types import Answers, Floats


@runtime_checkable
class HasPrior(Protocol):
    """Learns from other people before a person comes: see `beholder.taste.prior`."""

    def learn_prior(self, X: NDArray[Any], others: Sequence[Answers], **known: Any) -> Any:
        """What is given to the model as `prior`."""


@runtime_checkable
class KnowsDoubt(Protocol):
    """Says how sure it is of a choice."""

    def pair_probability(self, X: ArrayLike, pairs: ArrayLike) -> Floats:
        """(m,) the chance that the first of each pair (m, 2) of rows of X is preferred."""


@runtime_checkable
class Conditionable(Protocol):
    """Has a posterior that pictures, or pairs, can be thought to have narrowed: see `beholder.taste.posterior`."""

    def fit_prior(self, X: ArrayLike) -> Any:
        """Fitted on no answer: what is known beforehand speaks."""

    def score_root(self, X: ArrayLike, rows: ArrayLike) -> Floats:
        """(r, p) whose inner products are the posterior covariances of the scores of some rows."""

    def difference_root(self, X: ArrayLike, pairs: ArrayLike) -> tuple[Floats, Floats]:
        """(m,) means of differences and (m, p) whose inner products are their covariances."""


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What is known of some pictures, and of a person, before any answer about these pictures.

    Parameters
    ----------
    population
        `Population`: what people like in general, for pictures seen by the same encoder
    fits
        whether these pictures are like those that it was learned from
    networks
        `ExpertNetworks`: what the networks say that made X
    prior
        what a model's own `learn_prior` gave, in place of all these
    scale
        lowest and highest rating of the person; None: the raters'
    names
        what is said of each picture, as in `TasteMixture`
    elsewhere
        what the person said of other pictures, as in `TasteMixture`
    start
        where the last fit ended, as in `TasteMixture`
    hyperparameters
        that were learned of this person before
    features
        coordinates of the pictures, where they are others than the table's own
    seed
        of what is random in a model
    pictures, encoder
        names, for sentences
    """

    population: Any = None
    fits: bool = True
    networks: Any = None
    prior: Any = None
    scale: tuple[float, float] | None = None
    names: PictureNames | None = None
    elsewhere: Sequence[tuple[NDArray[Any], Answers]] = ()
    start: Any = None
    hyperparameters: Mapping[str, float] | None = None
    features: Any = None
    seed: int = 0
    pictures: str = "these pictures"
    encoder: str = "this encoder"

    def known_population(self) -> Any:
        """The `Population`. raises : UserError where nobody taught it"""
        if self.population is None:
            raise UserError(
                f"nothing is known of what people like for pictures seen by '{self.encoder}': use the gp model, "
                f"or learn it with `beholder train population DATA --encoder {self.encoder}`"
            )
        return self.population

    def known_networks(self, model: str) -> Any:
        """The `ExpertNetworks`. raises : UserError where no networks made X"""
        if self.networks is None:
            raise UserError(
                f"the {model} model is made of networks that see the pictures, and '{self.pictures}' was seen by "
                f"'{self.encoder}': import it with --encoder task-vectors:FOLDER, FOLDER being what "
                "`beholder train task-vectors` wrote"
            )
        return self.networks
