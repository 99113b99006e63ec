"""A collection of works for sale, as saved pages list them: some at a price, some sold, one listed twice."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from beholder.collection import Library
from beholder.store import SamePair
from beholder.types import Judgement
from helpers.pages import dba_page

ADS = (  # id, title, price in JSON-LD, price as shown, place; the last is the first photo, listed again
    ("25010001", "Hav, 60x80 cm", "1500", "1.500", "Aarhus"),
    ("25010002", "Mark, 60x80 cm", "2500", "2.500", "Ribe"),
    ("25010003", "Skov, 60x80 cm", "900", "900", "Vejle"),
    ("25010004", "Sne", "800", "800", "Odense"),
    ("25010005", "By, 60x80 cm", "Pris efter aftale", "Pris efter aftale", "Skive"),
    ("25010006", "Strand, 60x80 cm", "700", "700", "Varde"),
    ("25010007", "Havet igen, 60x80 cm", "1200", "1.200", "Ebeltoft"),
)


def painting(seed: int) -> Image.Image:
    """Strokes at random, as many features as a painting has."""
    rng, picture = np.random.default_rng(seed), Image.new("RGB", (400, 300), (180, 170, 150))
    for _ in range(160):
        (width, height), colour = rng.integers(8, 70, 2).tolist(), tuple(rng.integers(0, 256, 3).tolist())
        stroke = Image.new("RGB", (width, height), colour).rotate(float(rng.uniform(0, 180)))
        picture.paste(stroke, tuple(rng.integers(-20, 380, 2).tolist()))
    return picture.filter(ImageFilter.GaussianBlur(1))


def save_page(folder: Path, ads=ADS) -> Path:
    """A saved page of these, with its pictures."""
    files = folder / "maleri_files"
    files.mkdir(parents=True)
    for number, *_ in ads:
        seed = int(number) % 100
        picture = painting(1).resize((280, 210)) if seed == 7 else painting(seed)
        picture.save(files / f"{number}.jpg", quality=80 if seed == 7 else 92)
    path = folder / "maleri.html"
    text = dba_page({number: f"./{files.name}/{number}.jpg" for number, *_ in ads}, ads)
    text = re.sub(r'(/item/25010006".*?schema.org/)InStock', r"\1SoldOut", text, count=1)
    path.write_text(text, encoding="utf-8")
    return path


def open_shop(library: Library, folder: Path, people: tuple[str, ...] = ("ada",)) -> None:
    """The collection "shop", which these people have rated; of two of its pictures it is asked whether they are one."""
    library.import_source(save_page(folder), "shop", encoder="classic", artworks=False)
    art = library.collection("shop")
    ids = {item.details.title: item.id for item in art.items}
    question = SamePair.of(ids["Skov, 60x80 cm"], ids["Sne"], 0.5, False)
    library.store.works.keep_pairs(art.row.id, [question], art.row.compared)
    for name in people:
        ada = library.store.add_person(name)
        said = [
            Judgement("rating", (item.id,), f"{name}-{time}-{item.id}", value=float(1 + item.id % 9))
            for item in art.items
            for time in (1, 2)
        ]
        library.store.record(ada.id, art.row.id, said)
