"""Rows of small pictures on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from beholder.errors import StoreError

CELL = 192  # pixels of a picture's longer side
_GAP = 6


def save_sheet(rows: Sequence[Sequence[Image.Image]], file: Path) -> None:
    """A JPEG, each picture in the middle of its cell, in a folder that is made. raises : StoreError"""
    sheet = Image.new("RGB", (max(map(len, rows)) * (CELL + _GAP) - _GAP, len(rows) * (CELL + _GAP) - _GAP), "white")
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            left, top = (at * (CELL + _GAP) + (CELL - side) // 2 for at, side in zip((x, y), picture.size, strict=True))
            sheet.paste(picture, (left, top))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        sheet.save(file, quality=88)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from error
