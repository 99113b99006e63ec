"""`train artworks`: a small network learns to find paintings in photos, from photos that are made for it.

Needs only pictures: paintings to hang, and photographs to hang them before. Every fifth picture is kept apart; scenes
made of those say how well it does, and from which score on a find counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from beholder import __version__
from beholder.errors import MissingExtra, UserError
from beholder.features.artworks.finding import find_with
from beholder.features.artworks.looking import Looker
from beholder.images import open_image
from beholder.research.bench.finding import figures_of, share_cut
from beholder.research.training.encoder import files_of
from beholder.research.training.scene_store import SceneStore
from beholder.research.training.work import write_json
from beholder.types import Progress, silent

NETWORK, CARD = "finder.onnx", "card.json"
SETTINGS = {"side": 160, "closer": 160, "first": 0.25, "again": 0.15, "least": 0.3, "shows": 0.9}
_APART = 5  # every how manieth picture is kept for the figures
_JUDGED = 1000  # scenes made of those
_CLEAN = 300  # clean pictures of each kind


@dataclass(frozen=True)
class ArtworkRecipe:
    """How to train.

    Attributes
    ----------
    minutes
        of a processor's time for training; making the scenes comes before
    scenes
        made photos, each of which is seen in many views
    growing
        until which share of the training which sides of a view are seen, in turns
    start
        a network to go on from; None: the body of the encoder `builtin`
    """

    minutes: float = 30.0
    scenes: int = 20_000
    growing: tuple[tuple[float, tuple[int, ...]], ...] = ((0.6, (128,)), (1.0, (128, 160, 192)))
    start: Path | None = None
    batch: int = 16
    rate: float = 2e-3
    decay: float = 0.02
    seed: int = 0
    threads: int = 1


def train_artworks(
    paintings: Sequence[str | Path],
    photos: Sequence[str | Path],
    out: Path,
    *,
    recipe: ArtworkRecipe | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train a network that finds artworks and write it to `out`; run again it goes on where it was.

    Parameters
    ----------
    paintings
        what hangs on the walls, each as `beholder import` takes it
    photos
        what else there is to see, and what is to be left whole; none of them shows an artwork
    out
        gets finder.onnx with its .json, card.json, and work/ (scenes and checkpoint; may be deleted after)

    Returns
    -------
    dict[str, Any]
        the card: what it was made of, and figures on scenes and clean pictures that it did not learn from

    Raises
    ------
    UserError
    BadInput
    MissingExtra
    """
    try:
        from beholder.research.training.artwork_export import write_artwork_network
        from beholder.research.training.artwork_fitting import ArtworkFitting
    except ImportError:
        raise MissingExtra("training a network", "torch") from None
    recipe, say, work = recipe or ArtworkRecipe(), progress or silent, out / "work"
    work.mkdir(parents=True, exist_ok=True)
    files = [files_of(sources, out, say) for sources in (paintings, photos)]
    if len(files[0]) < _APART:
        raise UserError(f"wanted at least {_APART} paintings to make photos of, found {len(files[0])}")
    learned = [[p for i, p in enumerate(some) if i % _APART != _APART - 1] for some in files]
    apart = [some[_APART - 1 :: _APART] for some in files]
    scenes = SceneStore(work / "scenes", learned[0], learned[1], recipe.seed)
    scenes.make(recipe.scenes, say, recipe.threads)
    fitting = ArtworkFitting(scenes, recipe, work / "checkpoint.pt")
    told = fitting.run(say)
    write_artwork_network(fitting.mean_network, out / NETWORK, SETTINGS)
    unseen = SceneStore(work / "unseen", apart[0], apart[1], recipe.seed + 1)
    unseen.make(_JUDGED, say, recipe.threads)
    card = {
        "paintings": len(learned[0]),
        "photos": len(learned[1]),
        "recipe": asdict(recipe) | {"start": recipe.start and recipe.start.name},
        **told,
        "unseen": figures(Looker(out / NETWORK), unseen, apart[0], apart[1], say),
        "code": __version__,
    }
    write_json(out / CARD, card)
    return card


def figures(
    looker: Looker, scenes: SceneStore, paintings: Sequence[Path], photos: Sequence[Path], say: Progress
) -> dict[str, Any]:
    """How well it finds in scenes; the shares that it cuts of rooms without works, of paintings and of photographs."""
    hung, empty = list[Any](), list[Image.Image]()
    for i in range(len(scenes)):
        scene = scenes[i]
        photo = Image.fromarray(scene.pixels)
        if len(scene.canvases):
            hung.append((photo, scene.canvases, scene.outers))
        else:
            empty.append(photo)
    say("looking for works", 0, len(scenes))
    find = lambda picture: find_with(looker, picture)  # noqa: E731
    told = figures_of(find, hung).as_dict() | {"cut_without_works": _rounded(share_cut(find, empty))}
    say("looking for works", len(scenes), len(scenes))
    for name, files in (("paintings", paintings), ("photos", photos)):
        some = [files[i] for i in np.unique(np.linspace(0, len(files) - 1, _CLEAN).astype(int))] if files else []
        told[f"cut_{name}"] = _rounded(share_cut(find, (open_image(path) for path in some)))
    return told


def _rounded(share: float) -> float:
    return round(share, 4)
