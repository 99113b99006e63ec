"""Fine-tuning: a network, sets of scored pictures, a loss; a checkpoint from time to time.

The recipe of [Yun2024] with steps in place of epochs, so that a small set is looked at more often and no checkpoint is
chosen by a test.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from beholder.durable import write_whole
from beholder.errors import UnknownName
from beholder.features.networks.network import Network, in_batches
from beholder.research.training.scored import ScoredSet
from beholder.types import Floats, Progress

_SPREAD = 0.15  # standard deviation of the distribution that stands for one score, from 0 to 1
KEPT_EVERY = 50  # steps between checkpoints
_ANNEALED = 0.96  # what is left of the rate of "sgd" after each pass over the pictures
_MOMENTUM = 0.9  # of "sgd"


@dataclass(frozen=True)
class TuningRecipe:
    """How to fine-tune.

    Attributes
    ----------
    loss
        "emd", "l2" or "plcc"
    steps, batch
        how often and how many pictures
    optimiser
        "adamw", whose rate rises for a moment and falls as a cosine; "sgd", with momentum, annealed
    rate, decay
        of it, the rate at its highest
    least, most
        of the picture's area that a random crop shows
    lowest
        what the lowest score is taken to, see `scored_set`
    threads
        of one process
    """

    loss: str = "plcc"
    steps: int = 200
    batch: int = 32
    optimiser: str = "adamw"
    rate: float = 1e-4
    decay: float = 1e-2
    least: float = 0.7
    most: float = 1.0
    lowest: float | None = None
    seed: int = 0
    threads: int = 1


# Section 5.1 of [Ren2017], which does not say how often the rate is annealed. The crops are 224 of 256.
REN2017 = TuningRecipe(
    loss="l2", optimiser="sgd", rate=1e-3, decay=2e-4, least=(224 / 256) ** 2, most=(224 / 256) ** 2, lowest=0.2
)
_RECIPES = {"ren2017": REN2017}


def recipe_of(backbone: str, **otherwise: Any) -> TuningRecipe:
    """The recipe that goes with a backbone; otherwise : what of it is not to be as usual, None: as usual"""
    return replace(_RECIPES.get(backbone, TuningRecipe()), **{k: v for k, v in otherwise.items() if v is not None})


def emd(distribution: Tensor, score: Tensor, values: Tensor) -> Tensor:
    """Squared earth mover's distance (r = 2) to a bell round the true score [Talebi2018]."""
    edges = (values[1:] + values[:-1]) / 2
    below = torch.special.ndtr((edges[None] - score[:, None]) / _SPREAD)
    return (distribution.cumsum(1)[:, :-1] - below).square().mean()


def l2(distribution: Tensor, score: Tensor, values: Tensor) -> Tensor:
    """Half the mean squared error of the scores; eq. 2 of [Ren2017]."""
    return (distribution @ values - score).square().mean() / 2


def plcc(distribution: Tensor, score: Tensor, values: Tensor) -> Tensor:
    """(1 - Pearson's correlation over the batch) / 2."""
    given, true = distribution @ values, score
    given, true = given - given.mean(), true - true.mean()
    return (1 - (given * true).sum() / (given.norm() * true.norm() + 1e-8)) / 2


_LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {"emd": emd, "l2": l2, "plcc": plcc}


def loss_of(name: str) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Raises
    ------
    UnknownName
    """
    if name not in _LOSSES:
        raise UnknownName.of("loss", name, _LOSSES)
    return _LOSSES[name]


class Tuning:
    """A network that is being fine-tuned on the pictures of a set that are not held out; in place.

    What is random in a step follows from the seed and the step, so a run that was cut off goes on as it would have.
    """

    def __init__(self, network: Any, data: ScoredSet, recipe: TuningRecipe, checkpoint: Path) -> None:
        self.network, self.data, self.recipe, self.checkpoint = network, data, recipe, checkpoint
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        network.to(self.device, memory_format=torch.channels_last)
        self.optimiser = _optimiser(recipe, [p for p in network.parameters() if p.requires_grad])
        self.step, self.losses = 0, list[float]()
        if checkpoint.is_file():
            self._load()

    def run(self, progress: Progress) -> list[float]:
        """Train to the end; returns the loss of each step."""
        torch.set_num_threads(self.recipe.threads)
        self.network.train()
        while self.step < self.recipe.steps:
            self.losses.append(self._step())
            self.step += 1
            if self.step % KEPT_EVERY == 0 or self.step == self.recipe.steps:
                self._save()
            progress(f"training on {self.data.name}", self.step, self.recipe.steps)
        self.network.eval()
        return self.losses

    def _step(self) -> float:
        r = self.recipe
        rng = np.random.default_rng([r.seed, self.step])
        torch.manual_seed(int(rng.integers(2**62)))  # of the dropout
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(r, self.step, len(self.data.learned))
        loss = self._loss(rng)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        return float(loss.detach())

    def _loss(self, rng: np.random.Generator) -> Tensor:
        """Of one step."""
        pixels, score = self._seen(self.data, rng)
        with self._autocast():
            distribution = self.network(pixels)
        return loss_of(self.recipe.loss)(distribution.float(), score, self.network.values)

    def _seen(self, data: ScoredSet, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Crops of some pictures, normalised, and the scores of these."""
        r = self.recipe
        some = _drawn(data.learned, r.batch, r.seed, self.step)
        squares = np.stack([crop(data.squares[i], self.network.side, rng, (r.least, r.most)) for i in some])
        score = torch.from_numpy(data.score[some]).float()
        return self.network.pixels(squares).to(self.device), score.to(self.device)

    def _autocast(self) -> Any:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda")

    def _save(self) -> None:
        state = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "losses": self.losses,
        }
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.checkpoint, partial(torch.save, state))

    def _load(self) -> None:
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.losses = state["step"], state["losses"]


def crop(
    square: NDArray[np.uint8],
    side: int,
    rng: np.random.Generator,
    area: tuple[float, float] = (TuningRecipe.least, TuningRecipe.most),
) -> NDArray[np.uint8]:
    """(side, side, 3) most of a picture, mirrored half of the time; area: the least and the most that is shown."""
    kept = len(square)
    wide = kept * math.sqrt(rng.uniform(*area))
    left, top = rng.uniform(0, kept - wide, 2)
    picture = Image.fromarray(square).resize(
        (side, side), Image.Resampling.BILINEAR, box=(left, top, left + wide, top + wide)
    )
    seen = np.asarray(picture)
    return seen[:, ::-1] if rng.random() < 0.5 else seen


def whole(squares: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """(n, side, side, 3) whole pictures of what was kept of them."""
    small = [np.asarray(Image.fromarray(s).resize((side, side), Image.Resampling.BOX)) for s in squares]
    return np.stack(small) if small else np.empty((0, side, side, 3), np.uint8)


def five_crops(run: Callable[[Tensor], Tensor], network: Network, squares: NDArray[np.uint8]) -> Floats:
    """Mean of what `run` gives for the four corners and the middle of (n, kept, kept, 3); the test of [Ren2017]."""
    side, spare = network.side, squares.shape[1] - network.side
    corners = [(0, 0), (0, spare), (spare, 0), (spare, spare), (spare // 2, spare // 2)]
    seen = [in_batches(run, network, squares[:, y : y + side, x : x + side]) for y, x in corners]
    mean: Floats = np.mean(seen, axis=0, dtype=np.float64)
    return mean


def five_crop_scores(network: Network, squares: NDArray[np.uint8]) -> Floats:
    """(n,) scores of (n, kept, kept, 3), by five crops."""
    return five_crops(network.score, network, squares)


def rate_at(recipe: TuningRecipe, step: int, pictures: int) -> float:
    """The optimiser's rate in a step, for so many pictures to learn from."""
    if recipe.optimiser == "sgd":
        return recipe.rate * _ANNEALED ** (step * recipe.batch // pictures)
    return recipe.rate * min(1.0, (step + 1) / 20, 0.02 + 1.02 * _cosine(step / recipe.steps))


def _optimiser(recipe: TuningRecipe, parameters: list[Any]) -> Any:
    if recipe.optimiser == "adamw":
        return torch.optim.AdamW(parameters, lr=recipe.rate, weight_decay=recipe.decay)
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(parameters, lr=recipe.rate, momentum=_MOMENTUM, weight_decay=recipe.decay)
    raise UnknownName.of("optimiser", recipe.optimiser, ("adamw", "sgd"))


def _drawn(rows: NDArray[np.int64], batch: int, seed: int, step: int) -> NDArray[np.int64]:
    """The rows of one step: each is drawn once before any is drawn again."""
    places = np.arange(step * batch, (step + 1) * batch)
    rounds = places // len(rows)
    orders = {int(k): np.random.default_rng([seed, 1, int(k)]).permutation(rows) for k in np.unique(rounds)}
    return np.array([orders[int(k)][p % len(rows)] for k, p in zip(rounds, places, strict=True)])


def _cosine(done: float) -> float:
    return 0.5 + 0.5 * math.cos(math.pi * min(1.0, done))
