"""A miniature of AADB as it is published: small pictures that are made here, some of its attributes planted in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from beholder.research.datasets.aadb import ATTRIBUTES
from beholder.research.datasets.convert import convert

SIDE = 96
PLANTED = ("vivid colour", "good lighting", "shallow depth of field", "symmetry")
PARTS = {"Train": 0.6, "Validation": 0.1, "TestNew": 0.3}  # share of the pictures


def picture(vivid: float, light: float, blur: float, symmetry: float, rng: np.random.Generator) -> Image.Image:
    """Patches of colour; each number from 0 to 1."""
    coarse = Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8))
    image = coarse.resize((SIDE, SIDE), Image.Resampling.NEAREST)
    if symmetry > 0.5:
        left = image.crop((0, 0, SIDE // 2, SIDE))
        image.paste(left.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (SIDE // 2, 0))
    image = ImageEnhance.Color(image).enhance(vivid)
    image = ImageEnhance.Contrast(image).enhance(0.2 + 0.8 * light)
    return image.filter(ImageFilter.GaussianBlur(float(5 * blur)))


def write(folder: Path, pictures: int = 200, seed: int = 0) -> Path:
    """The set as its authors give it: pictures in two folders, thirty-six lists."""
    rng = np.random.default_rng(seed)
    value = {column: rng.random(pictures) for column in ATTRIBUTES.values()}
    lists = folder / "imgListFiles_label"
    lists.mkdir(parents=True)
    names = np.array([f"farm1_{i}_{i}_b.jpg" for i in range(pictures)])
    ends = np.cumsum([round(share * pictures) for share in PARTS.values()])
    score = (value["vivid colour"] + value["good lighting"]) / 2
    for part, rows in zip(PARTS, np.split(np.arange(pictures), ends[:-1]), strict=True):
        where = folder / ("AADB_newtest_originalSize" if part == "TestNew" else "datasetImages_originalSize")
        where.mkdir(exist_ok=True)
        for i in rows:
            picture(*(value[name][i] for name in PLANTED), rng).save(where / names[i])
        for file, told in {"score": score, **{file: 2 * value[c] - 1 for file, c in ATTRIBUTES.items()}}.items():
            lines = [f"{names[i]} {told[i]:.3f} \n" for i in rows]
            (lists / f"imgList{part}Regression_{file}.txt").write_text("".join(lines))
    return folder


def converted(folder: Path, **options: int) -> Path:
    """The same in the plain format, as `beholder datasets convert aadb` writes it."""
    convert("aadb", write(folder / "raw", **options), folder / "plain")
    return folder / "plain"
