"""Vectors of pictures: one folder an encoder, safetensors shards in it, written whole or not at all.

A shard holds `keys` (n, 32) uint8, the pictures' keys (`types.picture_key`: their content and crop), and `vectors`
(n, d) float32. It is written under another name, flushed to disk and renamed, so a crash leaves the old state or the
new, never half. The folder's name is the encoder's key, which changes with its revision and preprocessing: nothing
stale is ever read. A shard that holds anything else is renamed to `*.damaged`, never deleted, and its pictures count as
unknown.
"""

from __future__ import annotations

import logging
import os
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from beholder.durable import write_whole
from beholder.errors import BadInput, StoreError
from beholder.text import shown
from beholder.types import Matrix

_LOG = logging.getLogger(__name__)


class VectorShards:
    """All vectors of one encoder.

    Parameters
    ----------
    folder
        made when the first shard is written
    dimension
        of every vector; None: whatever a shard holds
    check
        called before one is written; raises where the data folder is gone
    """

    def __init__(self, folder: Path, dimension: int | None = None, *, check: Callable[[], None] = lambda: None) -> None:
        self.folder, self.dimension, self.check = folder, dimension, check
        self._lock = threading.Lock()
        self._shards: set[str] = set()  # that are read
        self._where: dict[bytes, tuple[Path, int]] = {}  # the vectors themselves stay on disk
        self.damaged: dict[str, str] = {}  # shard -> what is wrong with it

    def get(self, hashes: Sequence[str], dimension: int) -> tuple[Matrix, NDArray[np.bool_]]:
        """The vectors of these pictures.

        Returns
        -------
        tuple[Matrix, NDArray[np.bool_]]
            (n, dimension) float32, zero where unknown, and (n,) bool: which are known
        """
        self._read_new()
        X = np.zeros((len(hashes), dimension), np.float32)
        known = np.zeros(len(hashes), bool)
        wanted = defaultdict[Path, list[tuple[int, int]]](list)
        for i, sha in enumerate(hashes):
            if (place := self._where.get(bytes.fromhex(sha))) is not None:
                wanted[place[0]].append((i, place[1]))
        for path, pairs in wanted.items():
            with suppress(BadInput, OSError):  # it has gone bad meanwhile
                at, rows = np.array(pairs).T
                X[at] = _held(path, self.dimension)[1][rows]
                known[at] = True
        return X, known

    def missing(self, hashes: Iterable[str]) -> set[str]:
        """Those of these pictures that have no vector here."""
        self._read_new()
        return {sha for sha in hashes if bytes.fromhex(sha) not in self._where}

    def add(self, hashes: Sequence[str], vectors: Matrix) -> None:
        """Keep these vectors, (n, d); they are on disk when this returns.

        Raises
        ------
        StoreError
            where they cannot be written. A data folder that was moved away is not made again for them
        """
        if not len(hashes):
            return
        keys = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(len(hashes), 32)
        self.check()
        try:
            for folder in (self.folder.parent, self.folder):
                folder.mkdir(exist_ok=True)
            self._clear_leftovers()
            shard: dict[str, NDArray[Any]] = {"keys": keys.copy(), "vectors": np.ascontiguousarray(vectors, np.float32)}
            write_whole(self.folder / f"{uuid.uuid4().hex}.safetensors", lambda draft: save_file(shard, draft))
        except (OSError, SafetensorError) as error:
            raise StoreError(f"cannot keep vectors in {self.folder}: {error}") from error

    def _read_new(self) -> None:
        with self._lock:
            for path in sorted(self.folder.glob("*.safetensors")):
                if path.name not in self._shards and path.name not in self.damaged:
                    self._read(path)

    def _read(self, path: Path) -> None:
        try:
            keys, _ = _held(path, self.dimension)
        except FileNotFoundError:
            return  # another process has just set it aside
        except BadInput as fault:
            self._set_aside(path, str(fault))
        except OSError as error:  # of the disk, which may be well again: the file stays where it is
            self.damaged[path.name] = str(error)
        else:
            self._shards.add(path.name)
            self._where.update((key.tobytes(), (path, i)) for i, key in enumerate(keys))

    def _set_aside(self, path: Path, reason: str) -> None:
        self.damaged[path.name] = reason
        aside = path.with_name(f"{path.name}.damaged")
        try:
            os.replace(path, aside)
        except OSError:
            aside = path
        _LOG.warning(
            "a file of picture vectors is damaged (%s) and left out; the next import reads its pictures again: %s",
            reason,
            aside,
        )

    def _clear_leftovers(self) -> None:
        """Drafts of a process that was killed while writing."""
        for draft in self.folder.glob(".*-*.tmp"):
            owner = draft.name[1:].split("-")[0]
            if owner.isdecimal() and not _alive(int(owner)):
                draft.unlink(missing_ok=True)


def _held(path: Path, dimension: int | None) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Keys (n, 32) and vectors (n, d) of a shard. raises : BadInput where it holds anything else, OSError"""
    try:
        with safe_open(path, framework="numpy") as shard:
            told = {name: shard.get_slice(name) for name in ("keys", "vectors")}
            kinds = {name: (part.get_dtype(), tuple(part.get_shape())) for name, part in told.items()}
            rows, columns = (*kinds["vectors"][1], 0, 0)[:2]
            if kinds["keys"] != ("U8", (rows, 32)) or kinds["vectors"] != ("F32", (rows, dimension or columns)):
                raise BadInput(f"it holds {kinds}; wanted n keys of 32 bytes and n rows of {dimension or 'd'} float32")
            keys, vectors = shard.get_tensor("keys"), shard.get_tensor("vectors")
    except (SafetensorError, ValueError) as fault:  # BadInput among them
        raise BadInput(shown(str(fault))) from None
    if not np.isfinite(vectors).all():
        raise BadInput("it holds numbers that are not finite")
    return keys, vectors


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
