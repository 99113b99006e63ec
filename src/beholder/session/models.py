"""The making of a session's taste models, all of it: which model, and what it starts from."""

from __future__ import annotations

from typing import Any

from beholder.collection import Collection
from beholder.errors import NotEnoughAnswers, UserError
from beholder.session.elsewhere import Elsewhere
from beholder.taste import (
    MODELS,
    ExpertNetworks,
    GaussianProcess,
    NetworkMixture,
    Population,
    PopulationProcess,
    TangentProcess,
    TasteMixture,
    TasteModel,
    make_model,
)
from beholder.types import SCALE, Answers


class ModelMaker:
    """Makes the taste models of one collection, ready to fit.

    name : a name of `beholder.taste.MODELS`, None for the default
    raises : UnknownName; UserError for a model that cannot be had here
    """

    def __init__(self, collection: Collection, name: str | None) -> None:
        self._collection = collection
        self.name = self._name(name)
        kind = MODELS.get(self.name, TasteModel)
        self.is_process = issubclass(kind, GaussianProcess)
        self.learns_hyperparameters = self.name != TasteMixture.name  # a mixture knows its regimes beforehand
        self.counts_elsewhere = self.name == TasteMixture.name
        if not self.is_process:
            self._another()  # what cannot be had is told before anybody answers

    def make(
        self,
        hyperparameters: dict[str, Any] | None = None,
        elsewhere: Elsewhere | None = None,
        before: TasteModel | None = None,
    ) -> TasteModel:
        """A model to fit on answers.

        hyperparameters : None: it learns them, where it has any
        elsewhere : what was said of other collections; before : a fit on answers that these continue
        """
        if not self.is_process:
            return self._another()
        return self._process(hyperparameters, elsewhere, getattr(before, "start_", None))

    def make_prior(self, elsewhere: Elsewhere) -> GaussianProcess:
        """What is believed, and asked by, before the first answer."""
        return self._process(None, elsewhere, None).fit_prior(self._collection.X)

    def learned(self, answers: Answers) -> Answers:
        """As far as this model learns from them: to one that knows no grids, a grid without a pick says nothing."""
        return answers if "grids" in MODELS[self.name].learns_from else answers.compared()

    def starts_from_others(self, elsewhere: Elsewhere) -> bool:
        """Whether the ranking begins with what people like in general."""
        if self.name == TasteMixture.name:
            return self._collection.fitting_population is not None or elsewhere.counted > 0
        return self.name in (PopulationProcess.name, TangentProcess.name)

    def _name(self, asked: str | None) -> str:
        name = asked or self._collection.library.settings.model
        if asked is None and name == TasteMixture.name and self._collection.databases is not None:
            name = TangentProcess.name
        if name == TangentProcess.name:
            self._networks(name)
        if name == PopulationProcess.name:
            self._population()
        return name

    def _population(self) -> Population:
        if self._collection.population is None:
            encoder = self._collection.row.encoder
            raise UserError(
                f"nothing is known of what people like for pictures seen by '{encoder}': use the "
                f"{GaussianProcess.name} model, or learn it with `beholder train population DATA --encoder {encoder}`"
            )
        return self._collection.population

    def _networks(self, name: str) -> ExpertNetworks:
        collection = self._collection
        if collection.databases is None:
            raise UserError(
                f"the {name} model is made of networks that see the pictures, and '{collection.name}' was seen by "
                f"'{collection.row.encoder}': import it with --encoder task-vectors:FOLDER, FOLDER being what "
                "`beholder train task-vectors` wrote"
            )
        return collection.databases

    def _another(self) -> TasteModel:
        """Any model but ours; one that starts from what people like is told it by the population.

        raises : UnknownName; UserError where that is not known, or a model would have to know everybody's answers
        """
        kind = MODELS.get(self.name)
        if kind is None or not hasattr(kind, "learn_prior"):
            return make_model(self.name)
        if issubclass(kind, NetworkMixture):
            return kind(prior=self._networks(self.name))
        try:
            X, layout = self._collection.X, self._collection.layout
            generic = self._population().on_scale(SCALE)
            return make_model(self.name, prior=kind.learn_prior(X, (), generic=generic, layout=layout))
        except NotEnoughAnswers as error:
            raise UserError(f"the {self.name} model is for `beholder bench` alone: {error}") from error

    def _process(
        self, hyperparameters: dict[str, Any] | None, elsewhere: Elsewhere | None, start: Any
    ) -> GaussianProcess:
        collection = self._collection
        if self.name == TangentProcess.name:
            model = TangentProcess(hyperparameters=hyperparameters, prior=collection.databases)
            model.features = collection.tangent_features
            return model
        if self.name == TasteMixture.name:
            return TasteMixture(
                features=collection.features, prior=collection.fitting_population, scale=SCALE, names=collection.names,
                elsewhere=elsewhere.answers if elsewhere else (), start=start,
            )  # fmt: skip
        known: dict[str, Any] = {"features": collection.features, "hyperparameters": hyperparameters}
        if self.name == PopulationProcess.name:
            return PopulationProcess(prior=collection.population, scale=SCALE, **known)
        return GaussianProcess(**known)
