"""From a picture to the tensor a network was trained on. The numbers travel with the model, never with the code.

Three ways to make a picture square, and mixing them up is the classic fault (square test pictures hide it):

    squash   to size x size, whatever the aspect: SigLIP, and most networks of the ImageNet zoo
    crop     the shorter side to `shortest`, then the size x size middle: CLIP, DINOv2
    pad      the longer side to size, the rest filled with the mean colour
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.features.encoder_row import OPENED_AT

_Fit = Literal["squash", "crop", "pad"]
Layout = Literal["NCHW", "NHWC"]
_INTERPOLATIONS = {
    "nearest": Image.Resampling.NEAREST,
    "lanczos": Image.Resampling.LANCZOS,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "box": Image.Resampling.BOX,
    "hamming": Image.Resampling.HAMMING,
}


_LARGEST = 1e6  # number that a description may hold


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What is done to each picture: made square by `fit`, then (values * scale - mean) / std, channel by channel.

    Attributes
    ----------
    size
        side of the square that the network sees
    shortest
        crop: length of the shorter side before the middle is cut out
    scale
        of the values 0 to 255, mostly 1/255
    """

    size: int
    fit: _Fit
    shortest: int
    interpolation: str
    scale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    layout: Layout = "NCHW"

    @property
    def max_side(self) -> int:
        """The longer side at which to open pictures: enough for a panorama's middle, and shared where it can be."""
        return OPENED_AT if self.shortest <= 256 else 2 * self.shortest

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __call__(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """(b, 3, size, size) float32, or (b, size, size, 3) in the layout NHWC."""
        factor = [np.float32(self.scale / std) for std in self.std]
        offset = [np.float32(-mean / std) for mean, std in zip(self.mean, self.std, strict=True)]
        batch = np.zeros((len(pictures), 3, self.size, self.size), np.float32)  # 0 is the mean colour
        for row, picture in zip(batch, pictures, strict=True):
            square, (top, left) = self._square(picture.convert("RGB"))
            for values, band, times, plus in zip(row, square.split(), factor, offset, strict=True):
                part = values[top : top + square.height, left : left + square.width]
                np.multiply(np.asarray(band), times, out=part)
                part += plus
        return batch if self.layout == "NCHW" else np.ascontiguousarray(batch.transpose(0, 2, 3, 1))

    def _square(self, picture: Image.Image) -> tuple[Image.Image, tuple[int, int]]:
        """The resized picture, and where (top, left) it goes in the square."""
        way, size = _INTERPOLATIONS[self.interpolation], self.size
        width, height = picture.size
        if self.fit == "squash":
            return picture.resize((size, size), way), (0, 0)
        if self.fit == "pad":
            longer = max(width, height)
            to = (max(1, round(width * size / longer)), max(1, round(height * size / longer)))
            return picture.resize(to, way), ((size - to[1]) // 2, (size - to[0]) // 2)
        shorter = min(width, height)  # the longer side is cut off, not rounded, in CLIP's own code and in transformers
        to = (width * self.shortest // shorter, height * self.shortest // shorter)
        left, top = (to[0] - size) // 2, (to[1] - size) // 2
        return picture.resize(to, way).crop((left, top, left + size, top + size)), (0, 0)


def read_preprocessing(told: Mapping[str, Any], faults: list[str]) -> Preprocessing | None:
    """The `onnx:PATH` description's part on pixels; what is wrong with it is added to `faults`."""
    before = len(faults)
    size, shortest = told.get("size"), told.get("shortest", told.get("size"))
    if not _whole(size):
        faults.append(f"size must be a whole number of pixels, got {size!r}")
    elif not _whole(shortest) or shortest < size:
        faults.append(f"shortest must be a whole number of pixels and at least size, got {shortest!r}")
    for field, allowed in (("fit", get_args(_Fit)), ("layout", get_args(Layout)), ("interpolation", _INTERPOLATIONS)):
        if told.get(field) not in tuple(allowed):
            faults.append(f"{field} must be one of {', '.join(allowed)}, got {told.get(field)!r}")
    if not _number(told.get("scale")):
        faults.append(f"scale must be a number, got {told.get('scale')!r}")
    for field in ("mean", "std"):
        value = told.get(field)
        if not (isinstance(value, list) and len(value) == 3 and all(map(_number, value))):
            faults.append(f"{field} must be three numbers, got {value!r}")
        elif field == "std" and min(value) < 1 / _LARGEST:
            faults.append(f"std must be above 0, got {value!r}")
    if len(faults) > before:
        return None
    return Preprocessing(
        size=told["size"],
        fit=told["fit"],
        shortest=shortest if told["fit"] == "crop" else told["size"],
        interpolation=told["interpolation"],
        scale=float(told["scale"]),
        mean=_three(told["mean"]),
        std=_three(told["std"]),
        layout=told["layout"],
    )


def from_processor(told: Mapping[str, Any], faults: list[str]) -> Preprocessing | None:
    """The same from a hub repository's `preprocessor_config.json`, as the transformers library understands it."""
    size, crop = told.get("size"), told.get("crop_size")
    cropped = bool(told.get("do_center_crop", False))
    shortest = size.get("shortest_edge") if isinstance(size, Mapping) else size if cropped else None
    return read_preprocessing(
        {
            "size": _side(crop if cropped else size),
            "shortest": shortest if shortest is not None else _side(size),
            "fit": "crop" if cropped else "squash",
            "interpolation": next((n for n, w in _INTERPOLATIONS.items() if w == told.get("resample", 2)), None),
            "scale": told.get("rescale_factor", 1 / 255) if told.get("do_rescale", True) else 1,
            "mean": told.get("image_mean") if told.get("do_normalize", True) else [0.0, 0.0, 0.0],
            "std": told.get("image_std") if told.get("do_normalize", True) else [1.0, 1.0, 1.0],
            "layout": "NCHW",
        },
        faults,
    )


def _side(size: Any) -> Any:
    """`224`, `{"shortest_edge": 224}` and `{"height": 224, "width": 224}` all say 224."""
    if not isinstance(size, Mapping):
        return size
    if "shortest_edge" in size:
        return size["shortest_edge"]
    return size.get("height") if size.get("height") == size.get("width") else dict(size)


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    first, second, third = map(float, values)
    return first, second, third


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 4096
