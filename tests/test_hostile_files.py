"""Damaged and hostile files, some hundreds: each gives a good picture or one clear sentence, and nothing else."""

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import BadInput, BadPicture, UserError
from beholder.images import open_image, size_of
from beholder.sources import Broken, Found, open_source
from helpers.makers import chunk, encoded, exif, flipped, folder_of, kinds, noise, picture, png_of, with_flag, zip_of

MACHINE_WORDS = re.compile(
    r"Traceback|Exception|Error\b|\berrno|0x[0-9a-f]|<class|object at|b'|None\b|NaN", re.IGNORECASE
)


def assert_a_sentence(text: str) -> None:
    assert 8 < len(text) < 500, text
    assert text.isprintable(), repr(text)
    assert not MACHINE_WORDS.search(text), text


def reason(open_it: Callable[[], object]) -> str:
    """ "" where it opens, else why not; anything else that is raised fails the test."""
    try:
        open_it()
    except BadPicture as error:
        return str(error)
    return ""


def upright_rgb(data: bytes | Path, max_side: int | None) -> None:
    image = open_image(data, max_side=max_side)
    assert (image.mode, image.info) == ("RGB", {})
    assert min(image.size) > 0


def look(data: bytes | Path) -> str:
    """ "" for a good picture, else why it is none; the header alone is never refused where the picture opens."""
    whole, small, header = (
        reason(lambda: upright_rgb(data, None)),
        reason(lambda: upright_rgb(data, 16)),
        reason(lambda: size_of(data)),
    )
    for said in filter(None, (whole, small, header)):
        assert_a_sentence(said)
    assert whole or not header
    return whole or small


CUTS = [1, 3, 7, 13, 29, 100, 0.25, 0.5, 0.75, 0.95, -1]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("kind", kinds())
def test_a_truncated_picture_opens_or_says_so(kind, cut):
    data = kinds()[kind]
    part = data[: int(len(data) * cut)] if isinstance(cut, float) else data[:cut]
    said = look(part)
    if cut in (0.25, 0.5) and kind != "gif-animated":  # whose first frame is whole
        assert said == "the file ends too early"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", kinds())
def test_a_picture_with_flipped_bits_opens_or_says_so(kind, seed):
    look(flipped(kinds()[kind], seed))


@pytest.mark.parametrize("kind", kinds())
def test_a_picture_with_its_middle_overwritten_opens_or_says_so(kind):
    data = kinds()[kind]
    middle = len(data) // 2
    look(data[: middle - 40] + b"\xff" * 80 + data[middle + 40 :])


@pytest.mark.parametrize("kind", kinds())
def test_a_picture_with_another_behind_it_opens(kind):
    assert look(kinds()[kind] + b"\0" * 1000 + kinds()["png"]) == ""


def tiff_of(width: int, height: int, *more: tuple[int, int, int, int]) -> bytes:
    """A little-endian TIFF of 8-bit grey that says it is of this size, with further (tag, type, count, value)."""
    tags = sorted([(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), *more])
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *t) for t in tags) + b"\0" * 4
    )


@cache
def hostile_pictures() -> dict[str, bytes]:
    webp, jpeg, gif = bytearray(kinds()["webp-animated"]), kinds()["jpeg"], bytearray(kinds()["gif-animated"])
    webp[24:30] = b"\xff\x3f\0\xff\x3f\0"
    gif[6:10] = b"\xff\xff\xff\xff"
    avif = kinds()["avif"]
    at = avif.index(b"ispe") + 8
    sof = jpeg.index(b"\xff\xc0") + 5
    plain = encoded(noise(), "PNG")
    return {
        "empty": b"",
        "one byte": b"\xff",
        "png bomb": png_of(100_000, 100_000),
        "png bomb with pixels": png_of(30_000, 30_000, b"\0" * 2_000_000, depth=1, colour=0),
        "png just inside the limit without pixels": png_of(9_000, 9_000, depth=1, colour=0),
        "png of no width": png_of(0, 10),
        "png of negative width": png_of(2**31 + 5, 10),
        "png of odd depth": png_of(4, 4, b"\0" * 64, depth=3),
        "png without pixels": plain[:33] + chunk(b"IEND", b""),
        "png whose profile is a bomb": png_of(
            1, 1, b"\0" * 4, extra=chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(10**8)))
        ),
        "png whose text is a bomb": png_of(
            1, 1, b"\0" * 4, extra=chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(10**8)))
        ),
        "png with a palette missing": png_of(4, 4, b"\0" * 20, colour=3),
        "png with huge chunk": plain[:33] + struct.pack(">I", 2**31 - 1) + b"eXIf" + plain[33:],
        "apng of a million frames": png_of(4, 4, b"\0" * 52, extra=chunk(b"acTL", struct.pack(">II", 10**6, 0))),
        "jpeg of 65535 x 65535": jpeg[:sof] + b"\xff\xff\xff\xff" + jpeg[sof + 4 :],
        "jpeg of no height": jpeg[:sof] + b"\0\0" + jpeg[sof + 2 :],
        "jpeg of a thousand passes": encoded(noise(), "JPEG", progressive=True) + b"\xff\xda" * 1000,
        "jpeg of markers alone": b"\xff\xd8" + b"\xff" * 5000,
        "jpeg with endless comment": b"\xff\xd8\xff\xfe\xff\xff" + b"x" * 100,
        "jpeg with a length of zero": b"\xff\xd8\xff\xe1\0\0" + jpeg[2:],
        "jpeg with broken exif": encoded(noise(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
        "jpeg with cut exif": encoded(noise(), "JPEG", exif=exif(6)[:-7]),
        "jpeg with a thousand turned": encoded(noise(), "JPEG", exif=exif(1000)),
        "jpeg with a broken profile": encoded(noise(), "JPEG", icc_profile=b"\0\0\0\x80lcms" + b"\xff" * 200),
        "jpeg of many pictures that are not there": jpeg[:2] + b"\xff\xe2\0\x10MPF\0II*\0\x08\0\0\0\0\0" + jpeg[2:],
        "gif of 65535 x 65535": bytes(gif),
        "gif of no frame": bytes(gif[:6]) + b"\x10\0\x10\0\0\0\0;",
        "gif with a frame far outside": bytes(gif[:6])
        + b"\x04\0\x04\0\0\0\0,\xf0\xff\xf0\xff\xf0\xff\xf0\xff\0\x02\x02L\1\0;",
        "webp of 16384 x 16384": bytes(webp),
        "webp that is something else": b"RIFF\x24\0\0\0WEBPjunk" + b"\0" * 24,
        "riff of sound": b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 24,
        "avif of 60000 x 60000": avif[:at] + struct.pack(">II", 60_000, 60_000) + avif[at + 8 :],
        "avif of boxes alone": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + b"\0\0\0\x08free" * 200,
        "heic of boxes alone": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x08free" * 200,
        "ftyp of length zero": b"\0\0\0\0ftypavif" + b"\0" * 40,
        "film": b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 400,
        "tiff of 60000 x 60000": tiff_of(60_000, 60_000, (273, 4, 1, 8), (279, 4, 1, 100)),
        "tiff of strips outside the file": tiff_of(10, 10, (273, 4, 1, 10**9), (279, 4, 1, 100)),
        "tiff of four thousand million strips": tiff_of(10, 10, (273, 4, 2**32 - 1, 8), (279, 4, 1, 100)),
        "tiff of huge tiles": tiff_of(10, 10, (322, 4, 1, 2**30), (323, 4, 1, 2**30), (324, 4, 1, 8), (325, 4, 1, 9)),
        "tiff of unknown packing": tiff_of(10, 10, (273, 4, 1, 8), (279, 4, 1, 100)).replace(
            b"\x03\x01\x03\0", b"\x03\x01\x09\0"
        ),
        "tiff whose directory is itself": b"II*\0\x08\0\0\0\0\0\x08\0\0\0",
        "tiff of no tags": b"MM\0*\0\0\0\x08\0\0\0\0\0\0",
        "big tiff cut off": b"II+\0\x08\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
        "bmp": encoded(picture(), "BMP"),
        "icon": encoded(picture(), "ICO"),
        "photoshop": b"8BPS\0\x01" + b"\0" * 40,
        "jpeg 2000": encoded(picture(), "JPEG2000"),
        "jpeg xl": b"\xff\x0a" + b"\0" * 40,
        "pdf": encoded(picture(), "PDF"),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        "svg with entities": b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg>&a;</svg>",
        "portable pixmap": b"P6 99999 99999 255\n" + b"\0" * 100,
        "web page": b"<!doctype html><title>Sign in</title>",
        "words": "ein Bild, bitte".encode("utf-16"),
        "zeros": b"\0" * 10_000,
        "noise": np.random.default_rng(5).bytes(10_000),
        "program": b"\x7fELF" + b"\0" * 100,
        "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    }


@pytest.mark.parametrize("name", hostile_pictures())
def test_a_hostile_picture_opens_or_says_so(name):
    look(hostile_pictures()[name])


@pytest.mark.parametrize("name", [name for name in hostile_pictures() if re.search(r"000 x|65535 x|384 x|bomb$", name)])
def test_a_bomb_is_refused_for_its_size(name):
    assert re.search(r"over the limit of 100 million pixels|is damaged|ends too early", look(hostile_pictures()[name]))


@cache
def odd_pictures() -> dict[str, bytes]:
    """Rare and good: these must open."""
    deep = (np.arange(48 * 32, dtype=np.uint32).reshape(32, 48) * 42).astype(np.uint16)
    return {
        "one pixel": encoded(picture(1, 1), "PNG"),
        "one line": encoded(noise(3000, 1), "JPEG"),
        "cmyk with profile of another kind": encoded(noise().convert("CMYK"), "JPEG", icc_profile=b"x" * 300),
        "ycc": encoded(noise().convert("YCbCr"), "TIFF"),
        "lab": encoded(Image.new("LAB", (9, 9), (80, 128, 128)), "TIFF"),
        "one bit": encoded(noise().convert("1"), "TIFF", compression="group4"),
        "one bit gif": encoded(noise().convert("1"), "GIF"),
        "16 bits, big end first": encoded(Image.fromarray(deep.astype(">u2")), "TIFF"),
        "grey with alpha": encoded(noise().convert("LA"), "PNG"),
        "palette of two": encoded(noise().quantize(2), "PNG", bits=1),
        "palette with alpha": encoded(noise().quantize(4), "PNG", transparency=b"\0\x40\x80\xff"),
        "jpeg in tiff": encoded(noise(), "TIFF", compression="jpeg"),
        "deflate tiff": encoded(noise(), "TIFF", compression="tiff_adobe_deflate"),
        "two pages": encoded(noise(), "TIFF", save_all=True, append_images=[noise(5, 5)]),
        "animated png": encoded(noise(), "PNG", save_all=True, append_images=[noise(seed=3)]),
        "several in one jpeg": encoded(noise(), "MPO", save_all=True, append_images=[noise(seed=3)]),
        "animated avif": encoded(noise(), "AVIF", save_all=True, append_images=[noise(seed=3)], speed=10),
        "infinite floats": encoded(Image.fromarray(np.full((4, 4), np.inf, np.float32)), "TIFF"),
        "no floats": encoded(Image.fromarray(np.full((4, 4), np.nan, np.float32)), "TIFF"),
        "large negative": encoded(Image.fromarray(np.array([[-(2**31), 2**31 - 1]], np.int32)), "TIFF"),
    }


@pytest.mark.parametrize("name", odd_pictures())
def test_a_rare_picture_opens(name):
    assert look(odd_pictures()[name]) == ""


@pytest.mark.parametrize("suffix", [".jpg", ".gif", ".tiff", ".heic", ".txt", ""])
def test_a_wrong_name_does_no_harm(tmp_path, suffix):
    path = tmp_path / f"picture{suffix}"
    path.write_bytes(kinds()["webp"])
    assert look(path) == ""


def gather(spec: Path, workspace: Path) -> tuple[list[Found], list[str]]:
    """What a source finds, and every sentence that it says; anything else that is raised fails the test."""
    found, said = [], []
    try:
        for one in open_source(spec, workspace).find():
            assert not re.search(r"[\x00-\x1f\x7f-\x9f]", one.name)
            if isinstance(one, Broken):
                said.append(one.reason)
            else:
                found.append(one)
    except (BadInput, UserError) as error:
        said.append(str(error))
    for sentence in said:
        assert_a_sentence(sentence)
    return found, said


PNG = encoded(picture(), "PNG")
NAMES = {
    "parent": "../evil.png",
    "grandparent": "a/../../evil.png",
    "parent in the middle": "a/../evil.png",
    "backslash parent": "..\\evil.png",
    "absolute": "/tmp/evil-of-beholder.png",
    "drive": "C:\\evil.png",
    "share": "\\\\host\\share\\evil.png",
    "very long": "x" * 300 + ".png",
    "very deep": "d/" * 3000 + "evil.png",
    "control": "ev\x1b[31mil\n.png",
    "right to left": "evil\u202egnp.png",
    "dot": "./evil.png",
    "dots": ".../evil.png",
    "empty parts": "a//b///evil.png",
    "only an ending": ".png",
    "space": " .png",
    "device": "con.png",
    "home": "~/evil.png",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_never_writes_outside_its_folder(tmp_path, name):
    path = zip_of(tmp_path / "art.zip", {NAMES[name]: PNG, "good.png": PNG})
    found, said = gather(path, tmp_path / "workspace")
    (folder,) = (tmp_path / "workspace").iterdir()
    assert "good.png" in [one.name for one in found]
    assert len(found) == 2 or said or name in ("only an ending", "dots")  # hidden
    assert all(one.locator.path.resolve().is_relative_to(folder.resolve()) and one.locator.is_there() for one in found)
    assert {entry.name for entry in tmp_path.iterdir()} <= {"art.zip", "workspace", "home"}
    assert not Path("/tmp/evil-of-beholder.png").exists()


def overlapped(path: Path) -> Path:
    """Two names for the same bytes, the trick of the bombs that need no nesting."""
    data = zip_of(path, {"a.png": PNG}).read_bytes()
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry, tail = data[at:end], bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", 50, 50)
    tail[12:16] = struct.pack("<I", len(entry) * 50)
    path.write_bytes(data[:at] + entry * 50 + tail)
    return path


def linked(path: Path, mode: int) -> Path:
    info = zipfile.ZipInfo("link.png")
    info.external_attr = mode << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return path


def damaged(path: Path, at: float) -> Path:
    data = bytearray(zip_of(path, {"a.png": PNG, "b.png": PNG}, zipfile.ZIP_STORED).read_bytes())
    start = int(len(data) * at)
    data[start : start + 8] = b"\xaa" * 8
    path.write_bytes(data)
    return path


def part(path: Path, share: float) -> Path:
    data = zip_of(path, {"a.png": PNG, "b.png": PNG}).read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def raw(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


ZIPS = {
    "bomb": lambda p: zip_of(p, {"a.png": bytes(70_000_000)}),
    "overlapping": overlapped,
    "symlink": lambda p: linked(p, 0o120777),
    "device": lambda p: linked(p, 0o020666),
    "pipe": lambda p: linked(p, 0o010666),
    "encrypted": lambda p: with_flag(zip_of(p, {"a.png": PNG, "b.png": PNG})),
    "unknown flags": lambda p: with_flag(zip_of(p, {"a.png": PNG}), 0x20),
    "strongly encrypted": lambda p: with_flag(zip_of(p, {"a.png": PNG}), 0x40),
    "empty file": lambda p: raw(p, b""),
    "no members": lambda p: zip_of(p, {}),
    "end alone": lambda p: raw(p, b"PK\x05\x06" + b"\xff" * 18),
    "not a zip": lambda p: raw(p, PNG),
    "words": lambda p: raw(p, b"this is not a zip"),
    "zeros": lambda p: raw(p, b"\0" * 1000),
    "file and folder of one name": lambda p: zip_of(p, {"a.png": PNG, "a.png/b.png": PNG}),
    "folder and file of one name": lambda p: zip_of(p, {"a.png/b.png": PNG, "a.png": PNG}),
    "names in two spellings": lambda p: zip_of(p, {"e\u0301.png": PNG, "\u00e9.png": PNG}),
    "bad items.csv": lambda p: zip_of(p, {"items.csv": b"a,b\n1,2\n", "a.png": PNG}),
    "items.csv of zeros": lambda p: zip_of(p, {"items.csv": bytes(500), "a.png": PNG}),
    "items.csv that leads out": lambda p: zip_of(p, {"items.csv": b"file\n../../../../etc/passwd\n/etc/passwd\n"}),
    "nested zip": lambda p: zip_of(p, {"inner.zip": PNG}),
    "bzip2": lambda p: zip_of(p, {"a.png": PNG}, zipfile.ZIP_BZIP2),
    "lzma": lambda p: zip_of(p, {"a.png": PNG}, zipfile.ZIP_LZMA),
    **{f"cut at {share}": (lambda p, share=share: part(p, share)) for share in (0.1, 0.4, 0.7, 0.9, 0.99)},
    **{f"damaged at {at}": (lambda p, at=at: damaged(p, at)) for at in (0.0, 0.1, 0.3, 0.5, 0.62, 0.7, 0.8, 0.9, 0.95)},
    **{
        f"flipped {seed}": (lambda p, seed=seed: raw(p, flipped(damaged(p, 0).read_bytes(), seed))) for seed in range(8)
    },
}
GOOD = {"no members", "nested zip", "bzip2", "lzma"}


@pytest.mark.parametrize("name", ZIPS)
def test_a_hostile_zip_is_read_in_part_or_says_so(tmp_path, name):
    path = ZIPS[name](tmp_path / "art.zip")
    workspace = tmp_path / "workspace"
    found, said = gather(path, workspace)
    again = gather(path, workspace)
    assert ([one.name for one in found], said) == ([one.name for one in again[0]], again[1])
    assert said or name in GOOD or name.startswith(("flipped", "damaged"))
    assert all(one.locator.path.resolve().is_relative_to(workspace.resolve()) for one in found)
    assert not list(workspace.glob(".half-*"))


TABLES = {
    "empty": b"",
    "blank": b"\n \n\n",
    "mark alone": b"\xef\xbb\xbf",
    "utf-16 mark alone": b"\xff\xfe",
    "half a utf-16 character": "file\na.png".encode("utf-16") + b"\x01",
    "header alone": b"file\n",
    "no header": b"a.png\nb.png\n",
    "no column of paths": b"title,price\nx,1\n",
    "columns without names": b",,,\n1,2,3,4\n",
    "column twice": b"file,file\na.png,b.png\n",
    "sep alone": b"sep=;\n",
    "sep of nothing": b"sep=\nfile\na.png\n",
    "a picture": PNG,
    "a zip": b"PK\x03\x04" + bytes(range(256)),
    "zeros": bytes(1000),
    "zero in the header": b"fi\0le\na.png\n",
    "zero in a row": b"file\na\0.png\n",
    "noise": np.random.default_rng(1).bytes(5000),
    "cp1252 that is not": b"file\n\x81\x8d\x8f\n",
    "old mac lines": b"file,title\ra.png,x\rgone.png,y\r",
    "open quote": b'file,title\na.png,"never closed\nb.png,x\n',
    "open quote in the header": b'"file,title\na.png,x\n',
    "quotes in odd places": b'file,title\na"b".png,x"y"z\n',
    "huge field": b"file,title\na.png," + b"x" * 200_000 + b"\ngone.png,x\n",
    "huge header": b"file," + b"x" * 200_000 + b"\na.png,1\n",
    "many columns": b"file," + b",".join(b"c%d" % i for i in range(5000)) + b"\ngone.png\n",
    "too many fields between tabs": b"file\ttitle\na.png\tb\tc\td\n",
    "ragged rows": b"file,title\na.png\na.png,b,c,d\n,,,,\nx\n",
    "links": b"file\nhttp://x.org/a.png\nftp://x/a\nfile:///etc/passwd\ndata://x\n",
    "very long path": b"file\n" + b"x/" * 5000 + b"a.png\n",
    "very long name": b"file\n" + b"x" * 5000 + b".png\n",
    "folder": b"file\n.\n..\n/\n",
    "control characters": b"file\n\x1b[31mred.png\n\x07.png\n",
    "wrong drive": b"file\nC:\\pictures\\a.png\n\\\\host\\share\\a.png\n",
    "home": b"file\n~/a.png\n~nobody/a.png\n",
    "formula": b"file,title\n=cmd|' /C calc'!A0,x\n",
    "the same twice": b"file\na.png\na.png\n",
    "names twice": b"item,file\nx,a.png\nx,b.png\n",
    "html": b"<html><body>Not found</body></html>",
    "json": b'[{"file": "a.png"}]',
    "broken characters": "file\n\U0001f5bc\u202e.png\n\ufeff.png\n".encode(),
    "utf-7": "file\nä.png\n".encode("utf-7"),
    "shift-jis": "file,題\n絵.png,美\n".encode("shift-jis"),
    "utf-32": "file\ngone.png\n".encode("utf-32"),
    "control characters in a name": b"item,file\nx\x1b[2Jy\x07,a.png\n\x1b[2J,gone.png\n",
    "a device": b"file\n/dev/zero\n/dev/stdin\n",
}
SILENT = {"header alone", "sep of nothing"}


def apart(found):
    """The files that were found, and the links to what is on no disk here; these are not fetched by themselves."""
    return [o.locator.path for o in found if o.locator.path], {str(o.locator) for o in found if not o.locator.path}


@pytest.mark.parametrize("name", TABLES)
def test_a_hostile_table_is_read_in_part_or_says_so(tmp_path, name):
    folder_of(tmp_path, "a.png", "b.png")
    found, said = gather(raw(tmp_path / "list.csv", TABLES[name]), tmp_path / "workspace")
    assert said or name in SILENT
    here, elsewhere = apart(found)
    assert {path.name for path in here} <= {"a.png", "b.png"}
    assert elsewhere <= {"http://x.org/a.png"}


@pytest.mark.parametrize("name", TABLES)
def test_a_hostile_items_csv_is_read_in_part_or_says_so(tmp_path, name):
    folder = folder_of(tmp_path / "art", "a.png", "b.png")
    raw(folder / "items.csv", TABLES[name])
    found, said = gather(folder, tmp_path / "workspace")
    assert said or name in SILENT
    here, elsewhere = apart(found)
    assert all(path.is_relative_to(folder) for path in here)
    assert elsewhere <= {"http://x.org/a.png"}


@pytest.mark.parametrize("name", ["art.zip", "art.csv", "art.tsv", "art.png", "art", "items.csv"])
def test_a_folder_may_have_any_name(tmp_path, name):
    assert [one.name for one in gather(folder_of(tmp_path / name, "a.png"), tmp_path / "workspace")[0]] == ["a.png"]


@pytest.mark.parametrize("suffix", [".zip", ".csv"])
def test_a_pipe_is_no_source(tmp_path, suffix):
    os.mkfifo(tmp_path / f"pipe{suffix}")
    assert gather(tmp_path / f"pipe{suffix}", tmp_path / "workspace")[1]
