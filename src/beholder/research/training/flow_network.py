"""The networks of the flow: from noise to a small picture, and from a small picture to one of twice the side.

Both predict the velocity of a rectified flow [Liu2023]: between noise e and picture x lie the points t x + (1 - t) e,
and the velocity there is x - e. What a Gaussian with the pictures' mean and principal components would say is known in
closed form; the network learns the rest. A small picture is made larger in the wavelet domain (Haar [Haar1910]): the
picture is the mean of each square of four pixels, and the three differences within the square are what the flow makes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

SIDE = 32  # of the small picture
_WAVES = 32  # frequencies of a time's embedding
_GROUP = 16  # channels normalised together
_HEADS = 4


class Gaussian(nn.Module):
    """The velocity where pictures are normal: mean (d,), axes (d, k), variances (k,) along them, one for the rest."""

    def __init__(self, mean: Tensor, axes: Tensor, variances: Tensor, rest: Tensor) -> None:
        super().__init__()
        for name, value in {"mean": mean, "axes": axes, "variances": variances, "rest": rest}.items():
            self.register_buffer(name, value)

    @classmethod
    def of(cls, pictures: Tensor, components: int) -> Gaussian:
        """Of (n, 3, side, side) pictures."""
        flat = pictures.flatten(1)
        mean = flat.mean(0)
        y = flat - mean
        values, axes = torch.linalg.eigh((y.T @ y).double() / len(y))
        values, axes = values.flip(0).clamp(min=0), axes.flip(1)
        rest = values[components:].sum() / max(1, len(values) - components) + 1e-6
        return cls(mean, axes[:, :components].float().contiguous(), values[:components].float(), rest.float())

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        t = t[:, None]
        y = x.flatten(1) - t * self.mean
        rest = (t * self.rest - (1 - t)) / (t * t * self.rest + (1 - t) ** 2)
        along = (t * self.variances - (1 - t)) / (t * t * self.variances + (1 - t) ** 2)
        return (self.mean + rest * y + F.linear((along - rest) * (y @ self.axes), self.axes)).view(x.shape)


class _Residual(nn.Module):
    def __init__(self, i: int, o: int, told: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(i // _GROUP, i)
        self.first = nn.Conv2d(i, o, 3, padding=1)
        self.again = nn.GroupNorm(o // _GROUP, o, affine=False)
        self.told = nn.Linear(told, 2 * o)
        self.dropout = nn.Dropout2d(dropout)
        self.second = nn.Conv2d(o, o, 3, padding=1)
        self.skip = nn.Conv2d(i, o, 1) if i != o else nn.Identity()
        _silence(self.second)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        h = self.first(F.silu(self.norm(x)))
        scale, shift = self.told(told)[:, :, None, None].chunk(2, 1)
        h = F.silu(self.again(h) * (1 + scale) + shift)
        return self.skip(x) + self.second(self.dropout(h))


class _Attention(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(channels // _GROUP, channels)
        self.asked = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        _silence(self.out)

    def forward(self, x: Tensor) -> Tensor:
        channels, height, width = x.shape[1:]
        rows = self.norm(x).flatten(2).transpose(1, 2)
        q, k, v = (
            part.unflatten(2, (_HEADS, channels // _HEADS)).transpose(1, 2) for part in self.asked(rows).chunk(3, 2)
        )
        share = (q @ k.transpose(2, 3) / math.sqrt(channels // _HEADS)).softmax(3)  # the fused one is slower on CPUs
        seen = (share @ v).transpose(1, 2).flatten(2)
        return x + self.out(seen).transpose(1, 2).unflatten(2, (height, width))


class _Told(nn.Module):
    """One row of what the network is told: the time, and the condition where it is kept."""

    def __init__(self, condition: int, width: int) -> None:
        super().__init__()
        self.time = nn.Sequential(nn.Linear(2 * _WAVES, width), nn.SiLU(), nn.Linear(width, width))
        self.condition = nn.Linear(condition + 2, width)
        waves = torch.exp(-math.log(1000) * torch.arange(_WAVES) / _WAVES) * 20
        self.register_buffer("waves", waves)

    def forward(self, t: Tensor, condition: Tensor, keep: Tensor, zoom: Tensor) -> Tensor:
        angle = t[:, None] * self.waves
        row = torch.cat([condition * keep[:, None], keep[:, None], zoom[:, None]], 1)
        return F.silu(self.time(torch.cat([angle.cos(), angle.sin()], 1)) + self.condition(row))


class SmallFlow(nn.Module):
    """Velocity of (b, 3, SIDE, SIDE) pictures in [-1, 1]; a U-Net [Ronneberger2015] on squares of four pixels.

    t (b,) in [0, 1]; condition (b, c); keep (b,) 1, or 0 where the condition is not told; zoom (b,) 0 for a whole
    picture, above it for a part.
    """

    def __init__(
        self,
        gaussian: Gaussian,
        condition: int,
        widths: Sequence[int] = (64, 96, 160),
        told: int = 192,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        a, b, c = widths

        def block(i: int, o: int) -> _Residual:
            return _Residual(i, o, told, dropout)

        self.gaussian, self.told = gaussian, _Told(condition, told)
        self.enter = nn.Conv2d(2 * 3 * 4, a, 3, padding=1)
        self.down = nn.ModuleList([block(a, a), block(b, b), block(c, c)])
        self.shrink = nn.ModuleList([nn.Conv2d(a, b, 3, 2, 1), nn.Conv2d(b, c, 3, 2, 1)])
        self.middle = block(c, c)
        self.look = nn.ModuleList([_Attention(b), _Attention(c), _Attention(c), _Attention(b)])
        self.up = nn.ModuleList([block(2 * c, c), block(2 * b, b), block(b, b), block(2 * a, a), block(a, a)])
        self.grow = nn.ModuleList([nn.Conv2d(c, b, 3, padding=1), nn.Conv2d(b, a, 3, padding=1)])
        self.norm = nn.GroupNorm(a // _GROUP, a)
        self.leave = nn.Conv2d(a, 3 * 4, 3, padding=1)
        _silence(self.leave)

    def forward(self, x: Tensor, t: Tensor, condition: Tensor, keep: Tensor, zoom: Tensor) -> Tensor:
        known = self.gaussian(x.float(), t.float())
        told = self.told(t, condition, keep, zoom)
        h = self.enter(F.pixel_unshuffle(torch.cat([x, known], 1), 2))
        fine = self.down[0](h, told)
        half = self.look[0](self.down[1](self.shrink[0](fine), told))
        coarse = self.look[1](self.down[2](self.shrink[1](half), told))
        h = self.look[2](self.up[0](torch.cat([self.middle(coarse, told), coarse], 1), told))
        h = self.grow[0](F.interpolate(h, scale_factor=2.0))
        h = self.up[2](self.look[3](self.up[1](torch.cat([h, half], 1), told)), told)
        h = self.grow[1](F.interpolate(h, scale_factor=2.0))
        h = self.up[4](self.up[3](torch.cat([h, fine], 1), told), told)
        return known + F.pixel_shuffle(self.leave(F.silu(self.norm(h))), 2).float()


class LargeFlow(nn.Module):
    """Velocity of (b, 9, SIDE, SIDE) differences within the squares of four pixels, of a picture of twice the side.

    The small picture (b, 3, SIDE, SIDE) is what the differences are added to.
    """

    def __init__(self, scale: Tensor, width: int = 48, blocks: int = 4, told: int = 64) -> None:
        super().__init__()
        self.register_buffer("scale", scale)
        self.time = nn.Sequential(nn.Linear(2 * _WAVES, told), nn.SiLU())
        self.register_buffer("waves", torch.exp(-math.log(1000) * torch.arange(_WAVES) / _WAVES) * 20)
        self.enter = nn.Conv2d(9 + 3, width, 3, padding=1)
        self.blocks = nn.ModuleList([_Residual(width, width, told, 0.0) for _ in range(blocks)])
        self.leave = nn.Conv2d(width, 9, 3, padding=1)
        _silence(self.leave)

    def forward(self, x: Tensor, t: Tensor, small: Tensor) -> Tensor:
        angle = t[:, None] * self.waves
        told = self.time(torch.cat([angle.cos(), angle.sin()], 1))
        h = self.enter(torch.cat([x, small], 1))
        for block in self.blocks:
            h = block(h, told)
        t = t[:, None, None, None]
        known = x * (2 * t - 1) / (t * t + (1 - t) ** 2)  # the differences have mean 0 and variance 1
        return known.float() + self.leave(F.silu(h)).float()


def split_haar(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """(b, 3, s, s) means and (b, 9, s, s) differences of (b, 3, 2s, 2s)."""
    a, b, c, d = (pictures[:, :, y::2, x::2] for y in (0, 1) for x in (0, 1))
    return (a + b + c + d) / 4, torch.cat([a - b + c - d, a + b - c - d, a - b - c + d], 1) / 4


def _silence(layer: nn.Conv2d | nn.Linear) -> None:
    """Let a layer say nothing at first: a block then hands on what it got."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
