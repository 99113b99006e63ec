"""Task Vector Customization: one network for one person, mixed from networks of many databases [Yun2024].

Each database has a coefficient for each tensor of the network. They start alike, by how well each database's network
agrees with the person's few answers, and are learned by how likely the answers are; the network itself stays as it is.
The result is a network of its own, so every picture has to be looked at again; that is what `tvc-tangent` does without.

Where we depart from the paper: its start, softmax(10 SRCC), is mostly noise at ten answers, so ours weighs an answer as
a likelihood does and knows what training raters agreed with; and its coefficients, hundreds of them, run after every
answer, so ours are pulled to where they started, the less the more answers there are (docs/log.md). Where we depart
from its code: a fixed number of steps instead of the best on the test pictures, no flips in the test, and two pictures
that were rated alike teach nothing.

Yun & Choo, Scaling Up Personalized Image Aesthetic Assessment via Task Vector Customization, ECCV 2024.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beholder.errors import MissingExtra, UserError
from beholder.features.picture_files import Pictures
from beholder.table import place_of
from beholder.taste.base import Arrays
from beholder.taste.network_mixture import ExpertNetworks, NetworkMixture, mixture_weights
from beholder.types import Answers, Floats, Ints

_STEPS, _RATE, _BATCH = 100, 1e-2, 32  # published are 500 steps; BATCH: pictures in one step
_PULL = 1.0  # to the start, divided by the number of answers: as if each coefficient had a normal prior
_CHUNK = 512  # pictures that are opened before they are looked at
_BINS = 9.0  # a score from 0 to 1 counts as one from 1 to 10


class Tvc(NetworkMixture):
    """Mixed networks; see the module's head.

    Fitted: coefficients_ (v, tensors), start_ (v,)

    Parameters
    ----------
    prior
        `ExpertNetworks` with the folder of the networks; the pictures are those of the table that X is of
    steps, rate
        of AdamW
    pull
        to the start, times the squared distance of the coefficients from it
    shared
        one coefficient a database instead of one for each tensor, the coefficients summing to 1, not pulled; how
        much a difference of scores decides is then learned too
    random_state
        of the batches
    """

    name: ClassVar[str] = "tvc"

    def __init__(
        self,
        prior: ExpertNetworks | None = None,
        steps: int = _STEPS,
        rate: float = _RATE,
        pull: float = _PULL,
        shared: bool = False,
        random_state: int = 0,
    ) -> None:
        super().__init__(prior)
        self.steps = steps
        self.rate = rate
        self.pull = pull
        self.shared = shared
        self.random_state = random_state

    def pair_probability(self, X: ArrayLike, pairs: ArrayLike) -> Floats:
        """(m,) the chance that the first of each pair (m, 2) of rows of X is preferred, as the loss has it."""
        score = self._raw(self._check_rows(X))
        sides = np.asarray(pairs, np.int64)
        return np.asarray(1 / (1 + np.exp(-_BINS * (score[sides[:, 0]] - score[sides[:, 1]]))), np.float64)

    def _mix(self, X: NDArray[Any], scores: NDArray[Any], answers: Answers) -> Floats:
        self._scores: dict[str, Floats] = {}
        self.start_ = self._start(scores, answers)
        better, worse = _pairs_of(answers, np.random.default_rng(self.random_state), self.steps)
        return self._optimise(X, better, worse, self.pull / max(1, len(answers)))

    def _start(self, scores: NDArray[Any], answers: Answers) -> Floats:
        """(v,) coefficients before they are learned."""
        return mixture_weights(scores, answers, self.prior_.agreed)

    def _optimise(self, X: NDArray[Any], better: Ints, worse: Ints, pull: float) -> Floats:
        """(v, tensors) coefficients after `steps` steps, of which each has its own pairs (steps, b), -1 being none."""
        import torch
        from torch.nn import functional as F  # noqa: N812

        merged = self._merged()
        tensors = len(merged.vectors.tensors)
        first = np.log(self.start_ + 1e-6) if self.shared else np.repeat(self.start_[:, None], tensors, 1)
        middle = torch.tensor(first, dtype=torch.float32, device=merged.device)
        a = middle.clone()
        gain = torch.tensor(float(np.log(_BINS)), device=merged.device)
        learned = [a.requires_grad_(True), *([gain.requires_grad_(True)] if self.shared else [])]
        optimiser = torch.optim.AdamW(learned, lr=self.rate, weight_decay=0.0)

        def whole() -> Any:
            return torch.softmax(a, 0)[:, None].expand(-1, tensors) if self.shared else a

        used = np.unique(np.concatenate([better, worse]))
        used = used[used >= 0]
        pictures, _, places = _pictures(X)
        squares, there = pictures.squares(places[used], merged.vectors.side)
        pixels = merged.network.pixels(squares)
        for up, down in zip(better, worse, strict=True):
            seen = np.isin(up, used[there]) & np.isin(down, used[there])
            up, down = up[seen], down[seen]
            if not len(up):
                continue
            shown, place = np.unique(np.concatenate([up, down]), return_inverse=True)
            x = pixels[torch.from_numpy(np.searchsorted(used, shown))].to(merged.device)
            score = merged.score(x, whole())[torch.from_numpy(place).to(merged.device)]
            loss = F.softplus(-gain.exp() * (score[: len(up)] - score[len(up) :])).mean()
            if not self.shared:
                loss = loss + pull * (a - middle).square().sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return np.asarray(whole().detach().cpu().numpy(), np.float64)

    def _raw(self, X: NDArray[Any]) -> Floats:
        pictures, key, places = _pictures(X)
        scores = self._scores.setdefault(key, np.full(len(pictures.files), np.nan))  # said of each picture so far
        missing = np.unique(places[np.isnan(scores[places])])
        for at in range(0, len(missing), _CHUNK):
            merged, part = self._merged(), missing[at : at + _CHUNK]
            squares, there = pictures.squares(part, merged.vectors.side)
            scores[part[there]] = merged.scores(squares[there], self.coefficients_)
        known = scores[places]
        roughly = self.prior_.columns.scores(X) @ self.coefficients_.mean(1)  # of a picture that is gone
        return np.asarray(np.where(np.isnan(known), roughly, known))

    def _merged(self) -> Any:
        if self.prior_.folder is None:
            raise UserError("the tvc model needs the networks: give it a prior with the folder of the task vectors")
        return _merged_of(self.prior_.folder)

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        plain, arrays = super()._state()
        folder = None if self.prior_.folder is None else str(self.prior_.folder)
        return plain | {"folder": folder}, {"coefficients": arrays["coefficients"].astype(np.float32)}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        super()._restore(config, arrays)
        self._scores = {}
        folder = None if config["folder"] is None else Path(config["folder"])
        self.prior_ = ExpertNetworks(self.prior_.columns, folder)


def _pictures(X: NDArray[Any]) -> tuple[Pictures, str, Ints]:
    """The pictures of the table that X is of, its key, and (n,) which of them the rows are. raises : UserError"""
    table, at = place_of(X)
    if table is None or not table.files:
        raise UserError(
            "the tvc model looks at the pictures themselves: give it rows of a table that knows their files"
        )
    pictures = table.derived("pictures", lambda: Pictures(table.files))
    return pictures, table.whole, np.arange(len(table)) if at is None else at


@lru_cache(maxsize=1)
def _merged_of(folder: Path) -> Any:
    """The networks of a folder, ready to be mixed. raises : MissingExtra without torch"""
    try:
        from beholder.features.networks.merged import Merged
    except ImportError:
        raise MissingExtra("the networks of task vectors", "torch") from None
    from beholder.features.task_vectors import TaskVectors

    return Merged(TaskVectors.load(folder))


def _pairs_of(answers: Answers, rng: np.random.Generator, steps: int) -> tuple[Ints, Ints]:
    """(steps, b) rows of X that are better and (steps, b) that are worse, drawn again for every step; -1: no pair.

    Rated pictures: a shuffled batch, its first half against its second. Choices: a batch of them. A step has as many
    pictures of each kind as their share of the answers.
    """
    rated, chosen = len(answers.rows), len(answers.choices)
    half = _BATCH // 2
    from_ratings = 0 if rated < 2 else max(1, min(rated // 2, round(half * rated / (rated + chosen))))
    from_choices = min(chosen, half - from_ratings)
    better = np.full((steps, from_ratings + from_choices), -1, np.int64)
    worse = better.copy()
    for step in range(steps):
        if from_ratings:
            drawn = rng.permutation(rated)[: 2 * from_ratings]
            one, other = drawn[:from_ratings], drawn[from_ratings:]
            sign = np.sign(answers.ratings[one] - answers.ratings[other])
            for at in np.flatnonzero(sign):
                up, down = (one[at], other[at]) if sign[at] > 0 else (other[at], one[at])
                better[step, at], worse[step, at] = answers.rows[up], answers.rows[down]
        if from_choices:
            drawn = rng.choice(chosen, from_choices, p=answers.weights / answers.weights.sum())
            better[step, from_ratings:], worse[step, from_ratings:] = answers.choices[drawn].T
    return better, worse
