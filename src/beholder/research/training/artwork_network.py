"""The network that finds artworks, while it learns: the body of the encoder `builtin`, and a decoder.

The decoder climbs back from the body's smallest map to half of the picture's side, seeing what the body saw on each
step [Ronneberger2015]. It says where canvases are and where works are with their frames (two masks), where the middle
of a work is [Zhou2019], from each middle where the eight corners are, and for the whole picture whether it shows
a work at all, or is one.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from beholder.features.networks.builtin import Builtin

OUTPUTS = "masks", "middles", "corners", "shows"
FINE, COARSE = 2, 4  # pixels of the picture to one of the masks; to one of the middles and corners
UNIT = 128  # pixels that corners are counted in
MULTIPLE = 32  # of which a side must be one


class ArtworkNetwork(nn.Module):
    """Masks (b, 2, h/2, w/2), middles (b, 1, h/4, w/4), corners (b, 16, h/4, w/4), shows (b, 1) of (b, 3, h, w).

    All but the corners as logits. Corners are x, y of the canvas's four, then of the frame's four, as seen from the
    middle of the cell, in units of `UNIT` pixels, so that a view of any size is read alike. The picture is of values
    from 0 to 255.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, body: Builtin) -> None:
        super().__init__()
        self.config = dict(body.config)
        layers = list(body.layers)[:-1]
        self.body = nn.ModuleList(layers)
        self.halves = [isinstance(layer, nn.Sequential) for layer in layers]  # the other layers are residual blocks
        self.register_buffer("mean", torch.tensor(body.mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(body.std).view(1, 3, 1, 1) * 255)
        self.context, self.whole = _conv(256, 128, 1), nn.Linear(256, 128)
        self.up16, self.up8, self.up4 = _conv(128 + 128, 96), _conv(96 + 64, 64), _conv(64 + 32, 48)
        self.deep4, self.thin4 = _conv(48, 48), _conv(48, 24, 1)
        self.up2 = _conv(24 + 16, 24)
        self.masks, self.middles = nn.Conv2d(24, 2, 1), nn.Conv2d(48, 1, 1)
        self.corners = nn.Sequential(_conv(48, 48), nn.Conv2d(48, 16, 1))
        self.shows = nn.Sequential(nn.Linear(256 + 128, 64), nn.ReLU(), nn.Linear(64, 1))
        nn.init.constant_(self.middles.bias, -3.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x = (x - self.mean) / self.std
        seen = list[Tensor]()
        for layer, halves in zip(self.body, self.halves, strict=True):
            x = layer(x)
            if halves:
                seen.append(x)
            else:
                seen[-1] = x
        by2, by4, by8, by16, by32 = seen
        pooled = by32.mean((2, 3))
        y = self.context(by32) + self.whole(pooled)[..., None, None]
        shows = self.shows(torch.cat([pooled, y.amax((2, 3))], 1))
        y = self.up8(torch.cat([_twice(self.up16(torch.cat([_twice(y), by16], 1))), by8], 1))
        y = self.deep4(self.up4(torch.cat([_twice(y), by4], 1)))
        fine = self.up2(torch.cat([_twice(self.thin4(y)), by2], 1))
        return self.masks(fine), self.middles(y), self.corners(y), shows


class Said(nn.Module):
    """The network as it is shipped: probabilities instead of logits."""

    def __init__(self, network: ArtworkNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        masks, middles, corners, shows = self.network(x)
        return torch.sigmoid(masks), torch.sigmoid(middles), corners, torch.sigmoid(shows)


def _conv(i: int, o: int, size: int = 3) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(i, o, size, 1, size // 2, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")
