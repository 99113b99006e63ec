"""Tables and zips of pictures, vectors and labels: each changed in places, read as the product reads them."""

from __future__ import annotations

import csv
import json
import random
import struct
import warnings
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from attacks.mutations import TEXTS, changed, json_of, safetensors
from attacks.watched import Trial, Wrong
from beholder.collection import Library
from beholder.config import Settings
from beholder.errors import BeholderError
from beholder.labels import import_labels
from beholder.sources import Broken, open_source
from beholder.store import VectorShards

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "cp1251", "shift-jis", "utf-7", "ascii")
NAMES = (
    "../evil.png", "/tmp/evil.png", "a/../../evil.png", "..\\evil.png", "C:\\evil.png", "\\\\host\\share\\evil.png",
    "~/a.png", "/dev/zero", "/dev/stdin", "/proc/self/pagemap", ".", "..", "/", "file:///etc/passwd", "http://x.org/a.png",
    "x" * 300 + ".png", "d/" * 3000 + "a.png", "con.png", ".png", " .png", "a.png/", "a.png/b.png", "A.PNG", *TEXTS,
)  # fmt: skip


def png(value: int = 0) -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 6), (value % 256, 90, 40)).save(out, "PNG")
    return out.getvalue()


def found(spec: Path, workspace: Path) -> str:
    """What a source finds, in a few words; every picture lies inside, every name can be printed."""
    said, pictures = "", 0
    for one in open_source(spec, workspace).find():
        if any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in one.name):
            raise Wrong(f"a name that cannot be printed: {one.name!r:.200}")
        if isinstance(one, Broken):
            said = one.reason
            if not said.isprintable() or len(said) > 1000:
                raise Wrong(f"no sentence: {said!r:.300}")
        else:
            pictures += 1
            inside = one.locator.path.resolve().is_relative_to((spec if spec.is_dir() else workspace).resolve())
            if not one.locator.path.is_file() or not (
                inside or spec.suffix in (".csv", ".tsv")
            ):  # which may name any file
                raise Wrong(f"found outside: {str(one.locator.path)!r:.200}")
    return f"{pictures} found; {said}"


def tables(folder: Path) -> Trial:
    """A CSV of pictures, and an `items.csv` in a folder of pictures."""
    for n in range(4):
        (folder / f"{'abcd'[n]}.png").write_bytes(png(n))

    def trial(rng: random.Random, _: Path) -> str:
        path = folder / rng.choice(("items.csv", "list.csv", "list.tsv"))
        for old in folder.glob("*.?sv"):
            old.unlink()
        path.write_bytes(table(rng, ["a.png", "b.png", "c.png", "d.png"]))
        inside = path.name == "items.csv"
        return found(folder if inside else path, folder / "workspace")

    return trial


def table(rng: random.Random, files: list[str]) -> bytes:
    """A table of these pictures with something wrong in it."""
    names = [n for n in NAMES if not n.startswith("/tmp")]
    header = ["item", rng.choice(("file", "path", "image", "FILE ")), "title", "price"]
    rows = [[f"p{n}", file, f"Study {n}", f"{n},5"] for n, file in enumerate(files)]
    for _ in range(rng.choice((1, 1, 3))):
        row = rng.choice([header, *rows])
        match rng.randrange(5):
            case 0:
                row[rng.randrange(len(row))] = rng.choice(names)
            case 1:
                times = rng.choice((1, 5, 3000))
                row += [rng.choice(names)[: 100_000 // times]] * times
            case 2:
                del row[rng.randrange(len(row)) :]
                row += [""]
            case 3:
                rows.insert(rng.randrange(len(rows) + 1), [rng.choice(TEXTS)] * rng.randrange(1, 9))
            case _:
                again = list(rng.choice(rows))
                times = rng.choice((1, 2, max(1, 100_000 // (1 + len(",".join(again))))))
                rows += [list(again) for _ in range(times)]
    out = StringIO()
    ends = rng.choice(("\n", "\r\n", "\r"))
    csv.writer(out, delimiter=rng.choice(",,,;\t|"), lineterminator=ends).writerows([header, *rows])
    text = out.getvalue()
    if rng.random() < 0.2:
        text = rng.choice(("sep=;\n", "sep=\n", "\n" * 3000, '"', "\0")) + text
    data = text.encode(rng.choice(ENCODINGS), "replace" if rng.random() < 0.5 else "ignore")
    return changed(rng, data) if rng.random() < 0.4 else data


def zips(folder: Path) -> Trial:
    """A zip whose names, members or bytes are not as they should be; nothing is ever written outside."""
    outside = Path(folder, "outside.txt")

    def trial(rng: random.Random, _: Path) -> str:
        before = {entry.name for entry in folder.iterdir()} | {"art.zip", "workspace", outside.name}
        path = folder / "art.zip"
        path.write_bytes(zip_of(rng))
        said = found(path, folder / "workspace")
        if more := {entry.name for entry in folder.iterdir()} - before:
            raise Wrong(f"written outside: {more}")
        return said

    return trial


def zip_of(rng: random.Random) -> bytes:
    out = BytesIO()
    how = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    members: list[tuple[str, bytes]] = [("a.png", png()), ("b/c.png", png(1)), ("items.csv", b"file\na.png\nb/c.png\n")]
    for _ in range(rng.choice((0, 1, 3))):
        kinds = (lambda: png(2), lambda: b"", lambda: bytes(200_000), lambda: changed(rng, png(3)))
        body = rng.choice((*kinds, lambda: table(rng, ["a.png", "b/c.png"])))()
        members.append((rng.choice((*NAMES, "items.csv", "a.png", "b")).encode("utf-8", "replace").decode(), body))
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w", how) as archive:  # of names that are twice
        for name, data in rng.sample(members, len(members)):
            info = zipfile.ZipInfo(name[:60_000].replace("\0", "_") or "_")
            info.compress_type = how
            info.external_attr = rng.choice((0o100644, 0o100644, 0o100644, 0o120777, 0o020666, 0o010666, 0)) << 16
            archive.writestr(info, data)
    data = bytearray(out.getvalue())
    if rng.random() < 0.3:  # a figure in one of the lists of members
        mark = rng.choice((b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"))
        at = data.find(mark) + 4 + rng.randrange(26)
        data[at : at + 2] = struct.pack("<H", rng.choice((0, 1, 0x40, 0x800, 0xFFFF, 0x7FFF)))
    return changed(rng, bytes(data)) if rng.random() < 0.6 else bytes(data)


def shards(folder: Path) -> Trial:
    """A file of vectors that is damaged beside a good one: the good one is read, the other is set aside or whole."""

    def trial(rng: random.Random, _: Path) -> str:
        for old in folder.glob("*.safetensors*"):
            old.unlink()
        ours, theirs = (np.frombuffer(rng.randbytes(32 * 3), np.uint8).reshape(3, 32) for _ in range(2))
        good = rng.randrange(2, 9)
        mine = np.arange(3 * good, dtype=np.float32).reshape(3, good)
        own = [bytes(key).hex() for key in ours]
        VectorShards(folder, good).add(own, mine)
        (folder / "other.safetensors").write_bytes(shard(rng, theirs, good))
        read = VectorShards(folder, good)
        hashes = [*own, *(bytes(key).hex() for key in theirs)]
        X, known = read.get(hashes, good)
        if not known[:3].all() or not (X[:3] == mine).all():
            raise Wrong("a good file of vectors was not read as it was written")
        if not np.isfinite(X).all() or X.shape != (6, good) or X.dtype != np.float32:
            raise Wrong(f"gave {X.dtype} of {X.shape}, finite: {np.isfinite(X).all()}")
        if read.missing(hashes) != {sha for sha, there in zip(hashes, known, strict=True) if not there}:
            raise Wrong("what is missing is not what is unknown")
        again = [sha for sha, there in zip(hashes, known, strict=True) if not there]
        read.add(again, np.ones((len(again), good), np.float32))
        if VectorShards(folder, good).missing(hashes):
            raise Wrong("what was read anew is not there")
        return "; ".join(read.damaged.values())

    return trial


def shard(rng: random.Random, keys: np.ndarray[Any, Any], dimension: int) -> bytes:
    """A file of vectors with something wrong in it."""
    rows = len(keys)
    dtype, size = rng.choice((*[("F32", 4)] * 3, ("F16", 2), ("BF16", 2), ("F64", 8), ("F8_E4M3", 1), ("I32", 4)))
    right = (rows, dimension)
    n, d = rng.choice((right, right, (rows + 1, dimension), (rows, dimension + 1), (rows * dimension, 1)))
    shape: tuple[int, ...] = rng.choice(((n, d), (n, d), (n * d,), (1, n, d), ()))
    body = rng.choice((np.ones(n * d, np.float32).tobytes(), rng.randbytes(4 * n * d), b"\xff" * 4 * n * d))
    kinds = {"keys": ("U8", (rows, 32), keys.tobytes()), "vectors": (dtype, shape, body[: size * n * d])}
    if rng.random() < 0.2:
        kinds[rng.choice(TEXTS[:6])] = kinds.pop(rng.choice(("keys", "vectors")))
    data = safetensors(kinds, rng.choice((None, {"a": "b" * 5000})))
    if rng.random() < 0.3:
        length = int.from_bytes(data[:8], "little")
        text = json_of(rng, json.loads(data[8 : 8 + length]))
        data = struct.pack("<Q", len(text)) + text + data[8 + length :]
    return changed(rng, data) if rng.random() < 0.5 else data


COLUMNS = ("person", "kind", "item", "other", "value", "at", "seconds", "side", "client_id", "grid")


def labels(folder: Path) -> Trial:
    """A file of labels with bad lines among good ones: the good ones are kept, whatever stands beside them."""
    library = Library(folder / "home", config=Settings(home=folder / "home", encoder="classic", threads=1))
    (folder / "pictures").mkdir()
    for n in range(6):
        (folder / "pictures" / f"{n}.png").write_bytes(png(40 * n))
    library.import_source(folder / "pictures", "art")
    store, art = library.store, library.store.collection("art")

    def trial(rng: random.Random, _: Path) -> str:
        who, number = f"P{rng.randrange(5)}", rng.getrandbits(60)
        good = [_line(rng, who, f"{number:x}-{n}") for n in range(6)]
        lines: list[Any] = [*good]
        for _ in range(rng.choice((1, 3))):
            bad = _line(rng, "Bad", f"bad-{rng.getrandbits(60):x}")
            bad[rng.choice(COLUMNS)] = rng.choice(TEXTS)
            lines.insert(rng.randrange(len(lines) + 1), bad)
        as_json, damaged = rng.random() < 0.4, rng.random() < 0.4
        path = folder / ("labels.json" if as_json else "labels.csv")
        data = _as_json(rng, lines) if as_json else _as_csv(rng, lines)
        path.write_bytes(changed(rng, data) if damaged else data)
        try:
            report = import_labels(library, "art", path)
        except BeholderError as error:
            if not damaged:
                raise Wrong(f"the whole file is refused for one line: {str(error)!r:.200}") from error
            raise
        person = next((p for p in store.people() if p.name == who), None)
        kept = {e.client_id for e in store.events(person.id, art.id)} if person else set()
        if not damaged and (lost := {line["client_id"] for line in good} - kept):
            raise Wrong(f"good lines were lost: {sorted(lost)}; {report.faults[:2]!r:.300}")
        return "; ".join(report.faults[:5])

    return trial


def _line(rng: random.Random, person: str, client_id: str) -> dict[str, str]:
    one, other = rng.sample(range(6), 2)
    kind = rng.choice(("rating", "choice", "tie", "skip", "favourite"))
    pair = kind in ("choice", "tie")
    value = {"rating": str(rng.randint(1, 10)), "favourite": "1"}.get(kind, "")
    return {
        "person": person, "kind": kind, "item": f"{one}.png", "other": f"{other}.png" if pair else "", "value": value,
        "at": "2026-01-31T12:00:00+00:00", "seconds": "1.5", "side": "", "client_id": client_id, "grid": "",
    }  # fmt: skip


def _as_csv(rng: random.Random, lines: list[dict[str, str]]) -> bytes:
    out = StringIO()
    write = csv.writer(out, delimiter=rng.choice(",,;\t"), lineterminator=rng.choice(("\n", "\r\n")))
    write.writerow(COLUMNS)
    for line in lines:
        write.writerow([line.get(column, "") for column in COLUMNS])
    return out.getvalue().encode("utf-8", "surrogatepass")


def _as_json(rng: random.Random, lines: list[dict[str, str]]) -> bytes:
    """One entry a line; the bad ones may be no JSON at all, as long as they stay on their own line."""
    parts = []
    for line in lines:
        text = json.dumps(line).encode()
        if line["client_id"].startswith("bad") and rng.random() < 0.4:
            text = rng.choice((b"[" * 5000, b'{"a":' * 900, b"9" * 5000, b'"\\ud800"', b"{,}", b"null", b"{}", b"NaN"))
        parts.append(text)
    return b"[\n" + b",\n".join(parts) + b"\n]\n"
