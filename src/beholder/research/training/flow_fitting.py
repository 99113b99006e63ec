"""The training loop of the flow: a checkpoint and the loss on held-out pictures after every pass."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from beholder.durable import write_whole
from beholder.research.training.flow_network import Gaussian, LargeFlow, SmallFlow, split_haar
from beholder.research.training.flow_views import FlowRecipe, zooms
from beholder.types import Matrix, Progress

_PASS = 200  # steps between two checkpoints
_WARM = 200  # steps in which the rate rises
_AVERAGED_FROM = 10  # the moving average follows closely in its first steps
_GAUSSIAN_VIEWS = 4  # of each picture, of which the closed form is made
_JUDGED = 4  # times that each held-out picture is judged, with other noise and another time


class _Learner:
    """A network, its moving average and its optimiser."""

    def __init__(self, network: nn.Module, recipe: FlowRecipe, device: torch.device) -> None:
        self.recipe, self.steps = recipe, 0
        self.network = network.to(device, memory_format=torch.channels_last)
        self.mean = copy.deepcopy(self.network).eval().requires_grad_(False)
        parameters = list(self.network.parameters())
        groups = [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": recipe.decay},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.99), fused=True)

    def step(self, loss: Tensor, done: float) -> None:
        rate = self.recipe.rate * min(1.0, (self.steps + 1) / _WARM) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, done)))
        for group in self.optimiser.param_groups:
            group["lr"] = max(rate, 1e-6)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.steps += 1
        keep = min(self.recipe.average, (1 + self.steps) / (_AVERAGED_FROM + self.steps))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.mean.parameters()), list(self.network.parameters()), 1 - keep)

    def state(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "steps": self.steps,
        }

    def load(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.steps = state["steps"]


class FlowFitting:
    """Both flows in training.

    seen (n, views, 64, 64, 3) uint8; told (n, c) what each picture's condition is; parts: rows learned from, held out
    """

    def __init__(
        self,
        seen: NDArray[np.uint8],
        told: Matrix,
        parts: tuple[NDArray[np.intp], NDArray[np.intp]],
        recipe: FlowRecipe,
        checkpoint: Path,
        threads: int,
    ) -> None:
        torch.set_num_threads(threads)
        torch.manual_seed(recipe.seed)
        self.seen, self.told, self.recipe, self.checkpoint = seen, torch.from_numpy(told), recipe, checkpoint
        self.learned, self.held = parts
        self.zooms = torch.from_numpy(zooms(seen.shape[1]))
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.half = self.device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
        state = torch.load(checkpoint, map_location="cpu", weights_only=True) if checkpoint.is_file() else None
        gaussian, scale = self._closed_form(state)
        self.small = _Learner(
            SmallFlow(gaussian, told.shape[1], recipe.widths, dropout=recipe.dropout), recipe, self.device
        )
        self.large = _Learner(LargeFlow(scale), recipe, self.device)
        self.seconds, self.losses = 0.0, list[dict[str, float]]()
        if state is not None:
            self.small.load(state["small"])
            self.large.load(state["large"])
            self.seconds, self.losses = state["seconds"], state["losses"]

    @property
    def step(self) -> int:
        return self.small.steps

    def begin_with(self, checkpoint: Path) -> None:
        """Take the networks of another training; what they are told may be other numbers."""
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        for learner, name in ((self.small, "small"), (self.large, "large")):
            for network in (learner.network, learner.mean):
                known = {k: v for k, v in state[name]["mean"].items() if not k.startswith("told.condition")}
                network.load_state_dict(known, strict=False)

    def run(self, progress: Progress) -> None:
        """Train until the time is over."""
        rng = np.random.default_rng([self.recipe.seed, self.step])
        total = int(60 * self.recipe.minutes)
        while self._done() < 1:
            began, small, large = time.monotonic(), list[float](), list[float]()
            for _ in range(_PASS):
                small.append(self._small_step(rng))
                if rng.random() < self.recipe.large:
                    large.append(self._large_step(rng))
                now = time.monotonic()
                self.seconds, began = self.seconds + now - began, now
                progress("training", min(int(self.seconds), total), total)
                if self._done() >= 1:
                    break
            told = {"small": np.mean(small), "large": np.mean(large or [0.0]), **self.judge()}
            at = {"step": self.step, "pictures": self.step * self.recipe.batch, "minutes": self.seconds / 60}
            self.losses.append({name: round(float(value), 4) for name, value in (at | told).items()})
            self._save()

    def _done(self) -> float:
        return self.seconds / (60 * self.recipe.minutes)

    def _closed_form(self, state: dict[str, Any] | None) -> tuple[Gaussian, Tensor]:
        """The pictures as a Gaussian, and the spread of the differences that the large flow adds."""
        if state is not None:
            known = state["small"]["mean"]
            parts = (known[f"gaussian.{name}"] for name in ("mean", "axes", "variances", "rest"))
            return Gaussian(*parts), state["large"]["mean"]["scale"]
        whole = [k for k in range(self.seen.shape[1]) if self.zooms[k] == 0][:_GAUSSIAN_VIEWS]
        small, fine = split_haar(self._pictures(np.repeat(self.learned, len(whole)), whole * len(self.learned)))
        both = torch.cat([small, small.flip(3)])
        return Gaussian.of(both, self.recipe.gaussian), fine.std((0, 2, 3), keepdim=True)

    def _pictures(self, rows: NDArray[np.intp], view: Any) -> Tensor:
        """(b, 3, 64, 64) in [-1, 1]"""
        taken = torch.from_numpy(self.seen[rows, view])
        return taken.permute(0, 3, 1, 2).float() / 127.5 - 1

    def _batch(self, rng: np.random.Generator) -> tuple[Tensor, Tensor, NDArray[np.intp], Tensor]:
        """Pictures, times, rows and zooms. Times are spread evenly over their distribution, a logistic normal."""
        b = self.recipe.batch
        rows, view = rng.choice(self.learned, b), rng.integers(self.seen.shape[1], size=b)
        pictures = self._pictures(rows, view)
        mirrored = torch.from_numpy(rng.random(b) < 0.5)[:, None, None, None]
        pictures = torch.where(mirrored, pictures.flip(3), pictures)
        even = (rng.permutation(b) + rng.random(b)) / b
        t = torch.sigmoid(torch.special.ndtri(torch.from_numpy(even).clamp(1e-4, 1 - 1e-4))).float()
        return pictures.to(self.device), t.to(self.device), rows, self.zooms[view].to(self.device)

    def _small_step(self, rng: np.random.Generator) -> float:
        pictures, t, rows, zoom = self._batch(rng)
        x = split_haar(pictures)[0]
        keep = torch.from_numpy((rng.random(len(rows)) > self.recipe.untold).astype(np.float32)).to(self.device)
        loss = self._loss(self.small.network, x, t, torch.randn_like(x), (self.told[rows].to(self.device), keep, zoom))
        self.small.step(loss, self._done())
        return loss.item()

    def _large_step(self, rng: np.random.Generator) -> float:
        pictures, t, _, _ = self._batch(rng)
        small, x = self._apart(pictures)
        small = small + torch.randn_like(small) * 0.05 * torch.rand(len(small), 1, 1, 1, device=self.device)
        loss = self._loss(self.large.network, x, t, torch.randn_like(x), (small,))
        self.large.step(loss, self._done())
        return loss.item()

    def _apart(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        small, fine = split_haar(pictures)
        return small, fine / self.large.network.scale

    def _loss(self, network: nn.Module, x: Tensor, t: Tensor, e: Tensor, told: tuple[Tensor, ...]) -> Tensor:
        at = t[:, None, None, None]
        mixed = (at * x + (1 - at) * e).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            velocity = network(mixed, t, *told)
        loss: Tensor = (velocity.float() - (x - e)).pow(2).mean()
        return loss

    @torch.no_grad()
    def judge(self) -> dict[str, float]:
        """Losses on the held-out pictures, the noise always the same: of the closed form, untold, told, and large."""
        sums = dict.fromkeys(("held_gaussian", "held_untold", "held_told", "held_large"), 0.0)
        for x, fine, t, e, noise, rows in self._held():
            told, zoom, at = self.told[rows].to(self.device), torch.zeros_like(t), t[:, None, None, None]
            known = self.small.mean.gaussian(at * x + (1 - at) * e, t)
            losses = (
                (known - (x - e)).pow(2).mean(),
                self._loss(self.small.mean, x, t, e, (told, torch.zeros_like(t), zoom)),
                self._loss(self.small.mean, x, t, e, (told, torch.ones_like(t), zoom)),
                self._loss(self.large.mean, fine, t, noise, (x,)),
            )
            for name, loss in zip(sums, losses, strict=True):
                sums[name] += loss.item() * len(rows) / (len(self.held) * _JUDGED)
        return sums

    def _held(self) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor, Tensor, NDArray[np.intp]]]:
        noise = torch.Generator().manual_seed(1)
        for _ in range(_JUDGED):
            for at in range(0, len(self.held), self.recipe.batch):
                rows = self.held[at : at + self.recipe.batch]
                small, fine = self._apart(self._pictures(rows, 0).to(self.device))
                t = torch.sigmoid(torch.randn(len(rows), generator=noise)).to(self.device)
                e = torch.randn(small.shape, generator=noise).to(self.device)
                other = torch.randn(fine.shape, generator=noise).to(self.device)
                yield small, fine, t, e, other, rows

    def _save(self) -> None:
        state = {"small": self.small.state(), "large": self.large.state()}
        write_whole(self.checkpoint, partial(torch.save, state | {"seconds": self.seconds, "losses": self.losses}))
