"""Which taste model a session learns with, and what it starts from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from beholder.collection import Collection
from beholder.maker import default_model, prepare
from beholder.session.elsewhere import Elsewhere
from beholder.taste import (
    GaussianProcess,
    PopulationProcess,
    TangentProcess,
    TasteMixture,
    TasteModel,
    model_class,
)
from beholder.types import Answers


class ModelMaker:
    """Makes the taste models of one collection, ready to fit.

    Parameters
    ----------
    name
        a name of `beholder.taste.MODELS`, None for the default

    Raises
    ------
    UnknownName
    UserError
        for a model that cannot be had here
    """

    def __init__(self, collection: Collection, name: str | None) -> None:
        self._collection = collection
        self.name = name or collection.library.settings.model
        if name is None and self.name == TasteMixture.name:
            self.name = default_model(collection.knowledge)
        self._kind = model_class(self.name)
        self.is_process = issubclass(self._kind, GaussianProcess)
        self.learns_hyperparameters = self.name != TasteMixture.name  # a mixture knows its regimes beforehand
        self.counts_elsewhere = self.name == TasteMixture.name
        prepare(self.name, collection.table, collection.knowledge)  # what cannot be had is told before anybody answers

    def make(
        self,
        hyperparameters: dict[str, Any] | None = None,
        elsewhere: Elsewhere | None = None,
        before: TasteModel | None = None,
    ) -> Any:
        """A model to fit on answers.

        Parameters
        ----------
        hyperparameters
            None: it learns them, where it has any
        elsewhere
            what was said of other collections
        before
            a fit on answers that these continue
        """
        known = replace(
            self._collection.knowledge,
            hyperparameters=hyperparameters,
            elsewhere=elsewhere.answers if elsewhere else (),
            start=getattr(before, "start_", None),
        )
        return prepare(self.name, self._collection.table, known)

    def make_prior(self, elsewhere: Elsewhere) -> Any:
        """What is believed, and asked by, before the first answer: what `gp` believes where a model has no belief."""
        table = self._collection.table
        model = self.make(elsewhere=elsewhere) if self.is_process else prepare(GaussianProcess.name, table)
        return model.fit_prior(self._collection.X)

    def learned(self, answers: Answers) -> Answers:
        """As far as this model learns from them: to one that knows no grids, a grid without a pick says nothing."""
        return answers if "grids" in self._kind.learns_from else answers.compared()

    def starts_from_others(self, elsewhere: Elsewhere) -> bool:
        """Whether the ranking begins with what people like in general."""
        if self.name == TasteMixture.name:
            return self._collection.fitting_population is not None or elsewhere.counted > 0
        return self.name in (PopulationProcess.name, TangentProcess.name)
