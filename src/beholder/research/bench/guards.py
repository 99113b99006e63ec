"""What no run goes on with: a leak that the protocol itself could not see."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from beholder.errors import BeholderError
from beholder.types import Ints


def check_copies(files: Sequence[Path], pictures: Ints) -> None:
    """BeholderError where files of the very same bytes are numbered as two pictures.

    The protocol believes `pictures`; this is another look at the same files, and a cheap one: only files of the same
    size are read.
    """
    of_size: dict[int, list[int]] = defaultdict(list)
    for i, file in enumerate(files):
        of_size[file.stat().st_size].append(i)
    first: dict[bytes, int] = {}
    for i in chain.from_iterable(alike for alike in of_size.values() if len(alike) > 1):
        twin = first.setdefault(hashlib.sha256(files[i].read_bytes()).digest(), i)
        if pictures[twin] != pictures[i]:
            raise BeholderError(f"leak: {files[twin]} and {files[i]} are the same file, but count as two pictures")
