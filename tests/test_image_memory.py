"""What one picture may take: measured in a process of its own, at its peak, whatever the file says of itself."""

import re
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from beholder.errors import BadPicture
from beholder.images import open_image
from beholder.images.budget import Memory
from helpers.makers import chunk, encoded, heic, kinds, noise, png_of, tiff_of

PEAK = 400_000_000
PROGRAM = """
import os, resource, sys
if child := os.fork():  # a process starts with the peak of the one that it came from: this one is small
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from beholder.errors import BadPicture
from beholder.images import open_image, size_of
side = int(sys.argv[2]) or None
try:
    size_of(Path(sys.argv[1]))
    with ThreadPoolExecutor(8) as pool:  # so many at once, of the same picture
        seen = list(pool.map(lambda _: open_image(Path(sys.argv[1]), max_side=side), range(int(sys.argv[3]))))
    print("opened", *seen[0].size)
except BadPicture as reason:
    print(reason)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no getrusage")


def peak_of(data: bytes, folder, side: int = 512, times: int = 1) -> tuple[str, int]:
    """(what came of it, bytes at the peak), of opening this in a fresh process."""
    path = folder / "picture"
    path.write_bytes(data)
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), str(side), str(times)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    said, peak = ran.stdout.splitlines()
    return said, int(peak)


def flat(mode: str, width: int, height: int, format: str, **options: object) -> bytes:
    return encoded(Image.new(mode, (width, height)), format, **options)


def webp_of(width: int, height: int) -> bytes:
    """A film of small frames on a canvas of this size."""
    data = bytearray(kinds()["webp-animated"])
    data[24:30] = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return bytes(data)


def gif_of(width: int, height: int) -> bytes:
    data = bytearray(kinds()["gif-animated"])
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def packed(pixels: int) -> bytes:
    squeeze = zlib.compressobj(1)
    return b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(pixels >> 20)) + squeeze.flush()


def headed(data: bytes, marker: int, name: bytes, times: int = 3_500) -> bytes:
    """A JPEG with so many of the longest segments before its pixels."""
    segment = b"\xff" + bytes([marker]) + struct.pack(">H", 65535) + name + b"x" * (65533 - len(name))
    return data[:2] + segment * times + data[2:]


def text_of(size: int) -> bytes:
    return chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(size), 1))


BOMBS: dict[str, Callable[[], bytes]] = {
    "float tiff": lambda: tiff_of(packed(4 * 10**8), 10_000, 10_000, 32, t339=3, t259=8),
    "tiff of one strip": lambda: tiff_of(packed(4 * 10**8), 10_000, 10_000, (8, 8, 8), t259=8),
    "tiff of a huge tile": lambda: tiff_of(
        packed(5 * 10**8), 10, 10, (8, 8, 8), t259=8, t322=16384, t323=8192, t324=300, t325=500_000
    ),
    "tiff with notes": lambda: tiff_of(bytes(48), 4, 4, (8, 8, 8), t259=1, t37724=(7,) * 10_000_000),
    "webp of a large canvas": lambda: webp_of(9_999, 9_999),
    "gif of a large canvas": lambda: gif_of(9_999, 9_999),
    "png of colours": lambda: png_of(9_999, 9_999),
    "png of deep colours with alpha": lambda: png_of(9_000, 9_000, depth=16, colour=6),
    "png whose text unpacks": lambda: png_of(4, 4, bytes(52), extra=text_of(60_000_000) * 20),
    "jpeg with a long head": lambda: headed(kinds()["jpeg"], 0xE5, b""),
    "jpeg with a long profile": lambda: headed(kinds()["jpeg"], 0xE2, b"ICC_PROFILE\0\1\1"),
    "progressive jpeg": lambda: flat("RGB", 6_000, 5_000, "JPEG", progressive=True, subsampling=0).replace(
        struct.pack(">HH", 5_000, 6_000), struct.pack(">HH", 20_000, 20_000)
    ),
    "avif": lambda: flat("RGBA", 6_000, 5_000, "AVIF", speed=10),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_picture_takes_more_than_it_may(tmp_path, name):
    said, peak = peak_of(BOMBS[name](), tmp_path)
    assert peak < PEAK
    assert said.startswith("opened") or re.search(
        r"takes \d+ MB of memory to open, over the limit of 320 MB; save it|is damaged|ends too early", said
    )


PHOTOS: dict[str, Callable[[], bytes]] = {
    "jpeg of 200 million pixels": lambda: flat("L", 14_200, 14_100, "JPEG"),
    "progressive jpeg of 45 million": lambda: flat("RGB", 8_256, 5_504, "JPEG", progressive=True),
    "png of 45 million": lambda: flat("RGB", 8_256, 5_504, "PNG", compress_level=1),
    "png of 45 million with alpha": lambda: flat("RGBA", 8_256, 5_504, "PNG", compress_level=1),
    "deep grey png of 80 million": lambda: flat("I;16", 9_000, 9_000, "PNG", compress_level=1),
    "palette gif of 75 million": lambda: flat("P", 8_700, 8_700, "GIF"),
    "webp of 24 million": lambda: flat("RGB", 6_000, 4_000, "WEBP"),
    "tiff of 45 million": lambda: flat("RGB", 8_256, 5_504, "TIFF", compression="tiff_lzw"),
    "float tiff of 45 million": lambda: flat("F", 8_256, 5_504, "TIFF", compression="tiff_lzw"),
    "fax of 100 million": lambda: flat("1", 10_000, 10_000, "TIFF", compression="group4"),
    "avif of 24 million": lambda: flat("RGB", 6_000, 4_000, "AVIF", speed=10),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_a_large_photograph_opens_within_it(tmp_path, name):
    said, peak = peak_of(PHOTOS[name](), tmp_path, 2048)
    assert said.startswith("opened 2048")
    assert peak < PEAK


def test_a_large_heic_opens_within_it(tmp_path):
    pytest.importorskip("pillow_heif", reason="HEIC needs an extra: pip install 'beholder[heif]'")
    said, peak = peak_of(
        heic(Image.new("RGB", (8_064, 6_048)), enc_params={"preset": "ultrafast"})["heic"], tmp_path, 2048
    )
    assert said.startswith("opened 2048")
    assert peak < PEAK


def test_pictures_opened_by_many_threads_take_no_more_than_all_may(tmp_path):
    said, peak = peak_of(flat("RGB", 9_504, 6_336, "PNG", compress_level=1), tmp_path, times=6)
    assert said.startswith("opened 512")
    assert peak < 800_000_000


@pytest.mark.parametrize(("only", "cases"), [("300", 7), ("9 times PNG of 45 million with alpha", 1)])
def test_an_import_takes_no_more_than_it_may(tmp_path, monkeypatch, only, cases):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "runs")
    import memory

    told = list(memory.measure(tmp_path, 9, 300, only))
    assert [(what, got.said) for what, _, got in told if got.code] == []
    assert [what for what, most, got in told if not 100 < got.megabytes < most] == []
    assert len(told) == cases


def test_a_picture_is_the_same_in_bands(monkeypatch):
    from beholder.images import colour

    clear = noise(400, 300).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    deep = Image.linear_gradient("L").resize((400, 300)).convert("F")
    pictures = {
        "png": encoded(noise(400, 300), "PNG"),
        "alpha": encoded(clear, "PNG"),
        "palette": encoded(noise(400, 300).quantize(32), "PNG", transparency=3),
        "float": encoded(deep, "TIFF"),
        "one bit": encoded(noise(400, 300).convert("1"), "PNG"),
    } | heic(noise(400, 300))
    whole = {
        (name, side): open_image(data, max_side=side).tobytes() for name, data in pictures.items() for side in SIDES
    }
    monkeypatch.setattr(colour, "BAND", 5_000)
    for (name, side), pixels in whole.items():
        assert open_image(pictures[name], max_side=side).tobytes() == pixels, (name, side)


SIDES = (None, 399, 130, 100, 31, 7)


def test_pictures_opened_at_once_share_what_there_is():
    memory, most, running = Memory(100), 0, 0
    lock = threading.Lock()

    def take(need: int) -> None:
        nonlocal most, running
        with memory.held(need):
            with lock:
                running += need
                most = max(most, running)
            threading.Event().wait(0.002)
            with lock:
                running -= need

    threads = [threading.Thread(target=take, args=(need,)) for need in [40, 60, 30, 90, 10] * 12]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert (memory.used, running) == (0, 0)
    assert 60 <= most <= 100


def test_one_that_is_larger_than_all_waits_until_it_is_alone():
    memory = Memory(100)
    with memory.held(500):
        assert memory.used == 500
    with pytest.raises(ZeroDivisionError), memory.held(30):
        raise ZeroDivisionError
    assert memory.used == 0


def test_whoever_allows_more_pixels_allows_more_memory():
    data = flat("L", 400, 300, "PNG")
    assert open_image(data, max_pixels=400 * 300).size == (400, 300)
    big = png_of(20_000, 9_000, depth=8, colour=0)
    with pytest.raises(BadPicture, match="over the limit of 100 million pixels"):
        open_image(big, max_side=64)
    with pytest.raises(BadPicture, match=r"is damaged|ends too early"):
        open_image(big, max_side=64, max_pixels=200_000_000)
