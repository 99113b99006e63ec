"""Many pictures to rows of numbers: opened once, decoding and inference side by side, in order, in bounded memory.

A chunk of pictures is one task of a thread pool: it opens its pictures and runs every encoder on them. One task at a
time runs what is loaded, since a network has threads and memory of its own; the others decode and measure meanwhile.
A few chunks are under way at any time, whatever the number of pictures, and a consumer that stops early stops the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Event, Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import BadInput, BadPicture, NoNumbers
from beholder.features.encoder_row import Runtime
from beholder.images import open_image
from beholder.jobs import map_jobs
from beholder.locator import Locator
from beholder.types import Matrix

CHUNK = 8  # pictures a task: enough for a network's batch, few enough for an even progress bar

_Vector = NDArray[np.float32]
_Outcome = tuple[_Vector, ...] | BadPicture


def embed(
    pictures: Sequence[Path | Locator], runtimes: Sequence[Runtime], *, threads: int
) -> Iterator[tuple[int, tuple[_Vector, ...] | BadPicture]]:
    """One vector a runtime for each picture, or why it broke.

    pictures where they are
    runtimes the encoders, each given the same opened picture
    threads tasks at a time, of which one runs a network; at least two, so that one decodes meanwhile

    A vector does not depend on its company: pictures are opened at the size that its encoder's row asks for, whatever
    the other encoders ask for (one opening where they ask alike, as the built-in ones and most of the hub's do).

    Yields
    ------
    Iterator[tuple[int, tuple[_Vector, ...] | BadPicture]]
        (index into `pictures`, vectors in the order of `runtimes` or BadPicture), in order; NoNumbers where an
        encoder fails on a picture that opens
    """
    stop, network = Event(), Lock()
    chunks = [pictures[at : at + CHUNK] for at in range(0, len(pictures), CHUNK)]
    work = partial(_chunk, runtimes=runtimes, stop=stop, network=network)
    done = map_jobs(work, chunks, workers=max(2, threads), ahead=threads + 2, stop=stop)
    with closing(done):  # also where the consumer stops early: Ctrl-C, a closed generator
        yield from enumerate(chain.from_iterable(done))


def _chunk(where: Sequence[Path | Locator], runtimes: Sequence[Runtime], stop: Event, network: Lock) -> list[_Outcome]:
    """The outcome of each picture; fewer where `stop` was set meanwhile."""
    sides = sorted({runtime.row.max_side for runtime in runtimes})
    opened: list[dict[int, Image.Image] | BadPicture] = []
    for place in where:
        if stop.is_set():
            return []
        opened.append(_open(place, sides))
    whole = [pictures for pictures in opened if not isinstance(pictures, BadPicture)]
    columns: list[Sequence[_Vector | BadPicture]] = []
    for runtime in runtimes:
        with network if runtime.row.bytes else nullcontext():
            if stop.is_set():
                return []
            columns.append(_encode(runtime, [pictures[runtime.row.max_side] for pictures in whole]))
    rows = iter(zip(*columns, strict=True) if columns else [()] * len(whole))
    return [pictures if isinstance(pictures, BadPicture) else _outcome(next(rows)) for pictures in opened]


def _open(place: Path | Locator, sides: Sequence[int]) -> dict[int, Image.Image] | BadPicture:
    try:
        return {side: open_image(place, max_side=side) for side in sides}
    except BadPicture as reason:
        return reason


def _encode(runtime: Runtime, pictures: Sequence[Image.Image]) -> Sequence[_Vector | BadPicture]:
    """A vector for each picture. Where the batch fails each is tried alone, so that one bad apple spoils no other."""
    if not pictures:
        return []
    try:
        return list(_matrix(runtime, pictures))
    except BadInput:
        return [_alone(runtime, picture) for picture in pictures]


def _alone(runtime: Runtime, picture: Image.Image) -> _Vector | BadPicture:
    try:
        vector: _Vector = _matrix(runtime, [picture])[0]
        return vector
    except BadInput as fault:
        return NoNumbers(str(fault))


def _matrix(runtime: Runtime, pictures: Sequence[Image.Image]) -> Matrix:
    matrix: Matrix = np.asarray(runtime.encode(pictures), np.float32)
    if matrix.shape != (wanted := (len(pictures), runtime.row.dimension)):
        raise BadInput(f"the encoder {runtime.row.name} gave numbers of shape {matrix.shape}; wanted {wanted}")
    return matrix


def _outcome(vectors: Sequence[_Vector | BadPicture]) -> _Outcome:
    whole = tuple(vector for vector in vectors if not isinstance(vector, BadPicture))
    broken = [vector for vector in vectors if isinstance(vector, BadPicture)]
    return broken[0] if broken else whole
