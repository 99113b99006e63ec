"""Vectors of picture files that are in no collection."""

from collections.abc import Sequence
from pathlib import Path

from beholder.collection import Library
from beholder.images import fingerprint
from beholder.types import Matrix


def embed_files(paths: Sequence[Path], encoder: str, library: Library) -> Matrix:
    """(n, d), in the order of the files; those that are kept already are not made again."""
    hashes = [fingerprint(path) for path in paths]
    library.embed(paths, hashes, encoder)
    return library.shards(encoder).get(hashes, library.runtime(encoder).row.dimension)[0]
