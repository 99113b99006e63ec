"""The app's own model: Gaussian processes of several regimes, averaged by the evidence of a person's answers.

In each regime (`beholder.taste.regimes`) a taste is `shared * s(x) + f(x)`: what people like in general, where that is
known, and a Gaussian process of the person's own, partly linear in the measured attributes, partly linear in the
components of the vectors, and partly a kernel of short reach round the pictures that were judged: somebody may like a
kind that no direction tells. Answers enter as in `beholder.taste.functionals`; what the regimes say is averaged with
their posterior odds (Bayesian model averaging [Hoeting1999]), never chosen. So few answers leave a person among the
others, and a clear taste, however rare, is seen as soon as the answers speak for it.

How it was made, and what it is worth: docs/taste.md.
Hoeting, Madigan, Raftery & Volinsky, Bayesian model averaging: a tutorial, Statistical Science 14, 1999.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular
from scipy.special import ndtr, ndtri
from sklearn.utils.validation import check_is_fitted

from beholder.table import Layout
from beholder.taste.base import Arrays
from beholder.taste.capabilities import Knowledge
from beholder.taste.doubt import Doubt, Fit
from beholder.taste.evidence import PRIORS
from beholder.taste.feature_map import COMPONENTS, LANDMARKS, FeatureMap, radial, rows_at_once
from beholder.taste.functionals import Functionals, find_posterior
from beholder.taste.gaussian_process import Care, GaussianProcess
from beholder.taste.generic import GenericScore
from beholder.taste.likelihood import CHOICE, TIE, Likelihood
from beholder.taste.picture_names import PictureNames
from beholder.taste.places import Places, of_attribute
from beholder.taste.population import Population, learn_population, shares_of
from beholder.taste.posterior import root_of
from beholder.taste.prior import Shared
from beholder.taste.regimes import (
    CLEAR,
    CLEAR_ON_TWO_LEVELS,
    CLEAR_PICKING,
    CLEAR_SHARE,
    KINDS,
    ONE,
    Regime,
    prior_odds,
    regimes_of,
)
from beholder.taste.threads import in_parts, one_thread
from beholder.taste.two_levels import border_of, liked_of, worth_of_numbers, worth_of_picks
from beholder.types import Answers, Floats, Ints

_NEGLIGIBLE = 0.003  # posterior share of a regime below which it is left out
_OTHER_BAR = 0.5  # how far a person's bar differs from collection to collection, in units of the noise of a choice
_SPREAD_BELIEVED = 10  # ratings' worth of belief that a person's spread of ratings is the usual one
_LEVEL = 1.0  # variance of a person's level, in units of their spread of ratings
_OWN_SPREAD = 2.0  # usual spread of ratings where no raters are known, on a scale from 1 to 10
_SHARED_OF = 8_192  # pictures, evenly spread, of which it is said how much of their scores is everybody's
_NULL_NOISES = (0.5, 0.7, 1.0, 1.4)  # of ratings, where there is no taste
_TIED, _TIED_BELIEVED = 0.2, 5  # usual share of pairs that are ties, and how many pairs' worth of belief that has


@dataclass(frozen=True, eq=False)
class Start(Shared):
    """Where the next fit may begin: for each regime's name and attribute the answers so far, and their pulls (m,)."""

    pulls: Mapping[tuple[str, int], tuple[Functionals, Floats]]

    def of(self, regime: Regime, told: Functionals) -> Floats | None:
        """(m,) of these answers; None where the regime was not there."""
        earlier = self.pulls.get((regime.name, regime.attribute))
        return None if earlier is None else told.as_before(*earlier)


class TasteMixture(GaussianProcess):
    """See the module's head.

    Fitted: fits_ (the regimes that count, each with its posterior share), features_, hyperparameters_ (means over
    regimes), answers_, log_evidence_, null_log_evidence_, choice_unit_ and rating_std_ as in `GaussianProcess`.

    Parameters
    ----------
    components, landmarks, layout, features
        as in `GaussianProcess`
    prior
        what a population of raters taught; None: nothing is known of what people like
    scale
        lowest and highest rating of this person, None where it is the raters' own
    names
        what is said of each picture of the pool in columns (artist, style); None: nothing
    start
        the `start_` of a fit on answers that these continue: from there the same fit is found sooner
    elsewhere
        what the same person said of other pictures: rows (n, d) like those of X, and answers about them
    """

    name: ClassVar[str] = "mixture"
    learns_from: ClassVar[tuple[str, ...]] = ("ratings", "choices", "grids")
    sees_all_encoders: ClassVar[bool] = True

    def __init__(
        self,
        components: int = COMPONENTS,
        landmarks: int = LANDMARKS,
        layout: Layout | None = None,
        features: FeatureMap | None = None,
        prior: Population | None = None,
        scale: tuple[float, float] | None = None,
        names: PictureNames | None = None,
        elsewhere: Sequence[tuple[NDArray[Any], Answers]] = (),
        start: Start | None = None,
    ) -> None:
        super().__init__(components, landmarks, layout, features)
        self.prior = prior
        self.scale = scale
        self.names = names
        self.elsewhere = elsewhere
        self.start = start

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
    def prior_from(cls, knowledge: Knowledge) -> Population | None:
        """What people like in general, where it is known for pictures like these."""
        return knowledge.population if knowledge.fits else None

    def fit_prior(self, X: ArrayLike) -> Self:
        """Before any answer: the prior alone. Units are those of choices."""
        self.answers_ = Answers()
        self._learn(self._check_rows(X, reset=True), self.answers_)
        return self

    def with_hyperparameters(self, **hyperparameters: float) -> Self:
        """Itself: every regime is supposed already."""
        del hyperparameters
        return self

    @property
    def _may_know_already(self) -> bool:
        return self.prior is not None or bool(self.elsewhere)

    # Learning

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        with one_thread():
            self.features_ = self.features or self.learn_features(X)
            self.centre_, self.unit_ = self._centre(answers.ratings)
            self.named_ = 0 if self.names is None else self.names.width
            self.told_ = Functionals.of(answers, self.centre_, self.unit_)
            self.judged_ = self._places(X, self.told_.judged)
            for source, (other, theirs) in enumerate(self.elsewhere, 1):
                told = Functionals.of(theirs, *self._centre(theirs.ratings))
                self.told_ = self.told_.beside(told, source)
                self.judged_ = self.judged_.beside(self._places(other, told.judged))
            self._weigh()

    def _weigh(self) -> None:
        told, encoders = self.told_, len(self.features_.blocks)
        regimes = [replace(regime, encoders=encoders) for regime in self._regimes()]
        judged, generic = self.judged_, told.across(self.judged_.generic)
        linear = [told.across(part.T) for part in (judged.measured, *judged.components)]
        curved = judged.curved(judged, self.features_.length)
        grams = [*(part.T @ part for part in linear), *(told.gram(kernel) for kernel in curved)]
        liked = self.liked_ = liked_of(told)
        belief = prior_odds(regimes, self.prior.odds if self.prior else {}, self._clear())
        picks = told if liked is None else told.as_picks(liked)
        turned = told.sign * picks.sign
        found = list[Fit]()
        for at, regime in enumerate(regimes):
            if regime.name == ONE:  # which of them, the regime before this tells; any might have been
                regime = replace(regime, attribute=self._leading(found[-1]))
                belief[at] -= np.log(max(self.features_.sizes[0], 1))
            if liked is not None and regime.name in KINDS:
                turn = np.outer(turned, turned)
                found.append(self._posterior(regime, picks, [turn * gram for gram in grams], turned * generic))
            else:
                found.append(self._posterior(regime, told, grams, generic))
            belief[at] += found[-1].posterior.log_evidence
        if liked is not None:
            kinds = np.array([fit.told is picks for fit in found])
            known = max(fit.posterior.log_evidence for fit in found if fit.told is told)
            belief[kinds] += min(worth_of_numbers(told, regimes[0]), known) - worth_of_picks(told, liked)
        self.start_ = Start({(f.regime.name, f.regime.attribute): (f.told, f.posterior.pull) for f in found})
        top = belief.max()
        self.log_evidence_total_ = float(top + np.log(np.exp(belief - top).sum()))
        shares = np.exp(belief - top)
        shares[shares < _NEGLIGIBLE * shares.sum()] = 0
        shares /= shares.sum()
        self.fits_ = [replace(fit, share=share) for fit, share in zip(found, shares.tolist(), strict=True) if share]
        self.doubt_: Doubt | None = None
        self._summarise()

    def _clear(self) -> float:
        """Share of people with a clear taste among those who answer as this person does."""
        if self.told_.barred.any():
            return CLEAR_PICKING
        return CLEAR_ON_TWO_LEVELS if self.on_two_levels else CLEAR_SHARE

    @property
    def on_two_levels(self) -> bool:
        """Whether the person rates most pictures low, some high, and few between."""
        return self.liked_ is not None

    def _leading(self, fit: Fit) -> int:
        """The measured attribute that matters most in a posterior, -1 where none is measured."""
        return int(np.argmax(np.abs(fit.pull @ self.judged_.measured))) if self.features_.sizes[0] else -1

    def _posterior(self, h: Regime, told: Functionals, grams: Sequence[Floats], generic: Floats) -> Fit:
        """The regime, with this person's width of a tie, after the answers; its share is not known yet."""
        rated, barred = told.rated, told.barred
        gain = np.where(rated > 0, h.rating_scale, h.choice_scale)
        first, *others = grams
        if h.attribute >= 0:
            alone = told.across(self.judged_.measured[:, h.attribute])
            first = self.judged_.measured.shape[1] * np.outer(alone, alone)
        unit = 1.0 if rated.any() else h.choice_scale**2  # one gain for all answers where nobody rated
        K = unit * h.parts[0] * first
        for share, gram in zip(h.parts[1:], others, strict=False):
            K += unit * share * gram
        if h.conformity and generic.any():
            K += unit * h.conformity**2 * np.outer(generic, generic)
        if rated.any():
            K *= np.outer(gain, gain)
            K += _LEVEL * np.outer(rated, rated) * told.same_source
        if barred.any():
            bars = h.bar_width**2 + _OTHER_BAR**2 * told.same_source * told.source.any()
            K += (bars + h.grid_width**2 * told.same_grid) * np.outer(barred, barred)
        mean = gain * h.shared * generic + h.bar * barred
        h = replace(h, tie_width=_tie_width(told, np.diag(K) + mean**2))
        likelihood = Likelihood(told.kinds, told.y, told.weights, h.rating_noise, h.tie_width, h.lapse)
        posterior = find_posterior(K, mean, likelihood, self.start.of(h, told) if self.start else None)
        return Fit(h, 0.0, told, posterior, gain, told.back(gain * posterior.pull))

    def _regimes(self) -> tuple[Regime, ...]:
        return regimes_of(
            self.prior.hyperparameters if self.prior else self.default_hyperparameters(),
            known=self.prior is not None,
            named=self.named_ > 0,
        )

    def _centre(self, ratings: Floats) -> tuple[float, float]:
        """Mean of a person's ratings and their spread, which is drawn to the usual one."""
        usual, stretch = _OWN_SPREAD, 1.0
        if self.prior is not None and self.prior.spread:
            if self.scale is not None and self.prior.scale is not None:
                stretch = float(np.ptp(self.scale) / np.ptp(self.prior.scale))
            usual = self.prior.spread * stretch
        if not len(ratings):
            return 0.0, usual
        total = _SPREAD_BELIEVED * usual**2 + float(((ratings - ratings.mean()) ** 2).sum())
        return float(ratings.mean()), float(np.sqrt(total / (_SPREAD_BELIEVED + len(ratings))))

    def _summarise(self) -> None:
        here = self.told_.rated * (self.told_.source == 0)
        self.rated_ = rated = bool(here.any())
        h = {name: float(np.exp(self._mean([np.log(max(getattr(f.regime, name), 1e-9)) for f in self.fits_])))
             for name in PRIORS}  # fmt: skip
        self.hyperparameters_ = h
        self.choice_unit_ = h["choice_scale"] / (h["rating_scale"] * self.unit_) if rated else 1.0
        self.rating_std_ = h["rating_noise"] / h["rating_scale"] * h["choice_scale"] / self.choice_unit_
        self.tie_ = h["tie_width"] if len(self.answers_.ties) else 0.0
        levels = [self._level(f) for f in self.fits_]
        self.offset_ = self.centre_ + self.unit_ * self._mean(levels) if rated else 0.0

    def _level(self, f: Fit) -> float:
        """How far a regime expects the person's ratings here above their mean, in units of their spread."""
        return _LEVEL * float(((self.told_.source == 0) * f.told.rated) @ f.posterior.pull)

    def _mean(self, of_fits: Sequence[Any]) -> Any:
        return sum(f.share * value for f, value in zip(self.fits_, of_fits, strict=True))

    # Where pictures are

    def _generic(self, X: NDArray[Any]) -> Floats:
        return np.zeros(len(X)) if self.prior is None else self.prior.generic.standard(X)

    def _places(self, X: NDArray[Any], rows: Ints | None = None) -> Places:
        measured = self.features_.sizes[0]
        plain = self.features_.plain(X, rows)
        if self.prior is None:
            generic = np.zeros(len(plain))
        else:
            generic = self.prior.standard(X, rows, keep=self.features_.made_of(X))
        return Places(plain[:, :measured], self._by_encoder(plain[:, measured:]), generic, self._names(X, rows))

    def _by_encoder(self, components: Floats) -> tuple[Floats, ...]:
        """(n, c) of each encoder, of mean square length 1."""
        blocks = self.features_.blocks
        parts = np.split(components, np.cumsum(blocks)[:-1], axis=1)
        return tuple(part * np.sqrt(len(blocks)) for part in parts) if len(parts) > 1 else (components,)

    def _names(self, X: NDArray[Any], rows: Ints | None) -> Ints:
        """What the collection says of the pictures; nothing is known of rows that are not its own."""
        if self.names is None:
            return np.full((len(X) if rows is None else len(rows), self.named_), -1)
        return self.names.of(X, rows)

    # What is believed

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """As in `GaussianProcess`."""
        check_is_fitted(self, "fits_")
        matrix = self._check_rows(X)
        places = self._places(matrix)
        outs = self._outs()
        score = self._scores(places, [f.share * out for f, out in zip(self.fits_, outs, strict=True)]) + self.offset_
        return (score, self._doubt().stds(places)) if return_std else score

    def doubts(self, X: ArrayLike, rows: Ints | None = None) -> Floats:
        """As in `TasteModel`."""
        check_is_fitted(self, "fits_")
        return self._doubt().stds(self._places(self._check_rows(X), rows))

    def mean_variance(self, X: ArrayLike, rows: Ints | None = None) -> float:
        """As in `TasteModel`; without the doubt of each picture."""
        check_is_fitted(self, "fits_")
        return self._doubt().mean_variance(self._places(self._check_rows(X), rows))

    def _doubt(self) -> Doubt:
        """Made once for a fit."""
        if self.doubt_ is None:
            self.doubt_ = Doubt.of(self.fits_, self._outs(), self.judged_, self.features_.length)
        return self.doubt_

    def _outs(self, choices: bool = False) -> list[float]:
        """What a regime's unit is in `predict`'s, or in units of the noise of a choice."""
        if self.rated_ and not choices:
            return [f.regime.rating_scale * self.unit_ for f in self.fits_]
        return [f.regime.choice_scale for f in self.fits_]

    def _scores(self, places: Places, by: Sequence[float]) -> Floats:
        """(n,) the regimes' posterior means, added up with these factors."""
        judged = self.judged_
        measured = np.zeros(places.measured.shape[1])
        components = [np.zeros(columns.shape[1]) for columns in places.components]
        heights = np.zeros((len(components), len(judged.generic)))
        shared, by_name = 0.0, np.zeros(len(judged.generic))
        for f, factor in zip(self.fits_, by, strict=True):
            a, linear, near, d = f.regime.shares
            by_name += factor * d * f.pull
            measured += factor * a * of_attribute(f.pull @ judged.measured, f.regime.attribute)
            for at, (b, c) in enumerate(zip(linear, near, strict=True)):
                components[at] += factor * b * (f.pull @ judged.components[at])
                heights[at] += factor * c * f.pull
            shared += factor * (f.regime.shared + f.regime.conformity**2 * float(f.pull @ judged.generic))
        score = places.measured @ measured
        for columns, weights in zip(places.components, components, strict=True):
            score = score + columns @ weights
        score = score + shared * places.generic
        for mine, theirs in zip(judged.names.T, places.names.T, strict=True):
            if len(mine) and by_name.any():
                worth = np.bincount(mine + 1, by_name, max(mine.max(), theirs.max(initial=-1)) + 2) / len(
                    judged.names.T
                )
                worth[0] = 0  # of which nothing is said
                score = score + worth[theirs + 1]
        for columns, theirs, height in zip(places.components, judged.components, heights, strict=True):
            if height.any():
                self._add_near(score, columns, np.asarray(theirs, columns.dtype), height)
        return np.asarray(score, np.float64)

    def _add_near(self, score: Floats, components: Floats, judged: Floats, heights: Floats) -> None:
        """Add the radial part of one encoder to (n,) scores."""
        factors = heights.astype(np.float32)

        def work(part: slice) -> None:
            score[part] += radial(components[part], judged, self.features_.length).astype(np.float32) @ factors

        in_parts(work, len(score), rows_at_once(len(judged)))

    def _reduced(self, f: Fit, places: Places, kernels: Sequence[Floats]) -> Floats:
        """(m, n) what the answers took from the covariance of n pictures, as a root: V with V.T @ V."""
        told, h = f.told, f.regime
        own = places.of(h, kernels, self.judged_)
        across = told.across(own + h.conformity**2 * np.outer(places.generic, self.judged_.generic)) * f.gain
        return np.asarray(
            solve_triangular(f.posterior.lower, (across * f.posterior.root).T, lower=True, check_finite=False)
        )

    def beliefs(self, X: ArrayLike, rows: ArrayLike, choices: bool = True) -> list[tuple[float, Floats, Floats]]:
        """For each regime its share, mean (r,) and covariance (r, r) of the scores of some rows.

        Parameters
        ----------
        choices
            in units of the noise of a choice, else in `predict`'s
        """
        check_is_fitted(self, "fits_")
        matrix, at = self._check_rows(X), np.asarray(rows, np.int64)
        places = self._places(matrix, at)
        among, kernels = (places.kernels(p, self.features_.length) for p in (places, self.judged_))
        found = []
        for f, out in zip(self.fits_, self._outs(choices), strict=True):
            prior = places.of(f.regime, among, places)
            prior = prior + f.regime.conformity**2 * np.outer(places.generic, places.generic)
            reduced = self._reduced(f, places, kernels)
            mean = self._scores(places, [out * (g is f) for g in self.fits_])
            found.append((f.share, mean, out**2 * (prior - reduced.T @ reduced)))
        return found

    def share_of(self, name: str) -> float:
        """Posterior probability of the regime of this name, in [0, 1]."""
        return float(sum(fit.share for fit in self.fits_ if fit.regime.name == name))

    @property
    def clear_share(self) -> float:
        """Posterior probability that the taste is clear, in [0, 1]."""
        return float(sum(fit.share for fit in self.fits_ if fit.regime.group == CLEAR))

    def scores_of(self, X: ArrayLike, rows: ArrayLike, at: int) -> Floats:
        """(r,) what the regime at this place of `fits_` expects of some rows, in units of the noise of a choice."""
        places = self._places(self._check_rows(X), np.asarray(rows, np.int64))
        return self._scores(places, [self.fits_[at].regime.choice_scale * (k == at) for k in range(len(self.fits_))])

    def bars(self) -> list[float]:
        """For each regime how much a picture must be worth to be picked, in units of the noise of a choice; where the
        person picked nothing but rates on two levels, to be on the upper one."""
        other = _OTHER_BAR**2 * (self.told_.source == 0) * self.told_.source.any()
        found = []
        for f in self.fits_:
            if self.liked_ is not None and not f.told.barred.any():
                border = border_of(self.told_, self.liked_) - self._level(f)
                found.append(border / f.regime.rating_scale * f.regime.choice_scale)
            else:
                moved = float(((f.regime.bar_width**2 + other) * f.told.barred) @ f.posterior.pull)
                found.append(f.regime.bar + moved)
        return found

    def covariance(self, X: ArrayLike, Y: ArrayLike | None = None) -> Floats:
        """As in `GaussianProcess`."""
        left = np.asarray(X)
        both = left if Y is None else np.vstack([left, np.asarray(Y)])
        whole = _pooled(self.beliefs(both, np.arange(len(both)), choices=False))[1]
        return whole if Y is None else whole[: len(left), len(left) :]

    def difference_root(self, X: ArrayLike, pairs: ArrayLike) -> tuple[Floats, Floats]:
        """As in `GaussianProcess`."""
        judged, place = np.unique(np.asarray(pairs, np.int64), return_inverse=True)
        mean, covariance = _pooled(self.beliefs(X, judged))
        root, place = root_of(covariance), place.reshape(-1, 2)
        return mean[place[:, 0]] - mean[place[:, 1]], root[place[:, 0]] - root[place[:, 1]]

    def choice_root(self, X: ArrayLike, rows: ArrayLike) -> tuple[Floats, Floats]:
        """As in `GaussianProcess`."""
        mean, covariance = _pooled(self.beliefs(X, rows))
        return mean, root_of(covariance)

    def score_root(self, X: ArrayLike, rows: ArrayLike) -> Floats:
        """As in `GaussianProcess`."""
        return root_of(_pooled(self.beliefs(X, rows, choices=False))[1])

    def own_root(self, X: ArrayLike, rows: ArrayLike) -> Floats:
        """As in `GaussianProcess`."""
        judged, place = np.unique(np.asarray(rows, np.int64), return_inverse=True)
        places = self._places(self._check_rows(X), judged)
        shares = self._mean([np.array(f.regime.parts) for f in self.fits_])
        kernels = places.kernels(places, self.features_.length)
        return root_of(sum(share * kernel for share, kernel in zip(shares, kernels, strict=False)))[place]

    def doubt_of_measured(self) -> Floats:
        """As in `GaussianProcess`."""
        total = np.zeros(self.judged_.measured.shape[1])
        for f, out in zip(self.fits_, self._outs(), strict=True):
            share = of_attribute(np.full(len(total), f.regime.parts[0]), f.regime.attribute)
            across = share[:, None] * f.told.across(self.judged_.measured.T) * f.gain * f.posterior.root
            reduced = solve_triangular(f.posterior.lower, across.T, lower=True, check_finite=False)
            total += f.share * out**2 * np.maximum(share - (reduced**2).sum(0), 0)
        return np.asarray(np.sqrt(total))

    def pair_probability(self, X: ArrayLike, pairs: ArrayLike) -> Floats:
        """(m,) probability that the first of each pair is preferred, given no tie; averaged over regimes and doubt."""
        judged, place = np.unique(np.asarray(pairs, np.int64), return_inverse=True)
        left, right = place.reshape(-1, 2).T
        total = np.zeros(len(left))
        for f, (share, mean, covariance) in zip(self.fits_, self.beliefs(X, judged), strict=True):
            own = np.diag(covariance)
            variance = np.maximum(own[left] + own[right] - 2 * covariance[left, right], 0)
            chance = self._chance(mean[left] - mean[right], variance, f.regime)
            total += share * chance
        return total

    def cares(self, X: ArrayLike, pairs: ArrayLike) -> list[Care]:
        """As in `GaussianProcess`.

        Who likes a kind cares where one of the two would be picked from a grid. Who picks decides between what they
        pick and what they leave; of two that they would leave they may be as unsure as anybody. Who rates on two levels
        cares where the two are not on the same.
        """
        judged, place = np.unique(np.asarray(pairs, np.int64), return_inverse=True)
        found = []
        for f, bar, (share, mean, covariance) in zip(self.fits_, self.bars(), self.beliefs(X, judged), strict=True):
            left = ndtr((bar - mean) / np.sqrt(1 + np.diag(covariance)))[place.reshape(-1, 2)]
            neither, both = left.prod(1), (1 - left).prod(1)
            if f.regime.name in KINDS:
                found.append(Care(share, 0 * neither, 1 - neither, inferred=True))
            elif f.told.barred.any():
                found.append(Care(share, 1 - neither - both, neither + both))
            elif self.on_two_levels:
                found.append(Care(share, 1 - neither - both, 0 * neither, inferred=True))
            else:
                found.append(Care(share, np.ones(len(neither)), 0 * neither))
        return found

    def _chance(self, mean: Floats, variance: Floats, h: Regime) -> Floats:
        tie = h.tie_width if self.tie_ else 0.0
        first, second = (ndtr((side * mean - tie) / np.sqrt(1 + variance)) for side in (1, -1))
        chance = first / np.maximum(first + second, 1e-300)
        return np.asarray(h.lapse + (1 - 2 * h.lapse) * chance)

    def everybodys(self, X: ArrayLike) -> Floats:
        """(n,) the part of `predict` that goes by what most people like; 0 where that is not known."""
        return self._everybodys(self._places(self._check_rows(X)))

    def _everybodys(self, places: Places) -> Floats:
        weight = sum(
            f.share * out * (f.regime.shared + f.regime.conformity**2 * float(f.pull @ self.judged_.generic))
            for f, out in zip(self.fits_, self._outs(), strict=True)
        )
        return weight * places.generic

    def shares(self, X: ArrayLike) -> tuple[float, float]:
        """As in `PopulationProcess`."""
        matrix = self._check_rows(X)
        places = self._places(matrix, np.linspace(0, len(matrix) - 1, min(len(matrix), _SHARED_OF)).astype(np.int64))
        whole = self._scores(places, [f.share * out for f, out in zip(self.fits_, self._outs(), strict=True)])
        return shares_of(self._everybodys(places), whole)

    @property
    def log_evidence_(self) -> float:
        """Log marginal likelihood of the answers, over all regimes."""
        check_is_fitted(self, "fits_")
        return self.log_evidence_total_

    @property
    def null_log_evidence_(self) -> float:
        """Log marginal likelihood of the same if there is no taste, at its own best noise."""
        check_is_fitted(self, "fits_")
        told, rated, barred = self.told_, self.told_.rated, self.told_.barred
        h = self._regimes()[0]
        K = _LEVEL * np.outer(rated, rated) * told.same_source
        K = K + (2 * h.bar_width**2 + h.grid_width**2 * told.same_grid) * np.outer(barred, barred)
        noises = _NULL_NOISES if rated.any() else _NULL_NOISES[:1]
        tie_width = _tie_width(told, np.diag(K))
        with one_thread():
            return max(
                find_posterior(
                    K, h.bar * barred, Likelihood(told.kinds, told.y, told.weights, noise, tie_width, h.lapse)
                ).log_evidence
                for noise in noises
            )

    # Keeping

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        prior, more = self.prior.state() if self.prior else (None, {})
        config = {
            "components": self.components, "landmarks": self.landmarks, "scale": self.scale,
            "layout": self.layout and self.layout.state(),
            "prior": prior, "centre": self.centre_, "unit": self.unit_,
        }  # fmt: skip
        judged = {f"judged.{name}": value for name, value in asdict(self.judged_).items()}
        judged["judged.components"] = np.hstack(self.judged_.components)
        told = {f"told.{name}": value for name, value in asdict(self.told_).items()}
        named = self.names.state() if self.names else {}
        return config, {**self.features_.state(), **judged, **told, **named, **more}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        self.components, self.landmarks = int(config["components"]), int(config["landmarks"])
        self.layout = Layout.restored(config, self.n_features_in_)
        self.scale = None if config["scale"] is None else (float(config["scale"][0]), float(config["scale"][1]))
        self.prior = None if config["prior"] is None else Population.restore(config["prior"], arrays)
        self.centre_, self.unit_ = float(config["centre"]), float(config["unit"])
        self.features_ = FeatureMap.restore(arrays)
        self.told_ = Functionals(**{name: arrays[f"told.{name}"] for name in Functionals.__slots__})
        measured, components, generic, names = (arrays[f"judged.{name}"] for name in Places.__slots__)
        by_encoder = np.split(components, np.cumsum(self.features_.blocks)[:-1], axis=1)
        self.judged_ = Places(measured, tuple(by_encoder), generic, names)
        self.named_ = self.judged_.names.shape[1]
        self.names = PictureNames.restore(arrays) if "names.codes" in arrays else None
        with one_thread():
            self._weigh()


def _pooled(beliefs: Sequence[tuple[float, Floats, Floats]]) -> tuple[Floats, Floats]:
    """Mean and covariance of a mixture of Gaussians."""
    mean = sum(share * m for share, m, _ in beliefs)
    covariance = sum(share * (c + np.outer(m - mean, m - mean)) for share, m, c in beliefs)
    return np.asarray(mean), np.asarray(covariance)


def _tie_width(told: Functionals, expected: Floats) -> float:
    """Half-width of "both the same" at which a regime expects the person's share of ties, drawn to the usual share.

    People differ in it more than regimes do: with one width for all, who says "both the same" of half of the pairs
    would be taken for somebody of a faint taste.
    expected : (m,) mean square of each answer's functional before it is given
    """
    tied, pairs = (told.weights * np.isin(told.kinds, kinds) for kinds in ([TIE], [CHOICE, TIE]))
    share = (tied.sum() + _TIED * _TIED_BELIEVED) / (pairs.sum() + _TIED_BELIEVED)
    usual = float(pairs @ expected / pairs.sum()) if pairs.any() else 0.0
    return float(np.sqrt(1 + usual) * ndtri((1 + share) / 2))
