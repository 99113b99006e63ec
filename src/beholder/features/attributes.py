"""The ten measured attributes: what a person may like about a picture, computed from its pixels.

The names are those of AADB (Kong et al., ECCV 2016), which Ren et al. (ICCV 2017) predict with a network. Here each is
a plain measurement with a source of its own, so a reason given in its words can be checked by eye. None of them says
whether a picture is good: each is a direction in which tastes differ, with a word for both ends.

A picture is looked at in a few small views, made once (`views`). Every measurement ends in `_squash`, a logistic
whose middle and width were set on 2,922 paintings so that the 5th and 95th percentile come out near .1 and .9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import fft, ndimage

from beholder.features.canvas import cube_root
from beholder.features.encoder_row import EncoderRow
from beholder.types import Matrix

_Array = NDArray[np.floating[Any]]

SIDE = 256  # longer side of the view that shows sharpness
_COLOUR = 128  # longer side of the view that shows colour
_MAP = 64  # side of the square view that shows layout
_THIN = 32  # no side of a view is shorter: a 1 x 2000 picture is stretched, not refused
_GREY_CHROMA = 6.0  # Lab chroma below which hue is mostly noise


@dataclass(frozen=True, slots=True)
class _Views:
    """What the measurements look at.

    grey      (h, w) lightness 0-255, longer side 256
    lab       (h, w, 3) CIE Lab, longer side 128
    rgb       (h, w, 3) sRGB 0-255, longer side 128
    layout    (64, 64, 3) CIE Lab, squeezed to a square: positions are shares of the width and the height
    salience  (64, 64) where the eye goes first; sums to 1
    """

    grey: _Array
    lab: _Array
    rgb: _Array
    layout: _Array
    salience: _Array


def _length(x: Any, y: Any) -> _Array:
    """Four times faster than hypot, and nothing here over- or underflows."""
    found: _Array = np.sqrt(x * x + y * y)
    return found


def _fit(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    width, height = (max(_THIN, round(length * scale)) for length in picture.size)
    return picture if picture.size == (width, height) else picture.resize((width, height), Image.Resampling.BOX)


_LINEAR = np.where(
    np.arange(256) <= 10, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)
_TO_XYZ = np.array(  # sRGB to XYZ over the D65 white point (IEC 61966-2-1)
    [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8728]], np.float32
)


def _to_lab(rgb: NDArray[np.uint8]) -> _Array:
    """CIE Lab of sRGB bytes, any shape ending in 3."""
    xyz = (_LINEAR[rgb.reshape(-1, 3)] @ _TO_XYZ.T).reshape(rgb.shape)
    f = np.where(xyz > 0.008856, cube_root(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _salience(layout: _Array) -> _Array:
    """Spectral residual [HouZhang2007] over the three Lab channels, plus distance to the mean colour [Achanta2009].

    The first finds what breaks the picture's own texture, the second what differs from it as a patch of colour.
    """
    spectrum = fft.fft2(layout, axes=(0, 1))
    amplitude = np.abs(spectrum)
    log_amplitude = np.log(amplitude + 1.0)
    residual = log_amplitude - ndimage.uniform_filter(log_amplitude, size=(3, 3, 1), mode="wrap")
    phase = np.divide(spectrum, amplitude, out=np.ones_like(spectrum), where=amplitude > 0)
    back = fft.ifft2(np.exp(residual) * phase, axes=(0, 1))
    weight = layout.std(axis=(0, 1))
    surprise = (np.abs(back) ** 2 * weight).sum(axis=2)
    blurred = ndimage.gaussian_filter(layout, sigma=(1.5, 1.5, 0))
    patch = np.linalg.norm(blurred - layout.mean(axis=(0, 1)), axis=2)
    maps = [ndimage.gaussian_filter(m, 2.0) for m in (surprise, patch**1.5)]
    shares = np.stack([m / (m.sum() + 1e-2) + 1e-6 for m in maps])  # 1e-6: a constant picture is salient nowhere
    salience: _Array = shares.mean(axis=0)
    return salience


def views(picture: Image.Image) -> _Views:
    """The views of a picture; any mode and size of at least 1 x 1."""
    picture = picture.convert("RGB")
    large = _fit(picture, SIDE)
    colour = _fit(large, _COLOUR)
    layout = _to_lab(np.asarray(colour.resize((_MAP, _MAP), Image.Resampling.BOX)))
    rgb = np.asarray(colour)
    grey = np.asarray(large.convert("L"), np.float32)
    return _Views(grey, _to_lab(rgb), rgb.astype(np.float32), layout, _salience(layout))


def _content(v: _Views) -> float:
    lightness = v.lab[..., 0]
    fine = ndimage.gaussian_filter(lightness, 1.0)
    edges = _length(ndimage.sobel(fine, 0), ndimage.sobel(fine, 1)) / 8
    return float(np.mean(edges / (edges + 4.0)))


def _emphasis(v: _Views) -> float:
    window = _MAP // 3
    inside = ndimage.uniform_filter(v.salience, window, mode="constant") * window**2
    return float(np.log(max(inside.max() - 0.09, 0.02)))


def _lighting(v: _Views) -> float:
    low, high = np.percentile(ndimage.gaussian_filter(v.layout[..., 0], 2.0), [2, 98])
    return float(high - low)


def _harmony(v: _Views) -> float:
    a, b = v.lab[..., 1].ravel(), v.lab[..., 2].ravel()
    chroma = _length(a, b)
    hue = np.degrees(np.arctan2(b, a))
    hue[hue < 0] += 360
    hue = (hue / 5).astype(np.intp) % 72
    weights = np.bincount(hue, np.maximum(chroma - _GREY_CHROMA, 0), minlength=72)
    total = weights.sum()
    distance = (_TEMPLATES @ weights).min() / (total + 0.5 * chroma.size)
    return float(-np.log(distance + 0.5))


def _template(*sectors: tuple[float, float]) -> NDArray[np.float64]:
    """(72, 72) degrees from each hue (second axis) to the nearest sector (middle, width), turned by each 5 degrees."""
    hues = np.arange(72) * 5.0 + 2.5
    turned = (hues[None, :] - np.arange(72)[:, None] * 5.0) % 360
    away = [np.abs((turned - middle + 180) % 360 - 180) - width / 2 for middle, width in sectors]
    beyond: NDArray[np.float64] = np.maximum(np.min(away, axis=0), 0)
    return beyond


_TEMPLATES = np.concatenate(  # at half their width: at full width half of all paintings fit one without a rest
    [
        _template((0, 9)),  # i
        _template((0, 46.8)),  # V
        _template((0, 9), (90, 39.6)),  # L
        _template((0, 39.6), (90, 9)),  # L mirrored
        _template((0, 9), (180, 9)),  # I
        _template((0, 46.8), (180, 9)),  # Y
    ]
)


def _vivid(v: _Views) -> float:
    red, green, blue = v.rgb[..., 0], v.rgb[..., 1], v.rgb[..., 2]
    rg, yb = red - green, (red + green) / 2 - blue
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def _cells(image: _Array, n: int = 8) -> _Array:
    """(n, n) means over a grid of n x n cells."""
    height, width = (length // n * n for length in image.shape)
    means: _Array = image[:height, :width].reshape(n, height // n, n, width // n).mean(axis=(1, 3))
    return means


def _cells_by(kind: NDArray[np.intp], image: _Array, kinds: int, n: int) -> _Array:
    """(n * n, kinds) for each kind of pixel the means that `_cells` has where the others are 0."""
    height, width = (length // n for length in image.shape)
    rows, columns = np.arange(n * height) // height, np.arange(n * width) // width
    place = (rows[:, None] * n + columns) * kinds + kind[: n * height, : n * width]
    sums = np.bincount(place.ravel(), image[: n * height, : n * width].ravel(), n * n * kinds)
    means: _Array = sums.reshape(n * n, kinds) / np.float64(height * width)
    return means


def _focus(v: _Views) -> float:
    soft = ndimage.uniform_filter(v.grey, 3)
    coarse = ndimage.uniform_filter(soft, 9)
    fine = _cells((v.grey - soft) ** 2)
    middle = _cells((soft - coarse) ** 2)
    sharp = np.sort((fine / (middle + 0.1 * middle.mean() + 1.0)).ravel())
    return float(np.log((sharp[-8:].mean() + 0.01) / (sharp[:32].mean() + 0.01)))


_ANGLES = np.linspace(0, np.pi, 36, endpoint=False)[:, None]  # shifts of the picture over itself: 36 directions,
_REACH = np.linspace(0.04, 0.5, 48)[None, :]  # 48 steps of up to half its sides
_AXIS = (np.arange(_MAP, dtype=np.float32) + 0.5) / _MAP


def _bump(x: float, y: float) -> _Array:
    """A hill over the layout at shares x, y of width and height."""
    return np.exp(-((_AXIS[None, :] - x) ** 2 + (_AXIS[:, None] - y) ** 2) / (2 * 0.09**2)).astype(np.float32)


_CENTRE = _bump(1 / 2, 1 / 2)
_THIRDS = np.max([_bump(x, y) for x in (1 / 3, 2 / 3) for y in (1 / 3, 2 / 3)], axis=0)


def _thirds(v: _Views) -> float:
    strong = v.salience**2
    return float(np.log(((strong * _THIRDS).sum() + 1e-9) / ((strong * _CENTRE).sum() + 1e-9)))


def _balance(v: _Views) -> float:
    weight = np.sqrt(np.abs(v.layout - v.layout.mean(axis=(0, 1))).sum(axis=2)) + 0.05
    weight /= weight.sum()
    x, y = (weight.sum(axis=0) * _AXIS).sum() - 0.5, (weight.sum(axis=1) * _AXIS).sum() - 0.5
    return float(-np.log(np.hypot(x, y) + 0.01))


def _repetition(v: _Views) -> float:
    lightness = v.lab[..., 0]
    detail = lightness - ndimage.gaussian_filter(lightness, 5.0)
    strength = np.sqrt(np.maximum(ndimage.uniform_filter(detail**2, 33), 0))  # its running sum can fall below 0
    return _self_likeness(v) + 1.5 * _periodicity(detail / (strength + 1.0))


def _self_likeness(v: _Views) -> float:
    """How like the whole each part is: oriented edges of 6 x 6 cells against all cells' median [Amirshahi2012]."""
    smooth = ndimage.gaussian_filter(v.lab[..., 0], 0.7)
    down, right = np.gradient(smooth)
    turn = np.arctan2(down, right)
    turn[turn < 0] += np.pi  # a line has no ends
    bins = _cells_by((turn / np.pi * 8).astype(np.intp) % 8, _length(down, right), 8, 6)
    whole = np.median(bins, axis=0)
    shares = bins / (bins.sum(axis=1, keepdims=True) + 0.1)
    return float(np.minimum(shares, whole / (whole.sum() + 0.1)).sum(axis=1).mean())


def _periodicity(detail: _Array) -> float:
    """The highest peak of the autocorrelation, over the lowest point on the way to it [LinWangYang1997]."""
    shape = [fft.next_fast_len(2 * length, real=True) for length in detail.shape]
    likeness = fft.irfft2(np.abs(fft.rfft2(detail - detail.mean(), shape)) ** 2, shape)
    rows, columns = detail.shape
    down, right = np.sin(_ANGLES) * _REACH * rows, np.cos(_ANGLES) * _REACH * columns
    rays = ndimage.map_coordinates(likeness, [down, right], order=1, mode="grid-wrap")
    rays /= (rows - down) * (columns - np.abs(right))  # as much of the picture as lies over itself at that shift
    return float((rays - np.minimum.accumulate(rays, axis=1)).max() / (likeness[0, 0] / detail.size + 0.01))


def _symmetry(v: _Views) -> float:
    smooth = ndimage.gaussian_filter(v.layout, sigma=(1.0, 1.0, 0))
    centred = smooth - smooth.mean(axis=(0, 1))
    return float(((centred * centred[:, ::-1]).sum() + 1.0) / ((centred**2).sum() + 1.0))


@dataclass(frozen=True, slots=True)
class _Attribute:
    """One measured attribute.

    low, high       what a picture has at 0 and at 1; each completes "You lean towards ..." and "a picture with ..."
    doc, source     the measurement in one sentence, and where it comes from
    measure         views -> a number without bounds, rising with the attribute
    middle, width   of the logistic that takes that number to [0, 1]
    """

    name: str
    low: str
    high: str
    doc: str
    source: str
    measure: Callable[[_Views], float]
    middle: float
    width: float

    def of(self, seen: _Views) -> float:
        """The attribute of one picture, in [0, 1]."""
        z = (self.measure(seen) - self.middle) / self.width
        return float(1 / (1 + np.exp(-np.clip(z, -30, 30))))


ATTRIBUTES: tuple[_Attribute, ...] = (
    _Attribute(
        "interesting content",
        "quiet, open areas",
        "much detail",
        "Share of the picture that holds visible edges, brush texture smoothed away.",
        "Ke, Tang & Jing, CVPR 2006 (simplicity, reversed); Rosenholtz et al., J. Vision 2007 (clutter)",
        _content,
        0.338,
        0.0587,
    ),
    _Attribute(
        "object emphasis",
        "no single subject",
        "a clear subject",
        "Share of all salience that one window of a third of both sides can hold.",
        "Hou & Zhang, CVPR 2007 and Achanta et al., CVPR 2009 (salience); Luo & Tang, ECCV 2008 (subject)",
        _emphasis,
        -2.43,
        0.328,
    ),
    _Attribute(
        "good lighting",
        "flat, even light",
        "strong contrast",
        "Distance between the darkest and the lightest large areas, in L* (2nd to 98th percentile, smoothed).",
        "Ke, Tang & Jing, CVPR 2006 (contrast); Datta et al., ECCV 2006 (exposure of light)",
        _lighting,
        54.2,
        12.06,
    ),
    _Attribute(
        "colour harmony",
        "clashing colours",
        "harmonious colours",
        "Distance of the hues, weighted by chroma, to the nearest hue template; grey and one hue fit wholly.",
        "Matsuda 1995; Cohen-Or et al., SIGGRAPH 2006; sectors at half their width, T, X and N left out",
        _harmony,
        -0.82,
        0.69,
    ),
    _Attribute(
        "vivid colour",
        "muted colours",
        "vivid colours",
        "Colourfulness: spread and mean of the red-green and yellow-blue opponents.",
        "Hasler & Suesstrunk, Human Vision and Electronic Imaging 2003",
        _vivid,
        44.0,
        16.8,
    ),
    _Attribute(
        "shallow depth of field",
        "everything in focus",
        "a soft background",
        "How much sharper the sharpest eighth of the picture is than its softer half (finest over middle detail).",
        "Datta et al., ECCV 2006 (low depth of field); Luo & Tang, ECCV 2008 (clarity contrast)",
        _focus,
        1.15,
        0.243,
    ),
    _Attribute(
        "rule of thirds",
        "a centred subject",
        "an off-centre subject",
        "Salience at the four crossings of the third lines against salience in the middle.",
        "Datta et al., ECCV 2006; Mai et al., ISM 2011 (rule of thirds from salience)",
        _thirds,
        1.313,
        0.334,
    ),
    _Attribute(
        "balancing element",
        "a lopsided layout",
        "a balanced layout",
        "Closeness of the centre of visual mass (difference from the mean colour) to the middle of the picture.",
        "Arnheim 1974; Thoemmes & Huebner, Frontiers in Psychology 2018 (deviation of the centre of mass)",
        _balance,
        3.661,
        0.279,
    ),
    _Attribute(
        "repetition",
        "forms that do not repeat",
        "repeating forms",
        "Likeness of every part's oriented edges to the whole's, plus the strongest peak of the autocorrelation.",
        "Amirshahi, Koch, Denzler & Redies 2012 (self-similarity); Lin, Wang & Yang 1997 (texture regularity)",
        _repetition,
        1.062,
        0.0564,
    ),
    _Attribute(
        "symmetry",
        "an asymmetric layout",
        "left-right symmetry",
        "Correlation of the picture's large forms and colours with their own mirror image, left to right.",
        "Brachmann & Redies, Symmetry 2016; on Lab colours instead of a network's filters",
        _symmetry,
        0.32,
        0.204,
    ),
)


SEEN = frozenset({  # ends that people see: at least 17 of 24 pictures beyond them were judged so (docs/explaining.md)
    "quiet, open areas", "much detail", "a clear subject", "flat, even light", "strong contrast", "harmonious colours",
    "muted colours", "vivid colours", "everything in focus", "a centred subject",
})  # fmt: skip


class AttributesRuntime:
    """The encoder `attributes`: ten numbers in [0, 1] a picture, in the order of `ATTRIBUTES`; nothing to load."""

    row = EncoderRow(
        name="attributes",
        dimension=len(ATTRIBUTES),
        licence="Apache-2.0",
        bytes=0,
        source="beholder.features.attributes",
        revision="2",
        preprocessing={
            "sides": (SIDE, _COLOUR, _MAP),
            "thin": _THIN,
            "squash": [(a.middle, a.width) for a in ATTRIBUTES],
        },
    )

    def encode(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, 10) float32 in [0, 1]; pictures of any mode and size, the same alone as in a batch."""
        seen = (views(picture) for picture in pictures)
        rows = [[attribute.of(v) for attribute in ATTRIBUTES] for v in seen]
        return np.array(rows, np.float32).reshape(-1, len(ATTRIBUTES))
