"""`tvc` as published, for the bench: `--methods runs/published_tvc.py:PublishedTvc` with `--task-vectors FOLDER`.

The start softmax(10 SRCC), nothing that pulls back to it [Yun2024]; 100 steps, as ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import softmax

from beholder.research.bench.tvc import Tvc
from beholder.taste import ExpertNetworks
from beholder.taste.network_mixture import agreement
from beholder.types import Answers

SHARPNESS = 10.0


class PublishedTvc(Tvc):
    name = "tvc-published"

    def __init__(self, prior: ExpertNetworks | None = None, random_state: int = 0) -> None:
        super().__init__(prior, pull=0.0, random_state=random_state)

    def _start(self, scores: Any, answers: Answers) -> Any:
        return np.asarray(softmax(SHARPNESS * agreement(scores, answers)), np.float64)
