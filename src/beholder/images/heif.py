"""HEIF through pillow-heif, an optional dependency, without its second copy of the pixels."""

from __future__ import annotations

from typing import Any

from PIL import Image
from pillow_heif import HeifImageFile


class HeifPicture(HeifImageFile):
    """A HEIF whose rows are taken straight from the decoder's own memory.

    A photograph of 48 million pixels is twice as large once Pillow holds it too.
    """

    in_bands_alone = True  # `crop` is all there is: no whole picture of Pillow's
    _frame: Any = None

    def load(self) -> None:
        """Decode; the size may turn out to be another than the header said."""
        if self._frame is None:
            assert self._heif_file is not None
            self._frame = self._heif_file[self.tell()]
            self._pixels = self._frame.data
            self._size, self._mode = self._frame.size, self._frame.mode

    def crop(self, box: tuple[int, int, int, int] | None = None) -> Image.Image:  # type: ignore[override]
        """Part of it, as a picture of its own. box : whole rows, (0, top, width, bottom)"""
        self.load()
        _, top, width, bottom = box or (0, 0, *self.size)
        stride = self._frame.stride
        rows = memoryview(self._pixels)[top * stride : bottom * stride]
        return Image.frombytes(self.mode, (width, bottom - top), rows, "raw", self.mode, stride)
