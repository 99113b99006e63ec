"""The training loop of the network that finds artworks; a checkpoint every few minutes."""

from __future__ import annotations

import math
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from beholder.durable import write_whole
from beholder.features.networks.builtin import Builtin
from beholder.research.training.artwork_network import UNIT, ArtworkNetwork
from beholder.research.training.artwork_start import fill_from
from beholder.research.training.averaging import follow
from beholder.research.training.scene_store import SceneStore
from beholder.research.training.scene_views import batch_of, view_of
from beholder.types import Progress

_WEIGHTS = {"masks": 1.0, "overlap": 0.5, "middles": 1.0, "corners": 3.0, "shows": 0.3}
_BODY = 0.3  # rate of the body, which has learned already, in units of the decoder's
_WARM, _EVERY = 200, 300  # steps in which the rate rises; to a checkpoint
_AVERAGE, _AVERAGED_FROM = 0.998, 10
_SEEN = 64  # views that a network to go on from is seen on
_NEVER = 1e-6


class ArtworkFitting:
    """A network in training; `seconds` counts the processor's time that was spent on it in all."""

    def __init__(self, scenes: SceneStore, recipe: Any, checkpoint: Path) -> None:
        self.scenes, self.recipe, self.checkpoint = scenes, recipe, checkpoint
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.half = self.device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
        torch.set_num_threads(recipe.threads)
        torch.manual_seed(recipe.seed)
        self.network, self.mean_network = (_network().to(self.device, memory_format=torch.channels_last) for _ in "ab")
        if recipe.start and not checkpoint.is_file():
            views = self._batch(np.random.default_rng(recipe.seed), _SEEN)["pixels"]
            fill_from(self.network, recipe.start, torch.from_numpy(views).to(self.device).float())
        self.mean_network.load_state_dict(self.network.state_dict())
        body = list(self.network.body.parameters())
        others = [p for n, p in self.network.named_parameters() if not n.startswith("body.")]
        groups = [{"params": body, "by": _BODY}, {"params": others, "by": 1.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.rate, weight_decay=recipe.decay)
        self.step, self.seconds, self.losses = 0, 0.0, list[dict[str, float]]()
        if checkpoint.is_file():
            self._load()

    def run(self, progress: Progress) -> dict[str, Any]:
        """Train until the time is over."""
        sums, since, began = dict[str, float](), self.step, time.process_time()
        whole = 60 * self.recipe.minutes
        while self.seconds < whole:
            for name, loss in self._step(self.seconds / whole).items():
                sums[name] = sums.get(name, 0.0) + loss
            now = time.process_time()
            self.seconds, began = self.seconds + now - began, now
            if self.step % _EVERY == 0:
                steps = self.step - since
                told = {name: round(total / steps, 4) for name, total in sums.items()}
                self.losses.append({"step": self.step, "minutes": round(self.seconds / 60, 1), **told})
                sums, since = {}, self.step
                self._save()
            progress("training", int(self.seconds), int(whole))
        self._save()
        return {"steps": self.step, "views": self.step * self.recipe.batch, "losses": self.losses}

    def _step(self, done: float) -> dict[str, float]:
        recipe = self.recipe
        rate = recipe.rate * min(1.0, (self.step + 1) / _WARM) * (0.5 + 0.5 * math.cos(math.pi * done))
        for group in self.optimiser.param_groups:
            group["lr"] = max(rate * group["by"], _NEVER)
        batch = self._batch(np.random.default_rng([recipe.seed, self.step]), recipe.batch, done)
        losses = self._losses({name: torch.from_numpy(array).to(self.device) for name, array in batch.items()})
        total = torch.stack([_WEIGHTS[name] * loss for name, loss in losses.items()]).sum()
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.step += 1
        self._average()
        return {name: loss.item() for name, loss in losses.items()}

    def _batch(self, rng: np.random.Generator, count: int, done: float = 0.0) -> dict[str, NDArray[Any]]:
        growing = self.recipe.growing
        sides = next((sides for until, sides in growing if done < until), growing[-1][1])
        side = sides[int(rng.integers(len(sides)))]
        drawn = rng.integers(len(self.scenes), size=count)
        return batch_of([view_of(self.scenes[int(i)], side, rng) for i in drawn])

    def _losses(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        x = batch["pixels"].float().contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            masks, middles, corners, shows = (y.float() for y in self.network(x))
        weight = batch["weight"]
        each = weight[:, None, None, None]
        sure = torch.sigmoid(masks)
        both = (sure * batch["masks"]).sum((2, 3))
        apart = 1 - (2 * both + 20) / ((sure + batch["masks"]).sum((2, 3)) + 20)  # of a picture without: near 0 at 0
        count = batch["near"].sum().clamp(min=1)
        wanted = batch["corners"] * (x.shape[-1] / UNIT)
        off = F.smooth_l1_loss(corners, wanted, reduction="none", beta=0.02) * batch["near"] * each
        return {
            "masks": (_cross_entropy(masks, batch["masks"]) * each).mean(),
            "overlap": (apart * weight[:, None]).mean(),
            "middles": _focal(middles, batch["middles"], each),
            "corners": off.sum() / (16 * count) * 5,
            "shows": (_cross_entropy(shows, batch["shows"]) * weight[:, None]).mean(),
        }

    def _average(self) -> None:
        keep = min(_AVERAGE, (1 + self.step) / (_AVERAGED_FROM + self.step))
        follow(self.mean_network, self.network, keep)

    def _save(self) -> None:
        state = {
            "network": self.network.state_dict(),
            "mean": self.mean_network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "at": {"step": self.step, "seconds": self.seconds},
            "losses": self.losses,
        }
        write_whole(self.checkpoint, partial(torch.save, state))

    def _load(self) -> None:
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.mean_network.load_state_dict(state["mean"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds, self.losses = state["at"]["step"], state["at"]["seconds"], state["losses"]


def _network() -> ArtworkNetwork:
    return ArtworkNetwork(Builtin.made(None))


def _cross_entropy(logits: Tensor, wanted: Tensor) -> Tensor:
    loss: Tensor = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return loss


def _focal(logits: Tensor, wanted: Tensor, each: Tensor) -> Tensor:
    """The penalty-reduced focal loss of middles [Zhou2019]."""
    p = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    peak = (wanted >= 0.999).float()
    hit = -((1 - p) ** 2) * p.log() * peak
    miss = -(p**2) * (1 - p).log() * (1 - wanted) ** 4 * (1 - peak)
    loss: Tensor = ((hit + miss) * each).sum() / peak.sum().clamp(min=1)
    return loss
