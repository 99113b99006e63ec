"""What is known of an encoder, and what one that is ready to run can do. Which there are: `features/registry.py`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from PIL import Image

from beholder.types import Matrix

OPENED_AT = 448  # longer side at which pictures are opened for encoders of up to 224 px: twice that, and a 12 MP
# JPEG of 4000 px still decodes at an eighth of its size


@dataclass(frozen=True, slots=True)
class EncoderRow:
    """What is known of an encoder. Its `key` names the numbers it makes: another key, other numbers.

    Attributes
    ----------
    name
        as the user says it
    dimension
        numbers a picture
    licence
        of the weights, SPDX where there is one
    bytes
        size of what must be loaded; 0 where nothing is: then several threads may encode at once
    source
        where it comes from: a paper, a hub repository, a path
    revision
        changes whenever the numbers do: a commit, a file's hash, a version
    preprocessing
        everything done to a picture before the network sees it
    max_side
        longer side at which pictures are to be opened for it
    words
        whether it also places words in the same space (`encode_text`)
    """

    name: str
    dimension: int
    licence: str
    bytes: int
    source: str
    revision: str
    preprocessing: Mapping[str, Any]
    max_side: int = OPENED_AT
    words: bool = False

    @property
    def key(self) -> str:
        """A file-system-safe name that differs wherever the numbers would."""
        told = json.dumps(
            [self.name, self.revision, dict(self.preprocessing), self.max_side], sort_keys=True, default=list
        )
        safe = re.sub(r"[^A-Za-z0-9._-]+", "-", self.name).strip(".-")[:80] or "encoder"
        return f"{safe}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


@runtime_checkable
class Runtime(Protocol):
    """An encoder that is ready to run. Handed in wherever pictures are embedded, so tests need no weights."""

    @property
    def row(self) -> EncoderRow: ...

    def encode(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, dimension) float32, one row a picture (RGB, any size), the same alone as in a batch."""
        ...


@runtime_checkable
class TextRuntime(Runtime, Protocol):
    """An encoder that also places words in the space of its pictures."""

    def encode_text(self, words: Sequence[str]) -> Matrix:
        """(n, dimension) float32 of unit length; the dot product with a picture's row says how well they fit."""
        ...
