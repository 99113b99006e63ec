"""The moving average of a network in training: what is kept and shipped."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def follow(mean: nn.Module, now: nn.Module, keep: float) -> None:
    """Move every number of `mean` towards that of `now`, which has the same ones, to a share of 1 - keep."""
    for old, new in zip(mean.state_dict().values(), now.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(new, 1 - keep)
        else:
            old.copy_(new)
