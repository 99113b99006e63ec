"""Colours that go together: hand-picked palettes, turned, bleached and darkened so that no two pictures share one.

A palette is varied in Oklab (Ottosson 2020), where turning the hue keeps how light a colour looks. How vivid, how
dark and how many-hued a picture is does not depend on its family, so a taste for one is not a taste for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

# ground, ink, then four to five colours
_PICKED = """
f3ede1 23262e c4513a e6a23c 2f6690 7fa39c
efe6d5 2b2320 a63d2f d98e4a e8c98f 5b6f5d
eae7e0 1f2a37 274c77 6096ba a3cef1 d9a441
f5f1ea 2d2a32 d1495b edae49 00798c 30638e
ece4da 33272a 8c4a4a c98b70 e0b89e 6d7f86
f2efe9 1d3130 2a6f6b 5aa79b b8d8c8 e07a5f
f7f0e3 3a2e39 f4a259 5b8e7d 8cb369 bc4b51
e9e4dc 24211f 5e503f 8f7e65 c6ac8f 22333b
f1ece6 2a1e2c 6d3b5e a85d7f dd99a4 f1cfa9
edf0ee 16252f 1b4965 5fa8d3 bee9e8 ff8a5b
f6f3ee 262626 e63946 f1c453 1d5c96 2a9d8f
e8e6df 2c3333 395b64 7fa99b a5c9ca d8a48f
f4ead7 30201a 7f2f1d c1572b eb9d3f f2cf7b
eef0ea 1e2b1f 31572c 4f772d 90a955 d6d49a
f2eef3 211d36 3d348b 7678ed f7b801 f35b04
f0ece3 2f2b28 6b705c a5a58d b7b7a4 cb997e
e7ecef 14213d 274690 576ca8 a9b4d0 fca311
f8f1ee 3b1f2b c73e1d f18f01 a23b72 2e86ab
f5eee6 342a21 95663b d4a373 e9c9a0 7a8b69
eaf0f0 0f2b33 0e5a6b 1b998b 9bd1b2 f2dc9b
f3e9e4 2a1b1e 8e2436 c8465a ef8f88 f7c9b0
ebe9f0 1c1c2e 35386b 6b6ea8 a9a4cf e5c1cd
f7f2df 2c2a20 d6a419 efca4e 6a7b3c 345b5a
ede7e3 241a17 3c2a21 7b4b36 c28a60 3f5a66
f0f2ee 1d262b 51656f 8fa3a8 c3cfcf e2725b
f6eddc 27211d 00627a 00a6a6 efca08 f49f0a
f1e8ea 2b2233 5a4b7c 9a7aa0 e0a6b5 f3d9b1
""".split()  # noqa: SIM905 - a palette a line


def _hex(code: str) -> list[float]:
    return [int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)]


_PALETTES = np.array([_hex(code) for code in _PICKED]).reshape(-1, 6, 3)

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def to_oklab(rgb: Array) -> Array:
    """(..., 3) Oklab of sRGB in [0, 1]."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: Array = np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def from_oklab(lab: Array) -> Array:
    """(..., 3) sRGB in [0, 1], cut off where a colour lies outside."""
    linear = np.clip((lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T, 0, 1)
    rgb: Array = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return rgb


@dataclass(frozen=True)
class Palette:
    """Colours of one picture, sRGB in [0, 1].

    Attributes
    ----------
    ground
        (3,) what lies under everything: light on most pictures, dark on some
    ink
        (3,) its counterpart
    colours
        (4, 3) from dark to light
    """

    ground: Array
    ink: Array
    colours: Array

    @cached_property
    def is_dark(self) -> bool:
        return bool(self.ground.mean() < self.ink.mean())

    @property
    def deep(self) -> Array:
        """The darker of ground and ink."""
        return self.ground if self.is_dark else self.ink

    @property
    def pale(self) -> Array:
        """The lighter of ground and ink."""
        return self.ink if self.is_dark else self.ground

    def ramp(self, t: Array | float) -> Array:
        """Colours along the palette, from deep (0) over its colours to pale (1); t of any shape."""
        stops = np.vstack([self.deep, self.colours, self.pale])
        at = np.clip(np.asarray(t), 0, 1) * (len(stops) - 1)
        low = np.minimum(at.astype(np.intp), len(stops) - 2)
        share = (at - low)[..., None]
        mixed: Array = stops[low] * (1 - share) + stops[low + 1] * share
        return mixed

    def accent(self) -> Array:
        """The colour furthest from grey."""
        colour: Array = self.colours[int(np.ptp(self.colours, axis=1).argmax())]
        return colour

    def pick(self, rng: np.random.Generator) -> Array:
        """One of the colours, a little off: hand-mixed, never twice the same."""
        colour: Array = np.clip(self.colours[rng.integers(len(self.colours))] + rng.normal(0, 0.012, 3), 0, 1)
        return colour


def draw_palette(rng: np.random.Generator) -> Palette:
    """A palette for one picture: one of the picked ones, varied."""
    lab = to_oklab(_PALETTES[rng.integers(len(_PALETTES))])
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    hue = np.arctan2(lab[:, 2], lab[:, 1]) + rng.normal(0, 0.2)
    if rng.random() < 0.3:  # one family of hues
        main = hue[2 + rng.integers(4)]
        hue = main + 0.25 * np.angle(np.exp(1j * (hue - main)))
    chroma = chroma * rng.choice([0.2, 0.6, 0.9, 1.15, 1.45], p=[0.07, 0.18, 0.27, 0.29, 0.19])
    light = lab[:, 0]
    light = np.clip((light - 0.6) * rng.uniform(0.8, 1.12) + 0.6 + rng.normal(0, 0.03), 0.1, 0.97)
    rgb = from_oklab(np.stack([light, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1))
    ground, ink, colours = rgb[0], rgb[1], rgb[2:]
    colours = colours[np.argsort(colours @ [0.3, 0.6, 0.1])]
    if rng.random() < 0.3:
        ground, ink = ink, ground
    elif rng.random() < 0.3:
        ground = 0.55 * ground + 0.45 * colours[rng.integers(1, 4)]
    return Palette(ground.astype(np.float32), ink.astype(np.float32), colours.astype(np.float32))
