"""Make tests/fixtures/old_home.zip: a data folder as an older version made it, and what that version printed of it.

    python runs/old_home.py

The code of commit `COMMIT` is taken out of git into a temporary folder, and imports pictures, answers and ranks with
that folder before everything else on its path. The database's own paths begin with `PLACE` afterwards, which whoever
unpacks the fixture replaces (tests/test_old_home.py).
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

COMMIT = "acc3b11"
PLACE = "/place/of/the/fixture"
FIXTURE = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "old_home"
SIDE = 64  # pixels
RANKED = (("Ada", "gallery", "mixture"), ("Ada", "gallery", "gp"), ("Ada", "plain", "mixture"), ("Bob", "plain", "gp"))
HEADER = ("item", "file", "title", "artist", "price", "currency", "year", "size", "url", "family")


def paint(folder: Path) -> None:
    """Twenty pictures of the sample gallery with an items.csv; ten of noise, a copy and a broken one without."""
    import numpy as np
    from PIL import Image

    from beholder.sources.sample import paint as painted

    gallery, plain = folder / "gallery", folder / "plain"
    for one in (gallery, plain / "inner"):
        one.mkdir(parents=True)
    with (gallery / "items.csv").open("w", newline="", encoding="utf-8") as stream:
        lines = csv.writer(stream)
        lines.writerow(HEADER)
        for n in range(20):
            picture, words = painted(n)
            picture.thumbnail((SIDE, SIDE))
            picture.save(gallery / f"{n:02}.jpg", quality=85)
            price = ("", "€1.250", "1,200.50", "ab 300 €", "£450", words["price"])[n % 6]
            more = [price, "USD" if n % 6 == 2 else "", str(1950 + n) if n % 3 else "", f"{20 + n} x {30 + n} cm"]
            link = f"https://example.org/{n}" if n % 2 else ""
            lines.writerow([f"no-{n}", f"{n:02}.jpg", words["title"], words["artist"], *more, link, words["family"]])
    rng = np.random.default_rng(0)
    for n in range(10):
        coarse = Image.fromarray(rng.integers(0, 256, (4, 5, 3), dtype=np.uint8))
        coarse.resize((SIDE, 48), 3).save(plain / ("inner" if n > 6 else "") / f"{n}.jpg", quality=85)
    (plain / "copy.jpg").write_bytes((plain / "0.jpg").read_bytes())
    (plain / "broken.jpg").write_bytes((plain / "1.jpg").read_bytes()[:200])


def answer(home: Path, folder: Path) -> None:
    """Import twice, so that one picture is gone; then all that a person can say."""
    from beholder.collection import Library
    from beholder.session import Session
    from beholder.types import Judgement

    library = Library(home)
    library.import_source(folder / "gallery", "gallery", encoder="builtin")
    library.import_source(folder / "plain", "plain", encoder="classic")
    (folder / "plain" / "9.jpg").unlink(missing_ok=True)
    (folder / "plain" / "inner" / "9.jpg").unlink(missing_ok=True)
    library.import_source(folder / "plain", "plain")
    ada, bob = (library.store.add_person(name) for name in ("Ada", "Bob"))
    art, plain = ([item.id for item in library.collection(name).items] for name in ("gallery", "plain"))
    said = [Judgement("rating", (art[n],), f"r{n}", value=float(1 + n % 10), seconds=1.5) for n in range(8)]
    pairs = [(n, (7 * n + 3) % 20) for n in range(12)]
    said += [
        Judgement("choice", (art[min(a, b)], art[max(a, b)]), f"c{n}", side="left", asked_by="random")
        for n, (a, b) in enumerate(pairs)
        if a != b
    ]
    said += [Judgement("grid", tuple(art[n : n + 9]), f"g{n}", picked=(art[n], art[n + 2])) for n in (0, 9)]
    said += [Judgement("tie", (art[4], art[5]), "t0"), Judgement("skip", (art[6], art[7]), "s0")]
    said += [Judgement("favourite", (art[n],), f"f{n}", value=1.0) for n in (1, 2)]
    said += [Judgement("favourite", (art[1],), "f1-off", value=0.0), Judgement("hide", (art[3],), "h3", value=1.0)]
    said += [Judgement("choice", (art[19], art[0]), "taken-back")]
    for model in ("mixture", "gp"):
        session = Session(library, "gallery", "Ada", model=model)
        session.record(said)
        session.undo("undo-1")
        session.settle()
        session.close()
    library.store.set_alone(ada.id, library.collection("plain").row.id, True)
    for who, turn in ((ada, 1), (bob, -1)):
        session = Session(library, "plain", who.name, model="gp")
        session.record(
            [Judgement("choice", (plain[n], plain[n + 1])[::turn], f"p{n}", seconds=2.0) for n in range(len(plain) - 1)]
        )
        session.settle()
        session.close()
    library.close()


def told(home: Path) -> dict[str, Any]:
    """What this version says of the data folder, opened afresh."""
    from beholder.collection import Library
    from beholder.session import Session

    library, rankings = Library(home), []
    for person, collection, model in RANKED:
        session = Session(library, collection, person, model=model)
        session.settle()
        places = [[place.item.name, place.score, place.std] for place in session.ranking()]
        rankings.append({"person": person, "collection": collection, "model": model, "places": places})
        session.close()
    store = library.store
    collections = {
        row.name: {
            "encoder": row.encoder,
            "items": [
                [i.id, i.name, i.sha256, i.width, i.height, dict(i.columns), i.gone] for i in store.items(row.id)
            ],
            "files": {Path(f.path).name: [f.sha256, f.reason] for f in store.files(row.id).values()},
            "judgements": {
                who.name: [
                    [j.kind, j.items, j.client_id, j.value, j.picked, j.seconds, j.side, j.asked_by, j.at.isoformat()]
                    for j in store.judgements(who.id, row.id)
                ]
                for who in store.people()
            },
            "events": {who.name: len(store.events(who.id, row.id)) for who in store.people()},
            "alone": [who.name for who in store.people() if store.alone(who.id, row.id)],
            "fits": [
                [who.name, fit[0], fit[1]]
                for who in store.people()
                if (fit := store.fit(who.id, row.id, "gp", row.encoder))
            ],
        }
        for row in library.collections()
    }
    library.close()
    return {"commit": COMMIT, "collections": collections, "rankings": rankings}


def displace(home: Path, root: Path) -> None:
    """Write `PLACE` for the folder in which it was made, into one file that stands without its log."""
    with closing(sqlite3.connect(home / "beholder.db")) as db:
        for table, column in (("items", "path"), ("files", "path"), ("collections", "source")):
            db.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (str(root), PLACE))
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("VACUUM")


def pack(root: Path, target: Path) -> None:
    """A zip that is the same bytes for the same files."""
    kept = [root / "home" / "beholder.db", *(root / "home" / "vectors").rglob("*.safetensors")]
    kept += [path for path in (root / "pictures").rglob("*") if path.is_file()]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(kept):
            member = zipfile.ZipInfo(path.relative_to(root).as_posix())
            archive.writestr(member, path.read_bytes(), zipfile.ZIP_DEFLATED)


def step(name: str, root: Path) -> None:
    """One step, with the code of then: run by `main` in a process of its own."""
    if name == "make":
        paint(root / "pictures")
        answer(root / "home", root / "pictures")
    else:
        text = json.dumps(told(root / "home"), ensure_ascii=False, indent=1)
        FIXTURE.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        code, root = Path(folder) / "code", Path(os.path.realpath(folder)) / "made"
        code.mkdir()
        root.mkdir()
        clone = FIXTURE.parents[2]
        subprocess.run(["git", "archive", "-o", f"{folder}/code.tar", COMMIT, "src"], cwd=clone, check=True)
        shutil.unpack_archive(f"{folder}/code.tar", code, filter="data")
        then = os.environ | {"PYTHONPATH": str(code / "src"), "BEHOLDER_HOME": str(root / "home")}
        for name in ("make", "tell"):
            subprocess.run([sys.executable, __file__, name, str(root)], env=then, check=True)
        displace(root / "home", root)
        FIXTURE.parent.mkdir(exist_ok=True)
        pack(root, FIXTURE.with_suffix(".zip"))


if __name__ == "__main__":
    step(sys.argv[1], Path(sys.argv[2])) if sys.argv[1:] else main()
