"""Peak memory of an import, by what is imported; every input is made in a temporary folder.

    python runs/memory.py [--many 200000] [--large 12] [--only WORD]     prints a table, exits 1 where a limit is passed

A picture is opened alone, as the web app shows it, in a process of its own; a folder, a table or a zip is imported by
`beholder import` into a fresh data folder, with the encoder `builtin`. Pictures that are many have their numbers there
already (random ones), so that no network runs for hours. Time is that of all cores together.
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from beholder.features import load_encoder
from beholder.store import VectorShards

ONE, IMPORT = 400, 1200  # MB: the limits on a picture and on an import
LONG = 26  # times that words are in a long cell: close to what a table may be
BATCH = 128  # pictures a shard
CELLS = 5_000_000  # of a table, as `sources/table.py` allows them
OPEN = "import sys; from pathlib import Path; from beholder.images import render; render(Path(sys.argv[1]), 2048)"
IMPORTED = [sys.executable, "-m", "beholder", "import"]
WATCH = """
import json, os, sys  # a process starts with the peak of the one that it came from: this one is small
_, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
kilo = 1 if sys.platform == "darwin" else 1024
code = os.waitstatus_to_exitcode(status)
print("\\n" + json.dumps([code, used.ru_maxrss * kilo / 1e6, used.ru_utime + used.ru_stime]))
"""


class Used(NamedTuple):
    """What a process took. said: its last line; megabytes: at its peak; seconds: of all cores together."""

    said: str
    code: int
    megabytes: float
    seconds: float


def used(command: list[str], home: Path) -> Used:
    """Run this command with the data folder `home` and no thread to spare."""
    environment = os.environ | {"BEHOLDER_HOME": str(home)}
    ran = subprocess.run(
        [sys.executable, "-c", WATCH, *command], env=environment, capture_output=True, text=True, check=True
    )
    *said, figures = ran.stdout.splitlines()
    told = [line for line in (*said, *ran.stderr.replace("\r", "\n").splitlines()) if line.strip()]
    return Used(told[-1].strip() if told else "", *json.loads(figures))


def _saved(mode: str, width: int, height: int, format: str, **options: object) -> Callable[[], bytes]:
    def make() -> bytes:
        out = BytesIO()
        Image.linear_gradient("L").resize((width, height)).convert(mode).save(out, format, **options)
        return out.getvalue()

    return make


FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "HEIC")
LARGE: dict[str, Callable[[], bytes]] = {
    "JPEG of 200 million pixels, grey": _saved("L", 14_200, 14_100, "JPEG"),
    "JPEG of 100 million": _saved("RGB", 12_200, 8_190, "JPEG"),
    "progressive JPEG of 45 million": _saved("RGB", 8_256, 5_504, "JPEG", progressive=True),
    "PNG of 45 million": _saved("RGB", 8_256, 5_504, "PNG", compress_level=1),
    "PNG of 45 million with alpha": _saved("RGBA", 8_256, 5_504, "PNG", compress_level=1),
    "deep grey PNG of 80 million": _saved("I;16", 9_000, 9_000, "PNG", compress_level=1),
    "GIF of 75 million": _saved("P", 8_700, 8_700, "GIF"),
    "WEBP of 24 million": _saved("RGB", 6_000, 4_000, "WEBP", method=0),
    "TIFF of 45 million": _saved("RGB", 8_256, 5_504, "TIFF", compression="tiff_lzw"),
    "float TIFF of 45 million": _saved("F", 8_256, 5_504, "TIFF", compression="tiff_lzw"),
    "TIFF of 100 million, in one bit": _saved("1", 10_000, 10_000, "TIFF", compression="group4"),
    "AVIF of 24 million": _saved("RGB", 6_000, 4_000, "AVIF", speed=10),
}
with suppress(ImportError):
    from pillow_heif import register_heif_opener

    register_heif_opener()
    LARGE["HEIC of 48 million"] = _saved("RGB", 8_064, 6_048, "HEIF", quality=80, enc_params={"preset": "ultrafast"})


def tiny(n: int) -> bytes:
    """A PNG of 8 x 8, unlike that of any other number."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\0" + struct.pack(">I", n)[1:] * 8 for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def named(n: int) -> str:
    return f"holiday in the mountains {n // 1000:03}/picture number {n:06}.png"


def many(folder: Path, home: Path, n: int) -> None:
    """So many small pictures, and their numbers in the data folder."""
    rng, hashes = np.random.default_rng(0), list[str]()
    for at in range(n):
        path, data = folder / named(at), tiny(at)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        hashes.append(sha256(data).hexdigest())
    for name in ("builtin", "attributes"):
        row = load_encoder(name, threads=1).row
        home.mkdir(exist_ok=True)
        shards = VectorShards(home / "vectors" / row.key)
        for start in range(0, n, BATCH):
            some = hashes[start : start + BATCH]
            shards.add(some, rng.normal(size=(len(some), row.dimension)).astype(np.float32))


def table(path: Path, n: int, columns: int, text: str) -> None:
    """A table of these pictures and so many columns, each cell of its own words."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write("file," + ",".join(f"column {i}" for i in range(columns)) + "\n")
        for at in range(n):
            stream.write(named(at) + "," + ",".join(f"{at:x}{text}{i}" for i in range(columns)) + "\n")


def cases(work: Path, large: int, number: int) -> Iterator[tuple[str, int, Callable[[Path], list[str]]]]:
    """(what is imported, the limit in MB, what makes it for a data folder and returns the command)."""
    folder, heavy = work / "many", work / "heavy"

    def alone(make: Callable[[], bytes]) -> Callable[[Path], list[str]]:
        def made(home: Path) -> list[str]:
            (work / "picture").write_bytes(make())
            return [sys.executable, "-c", OPEN, str(work / "picture")]

        return made

    def together(make: Callable[[], bytes], name: str) -> Callable[[Path], list[str]]:
        format = next(word for word in FORMATS if word in name)

        def made(home: Path) -> list[str]:
            data, place = make(), work / name
            place.mkdir()
            for at in range(large):  # in the end of all of them is room for a box that no reader knows
                Path(place, f"{at}.{format.lower()}").write_bytes(data + struct.pack(">I4sI", 12, b"free", at))
            return [*IMPORTED, str(place), "--into", "x"]

        return made

    def small(home: Path) -> list[str]:
        if not folder.exists():
            many(folder, work / "home many", number)
        return [*IMPORTED, str(folder), "--into", "many"]

    def listed(columns: int, text: str) -> Callable[[Path], list[str]]:
        def made(home: Path) -> list[str]:
            small(home)
            table(folder / "list.csv", number, columns, text)
            return [*IMPORTED, str(folder / "list.csv"), "--into", "listed"]

        return made

    def zipped(home: Path) -> list[str]:
        with zipfile.ZipFile(work / "many.zip", "w") as archive:
            for at in range(number):
                archive.writestr(named(at), tiny(at))
        return [*IMPORTED, str(work / "many.zip"), "--into", "zipped"]

    def lacking(home: Path) -> list[str]:
        heavy.mkdir(exist_ok=True)
        rows = (f"lost/número {at} of all.jpg,title {at}\n" for at in range(5 * number))
        (heavy / "lost.csv").write_text("file,title\n" + "".join(rows), encoding="utf-8")
        return [*IMPORTED, str(heavy / "lost.csv"), "--into", "lost"]

    def blank(home: Path) -> list[str]:
        heavy.mkdir(exist_ok=True)
        lines = b"\n" * min(1_000_000, 5 * number)
        (heavy / "blank.csv").write_bytes(b"file\n" + (b" " * 240).join(lines.splitlines(keepends=True)))
        return [*IMPORTED, str(heavy / "blank.csv"), "--into", "blank"]

    for name, make in LARGE.items():
        yield f"one {name}", ONE, alone(make)
        yield f"{large} times {name}", IMPORT, together(make, name)
    yield f"{number:,} pictures", IMPORT, small
    yield f"{number:,} pictures, again", IMPORT, small
    few = min(999, CELLS // number)
    yield f"a table of {number:,} rows, {few} columns", IMPORT, listed(few, " ")
    yield f"a table of {number:,} rows, {few} columns, again", IMPORT, listed(few, " ")
    yield f"a table of {number:,} rows of long cells", IMPORT, listed(2, "wörds and 🎨 more " * LONG)
    yield f"a table of {number:,} rows of long cells, again", IMPORT, listed(2, "wörds and 🎨 more " * LONG)
    yield f"a zip of {number:,} pictures", IMPORT, zipped
    yield f"a table of {5 * number:,} missing pictures", IMPORT, lacking
    yield "a table of blank lines", IMPORT, blank


def measure(work: Path, large: int, number: int, only: str = "") -> Iterator[tuple[str, int, Used]]:
    """(what was imported, its limit in MB, what it took) of each case whose words hold `only`."""
    for what, limit, make in cases(work, large, number):
        if only in what:
            shared = f"{number:,}" in what and "missing" not in what  # pictures whose numbers are in one data folder
            home = work / "home many" if shared else work / "home"
            yield what, limit, used(make(home), home)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--many", type=int, default=200_000, help="small pictures, rows and members of a zip")
    parser.add_argument("--large", type=int, default=12, help="large pictures of one format in a folder")
    parser.add_argument("--only", default="", help="cases with this in their name")
    args = parser.parse_args()
    over = 0
    print("| what | peak memory | limit | seconds | |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as work:
        for what, limit, got in measure(Path(work), args.large, args.many, args.only):
            over += got.megabytes > limit
            print(f"| {what} | {got.megabytes:.0f} MB | {limit} | {got.seconds:.1f} | {got.said} |", flush=True)
    return bool(over)


if __name__ == "__main__":
    sys.exit(main())
