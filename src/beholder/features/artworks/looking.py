"""The network of this folder: what it says of a picture, or of a part of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import BadInput
from beholder.features.external_data import sha256
from beholder.features.onnx import open_session
from beholder.json_reading import read_json

MODEL = Path(__file__).with_name("finder.onnx")
_SHA256 = "83edfee22e480ae69aa14b35ab784f9a77e2b61053679f4c869747477e74ef22"
_MIRRORED = [1, 0, 3, 2]  # which corner of the mirrored picture each is


@dataclass(frozen=True, eq=False)
class Maps:
    """What the network says of a square view.

    Attributes
    ----------
    masks
        (2, m, m) how surely each place is canvas, and is work or frame
    middles
        (g, g) how surely the middle of a work is there
    corners
        (2, 4, 2, g, g) x, y of the corners of canvas and frame, seen from the middle of the cell, in shares of the view
    shows
        how surely the view shows a work, and is not one itself
    """

    masks: NDArray[np.float32]
    middles: NDArray[np.float32]
    corners: NDArray[np.float32]
    shows: float


class Looker:
    """A network in a file, with its settings in the .json of the same name beside it."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        self.settings: dict[str, Any] = read_json(path.with_suffix(".json"))
        self._session = open_session(path, threads)

    def look(self, views: Sequence[Image.Image]) -> list[Maps]:
        """What it says of square RGB views of one side; each is seen mirrored too."""
        pixels = np.stack([np.asarray(view, np.float32) for view in views]).transpose(0, 3, 1, 2)
        both = np.concatenate([pixels, pixels[..., ::-1]])
        masks, middles, corners, shows = self._session.run(["masks", "middles", "corners", "shows"], {"picture": both})
        corners = corners.reshape(len(both), 2, 4, 2, *corners.shape[2:]) * (self.settings["unit"] / pixels.shape[-1])
        n, other = len(views), corners[len(views) :, :, _MIRRORED, ..., ::-1].copy()
        other[:, :, :, 0] *= -1
        return [
            Maps(
                (masks[i] + masks[n + i, ..., ::-1]) / 2,
                (middles[i, 0] + middles[n + i, 0, :, ::-1]) / 2,
                (corners[i] + other[i]) / 2,
                float(shows[i, 0] + shows[n + i, 0]) / 2,
            )
            for i in range(n)
        ]


@lru_cache(maxsize=1)
def shipped() -> Looker:
    """The network of this folder. raises : BadInput where it is not the one that belongs to this version"""
    if not MODEL.is_file() or sha256(MODEL) != _SHA256:
        raise BadInput(f"{MODEL} is damaged or not of this version of Beholder; install it again")
    return Looker(MODEL)
