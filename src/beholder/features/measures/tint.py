"""The colour that a picture is on the whole, told from its measures: what hangs in its place until it is there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.features.measures.measuring import NAMES

_WARM, _COOL = 62.0, 245.0  # hue angles
_LMS = np.array([[1, 0.3963, 0.2158], [1, -0.1056, -0.0639], [1, -0.0895, -1.2915]])  # of OKLab, as cube roots
_RGB = np.array([[4.0767, -3.3077, 0.231], [-1.2684, 2.6097, -0.3413], [-0.0042, -0.7034, 1.7076]])  # linear, of LMS


def tints(measures: NDArray[Any]) -> NDArray[np.uint16]:
    """Red, green and blue in 5, 6 and 5 bits; never 0, which is left for what is not known.

    measures : (n, len(NAMES))
    """
    light, chroma, warm, cool = (measures[:, NAMES.index(name)] for name in ("light", "chroma", "warm", "cool"))
    lab = np.empty((len(measures), 3))
    lab[:, 0] = light
    for column, turn in ((1, np.cos), (2, np.sin)):
        lab[:, column] = chroma * (warm * turn(np.radians(_WARM)) + cool * turn(np.radians(_COOL)))
    linear = np.clip((lab @ _LMS.T) ** 3 @ _RGB.T, 0, 1)
    shown = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = np.round(shown * (31, 63, 31)).astype(np.uint16).T
    packed: NDArray[np.uint16] = np.maximum(red << 11 | green << 5 | blue, 1).astype(np.uint16)
    return packed
