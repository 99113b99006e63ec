"""`train attributes`: the ten attributes of AADB are learned beside a generic score [Ren2017, section 4.1, table 3].

    loss = loss_aes + sum_i w_i loss_att_i,   w_i = 0.1        (eq. 4)

Lower blocks stay as the score was learned with; the last block of the stream of attributes and the heads are tuned,
once with the attributes' losses alone and once with the score's as well. Everything is kept as it is made: the same
call goes on where it was cut off.

Ren et al., Personalized Image Aesthetics, ICCV 2017; Kong et al., Photo Aesthetics Ranking Network with Attributes and
Content Adaptation, ECCV 2016 (AADB).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import RidgeCV
from torch import Tensor

from beholder import __version__
from beholder.errors import BadInput, UserError
from beholder.features.networks import Network, load_network, make_backbone
from beholder.features.networks.attributes import NAMES, AttributeNetwork, save_attribute_network
from beholder.json_reading import read_json
from beholder.research.datasets import Dataset, load_plain
from beholder.research.training.fine_tuning import PENALTIES, features_of, pooled_start
from beholder.research.training.generic import correlation, judged, told_of
from beholder.research.training.network_cards import (
    ATTRIBUTE_NETWORK,
    CARD,
    ENCODER,
    NETWORK,
    PAGE,
    WAYS,
    page_of_attributes,
)
from beholder.research.training.network_export import write_encoder
from beholder.research.training.scored import ScoredSet, scored_set
from beholder.research.training.tuning import (
    Tuning,
    TuningRecipe,
    five_crop_scores,
    five_crops,
    loss_of,
    recipe_of,
    whole,
)
from beholder.research.training.work import begin, made_of, write_json
from beholder.types import Progress, silent

_WEIGHT = 0.1  # of each attribute's loss, w_i of [Ren2017, eq. 4]
_SCORES = ("score", "published_score")  # columns that may hold the mean score


class _JointTuning(Tuning):
    """The stream of attributes on pictures with attributes, and with `rated` on scored pictures too."""

    def __init__(
        self,
        network: AttributeNetwork,
        data: ScoredSet,
        rated: ScoredSet | None,
        recipe: TuningRecipe,
        checkpoint: Path,
    ) -> None:
        self.rated = rated
        super().__init__(network, data, recipe, checkpoint)

    def _loss(self, rng: np.random.Generator) -> Tensor:
        pixels, told = self._seen(self.data, rng)
        with self._autocast():
            attributes, _ = self.network.stream(pixels)
        loss = _WEIGHT * ((attributes.float() - told).square().mean(0) / 2).sum()
        if self.rated is None:
            return loss
        pixels, score = self._seen(self.rated, rng)
        with self._autocast():
            _, distribution = self.network.stream(pixels)
        return loss + loss_of(self.recipe.loss)(distribution.float(), score, self.network.network.values)


def train_attributes(
    data: Path,
    out: Path,
    *,
    start: Path | None = None,
    scores: Path | None = None,
    backbone: str = "builtin",
    weights: Path | None = None,
    side: int | None = None,
    progress: Progress | None = None,
    **otherwise: Any,
) -> dict[str, Any]:
    """Learn ten attributes beside a score and write the network to `out`.

    Parameters
    ----------
    data
        AADB, or any set in the plain format whose items.csv has the ten columns
    start
        the network that scores, or the folder of `train generic`; None: `backbone` with a head learned on the
        scores, as `weights` and `side` say
    scores
        a rated set whose scores are learned jointly; None: the mean scores of `data`
    out
        gets attributes.safetensors, encoder.onnx with its .json, card.json, README.md and work/, which may be
        deleted
    otherwise
        what of the backbone's `TuningRecipe` is not to be as usual: loss, steps, seed, threads ...

    Returns
    -------
    dict[str, Any]
        the card; Spearman's correlations are with what people said of the pictures that were held out

    Raises
    ------
    UserError
    BadInput
    ShapeError
    """
    say = progress or silent
    if start is not None and (weights is not None or side is not None):
        raise UserError(f"{start} has weights and a side of its own; leave weights and side out")
    given = start / NETWORK if start is not None and start.is_dir() else start
    scoring = Network(make_backbone(backbone, weights), side) if given is None else load_network(given)
    backbone, side = scoring.backbone.name, scoring.side
    recipe = recipe_of(backbone, **otherwise)
    torch.set_num_threads(recipe.threads)
    if scores is not None and start is not None and start.is_dir():
        _check_seed(start, recipe.seed)
    read = [load_plain(folder) for folder in (data, scores) if folder is not None]
    own, rated = _sets(read, side, recipe, progress)
    used = made_of(backbone, given or weights, side, recipe)
    work = begin(out, {**used, "data": [own.revision, rated.revision]})
    if given is None:
        scoring = pooled_start([rated], work / "start.safetensors", backbone, weights, side, recipe, say)
    first = AttributeNetwork(scoring)
    _fit_heads(first, own)
    networks = {way: copy.deepcopy(first) for way in WAYS}
    say("learning the attributes alone", 0, 0)
    _JointTuning(networks["alone"], own, None, recipe, work / "alone.pt").run(say)
    say("learning attributes and score jointly", 0, 0)
    _JointTuning(networks["jointly"], own, rated, recipe, work / "jointly.pt").run(say)
    card = {
        "data": [told_of(read[0], own), *(told_of(other, rated) for other in read[1:])],
        **used,
        "seed": recipe.seed,
        "attributes": {way: _judged(network, own) for way, network in networks.items()},
        "score": _scores_judged(networks["jointly"], rated),
        "code": __version__,
    }
    save_attribute_network(networks["jointly"], out / ATTRIBUTE_NETWORK)
    licence = " and ".join(dict.fromkeys(one.licence for one in read if one.licence)) or "unknown"
    write_encoder(networks["jointly"], out / ENCODER, name=f"attributes-{read[0].name}", licence=licence)
    write_json(out / CARD, card)
    (out / PAGE).write_text(page_of_attributes(card), encoding="utf-8")
    return card


def _check_seed(start: Path, seed: int) -> None:
    """raises : UserError where other pictures were held out when the start learned the score"""
    held_out_by = read_json(start / CARD)["seed"]
    if held_out_by != seed:
        raise UserError(
            f"the score of {start} was learned with seed {held_out_by}, this call has {seed}: pictures that it learned "
            f"from would test it; give --seed {held_out_by}"
        )


def _sets(
    read: Sequence[Dataset], side: int, recipe: TuningRecipe, progress: Progress | None
) -> tuple[ScoredSet, ScoredSet]:
    """The pictures with their (n, 10) attributes, and those with the scores that are learned jointly."""
    how: dict[str, Any] = {"seed": recipe.seed, "threads": recipe.threads, "progress": progress}
    data = read[0]
    if absent := [name for name in NAMES if name not in data.columns]:
        raise BadInput(
            f"items.csv of {data.name} has no column {', '.join(absent)}; wanted are the ten attributes, as "
            "`beholder datasets convert aadb` writes them"
        )
    if len(read) > 1:
        return scored_set(data, side, column=NAMES, **how), scored_set(read[1], side, lowest=recipe.lowest, **how)
    column = next((name for name in _SCORES if name in data.columns), None)
    if column is None:
        raise BadInput(f"items.csv of {data.name} has no column score, and no other set with scores was given")
    both = scored_set(data, side, column=[*NAMES, column], **how)
    return replace(both, score=both.score[:, :-1]), replace(both, score=both.score[:, -1])


def _fit_heads(network: AttributeNetwork, data: ScoredSet) -> None:
    """Set the ten heads by ridge regression on the feature as it comes, the penalty found by leaving one out."""
    learned = data.learned
    X = features_of(network.network, whole(data.squares[learned], network.side)).astype(np.float64)
    mean, spread = X.mean(0), X.std(0)
    scale = 1 / np.where(spread > 1e-6, spread, np.inf)
    ridge: Any = RidgeCV(PENALTIES, alpha_per_target=True).fit((X - mean) * scale, data.score[learned])
    weight = ridge.coef_ * scale
    layer: Any = network.heads[-1]
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
        layer.bias.copy_(torch.from_numpy(ridge.intercept_ - weight @ mean))


def _judged(network: AttributeNetwork, data: ScoredSet) -> dict[str, float | None]:
    """Spearman's correlation of each attribute with what people said, by five crops of each held-out picture."""
    network.eval()
    told = five_crops(network.attributes, network.network, data.squares[data.held_out])
    truth = data.score[data.held_out]
    return {name: correlation(truth[:, i], told[:, i]) for i, name in enumerate(NAMES)}


def _scores_judged(network: AttributeNetwork, rated: ScoredSet) -> dict[str, float | None]:
    """The same of the score as it is given, and of the one that was learned with the attributes."""
    unseen = rated.squares[rated.held_out]
    jointly = five_crops(network.joint_score, network.network, unseen)
    return {
        "generic": judged(rated, five_crop_scores(network.network, unseen)),
        "jointly": judged(rated, jointly),
    }
