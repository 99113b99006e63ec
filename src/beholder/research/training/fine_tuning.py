"""`train task-vectors`: one start, a network fine-tuned on each set, and what changed.

The start is a backbone as it comes and a head learned on all sets together, the backbone held. From there each set has
its own fine-tuning; the task vector is the difference. Everything is kept as it is made: the same call goes on where it
was cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from beholder import __version__
from beholder.errors import UserError
from beholder.features.networks import Network, load_network, make_backbone, save_network, state_of
from beholder.features.networks.merged import blocks_of
from beholder.features.networks.network import in_batches
from beholder.features.task_vectors import TaskVector, TaskVectors
from beholder.research.training.encoder import files_of
from beholder.research.training.scored import ScoredSet, quality_set, read_set
from beholder.research.training.tuning import Tuning, TuningRecipe, crop, loss_of, whole
from beholder.research.training.work import begin, made_of, write_json
from beholder.types import Matrix, Progress, silent

_VIEWS = 4  # of each picture that the pooled head is learned on, besides the whole one
HEAD_STEPS, _HEAD_BATCH, _HEAD_RATE = 600, 256, 1e-3
PENALTIES = np.logspace(0, 5, 11)


def train_task_vectors(
    sets: Sequence[ScoredSet],
    out: Path,
    *,
    backbone: str = "mobilenet-v2",
    weights: Path | None = None,
    side: int = 128,
    recipe: TuningRecipe | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Fine-tune one network a set from one start and write the start, the vectors and a card to `out`.

    Parameters
    ----------
    weights
        of the backbone, see `make_backbone`
    side
        of the pictures that the networks are shown

    Returns
    -------
    dict[str, Any]
        the card: of every set the Spearman correlation of start, tuned network and ridge on its held-out pictures

    Raises
    ------
    UserError
    BadInput
    """
    recipe, say = recipe or TuningRecipe(), progress or silent
    names = [data.name for data in sets]
    if len(set(names)) < len(names) or not names:
        raise UserError(f"wanted are sets of different names, got: {', '.join(names) or 'none'}")
    used = made_of(backbone, weights, side, recipe)
    work = begin(out, {**used, "sets": [data.revision for data in sets]})
    torch.set_num_threads(recipe.threads)
    rows, vectors = [], []
    start = pooled_start(sets, work / "start.safetensors", backbone, weights, side, recipe, say)
    if any(True for _ in start.backbone.buffers()):
        raise UserError(
            f"{backbone} remembers statistics of its batches, and such networks cannot be mixed: use another backbone"
        )
    before = state_of(start)
    for data in sets:
        network = load_network(work / "start.safetensors")
        losses = Tuning(network, data, recipe, work / f"{data.name}.pt").run(say)
        vectors.append(TaskVector.between(before, state_of(network), backbone=backbone, name=data.name))
        rows.append(_judged(data, start, network, losses))
    blocks = blocks_of(start, list(before))
    TaskVectors(before, tuple(vectors), blocks, backbone, side, start.backbone.config).save(out)
    card = {**used, "sets": rows, "code": __version__}
    write_json(out / "card.json", card)
    return card


def train_from_folders(
    data: Sequence[str],
    out: Path,
    *,
    quality: str | None = None,
    backbone: str = "builtin",
    weights: Path | None = None,
    side: int = 128,
    recipe: TuningRecipe | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """`train_task_vectors` of sets by their names on the command line (`scored.read_set`).

    Parameters
    ----------
    quality
        clean pictures as `beholder import` takes them, of which an image-quality set is made
    """
    recipe = recipe or TuningRecipe()
    seen: dict[str, Any] = {"seed": recipe.seed, "threads": recipe.threads, "progress": progress}
    sets = [read_set(spec, side, **seen) for spec in data]
    if quality is not None:
        files = files_of([quality], out, progress or silent)
        sets.append(quality_set(files, side, **seen))
    return train_task_vectors(
        sets, out, backbone=backbone, weights=weights, side=side, recipe=recipe, progress=progress
    )


def pooled_start(
    sets: Sequence[ScoredSet],
    path: Path,
    backbone: str,
    weights: Path | None,
    side: int,
    recipe: TuningRecipe,
    say: Progress,
) -> Network:
    """The backbone with a head learned on all sets, every set as often as the others."""
    if path.is_file():
        return load_network(path)
    torch.manual_seed(recipe.seed)
    network = Network(make_backbone(backbone, weights), side).eval()
    features, scores = [], []
    for done, data in enumerate(sets):
        say("looking at the pictures", done, len(sets))
        rng = np.random.default_rng([recipe.seed, done])
        own = data.squares[data.learned]
        seen = [whole(own, side), *(np.stack([crop(s, side, rng) for s in own]) for _ in range(_VIEWS))]
        features.append(np.concatenate([features_of(network, views) for views in seen]))
        scores.append(np.tile(data.score[data.learned], len(seen)))
    _fit_head(network, features, scores, recipe, say)
    save_network(network, path)
    return network


def _fit_head(
    network: Network, features: Sequence[Matrix], scores: Sequence[NDArray[Any]], recipe: TuningRecipe, say: Progress
) -> None:
    """The head alone, on features (n, width) and scores (n,) of each set, all sets weighing the same."""
    rng, loss = np.random.default_rng(recipe.seed), loss_of(recipe.loss)
    optimiser = torch.optim.AdamW(network.head.parameters(), lr=_HEAD_RATE, weight_decay=recipe.decay)
    each = max(2, _HEAD_BATCH // len(features))
    values: Any = network.values
    network.head.train()
    for step in range(HEAD_STEPS):
        total: Tensor | None = None
        for X, y in zip(features, scores, strict=True):
            some = rng.integers(len(X), size=each)
            given = network.from_feature(torch.from_numpy(X[some]))
            part = loss(given, torch.from_numpy(y[some]).float(), values)
            total = part if total is None else total + part
        assert total is not None
        optimiser.zero_grad()
        total.backward()
        optimiser.param_groups[0]["lr"] = _HEAD_RATE * (1 - step / HEAD_STEPS)
        optimiser.step()
        say("learning the head on all sets", step + 1, HEAD_STEPS)
    network.head.eval()


def features_of(network: Network, squares: NDArray[np.uint8]) -> Matrix:
    """(n, width) what the backbone says of (n, side, side, 3)."""
    return in_batches(network.backbone, network, squares)


def _judged(data: ScoredSet, start: Network, tuned: Network, losses: Sequence[float]) -> dict[str, Any]:
    """How well start, tuned network and ridge on the start's features order the pictures that were held out."""
    new, learned = data.held_out, data.learned
    squares = whole(data.squares, start.side)
    X = features_of(start, squares)
    ridge = make_pipeline(StandardScaler(), RidgeCV(PENALTIES)).fit(X[learned], data.score[learned])
    given = {
        "start": in_batches(start.score, start, squares[new]),
        "tuned": in_batches(tuned.score, tuned, squares[new]),
        "ridge": ridge.predict(X[new]),
    }
    found = {name: round(float(spearmanr(score, data.score[new])[0]), 4) for name, score in given.items()}
    last = float(np.mean(losses[-20:]))
    return {"name": data.name, "learned": len(learned), "held_out": int(new.sum()), **found, "loss": round(last, 5)}
