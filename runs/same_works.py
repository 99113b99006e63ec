"""How well works are found that a collection holds twice: `python runs/same_works.py`, JSON on stdout.

Paintings are taken from two rated sets; of some of them a re-listing (cut, scaled, stamped, packed anew) and a
re-photograph (perspective, light, blur, noise, packed anew) are made. All of it is one collection, so that the same
artists and series are there to be mistaken for each other. The paintings are in two halves: thresholds were chosen on
the first with one kind of distortion; the second, with another kind, is for judging. `--half all --twice 488` puts both
into one collection of 4,000 pictures, distorted as the second.

Recall is of each made picture and its painting. Precision is of the pairs that were surely one work: those of one
painting, and those that the sets themselves hold twice (`same_works_known.csv`, as people saw them), are right.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from beholder.collection import Library
from beholder.images.likeness import have_features

HERE = Path(__file__).parent
LARGEST = 700  # px of a painting
Draw = Callable[[Image.Image, np.random.Generator], Image.Image]


def packed(picture: Image.Image, quality: float, kind: str = "JPEG") -> Image.Image:
    held = io.BytesIO()
    picture.save(held, kind, quality=int(quality))
    return Image.open(held).convert("RGB")


def cut(picture: Image.Image, shares: NDArray[Any]) -> Image.Image:
    (w, h), (left, top, right, bottom) = picture.size, shares
    return picture.crop((int(left * w), int(top * h), int(w - right * w), int(h - bottom * h)))


def scaled(picture: Image.Image, by: float, how: Image.Resampling = Image.Resampling.LANCZOS) -> Image.Image:
    return picture.resize((max(40, int(picture.width * by)), max(40, int(picture.height * by))), how)


def listed_again(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Cut by at most 5 % at each side, scaled, half of them with the name of a shop, packed."""
    picture = scaled(cut(picture, rng.uniform(0, 0.05, 4)), rng.uniform(0.45, 1.4))
    if rng.random() < 0.5:
        place = rng.uniform(0.05, 0.5) * picture.width, rng.uniform(0.05, 0.9) * picture.height
        font = ImageFont.load_default(size=max(9, picture.width // 12))
        fill = (255, 255, 255, int(rng.uniform(90, 200)))
        ImageDraw.Draw(picture, "RGBA").text(place, "galleri-nord.dk", font=font, fill=fill)
    return packed(picture, rng.uniform(35, 90))


def listed_elsewhere(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Cut by 1 to 7 % at each side, light and colour changed, half of them stamped all over, packed twice."""
    picture = cut(picture, rng.uniform(0.01, 0.07, 4))
    picture = ImageEnhance.Brightness(picture).enhance(rng.uniform(0.9, 1.12))
    picture = ImageEnhance.Color(picture).enhance(rng.uniform(0.8, 1.25))
    if rng.random() < 0.5:
        layer = Image.new("RGBA", picture.size)
        font, fill = (
            ImageFont.load_default(size=max(9, picture.width // 14)),
            (255, 255, 255, int(rng.uniform(40, 110))),
        )
        for y in range(0, picture.height, max(20, picture.height // 4)):
            for x in range(0, picture.width, max(40, picture.width // 2)):
                ImageDraw.Draw(layer).text((x, y), "© ART SHOP", font=font, fill=fill)
        stamped = Image.alpha_composite(picture.convert("RGBA"), layer.rotate(rng.uniform(-30, 30)))
        picture = stamped.convert("RGB")
    picture = packed(picture, rng.uniform(30, 80), "WEBP")
    return packed(scaled(picture, rng.uniform(0.5, 1.2), Image.Resampling.BILINEAR), rng.uniform(45, 85))


def on_a_wall(picture: Image.Image, rng: np.random.Generator, margin: float, shades: tuple[int, int]) -> Any:
    """(the picture with a plain wall around it, the width of that in pixels, the colour of the wall)"""
    wall = tuple(int(x) for x in rng.uniform(*shades, 3))
    pad = int(margin * max(picture.size))
    whole = Image.new("RGB", (picture.width + 2 * pad, picture.height + 2 * pad), wall)
    whole.paste(picture, (pad, pad))
    return whole, pad, wall


def grids(width: int, height: int) -> tuple[NDArray[Any], NDArray[Any]]:
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return x, y


def photographed(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """In perspective, lit from one side, tinted, blurred, with noise."""
    w, h = picture.size
    whole, pad, _ = on_a_wall(picture, rng, 0.12, (120, 230))
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], float) + pad + rng.uniform(-0.05, 0.05, (4, 2)) * (w, h)
    width, height = (max(60, int(side * rng.uniform(0.7, 1.25))) for side in (w, h))
    onto = perspective(corners, [(0, 0), (width, 0), (width, height), (0, height)])
    flat = whole.transform((width, height), Image.Transform.PERSPECTIVE, onto, Image.Resampling.BICUBIC)
    x, y = grids(width, height)
    turn = rng.uniform(0, 2 * np.pi)
    light = 1 + rng.uniform(0.05, 0.35) * (x * np.cos(turn) + y * np.sin(turn))
    pixels = (np.asarray(flat, float) / 255) ** rng.uniform(0.75, 1.35) * light[..., None]
    pixels = pixels * rng.uniform(0.7, 1.15) * (1 + rng.uniform(-0.1, 0.1, 3))
    pixels = pixels + rng.normal(0, rng.uniform(0.005, 0.03), pixels.shape)
    taken = Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))
    return packed(taken.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.1))), rng.uniform(50, 90))


def perspective(source: Any, target: Any) -> Any:
    """The eight numbers that Pillow wants, of the plane that takes four corners to others."""
    rows, values = [], []
    for (u, v), (x, y) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.linalg.solve(np.array(rows, float), np.array(values, float)).tolist()


def photographed_by_hand(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Turned a little, through a bent lens, badly cut, with a lamp in it, dark at its corners, shaken, packed twice."""
    w, h = picture.size
    whole, pad, wall = on_a_wall(picture, rng, 0.15, (40, 245))
    whole = whole.rotate(rng.uniform(-5, 5), Image.Resampling.BICUBIC, fillcolor=wall)
    whole = bent(whole, rng.uniform(-0.12, 0.12))
    left, top, right, bottom = pad + rng.uniform(-0.05, 0.09, 4) * (w, h, w, h)
    part = whole.crop((int(left), int(top), int(whole.width - right), int(whole.height - bottom)))
    width, height = part.size
    x, y = grids(width, height)
    pixels = np.asarray(part, float) / 255 * (1 - rng.uniform(0, 0.35) * (x**2 + y**2) / 2)[..., None]
    if rng.random() < 0.6:
        at, wide = rng.uniform(-0.8, 0.8, 2), rng.uniform(0.1, 0.35, 2)
        lamp = np.exp(-(((x - at[0]) / wide[0]) ** 2) - ((y - at[1]) / wide[1]) ** 2)
        pixels = pixels + (rng.uniform(0.2, 0.6) * lamp)[..., None]
    warm = rng.uniform(-0.12, 0.12)
    pixels = pixels * (1 + warm, 1, 1 - warm) * rng.uniform(0.65, 1.1) + rng.uniform(0, 0.08)
    taken = shaken(Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8)), rng)
    taken = scaled(taken, rng.uniform(0.6, 1.0), Image.Resampling.BILINEAR)
    pixels = np.asarray(taken, float)
    pixels = pixels + rng.normal(0, rng.uniform(1, 9), pixels.shape[:2])[..., None]
    taken = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return packed(packed(taken, rng.uniform(55, 85)), rng.uniform(40, 75))


def bent(picture: Image.Image, by: float, parts: int = 12) -> Image.Image:
    """As through a lens that bends lines outwards, or inwards."""
    width, height = picture.size

    def from_where(x: int, y: int) -> tuple[float, float]:
        u, v = 2 * x / width - 1, 2 * y / height - 1
        far = 1 + by * (u * u + v * v) - by
        return (u * far + 1) / 2 * width, (v * far + 1) / 2 * height

    mesh = []
    for column in range(parts):
        for row in range(parts):
            x0, x1 = width * column // parts, width * (column + 1) // parts
            y0, y1 = height * row // parts, height * (row + 1) // parts
            corners = ((x0, y0), (x0, y1), (x1, y1), (x1, y0))
            mesh.append(((x0, y0, x1, y1), sum((from_where(*corner) for corner in corners), ())))
    return picture.transform(picture.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)


def shaken(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    kernel, far = np.zeros((5, 5)), int(rng.integers(1, 4))
    start = 2 - (far - 1) // 2
    kernel[2, start : start + far] = 1
    kernel = kernel if rng.random() < 0.5 else kernel.T
    return picture.filter(ImageFilter.Kernel((5, 5), kernel.ravel().tolist(), scale=float(kernel.sum())))


HALVES: dict[str, dict[str, Draw]] = {
    "first": {"listed": listed_again, "photographed": photographed},
    "second": {"listed": listed_elsewhere, "photographed": photographed_by_hand},
}


def make(folder: Path, paintings: list[Path], kinds: dict[str, Draw], twice: int) -> None:
    """A folder with these paintings, and of some of them one picture more of each kind, called NAME~KIND."""
    chosen = set(np.random.default_rng(7).permutation(len(paintings))[:twice].tolist())
    for at, path in enumerate(paintings):
        (folder / path.name).symlink_to(path.resolve())
        if at in chosen:
            with Image.open(path) as opened:
                picture = opened.convert("RGB")
            picture.thumbnail((LARGEST, LARGEST))
            for kind, draw in kinds.items():
                made = draw(picture.copy(), np.random.default_rng([at, len(kind)]))
                made.save(folder / f"{path.stem}~{kind}.jpg", quality=92)


def measure(library: Library, name: str, known: set[frozenset[str]]) -> dict[str, Any]:
    start, busy = time.perf_counter(), time.process_time()
    art = library.find_same(name, again=True)
    took, busy = time.perf_counter() - start, time.process_time() - busy
    names = {item.id: Path(item.name).stem for item in art.items}
    right, asked, wrong = Counter[str](), Counter[str](), list[list[str]]()
    sure = twice = questions = 0
    for pair in library.store.works.pairs(art.row.id):
        one, other = names[pair.item], names[pair.other]
        works = {one.partition("~")[0], other.partition("~")[0]}
        kind = one.partition("~")[2] or other.partition("~")[2] if ("~" in one) != ("~" in other) else ""
        if len(works) == 1:
            sure += pair.sure
            right[kind] += pair.sure
            asked[kind] += not pair.sure
        elif pair.sure and frozenset(works) in known:
            twice += 1
        elif pair.sure:
            wrong.append(sorted((one, other)))
        else:
            questions += 1
    made = Counter(name.partition("~")[2] for name in names.values() if "~" in name)
    return {
        "pictures": len(art), "seconds": round(took, 1), "seconds of one processor": round(busy, 1),
        "recall": {kind: round(right[kind] / n, 4) for kind, n in made.items()},
        "asked": {kind: round(asked[kind] / n, 4) for kind, n in made.items()},
        "precision": round((sure + twice) / max(1, sure + twice + len(wrong)), 4),
        "sure pairs": sure, "of those that the sets hold twice": twice, "wrong": sorted(wrong),
        "questions about others": questions,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=["../shared/data/best_art", "../shared/data/famous102"])
    parser.add_argument("--half", choices=[*HALVES, "both", "all"], default="both")
    parser.add_argument("--twice", type=int, default=500, help="paintings of each half that are there more than once")
    parser.add_argument("--every", type=int, default=1, help="take each n-th painting alone, for a quick look")
    given = parser.parse_args()
    paintings = [path for data in given.data for path in sorted(Path(data, "images").iterdir())][:: given.every]
    with (HERE / "same_works_known.csv").open(newline="") as stream:
        known = {frozenset((row["item"], row["other"])) for row in csv.DictReader(stream)}
    told: dict[str, Any] = {"local features": have_features()}
    with tempfile.TemporaryDirectory() as passing:
        library = Library(Path(passing) / "home")
        parts = {half: (paintings[at::2], kinds) for at, (half, kinds) in enumerate(HALVES.items())}
        parts["all"] = paintings, HALVES["second"]
        for half in HALVES if given.half == "both" else [given.half]:
            (folder := Path(passing, half)).mkdir()
            make(folder, *parts[half], given.twice // given.every)
            library.import_source(folder, half)
            told[half] = measure(library, half, known)
        library.close()
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
