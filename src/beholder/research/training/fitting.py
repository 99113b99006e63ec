"""The training loop: views in, teachers' answers out, a checkpoint after every pass."""

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
from beholder.jobs import map_jobs
from beholder.research.training.averaging import follow
from beholder.research.training.parts import Parts
from beholder.research.training.student import MEAN, STD, Student, twin
from beholder.research.training.teacher_answers import TeacherAnswers, means_and_spreads
from beholder.types import Progress

_WEIGHTS = {"inner": 0.3, "style": 0.3, "concepts": 8.0, "map0": 1.0, "map1": 0.5, "classes": 0.1}  # of the losses
_WEIGHTS |= {"part": 4.0, "part-map0": 1.0, "part-map1": 0.5}
_FIRST, _OTHERS = 1.0, 2.0  # the first teacher of embeddings; all others together, asked about few views
_AVERAGED_FROM = 10  # the moving average follows closely in its first steps
_AVERAGED_EVERY = 4  # steps
_WARM = 150  # steps in which the rate rises
_COARSE = 0.15  # share of the batches that are seen at half their resolution: a small copy is the same picture


class Fitting:
    """A student in training. On a CPU each thread works on its share of a batch: no thread waits inside a layer."""

    def __init__(self, answers: TeacherAnswers, recipe: Any, checkpoint: Path, start: Path | None) -> None:
        self.answers, self.recipe, self.checkpoint = answers, recipe, checkpoint
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.half = self.device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
        torch.set_num_threads(1)
        torch.manual_seed(recipe.seed)
        self.mean, self.std = (torch.tensor(v, device=self.device).view(1, 3, 1, 1) * 255 for v in (MEAN, STD))
        self.scales: dict[str, tuple[Tensor, Tensor]] = {}
        heads, maps = dict[str, int](), [array.shape[-1] for array in answers.maps.values()]
        for t in answers.teachers:
            heads |= {name: len(range(t.dimension)[part]) for name, part in self._parts(t)}
        others = [t.name for t in answers.teachers if t.kind == "embedding" and not t.first]
        first = [t.name for t in answers.teachers if t.first]
        self.weights = _WEIGHTS | dict.fromkeys(first, _FIRST) | {name: _OTHERS / len(others) for name in others}
        classifiers = {name: layer for name in (*first, *others) if (layer := answers.classifier(name)) is not None}
        self.classifiers = {
            name: tuple(torch.from_numpy(part).to(self.device) for part in layer) for name, layer in classifiers.items()
        }
        self.student = Student(heads, maps).to(self.device)
        self.student.to(memory_format=torch.channels_last)
        self.mean_student = Student(heads, maps).to(self.device)
        self.mean_student.load_state_dict(self.student.state_dict())
        workers = recipe.threads if self.device.type == "cpu" else 1
        self.models = [self.student, *(twin(self.student) for _ in range(workers - 1))]
        self.parameters = list(self.student.parameters())
        decayed = [p for p in self.parameters if p.ndim > 1]
        plain = [p for p in self.parameters if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": recipe.decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.rate, fused=True)
        self.step, self.seconds, self.looked, self.losses = 0, 0.0, 0, list[dict[str, float]]()
        self._load(start)

    def run(self, progress: Progress) -> dict[str, Any]:
        """Train until the time or the passes are over."""
        self._ask(progress)
        self._learn_scales()
        while self._done() < 1:
            self._ask(progress)
            self._pass(progress)
            self._save()
        return {
            "steps": self.step,
            "seconds": round(self.seconds),
            "views_looked_at": self.looked,
            "device": torch.cuda.get_device_name() if self.device.type == "cuda" else "cpu",
            "losses": self.losses,
        }

    def _done(self) -> float:
        """The share of the training that is over."""
        r, n = self.recipe, len(self.answers.files)
        share = self.looked / (r.epochs * n) if r.minutes is None else self.seconds / (60 * r.minutes)
        return float(share)

    def _ask(self, progress: Progress) -> None:
        """New views as long as it pays: all of them by the middle of the training."""
        a, r = self.answers, self.recipe
        wanted = max(2, int(np.ceil(r.views * min(1.0, self._done() / r.asking_until))))
        began = time.monotonic()
        while a.rounds < min(wanted, r.views):
            a.add_round(r.threads, progress)
        self.seconds += time.monotonic() - began

    def _learn_scales(self) -> None:
        """Mean and spread of every number that a teacher gives, over the first views."""
        if self.scales:
            return
        for t in self.answers.teachers:
            if t.kind == "concepts":
                continue
            rounds = [r for r in range(self.answers.rounds) if self.answers.asked(t, r)]
            mean, spread = means_and_spreads(self.answers.said[t.name][r] for r in rounds)
            spread = np.maximum(spread, 0.05 * np.median(spread))
            for name, part in self._parts(t):
                self.scales[name] = torch.from_numpy(mean[part]), torch.from_numpy(spread[part])

    @staticmethod
    def _parts(t: Any) -> list[tuple[str, slice]]:
        if t.kind != "embedding":
            return [(t.kind, slice(None))]
        split = t.dimension - t.inner
        return [(t.name, slice(0, split)), *([("inner", slice(split, None))] if t.inner else [])]

    def _pass(self, progress: Progress) -> None:
        """As many views as there are pictures, drawn from all that the teachers have answered."""
        r, n = self.recipe, len(self.answers.files)
        rng = np.random.default_rng([r.seed, 1, self.looked])
        draws = rng.permutation(self.answers.rounds * n)[:n]
        draws = draws[: len(draws) // r.batch * r.batch] if len(draws) > r.batch else draws
        began, said = time.monotonic(), dict[str, list[float]]()
        for at in range(0, len(draws), r.batch):
            now = time.monotonic()
            self.seconds, began = self.seconds + now - began, now
            if self._done() >= 1:
                break
            for name, loss in self._step(draws[at : at + r.batch], rng).items():
                said.setdefault(name, []).append(loss)
            self.looked += len(draws[at : at + r.batch])
            total = int(60 * r.minutes) if r.minutes is not None else r.epochs * n
            progress("training", int(self._done() * total), total)
        self.seconds += time.monotonic() - began
        if said:
            self.losses.append(
                {"step": self.step, "minutes": round(self.seconds / 60, 1), "rounds": self.answers.rounds}
                | {name: round(float(np.mean(losses)), 4) for name, losses in said.items()}
            )

    def _step(self, draws: NDArray[Any], rng: np.random.Generator) -> dict[str, float]:
        done, r = self._done(), self.recipe
        rate = r.rate * min(1.0, (self.step + 1) / _WARM) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, done)))
        for group in self.optimiser.param_groups:
            group["lr"] = max(rate, 1e-6)
        shares = np.array_split(draws, len(self.models))
        seeds = rng.integers(2**62, size=len(shares))
        side = next((int(r.side * share) // 32 * 32 for until, share in r.growing if done < until), r.side)
        parts = zip(self.models, shares, seeds, strict=True)
        results = list(map_jobs(lambda part: self._gradients(*part, side), parts, workers=len(self.models)))
        for p, *gradients in zip(self.parameters, *(g for g, _ in results), strict=True):
            p.grad = torch.empty_like(p).copy_(sum(gradients[1:], gradients[0]) / len(gradients))  # to lie as p does
        nn.utils.clip_grad_norm_(self.parameters, 5.0)
        self.optimiser.step()
        self.step += 1
        if self.step % _AVERAGED_EVERY == 0:
            self._average()
        names = dict.fromkeys(name for _, losses in results for name in losses)
        return {name: float(np.mean([losses[name] for _, losses in results if name in losses])) for name in names}

    def _gradients(
        self, model: nn.Module, draws: NDArray[Any], seed: int, side: int
    ) -> tuple[list[Tensor], dict[str, float]]:
        torch.set_num_threads(1)
        a, rng = self.answers, np.random.default_rng(seed)
        rounds, rows = np.divmod(draws, len(a.files))
        mirrored, coarse, apart = rng.random(3) < (0.5, _COARSE, self.recipe.parts if a.maps else 0.0)
        parts = Parts.drawn(len(rows), a.side, rng) if apart else None
        seen = a.seen[rounds, rows]
        x = torch.from_numpy(parts.cut(seen) if parts else seen).to(self.device).permute(0, 3, 1, 2)
        if mirrored:
            x = x.flip(3)  # a mirrored picture is the same picture; the teachers nearly agree
        if side != a.side and not parts:
            x = F.interpolate(x, size=(side, side), mode="bilinear", antialias=True)
        if coarse:
            x = F.interpolate(F.avg_pool2d(x.float(), 2), size=x.shape[2:], mode="bilinear")
        x = ((x.float() - self.mean) / self.std).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            out = model(x)
        if parts:
            losses = self._losses_of_parts(out, parts, rounds, rows, mirrored)
        else:
            losses = self._losses(out, rounds, rows, mirrored)
        total = sum(
            (self.weights[name] * loss for name, loss in losses.items()), start=torch.zeros((), device=self.device)
        )
        gradients = torch.autograd.grad(total, self.parameters, allow_unused=True)
        whole = [torch.zeros_like(p) if g is None else g for p, g in zip(self.parameters, gradients, strict=True)]
        return whole, {name: loss.item() for name, loss in losses.items()}

    def _map(self, array: NDArray[Any], rounds: NDArray[Any], rows: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array[rounds, rows].astype(np.float32)).to(self.device).permute(0, 3, 1, 2)

    def _losses_of_parts(
        self, out: dict[str, Tensor], parts: Parts, rounds: NDArray[Any], rows: NDArray[Any], mirrored: bool
    ) -> dict[str, Tensor]:
        """Against what the first teacher saw where, and the mean of that in place of its numbers."""
        a, losses = self.answers, dict[str, Tensor]()
        for k, array in enumerate(a.maps.values()):
            given = out[f"map{k}"].float()
            where = parts.where(self._map(array, rounds, rows), given.shape[-1])
            where = where.flip(3) if mirrored else where
            losses[f"part-map{k}"] = F.smooth_l1_loss(given, where)
            if k == 0:
                first = a.teachers[0]
                (mean, spread), (middle, axes) = self.scales[first.name], a.axes(first)
                middle, axes = (torch.from_numpy(v).to(self.device) for v in (middle, axes))
                numbers = out[first.name].float() * spread.to(self.device) + mean.to(self.device)
                losses["part"] = F.smooth_l1_loss((numbers - middle) @ axes, where.mean((2, 3)))
        return losses

    def _losses(
        self, out: dict[str, Tensor], rounds: NDArray[Any], rows: NDArray[Any], mirrored: bool
    ) -> dict[str, Tensor]:
        losses = {}
        for k, array in enumerate(self.answers.maps.values()):
            given = out[f"map{k}"].float()
            where = self._map(array, rounds, rows)
            where = F.adaptive_avg_pool2d(where.flip(3) if mirrored else where, given.shape[2:])
            losses[f"map{k}"] = F.smooth_l1_loss(given, where)
        for t in self.answers.teachers:
            asked = np.flatnonzero(rounds % t.every == 0)
            if not len(asked):
                continue
            said = self.answers.said[t.name][rounds[asked], rows[asked]].astype(np.float32)
            share = len(asked) / len(rounds)
            for name, part in self._parts(t):
                target = torch.from_numpy(said[:, part]).to(self.device)
                given = out[name].float()[torch.from_numpy(asked).to(self.device)]
                if name == "concepts":
                    losses[name] = share * F.binary_cross_entropy_with_logits(given, target)
                else:
                    mean, spread = (s.to(self.device) for s in self.scales[name])
                    losses[name] = share * F.smooth_l1_loss(given, (target - mean) / spread)
                    if name in self.classifiers:
                        known, guessed = (F.linear(x, *self.classifiers[name]) for x in (target, given * spread + mean))
                        apart = F.kl_div(
                            guessed.log_softmax(1), known.log_softmax(1), log_target=True, reduction="batchmean"
                        )
                        losses["classes"] = losses.get("classes", 0.0) + share * apart / len(self.classifiers)
        wanted = [*out, *(["classes"] if self.classifiers else [])]
        return {name: losses.get(name, torch.zeros((), device=self.device)) for name in wanted}

    def _average(self) -> None:
        keep = min(self.recipe.average, (1 + self.step) / (_AVERAGED_FROM + self.step)) ** _AVERAGED_EVERY
        follow(self.mean_student, self.student, keep)

    def _save(self) -> None:
        state = {
            "student": self.student.state_dict(),
            "mean": self.mean_student.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scales": self.scales,
            "at": {"step": self.step, "seconds": self.seconds, "looked": self.looked},
            "losses": self.losses,
        }
        write_whole(self.checkpoint, partial(torch.save, state))

    def _load(self, start: Path | None) -> None:
        own = self.checkpoint.is_file()
        path = self.checkpoint if own else start
        if path is None:
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.student.load_state_dict(state["student" if own else "mean"], strict=own)
        self.mean_student.load_state_dict(state["mean"], strict=own)
        self.scales = state["scales"]
        if own:
            self.optimiser.load_state_dict(state["optimiser"])
            for group in self.optimiser.param_groups:
                group.update(fused=True, foreach=False)
            self.step, self.seconds, self.looked = (state["at"][k] for k in ("step", "seconds", "looked"))
            self.losses = state["losses"]
