"""`train generic`: a network is fine-tuned on one rated set and becomes a generic score, what people like on the whole.

As the generic model of [Ren2017, section 4.1], with any backbone and any of the losses; with the backbone `ren2017` by
their own recipe. Everything is kept as it is made: the same call goes on where it was cut off.

Ren et al., Personalized Image Aesthetics, ICCV 2017.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from beholder import __version__
from beholder.features.networks import Network, make_backbone, save_network
from beholder.features.networks.network import in_batches
from beholder.research.bench.metrics import spearman
from beholder.research.datasets import Dataset, load_plain
from beholder.research.training.fine_tuning import pooled_start
from beholder.research.training.network_cards import CARD, ENCODER, NETWORK, PAGE, page_of_score
from beholder.research.training.network_export import write_encoder
from beholder.research.training.scored import ScoredSet, scored_set
from beholder.research.training.tuning import Tuning, five_crop_scores, recipe_of, whole
from beholder.research.training.work import begin, made_of, write_json
from beholder.types import Floats, Progress, silent


def train_generic(
    data: Path,
    out: Path,
    *,
    backbone: str = "builtin",
    weights: Path | None = None,
    side: int | None = None,
    progress: Progress | None = None,
    **otherwise: Any,
) -> dict[str, Any]:
    """Fine-tune a network on a rated set in the plain format and write it to `out`.

    Parameters
    ----------
    weights
        of the backbone, see `make_backbone`
    side
        of the pictures it is shown, None: as its weights want it
    out
        gets network.safetensors, encoder.onnx with its .json, card.json, README.md, and work/, which may be deleted
    otherwise
        what of the backbone's `TuningRecipe` is not to be as usual: loss, steps, seed, threads ...

    Returns
    -------
    dict[str, Any]
        the card; Spearman's rank correlation is with the scores of the pictures that were held out

    Raises
    ------
    UserError
    BadInput
    ShapeError
    """
    recipe, say = recipe_of(backbone, **otherwise), progress or silent
    torch.set_num_threads(recipe.threads)
    side = Network(make_backbone(backbone, weights), side).side
    read = load_plain(data)
    rated = scored_set(read, side, lowest=recipe.lowest, seed=recipe.seed, threads=recipe.threads, progress=progress)
    work = begin(out, {**made_of(backbone, weights, side, recipe), "data": rated.revision})
    network = pooled_start([rated], work / "start.safetensors", backbone, weights, side, recipe, say)
    before = judged(rated, five_crop_scores(network, rated.squares[rated.held_out]))
    losses = Tuning(network, rated, recipe, work / "checkpoint.pt").run(say)
    unseen = rated.squares[rated.held_out]
    card = {
        "data": told_of(read, rated),
        **made_of(backbone, weights, side, recipe),
        "seed": recipe.seed,
        "spearman": {
            "start": before,
            "five_crops": judged(rated, five_crop_scores(network, unseen)),
            "whole_picture": judged(rated, in_batches(network.score, network, whole(unseen, side))),
        },
        "loss": round(float(np.mean(losses[-20:])), 5),
        "code": __version__,
    }
    save_network(network, out / NETWORK)
    write_encoder(network, out / ENCODER, name=f"generic-{read.name}", licence=read.licence or "unknown")
    write_json(out / CARD, card)
    (out / PAGE).write_text(page_of_score(card), encoding="utf-8")
    return card


def told_of(read: Dataset, rated: ScoredSet) -> dict[str, Any]:
    """A set as a card tells of it."""
    count = {"learned": len(rated.learned), "held_out": int(rated.held_out.sum())}
    return {"name": read.name, "revision": read.revision, "licence": read.licence, "pictures": count}


def judged(rated: ScoredSet, score: Any) -> float | None:
    """Spearman's correlation of scores with those of the held-out pictures; None where there are too few of these."""
    return correlation(rated.score[rated.held_out], score)


def correlation(truth: Floats, score: Any) -> float | None:
    """Spearman's, to four places; None where one of the two is the same for all."""
    if len(truth) < 3 or np.ptp(truth) == 0 or np.ptp(score) == 0:
        return None
    return round(spearman(truth, np.asarray(score, np.float64)), 4)
