"""Made photos on disk, in files of some hundred: what was made once is not made again."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.jobs import map_jobs
from beholder.research.training.scene_rooms import Pictures
from beholder.research.training.scenes import Scene, load_pictures, make_scene
from beholder.types import Progress

CHUNK = 250  # scenes in a file
_QUALITY = 92  # of the JPEG that a scene is kept as


class SceneStore:
    """The scenes of a folder.

    Parameters
    ----------
    folder
        gets a file for each `CHUNK` scenes
    seed
        the same gives the same scenes of the same pictures
    """

    def __init__(self, folder: Path, paintings: Sequence[Path], photos: Sequence[Path], seed: int) -> None:
        self.folder, self.files, self.seed = folder, (paintings, photos), seed
        self._bytes, self._corners = list[NDArray[np.uint8]](), list[NDArray[np.float32]]()

    def __len__(self) -> int:
        return len(self._bytes)

    def __getitem__(self, index: int) -> Scene:
        pixels = np.asarray(Image.open(BytesIO(self._bytes[index].tobytes())).convert("RGB"))
        canvases, outers = self._corners[index].astype(np.float64)
        return Scene(pixels, canvases, outers)

    def make(self, count: int, progress: Progress, workers: int = 1) -> None:
        """Have that many scenes, rounded up to whole files. raises : BadPicture"""
        self.folder.mkdir(parents=True, exist_ok=True)
        chunks = range(-(-count // CHUNK))
        missing = [k for k in chunks if not self._file(k).is_file()]
        if missing:
            paintings, photos = (load_pictures(files) for files in self.files)
            done = len(chunks) - len(missing)
            for _ in map_jobs(lambda k: self._make_chunk(k, paintings, photos), missing, workers=workers):
                done += 1
                progress("making photos", done * CHUNK, len(chunks) * CHUNK)
        self._bytes, self._corners = [], []
        for k in chunks:
            self._read(k)

    def _file(self, chunk: int) -> Path:
        return self.folder / f"scenes_{chunk:04d}.npz"

    def _make_chunk(self, chunk: int, paintings: Pictures, photos: Pictures) -> None:
        files, corners = list[bytes](), list[NDArray[np.float64]]()
        for i in range(CHUNK):
            scene = make_scene(np.random.default_rng([self.seed, chunk, i]), paintings, photos)
            file = BytesIO()
            Image.fromarray(scene.pixels).save(file, "JPEG", quality=_QUALITY)
            files.append(file.getvalue())
            corners.append(np.stack([scene.canvases, scene.outers]))
        new = self._file(chunk).with_suffix(".new")
        with new.open("wb") as out:
            np.savez(
                out,
                bytes=np.frombuffer(b"".join(files), np.uint8),
                ends=np.cumsum([len(f) for f in files]),
                works=np.cumsum([c.shape[1] for c in corners]),
                corners=np.concatenate(corners, 1).astype(np.float32),
            )
        new.replace(self._file(chunk))

    def _read(self, chunk: int) -> None:
        with np.load(self._file(chunk)) as kept:
            self._bytes += np.split(kept["bytes"], kept["ends"][:-1])
            self._corners += np.split(kept["corners"], kept["works"][:-1], 1)
