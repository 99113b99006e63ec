"""A population of raters as the prior of a new person's taste.

What a person likes is `shared * s(x) + f(x)`: what people like in general (the generic score s), and a Gaussian
process of their own. Both the score and the hyperparameters (how much is shared and how much private, what the private
part is made of, the noise of an answer) are learned from training raters, the latter by marginal likelihood; they are
then where a new person starts, before any answer. Ratings and choices enter the same latent function.

Hyperparameters are learned on people whom the generic score of that moment has not seen, in FOLDS turns: a score that
knows somebody's answers would find them more like everybody than they are. The score's own error is the same for all,
but here each is asked alone, so from many answers of each it would be taken for taste of their own: the more raters,
the less it errs, and the more answers of each are used, a third of the raters' number, unless there are few people.

Schwaighofer, Tresp & Yu, Learning Gaussian process kernels via hierarchical Bayes, NIPS 2004; Houlsby et al.,
Collaborative Gaussian processes for preference learning, NIPS 2012.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beholder.errors import BadInput, NotEnoughAnswers
from beholder.table import Layout, derived
from beholder.taste.base import Arrays, read_saved, write_saved
from beholder.taste.capabilities import Knowledge
from beholder.taste.evidence import PRIORS, Evidence, learn
from beholder.taste.feature_map import COMPONENTS, LANDMARKS, FeatureMap
from beholder.taste.gaussian_process import GaussianProcess, choice_scale_of_rater
from beholder.taste.generic import GenericScore, fit_generic
from beholder.taste.likelihood import CHOICE, RATING, TIE
from beholder.taste.prior import Shared, require_prior
from beholder.taste.regimes import ODDS
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats, Ints

_FOLDS = 3  # of raters, each judged by a generic score of the others
_MOST_RATERS = 300  # from whom hyperparameters are learned, drawn at random
_LEAST_ANSWERS = 4_800  # of all of them together, as many of each, drawn at random; of many raters more, see below
_KEPT_PICTURES = 200_000  # of a larger collection the generic score is not made for the sake of a few rows
_EDGE_QUANTILE, _ODD = 0.05, 0.1  # of the pictures that were judged
_CLEAR = {  # hyperparameters of a person with a clear taste that is not everybody's
    "choice_scale": 1.0,
    "rating_scale": 0.9,
    "rating_noise": 0.5,
    "tie_width": 0.3,
    "measured_share": 0.5,
    "linear_share": 0.5,
    "shared": 0.3,
}
_CLEAR_EVIDENCE_GAP = (
    5.0  # log evidence by which that must explain a person's answers better: of 90 real raters one is beyond it
)
_SELF = 0.999  # likeness from which on a picture is its own nearest


@dataclass(frozen=True, eq=False)
class Population(Shared):
    """What training raters taught.

    Attributes
    ----------
    generic
        what people like in general
    hyperparameters
        of a typical rater; names as in `beholder.taste.evidence`
    spread
        typical standard deviation of one rater's ratings, on the raters' scale; 0 where only choices
    scale
        lowest and highest rating of that scale; None where only choices
    reach
        how alike a picture is to the nearest of those that were judged: the lowest twentieth of them
    edge
        how odd a judged picture is in its measured attributes: the highest tenth of them
    odds
        how many people are of each noisy regime, by its name (`beholder.taste.regimes`)
    """

    generic: GenericScore
    hyperparameters: Mapping[str, float]
    spread: float
    scale: tuple[float, float] | None
    reach: float
    edge: float
    odds: Mapping[str, float] = field(default_factory=lambda: dict(ODDS))

    def standard(self, X: NDArray[Any], rows: Ints | None = None, *, keep: bool = False) -> Floats:
        """(n,) the generic score of X, or of some of its rows. keep : a table is asked again, so its scores are kept"""
        if not keep or (rows is not None and len(X) > _KEPT_PICTURES):
            return self.generic.standard(X if rows is None else X[rows])
        scores = derived(X, (self.generic, "standard"), lambda: self.generic.standard(X))
        return scores if rows is None else scores[rows]

    def among(self, X: NDArray[Any], layout: Layout, *blocks: str) -> Self:
        """What it says of pictures that other encoders saw too, these having their part in it: `GenericScore.refined`.

        Parameters
        ----------
        X, layout
            (n, d) the pictures, and which columns are which
        blocks
            names of those that it was learned with
        """
        if layout.only(*blocks) == layout:
            return self
        generic = self.generic.among(layout.columns(*blocks))
        others = Layout(tuple(block for block in layout.encoders if block[0] not in blocks))
        if others.blocks:
            generic = generic.refined(X, layout.columns(*(name for name, _ in others.blocks)), others)
        return replace(self, generic=generic)

    def knows(self, X: NDArray[Any]) -> bool:
        """Whether most pictures of X, (n, d), are as like the raters' as theirs are like each other, and no odder."""
        if not len(X):
            return True
        like, odd = (float(np.median(of(X))) for of in (self.generic.likeness, self.generic.oddness))
        return like >= self.reach and odd <= self.edge

    def on_scale(self, scale: tuple[float, float]) -> GenericScore:
        """The generic score in units of another rating scale; as it is where the raters only chose."""
        if self.scale is None:
            return self.generic
        stretch = float(np.ptp(scale) / np.ptp(self.scale))
        level = scale[0] + stretch * (self.generic.level - self.scale[0])
        return replace(self.generic, level=level, unit=stretch * self.generic.unit)

    @property
    def shared_share(self) -> float:
        """Part of the variance of a typical rater's taste that is everybody's, in [0, 1]."""
        shared = self.hyperparameters["shared"] ** 2
        return shared / (1 + shared)

    def save(self, folder: Path | str, **card: Any) -> None:
        """Write `config.json` (with what `card` says besides) and `model.safetensors`; numbers only, no pictures."""
        plain, arrays = self.state()
        write_saved(folder, {"model": PopulationProcess.name + " prior", **plain, **card}, arrays)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """What `save` wrote; raises BadInput where it is missing, damaged or something else."""
        return cls.restore(*read_saved(folder))

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """What `restore` needs: plain values, and arrays."""
        plain, arrays = self.generic.state()
        own = {"hyperparameters": dict(self.hyperparameters), "spread": self.spread, "scale": self.scale}
        own |= {"reach": self.reach, "edge": self.edge, "odds": dict(self.odds)}
        return {"generic": plain, **own}, arrays

    @classmethod
    def restore(cls, plain: dict[str, Any], arrays: Arrays) -> Self:
        """Raises
        ------
        BadInput
            where something is missing
        """
        try:
            hyperparameters = {name: float(plain["hyperparameters"][name]) for name in PRIORS}
            scale = None if plain["scale"] is None else (float(plain["scale"][0]), float(plain["scale"][1]))
            generic = GenericScore.restore(plain["generic"], arrays)
            spread, reach, edge = (float(plain[name]) for name in ("spread", "reach", "edge"))
            odds = {str(name): float(share) for name, share in plain.get("odds", ODDS).items()}
            return cls(generic, hyperparameters, spread, scale, reach, edge, odds)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise BadInput(f"this is no population's prior that can be read ({error!r}); train it again") from error


class PopulationProcess(GaussianProcess):
    """A Gaussian process that starts from what a population of raters taught; see the module's head.

    Parameters
    ----------
    prior
        the `Population`
    scale
        lowest and highest rating of this person, None where it is the raters' own
    """

    name: ClassVar[str] = "population-gp"

    def __init__(
        self,
        components: int = COMPONENTS,
        landmarks: int = LANDMARKS,
        layout: Layout | None = None,
        features: FeatureMap | None = None,
        hyperparameters: Mapping[str, float] | None = None,
        prior: Population | None = None,
        scale: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(components, landmarks, layout, features, hyperparameters)
        self.prior = prior
        self.scale = scale

    @classmethod
    def learn_prior(
        cls,
        X: NDArray[Any],
        others: Sequence[Answers],
        *,
        generic: GenericScore | None,
        layout: Layout | None = None,
        seed: int = 0,
    ) -> Population | None:
        """The population of the people in `others`, whose generic score is `generic`; None where that is None."""
        return None if generic is None else learn_population(X, others, generic, layout=layout, seed=seed)

    @classmethod
    def prior_from(cls, knowledge: Knowledge) -> Population:
        """Raises
        ------
        UserError
            where nobody taught it
        """
        population: Population = knowledge.known_population()
        return population

    def everybodys(self, X: ArrayLike) -> Floats:
        """(n,) the part of `predict` that goes by what most people like."""
        part: Floats = self._generic(self._check_rows(X)) @ self.weights_[self.features_.width :]
        return part

    def shares(self, X: ArrayLike) -> tuple[float, float]:
        """Part of the variance of the scores of X that is everybody's, and part that is the person's own; 1 together.

        Where the two speak for the same pictures, what they share is halved between them.
        """
        return shares_of(self.everybodys(X), self.predict(X))

    def _generic(self, X: NDArray[Any]) -> Floats:
        return self._population().generic.standard(X)[:, None]

    def default_hyperparameters(self) -> Mapping[str, float]:
        """Those of a typical rater."""
        return self._population().hyperparameters

    def _hyperparameters(self, evidence: Evidence) -> dict[str, float]:
        """The population's: what one person's few answers say of them only adds noise (docs/log.md).

        The person's own where their choices are far likelier of somebody with a clear taste of their own.
        """
        known = dict(self._population().hyperparameters)
        some = evidence.thin()
        if (
            evidence.rated
            or some.marginal(_CLEAR).log_evidence < some.marginal(known).log_evidence + _CLEAR_EVIDENCE_GAP
        ):
            return known
        return super()._hyperparameters(evidence) | {"shared": _CLEAR["shared"]}

    def _population(self) -> Population:
        population: Population = require_prior(self)
        return population

    def _centre(self, ratings: Floats) -> tuple[float, float]:
        mean, spread = super()._centre(ratings)
        population = self._population()
        return mean, population.spread * self._stretch(population) or spread

    def _stretch(self, population: Population) -> float:
        """How much wider this person's scale is than the raters'."""
        if self.scale is None or population.scale is None:
            return 1.0
        return float(np.ptp(self.scale) / np.ptp(population.scale))

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        config, arrays = super()._state()
        plain, more = self._population().state()
        return {**config, "prior": plain, "scale": self.scale}, {**arrays, **more}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        super()._restore(config, arrays)
        self.prior = Population.restore(config["prior"], arrays)
        self.scale = None if config["scale"] is None else (float(config["scale"][0]), float(config["scale"][1]))


def shares_of(everybodys: Floats, whole: Floats) -> tuple[float, float]:
    """Everybody's part of the variance of whole scores, and the person's own; 1 together."""
    covariance = np.maximum(np.cov(np.stack([everybodys, whole - everybodys]), ddof=0).sum(1), 0)
    total = float(covariance.sum())
    share = float(covariance[0]) / total if total > 0 else 1.0
    return share, 1 - share


def learn_population(
    X: NDArray[Any],
    others: Sequence[Answers],
    generic: GenericScore | None = None,
    *,
    layout: Layout | None = None,
    features: FeatureMap | None = None,
    scale: tuple[float, float] | None = None,
    seed: int = 0,
) -> Population:
    """What the people in `others` teach of somebody new.

    Parameters
    ----------
    X
        (n, d) all pictures
    others
        each person's answers, rows of X
    generic
        their generic score, made where it is not given
    features
        of X, made where not given
    scale
        of their ratings, None: as far as they reach

    Raises
    ------
    NotEnoughAnswers
        where there is nothing to learn from
    """
    generic = generic or fit_generic(X, others, layout)
    if generic is None:
        raise NotEnoughAnswers("nothing can be learned of what people like: there are no answers")
    rng = np.random.default_rng(seed)
    features = features or FeatureMap.learned(X, layout=layout)
    ratings = [person.ratings for person in others if len(person.ratings) > 1]
    spread = float(np.median([r.std() for r in ratings])) if ratings else 0.0
    if ratings and scale is None:
        scale = (float(min(r.min() for r in ratings)), float(max(r.max() for r in ratings)))
    shuffled = rng.permutation(len(others))
    count = min(len(others), _MOST_RATERS)
    each = max(_LEAST_ANSWERS // count, count // 3)
    people: list[Evidence] = []
    for fold in range(_FOLDS):
        tested = shuffled[fold::_FOLDS]
        seen = fit_generic(X, [others[i] for i in np.setdiff1d(shuffled, tested)], layout)
        if seen is not None:
            start = PopulationProcess(features=features, prior=Population(seen, _MODES, spread, scale, 0.0, np.inf))
            people += [start.evidence(X, _some(others[i], each, rng)) for i in tested[: _MOST_RATERS // _FOLDS]]
    with one_thread():
        learned = learn([evidence for evidence in people if len(evidence.y)])
    kinds = np.concatenate([np.empty(0, np.int64), *(evidence.kinds for evidence in people)])
    judged = X[_judged(others)]
    known, edge = generic.likeness(judged), float(np.quantile(generic.oddness(judged), 1 - _ODD))
    reach = float(np.quantile(known[known < _SELF], _EDGE_QUANTILE)) if (known < _SELF).any() else 0.0
    return Population(generic, complete_kinds(learned, set(kinds.tolist())), spread, scale, reach, edge)


_MODES = {name: mode for name, (mode, _) in PRIORS.items()}


def _judged(others: Sequence[Answers]) -> Ints:
    """The rows of X that anybody judged."""
    return np.unique(np.concatenate([person.judged for person in others]))


def _some(answers: Answers, most: int, rng: np.random.Generator) -> Answers:
    """At most so many of each kind."""
    sizes = len(answers.rows), len(answers.choices), len(answers.ties)
    return answers.take(*(rng.permutation(count)[:most] for count in sizes))


def complete_kinds(h: dict[str, float], seen: set[int]) -> dict[str, float]:
    """What raters who only rated say of choices, and the other way round [Thurstone1927, case V].

    A choice compares two impressions, so its noise is sqrt(2) times that of a rating.
    """
    if RATING in seen and not seen & {CHOICE, TIE}:
        return h | {"choice_scale": choice_scale_of_rater(h)}
    if RATING not in seen and seen:
        noise = 1 / (np.sqrt(2) * h["choice_scale"])  # in units of the private part
        scale = 1 / np.sqrt(1 + h["shared"] ** 2 + noise**2)
        return h | {"rating_scale": float(scale), "rating_noise": float(noise * scale)}
    return h
