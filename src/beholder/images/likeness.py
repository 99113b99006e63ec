"""Whether two pictures show one flat thing: by a hash of each, and by their local features.

Photos of a painting differ in light, angle, crop and sharpness; but a plane seen from two places is a homography of
itself. One that many local features agree on is looked for, and then the pictures are laid over each other: what stands
out in one stands out in the other, if they show the same. Two paintings of one series, or the same words stamped over
two pictures, have some features in common and do not lie over each other.

Local features need OpenCV, which is an extra.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn
from scipy.ndimage import gaussian_filter

from beholder.errors import MissingExtra

SIDE = 256  # pixels of the longer side at which pictures are looked at
MOST = 300  # local features of a picture
_NARROWEST = 16  # pixels; what is narrower has no features
_SMALL = 128  # pixels of the longer side at which two pictures are laid over each other
_HASH = 8  # bits a side
_TELLS = 0.8  # a feature's second nearest is so many times as far as the nearest, or the match says nothing
_NEAR = 5.0  # pixels within which a feature fits a homography
_FEWEST = 8  # features that must agree on one
_TRIES = 500
_AREAS = (0.25, 4.0)  # of one picture in the other
_BLUR = 5.0  # pixels around each in which light may differ

_Grey = NDArray[np.uint8]
_Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """The local features of a picture, and the picture, small and grey.

    Attributes
    ----------
    points
        (n, 2) in parts of the longer side
    descriptors
        (n, 128) of SIFT [Lowe2004]
    small
        (h, w)
    """

    points: _Plane
    descriptors: _Grey
    small: _Grey


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two pictures agree.

    Attributes
    ----------
    features
        that fit one homography
    pixels
        correlation of both where they lie over each other, each with its own light taken out; at most 1
    shared
        the part of each that the other shows too, of the one of which that is less
    """

    features: int = 0
    pixels: float = 0.0
    shared: float = 0.0


NONE = Agreement()


def perceptual_hash(picture: Image.Image) -> NDArray[np.bool_]:
    """(64,) bits that hardly change where a picture is packed or scaled anew: signs of its lowest frequencies."""
    grey = picture.convert("L").resize((4 * _HASH, 4 * _HASH), Image.Resampling.BOX)
    low = dctn(np.asarray(grey, np.float64))[: _HASH + 1, : _HASH + 1].ravel()[1 : _HASH * _HASH + 1]
    bits: NDArray[np.bool_] = low > np.median(low)
    return bits


def have_features() -> bool:
    """Whether the extra is installed that local features need."""
    try:
        _opencv()
    except MissingExtra:
        return False
    return True


def features_of(picture: Image.Image) -> Features:
    """The local features of a picture. raises : MissingExtra"""
    cv2 = _opencv()
    scale = SIDE / max(picture.size)
    grey = _scaled(picture.convert("L"), scale)
    if min(grey.size) < _NARROWEST:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8), np.zeros((1, 1), np.uint8))
    points, found = cv2.SIFT_create(MOST, contrastThreshold=0.02).detectAndCompute(np.asarray(grey), None)
    small = np.asarray(_scaled(grey, _SMALL / max(grey.size)))
    where = (np.array([one.pt for one in points]).reshape(-1, 2) / SIDE).astype(np.float32)
    descriptors = np.zeros((0, 128), np.uint8) if found is None else found.astype(np.uint8)
    return Features(where[:MOST], descriptors[:MOST], small)


def agreement(one: Features, other: Features) -> Agreement:
    """How far two pictures agree. raises : MissingExtra"""
    cv2 = _opencv()
    here, there = _matches(one.descriptors, other.descriptors)
    if len(here) < _FEWEST:
        return NONE
    onto, fits = cv2.findHomography(
        other.points[there] * SIDE, one.points[here] * SIDE, cv2.RANSAC, _NEAR, maxIters=_TRIES
    )
    if onto is None or (features := int(fits.sum())) < _FEWEST:
        return NONE
    scale = np.diag([_SMALL / SIDE, _SMALL / SIDE, 1.0])
    pixels, shared = _over(cv2, one.small, other.small, scale @ onto @ np.linalg.inv(scale))
    return Agreement(features, pixels, shared) if shared else NONE


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)


def _matches(one: _Grey, other: _Grey) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Features that are each other's nearest, clearly: (k,) of one, (k,) of the other."""
    if min(len(one), len(other)) < _FEWEST:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    near = _rooted(one) @ _rooted(other).T
    rows = np.arange(len(near))
    best, back = near.argmax(1), near.argmax(0)
    nearest = near[rows, best]
    near[rows, best] = -1
    clear = (1 - nearest) < _TELLS**2 * (1 - near.max(1))  # of squared distances
    here = np.flatnonzero(clear & (back[best] == rows))
    return here, best[here]


def _rooted(descriptors: _Grey) -> _Plane:
    """As RootSIFT [Arandjelovic2012]: the product of two is the cosine of their roots."""
    plain = descriptors.astype(np.float32)
    rooted: _Plane = np.sqrt(plain / np.maximum(plain.sum(1, keepdims=True), 1))
    return rooted


def _over(cv2: Any, one: _Grey, other: _Grey, onto: NDArray[np.float64]) -> tuple[float, float]:
    """(correlation, part shared) of two pictures, the other laid over the one; zeros where that is absurd."""
    height, width = other.shape
    corners = np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float32)
    lies = cv2.perspectiveTransform(corners, onto)[0]
    area = cv2.contourArea(lies, True) / one.size
    if not (_AREAS[0] < area * one.size / other.size < _AREAS[1] and cv2.isContourConvex(lies.reshape(-1, 1, 2))):
        return 0.0, 0.0
    size = one.shape[::-1]
    both = cv2.warpPerspective(np.ones(other.shape, np.float32), onto, size) > 0.99
    part = float(both.mean())
    shared = min(part, part / area)
    if shared < 0.05:
        return 0.0, 0.0
    laid = cv2.warpPerspective(other, onto, size)
    a, b = (_without_light(plane, both)[both] for plane in (one, laid))
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-9)), shared


def _without_light(plane: _Grey, where: NDArray[np.bool_]) -> _Plane:
    """What stands out, as much everywhere."""
    mask = where.astype(np.float32)
    weight = np.maximum(gaussian_filter(mask, _BLUR), 1e-3)
    soft = gaussian_filter(plane.astype(np.float32), 1.0)
    left = (soft - gaussian_filter(soft * mask, _BLUR) / weight) * mask
    spread = np.sqrt(gaussian_filter(left * left, _BLUR) / weight)
    out: _Plane = left / (spread + 3)
    return out


def _opencv() -> Any:
    try:
        import cv2
    except ImportError:
        raise MissingExtra("comparing photos of one painting", "duplicates") from None
    return cv2
