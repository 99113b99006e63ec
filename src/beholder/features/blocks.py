"""The blocks of `classic`: each a function from a canvas to a few numbers, with its source.

Each number is squeezed (square root, cube root, logarithm with a floor) so that over many pictures it is spread about
evenly: after standardisation no picture is dozens of deviations out, and distances mean something.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from beholder.features.canvas import (
    ANGLES,
    SIDE,
    Array,
    Canvas,
    by_angle,
    cells,
    gradient,
    pooled,
    resized,
    round_histogram,
    shrink,
    soft_histogram,
)

_BANDS = 8  # rings of the spectrum, an even number of octaves apart


def _root(shares: Array) -> Array:
    """Square root: distances of shares become Hellinger's, and rare colours count."""
    rooted: Array = np.sqrt(shares)
    return rooted


def colour_moments(c: Canvas) -> Array:
    """Mean, deviation and skew of L, a, b and chroma, and how they go together (Stricker & Orengo 1995). 16 numbers."""
    parts = [c.L, c.a, c.b, c.C]
    centred = [x - x.mean() for x in parts]
    spread = [float(x.std()) for x in parts]
    skew = [np.cbrt((x * x * x).mean()) for x in centred]
    pairs = [(0, 1), (0, 2), (1, 2), (0, 3)]
    together = [(centred[i] * centred[j]).mean() / (spread[i] * spread[j] + 1e-3) for i, j in pairs]
    return np.array([*(x.mean() for x in parts), *spread, *skew, *together])


def hues(c: Canvas) -> Array:
    """Square roots of a histogram of hue weighted by chroma (Swain & Ballard 1991; Hellinger). 12 numbers."""
    return _root(round_histogram(c.hue, c.C, 12))


def tones(c: Canvas) -> Array:
    """Square roots of a histogram of lightness. 6 numbers."""
    return _root(soft_histogram(c.L, 0.1, 1.0, 6))


def figure_colours(c: Canvas) -> Array:
    """Colour at the edges and of the plain areas, each against the whole (after Datta et al. 2006). 8 numbers."""
    weights = [c.edge / (c.edge.sum() + 1e-6), 1 / (c.edge + 0.02)]
    weights[1] = weights[1] / weights[1].sum()
    return np.array([(w * x).sum() - w.sum() * x.mean() for x in (c.L, c.a, c.b, c.C) for w in weights])


def colour_edges(c: Canvas) -> Array:
    """Edges between colours, by direction (opponent gradients: van de Sande et al. 2010). 8 numbers."""
    means = [part.mean() for x in (c.a, c.b) for part in by_angle(*gradient(shrink(x, 2)), 4)]
    return _root(np.array(means))


def layout(c: Canvas) -> Array:
    """L, a and b of the nine thirds, against the whole (after the MPEG-7 colour layout). 27 numbers."""
    thirds = pooled(c.map[:3], 3)
    return np.ravel(thirds - thirds.mean((1, 2), keepdims=True))


def rings(c: Canvas) -> Array:
    """L, a, b, chroma and edges from the middle outwards, against the whole (after Datta et al. 2006). 15 numbers."""
    out = np.abs(np.arange(12) - 5.5)
    ring = (np.maximum(out[:, None], out[None]) // 2).astype(int)
    means = np.array([c.map[:, ring == k].mean(1) for k in range(3)]).T
    means[4] = np.log(means[4] + 3e-3)
    whole = c.map.mean((1, 2))
    whole[4] = 0
    return np.ravel(means - whole[:, None])


def edge_directions(c: Canvas) -> Array:
    """Edge strength by direction, whole and in the four quarters (HOG in a pyramid: Bosch et al. 2007). 30 numbers."""
    whole, quarters = c.edges.mean((1, 2)), pooled(c.edges, 2).reshape(ANGLES, 4).T
    return np.concatenate([np.sqrt(whole), np.sqrt(quarters / (quarters.sum(1, keepdims=True) + 3e-3)).ravel()])


@lru_cache(64)
def _plan(height: int, width: int) -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
    """Of a spectrum of that size: the window, and the ring and the direction (coarse, fine) of each frequency."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    radius = np.hypot(fy, fx)
    edges = np.geomspace(1.5 / SIDE, 0.5, _BANDS + 1)
    ring = np.digitize(radius, edges) - 1
    ring[(radius < edges[0]) | (radius >= 0.5)] = _BANDS  # the mean, and the corners: counted apart, not used
    direction = np.floor(np.arctan2(fy, fx) / np.pi * ANGLES + 0.5).astype(int) % ANGLES
    scale = np.digitize(radius, [0.03, 0.12, 0.5])  # 1 coarse, 2 fine
    sector = np.where((scale == 1) | (scale == 2), direction + ANGLES * (scale - 1), 2 * ANGLES)
    window = (np.hanning(height)[:, None] * np.hanning(width)[None]).astype(np.float32)
    return window, ring.ravel(), sector.ravel()


def spectrum(c: Canvas) -> Array:
    """Log power in 8 rings, its slope and how far it is from a straight line (Field 1987; Torralba & Oliva 2003), and
    the share of each direction, coarse and fine. 22 numbers."""
    window, ring, sector = _plan(*c.L.shape)
    power = (np.abs(np.fft.rfft2((c.L - c.L.mean()) * window)) ** 2).ravel() / c.L.size
    count = np.maximum(np.bincount(ring, minlength=_BANDS + 1)[:_BANDS], 1)
    level = np.log(np.bincount(ring, power, _BANDS + 1)[:_BANDS] / count + 1e-5)
    x = np.linspace(-1, 1, _BANDS)
    slope = (level * x).sum() / (x * x).sum()
    straight = level.mean() + slope * x
    shares = np.bincount(sector, power, 2 * ANGLES + 1)[: 2 * ANGLES].reshape(2, ANGLES)
    shares = shares / (shares.sum(1, keepdims=True) + 1e-3)
    return np.concatenate([level, [slope, (level - straight).std()], shares.ravel()])


def _patterns(x: Array) -> Array:
    """Shares of the ten rotation-invariant uniform patterns: how many of the eight neighbours are lighter."""
    height, width = x.shape
    middle = x[1:-1, 1:-1] + np.float32(0.01)  # lighter by more than noise
    turns = [(1, 2), (0, 2), (0, 1), (0, 0), (1, 0), (2, 0), (2, 1), (2, 2)]
    lighter = [x[dy : height - 2 + dy, dx : width - 2 + dx] > middle for dy, dx in turns]
    count, changes = np.zeros(middle.shape, np.uint8), np.zeros(middle.shape, np.uint8)
    for k, here in enumerate(lighter):
        count += here
        changes += here != lighter[k - 1]
    code = np.where(changes <= 2, count, 9)
    return np.bincount(code.ravel(), minlength=10) / code.size


def local_patterns(c: Canvas) -> Array:
    """Square roots of local binary patterns at three scales, and of the middle (Ojala et al. 2002). 40 numbers."""
    scales = [c.L, shrink(c.L, 2), shrink(c.L, 4)]
    height, width = scales[1].shape
    middle = scales[1][height // 4 : height - height // 4, width // 4 : width - width // 4]
    return _root(np.concatenate([_patterns(x) for x in [*scales, middle]]))


def contrasts(c: Canvas) -> Array:
    """Log contrast of L, a and b at five scales (band-limited contrast: Peli 1990). 15 numbers."""
    out = []
    for x in (c.L, c.a, c.b):
        fine = cells(x, 64)
        for n in (32, 16, 8, 4, 2):
            coarse = fine.reshape(n, 2, n, 2).mean((1, 3))
            detail = fine.reshape(n, 2, n, 2) - coarse[:, None, :, None]
            out.append(np.log(np.sqrt((detail * detail).mean()) + 2e-3))
            fine = coarse
    return np.array(out)


def likeness(c: Canvas) -> Array:
    """How alike pixels are at three distances, across and down (autocorrelation: Haralick 1979). 18 numbers."""
    out = []
    for x in (c.L, c.a, c.b):
        grid = cells(x, 48)
        grid = grid - grid.mean()
        spread = (grid * grid).mean() + 1e-4
        for d in (1, 4, 16):
            out += [(grid[:, d:] * grid[:, :-d]).mean() / spread, (grid[d:] * grid[:-d]).mean() / spread]
    return np.array(out)


def symmetry(c: Canvas) -> Array:
    """Likeness to its mirror images: L left-right, up-down and turned, edges left-right, up-down (after Brachmann &
    Redies 2016). 5 numbers."""
    out = []
    for x, mirrors in ((c.L, (np.fliplr, np.flipud, np.rot90)), (c.edge * 8, (np.fliplr, np.flipud))):
        grid = cells(x, 24)
        grid = grid - grid.mean()
        spread = (grid * grid).mean() + 1e-4
        for mirror in mirrors:
            turned = np.rot90(grid, 2) if mirror is np.rot90 else mirror(grid)
            out.append((grid * turned).mean() / spread)
    return np.array(out)


def complexity(c: Canvas) -> Array:
    """How much there is to see: compressed size (Donderi 2006), entropies, edge density and its box-counting dimension
    (Taylor et al. 1999), evenness, self-similarity (Amirshahi et al. 2012). 8 numbers."""
    codes = np.clip(cells(c.L, 96) * 32, 0, 31).astype(np.uint8)
    size = len(zlib.compress(codes.tobytes(), 1)) / codes.size
    tones = np.bincount(codes.ravel(), minlength=32) / codes.size
    strengths = soft_histogram(np.log(c.edge + 1e-3), -7, -1, 12)
    drawn = c.edge > 0.06
    boxes = cells(drawn.astype(np.float32), 96) > 0
    counts = [np.log2(boxes.reshape(96 // k, k, 96 // k, k).any((1, 3)).sum() + 1.0) for k in (1, 2, 4, 8, 16)]
    falls = np.array([-0.2, -0.1, 0.0, 0.1, 0.2]) @ counts  # the slope of a straight line through them
    ordered = np.sort(pooled(c.map[4], 6).ravel())
    even = (np.arange(36) + 0.5) @ ordered / (36 * ordered.sum() + 1e-2)
    parts = pooled(c.edges, 3).reshape(ANGLES, 9).T + 1e-5
    whole = parts.mean(0)
    alike = np.minimum(parts / parts.sum(1, keepdims=True), whole / whole.sum()).sum(1)
    return np.array(
        [size, _entropy(tones), _entropy(strengths), np.sqrt(drawn.mean()), falls, even, alike.mean(), alike.std()]
    )


def _entropy(shares: Array) -> float:
    return float(-(shares * np.log(shares + 1e-9)).sum())


def focus(c: Canvas) -> Array:
    """Sharpness at three scales, of the middle against the rest and of the sharpest part (after Datta et al. 2006);
    light and colour of the middle against the rest; the aspect. 14 numbers."""
    out = []
    height, width = c.L.shape
    for k in (1, 2, 4):
        x = resized(c.L, max(12, width // k), max(12, height // k))
        detail = np.abs(4 * x[1:-1, 1:-1] - x[:-2, 1:-1] - x[2:, 1:-1] - x[1:-1, :-2] - x[1:-1, 2:])
        grid = cells(np.pad(detail, 1, mode="edge"), 4) + 3e-3
        out += [np.log(grid.mean()), np.log(_middle(grid) / _rest(grid)), np.log(grid.max() / np.median(grid))]
    for grid in pooled(c.map[:4], 4):
        out.append(_middle(grid) - _rest(grid))
    return np.array([*out, np.log(width / height)])


def _middle(grid: Array) -> float:
    return float(grid[1:3, 1:3].mean())


def _rest(grid: Array) -> float:
    return float((grid.sum() - grid[1:3, 1:3].sum()) / 12)
