"""One picture, however it was saved: the laws of `open_image`."""

import hashlib
import io
import os
import socket
import struct
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import BadPicture
from beholder.images import MAX_FILE_BYTES, SUFFIXES, fingerprint, open_image, opening, render, size_of
from beholder.sources.folder import FolderSource
from helpers.makers import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    chunk,
    encoded,
    exif,
    heic,
    ink_profile,
    kinds,
    noise,
    p3_profile,
    picture,
    png_of,
    srgb_profile,
    swapped_profile,
    tiff_of,
)

UPRIGHT = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(int)


def quarters(image: Image.Image) -> list[tuple[int, ...]]:
    w, h = image.size
    return [image.getpixel((x, y)) for y in (h // 4, 3 * h // 4) for x in (w // 4, 3 * w // 4)]


def close(a, b, tolerance: int) -> bool:
    return np.abs(np.asarray(a, int) - np.asarray(b, int)).max() <= tolerance


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_exif_orientation_gives_the_same_upright_picture(format, orientation):
    turned = picture()
    if UPRIGHT[orientation] is not None:
        turned = turned.transpose(UPRIGHT[orientation])
    data = encoded(turned, format, exif=exif(orientation))
    seen = open_image(data)
    assert seen.size == (48, 32) == size_of(data)
    assert close(quarters(seen), [RED, GREEN, BLUE, WHITE], 12)


def test_exif_behind_the_pixels_of_a_png_turns_it_and_its_size():
    data = encoded(picture(32, 48), "PNG", exif=exif(6))
    start = data.index(b"eXIf") - 4
    length = int.from_bytes(data[start : start + 4], "big") + 12
    late = data[:start] + data[start + length : -12] + data[start : start + length] + data[-12:]
    assert size_of(late) == (48, 32) == open_image(late).size


@pytest.mark.parametrize("name", kinds())
def test_every_kind_arrives_as_rgb_without_luggage(name):
    data = kinds()[name]
    seen = open_image(data)
    assert seen.mode == "RGB"
    assert seen.info == {}
    assert size_of(data) == seen.size
    assert type(seen) is Image.Image


def test_path_bytes_and_open_file_give_the_same(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(encoded(noise(), "PNG"))
    with path.open("rb") as stream:
        seen = [open_image(path), open_image(path.read_bytes()), open_image(stream)]
    assert all(np.array_equal(pixels(one), pixels(noise())) for one in seen)


def test_the_content_counts_not_the_name(tmp_path):
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(encoded(picture(), "PNG"))
    assert quarters(open_image(path)) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "AVIF", "TIFF"])
def test_of_several_frames_the_first_is_shown(format):
    rest = [Image.new("RGB", (48, 32), "black")]
    data = encoded(picture(), format, save_all=True, append_images=rest)
    assert close(quarters(open_image(data)), [RED, GREEN, BLUE, WHITE], 25)


def test_a_profile_with_swapped_channels_is_honoured():
    swapped = Image.merge("RGB", picture().split()[::-1])
    seen = open_image(encoded(swapped, "PNG", icc_profile=swapped_profile()))
    assert close(quarters(seen), [RED, GREEN, BLUE, WHITE], 2)


def test_a_wide_gamut_red_is_redder_in_srgb():
    wide = Image.new("RGB", (8, 8), (200, 100, 100))
    red, green, _ = open_image(encoded(wide, "PNG", icc_profile=p3_profile())).getpixel((4, 4))
    assert red > 205
    assert green < 98


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_goes_through_its_profile(format):
    cyan_alone = Image.new("CMYK", (16, 16), (255, 40, 0, 0))
    black = Image.new("CMYK", (16, 16), (0, 0, 0, 255))
    for image, wanted in ((cyan_alone, 255), (black, 0)):
        seen = open_image(encoded(image, format, icc_profile=ink_profile()))
        assert close(seen.getpixel((8, 8)), [wanted] * 3, 12)


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile_keeps_its_colours(format):
    seen = open_image(encoded(picture().convert("CMYK"), format))
    assert close(quarters(seen), [RED, GREEN, BLUE, WHITE], 25)


@pytest.mark.parametrize("profile", [b"junk", srgb_profile()[:200], ink_profile(), b"\0" * 4000], ids=len)
def test_a_broken_or_foreign_profile_is_ignored(profile):
    assert quarters(open_image(encoded(picture(), "PNG", icc_profile=profile))) == [RED, GREEN, BLUE, WHITE]


def test_a_grey_picture_with_the_profile_of_a_colour_camera_opens():
    grey = picture().convert("L")
    seen = open_image(encoded(grey, "JPEG", quality=95, icc_profile=srgb_profile()))
    assert close(pixels(seen)[..., 0], np.asarray(grey), 6)


def test_lab_becomes_srgb():
    lab = Image.merge("LAB", [Image.new("L", (8, 8), value) for value in (136, 208, 195)])  # sRGB red
    red, green, blue = open_image(encoded(lab, "TIFF")).getpixel((4, 4))
    assert red > 240
    assert max(green, blue) < 40


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_sixteen_bits_are_scaled_not_clipped(format, order):
    values = np.linspace(0, 65535, 256).astype(order).reshape(16, 16)
    seen = pixels(open_image(encoded(Image.fromarray(values), format)))[..., 0]
    assert np.array_equal(seen.ravel(), np.arange(256))


@pytest.mark.parametrize("top", [1.0, 3000.0])
def test_floats_keep_their_order_whatever_their_range(top):
    values = np.linspace(0, top, 256, dtype=np.float32).reshape(16, 16)
    values[3, 3] = np.nan
    seen = pixels(open_image(encoded(Image.fromarray(values), "TIFF")))[..., 0].ravel()
    assert (np.delete(np.diff(seen), [50, 51]) >= 0).all()
    assert (seen[0], seen[-1]) == (0, 255)


def test_thirty_two_bits_are_read_in_the_range_of_sixteen():
    values = np.array([[0, 32768, 65535]], dtype=np.int32)
    assert pixels(open_image(encoded(Image.fromarray(values), "TIFF")))[0, :, 0].tolist() == [0, 128, 255]


def transparent() -> dict[str, bytes]:
    clear = picture().convert("RGBA")
    clear.paste((255, 0, 255, 0), (0, 0, 24, 16))
    palette = Image.new("P", (48, 32), 1)
    palette.putpalette([255, 0, 255, 30, 180, 60])
    palette.paste(0, (0, 0, 24, 16))
    keyed = picture()
    keyed.paste((1, 2, 3), (0, 0, 24, 16))
    deep = np.full((32, 48), 40000, np.uint16)
    deep[:16, :24] = 7
    return {
        "png": encoded(clear, "PNG"),
        "webp": encoded(clear, "WEBP", lossless=True),
        "tiff": encoded(clear, "TIFF"),
        "avif": encoded(clear, "AVIF", quality=95),
        "grey": encoded(clear.convert("LA"), "PNG"),
        "palette": encoded(palette, "PNG", transparency=0),
        "palette-bytes": encoded(palette, "PNG", transparency=b"\x00\xff"),
        "gif": encoded(palette, "GIF", transparency=0),
        "colour-key": encoded(keyed, "PNG", transparency=(1, 2, 3)),
        "grey-16-key": encoded(Image.fromarray(deep), "PNG", transparency=7),
    }


def test_floats_of_the_widest_span_keep_their_order():
    values = np.linspace(-1, 1, 256, dtype=np.float32).reshape(16, 16) * np.finfo(np.float32).max
    seen = pixels(open_image(encoded(Image.fromarray(values), "TIFF")))[..., 0].ravel()
    assert (np.diff(seen.astype(int)) >= 0).all()
    assert (seen[0], seen[-1]) == (0, 255)


@pytest.mark.parametrize("name", transparent())
@pytest.mark.parametrize("max_side", [None, 24])
def test_transparent_parts_stand_on_mid_grey(name, max_side):
    corner, *_, other = quarters(open_image(transparent()[name], max_side=max_side))
    assert close(corner, (128, 128, 128), 3)
    assert not close(other, (128, 128, 128), 20)


def test_half_transparent_white_is_half_way_to_mid_grey():
    data = encoded(Image.new("RGBA", (8, 8), (255, 255, 255, 128)), "PNG")
    assert close(open_image(data).getpixel((4, 4)), (192, 192, 192), 1)


def test_a_one_bit_picture_shrinks_to_greys():
    dots = Image.fromarray((np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)).convert("1")
    seen = pixels(open_image(encoded(dots, "PNG"), max_side=16))
    assert 100 < seen[8, 8, 0] < 156


@pytest.mark.parametrize("size", [(1600, 900), (900, 1600), (2000, 3), (64, 64), (30, 20)])
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_max_side_bounds_the_longer_side_and_never_enlarges(size, format):
    seen = open_image(encoded(noise(*size), format), max_side=64)
    assert max(seen.size) == min(64, max(size))
    assert min(seen.size) >= 1
    assert abs(seen.size[0] / max(seen.size) - size[0] / max(size)) < 0.02


def test_a_large_jpeg_is_decoded_small_and_looks_the_same(monkeypatch):
    seen_by = []
    keep = opening.to_srgb
    monkeypatch.setattr(opening, "to_srgb", lambda image, *how: seen_by.append(image.size) or keep(image, *how))
    data = encoded(noise(1600, 1200), "JPEG", quality=95, exif=exif(6))
    small = open_image(data, max_side=200)
    assert seen_by == [(200, 150)]  # an eighth: draft() was not lost on the way
    whole = open_image(data).resize(small.size, Image.Resampling.LANCZOS)
    assert small.size == (150, 200)
    assert np.abs(pixels(small) - pixels(whole)).mean() < 2


def test_fingerprint_is_the_sha256_of_the_bytes(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"beholder")
    assert fingerprint(path) == hashlib.sha256(b"beholder").hexdigest()


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_what_is_shown_is_encoded_anew_without_metadata(tmp_path, format):
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(noise(320, 200), "JPEG", exif=exif(6), comment=b"at home", icc_profile=srgb_profile()))
    data = render(path, 64, format)
    shown = Image.open(io.BytesIO(data))
    assert (shown.format, shown.size) == (format, (40, 64))
    assert not {"exif", "icc_profile", "comment"} & set(shown.info)
    assert b"at home" not in data


def test_a_picture_that_is_shown_small_looks_as_the_one_that_is_read():
    data = encoded(noise(1200, 900), "PNG")
    shown = Image.open(io.BytesIO(render(data, 320)))
    assert np.abs(pixels(shown) - pixels(open_image(data, max_side=320))).mean() < 4


def test_a_picture_over_the_limit_is_refused_before_it_is_decoded(monkeypatch):
    with pytest.raises(BadPicture, match="a picture of 40000 x 40000 is over the limit of 100 million pixels"):
        open_image(png_of(40000, 40000))
    with pytest.raises(BadPicture, match="48 x 32 is over the limit of 1000 pixels"):
        open_image(encoded(picture(), "PNG"), max_pixels=1000)
    with pytest.raises(BadPicture, match="over the limit"):
        size_of(png_of(40000, 40000))


def test_the_limit_can_be_set(monkeypatch, tmp_path):
    monkeypatch.setenv("BEHOLDER_MAX_PIXELS", "1500")
    monkeypatch.setenv("BEHOLDER_HOME", str(tmp_path / "another"))
    with pytest.raises(BadPicture, match="over the limit of 1500 pixels"):
        open_image(encoded(picture(), "PNG"))


def test_a_limit_above_pillows_own_holds():
    """Pillow's own limit would refuse 200 million pixels, whatever ours says."""
    with pytest.raises(BadPicture, match=r"the file ends too early|is damaged"):
        open_image(png_of(20000, 10000, depth=1, colour=0), max_pixels=300_000_000)


def of_many_passes(passes: int) -> bytes:
    """A progressive JPEG whose last pass is made over and over again, before its end."""
    data = encoded(picture(), "JPEG", progressive=True)
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * passes + data[-2:]


REASONS = {
    "empty (0 bytes)": b"",
    "not a picture": b"just some words, long enough to be no cut off start",
    "SVG is not read; export it as PNG": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a web page": b"\n<!DOCTYPE html><html><body>404</body></html>",
    "a PDF is not read": b"%PDF-1.7 ...........",
    "BMP is not read": encoded(picture(), "BMP"),
    "Photoshop": b"8BPS\0\x01" + b"\0" * 20,
    "JPEG 2000 is not read": encoded(picture(), "JPEG2000"),
    "Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
    "nothing but zeros": b"\0" * 5000,
    "a film or a sound": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 40,
    "it is a zip": b"PK\x03\x04" + b"\0" * 40,
    "the file ends too early": encoded(picture(), "JPEG")[:300],
    "the PNG data is damaged": png_of(0, 5),
    "100 are made only to waste time": of_many_passes(200),
}


@pytest.mark.parametrize("reason", REASONS)
def test_what_cannot_be_shown_says_why(reason):
    with pytest.raises(BadPicture) as error:
        open_image(REASONS[reason])
    assert reason in str(error.value)


def with_chunks(*chunks: bytes, late: bool = False) -> bytes:
    """A PNG with these chunks before or behind its pixels."""
    data = encoded(picture(), "PNG")
    at = len(data) - 12 if late else 33
    return data[:at] + b"".join(chunks) + data[at:]


def large_profile(size: int) -> bytes:
    """The profile with swapped channels, with that many bytes of another tag at its end."""
    data = swapped_profile() + np.random.default_rng(0).bytes(size)
    return len(data).to_bytes(4, "big") + data[4:]


WORDS = b"a workflow " * 300_000
LARGE = {
    "a profile": chunk(b"iCCP", b"scan\0\0" + zlib.compress(large_profile(3_000_000))),
    "packed text": chunk(b"zTXt", b"prompt\0\0" + zlib.compress(WORDS)),
    "packed international text": chunk(b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(WORDS)),
    "international text": chunk(b"iTXt", b"workflow\0\0\0\0\0" + WORDS * 20),
    "plain text": chunk(b"tEXt", b"parameters\0" + WORDS * 20),
    "another program's own": chunk(b"prVt", bytes(30_000_000)),
}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("name", LARGE)
def test_a_png_with_large_metadata_opens(name, late):
    if name == "a profile":
        swapped = Image.merge("RGB", picture().split()[::-1])
        data = encoded(swapped, "PNG")
        data = data[:33] + LARGE[name] + data[33:]
    else:
        data = with_chunks(LARGE[name], late=late)
    assert size_of(data) == (48, 32)
    assert close(quarters(open_image(data)), [RED, GREEN, BLUE, WHITE], 2)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(("name", "head"), [(b"zTXt", b"x\0\0"), (b"iTXt", b"x\0\1\0\0\0"), (b"iCCP", b"x\0\0")])
def test_text_that_unpacks_without_end_is_refused(name, head, late):
    many = [chunk(name, head + zlib.compress(bytes(5_000_000)))] * 20
    for bomb in ([chunk(name, head + zlib.compress(bytes(10**8)))], many):
        with pytest.raises(BadPicture, match="unpacks to more than 64 MB"):
            open_image(with_chunks(*bomb, late=late))


@pytest.mark.parametrize("late", [False, True])
def test_the_orientation_in_the_text_of_a_png_turns_it(late):
    xmp = b'<x tiff:Orientation="6"/>'
    raw = b"\nexif\n     %d\n" % len(exif(6)) + exif(6).hex().encode()
    for text in (
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp)),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw)),
    ):
        data = with_chunks(text, late=late)
        assert size_of(data) == (32, 48) == open_image(data).size


def motion() -> bytes:
    """What cameras put behind a photo: a film; here noise, in which every marker occurs hundreds of times."""
    return b"\0\0\0\x18ftypmp42" + np.random.default_rng(0).bytes(8_000_000)


@pytest.mark.parametrize("kind", ["jpeg", "jpeg-progressive", "jpeg-cmyk", "webp", "avif", "heic", "png"])
def test_what_is_behind_the_end_of_a_picture_does_not_count(kind):
    if kind not in kinds():
        pytest.skip("HEIC needs an extra: pip install 'beholder[heif]'")
    data = kinds()[kind]
    assert np.array_equal(pixels(open_image(data + motion())), pixels(open_image(data)))


def test_a_thumbnail_of_many_passes_and_notes_of_any_size_do_not_count():
    data = encoded(noise(), "JPEG", progressive=True, exif=exif(6))
    notes = b"".join(b"\xff\xec" + b"\xff\xfe" + b"\xff\xda" * 32766 for _ in range(400))
    seen = open_image(data[:2] + notes + data[2:])
    assert np.array_equal(pixels(seen), pixels(open_image(data)))


@pytest.mark.parametrize("tail", ["whole", "cut"])
@pytest.mark.parametrize("kind", ["jpeg", "jpeg-progressive", "png", "gif-animated", "webp", "tiff", "avif", "heic"])
def test_only_the_part_of_a_file_that_is_the_picture_is_read(tmp_path, kind, tail, monkeypatch):
    """Three gigabytes of nothing behind it; a cut one says so as soon."""
    if kind not in kinds():
        pytest.skip("HEIC needs an extra: pip install 'beholder[heif]'")
    data = kinds()[kind]
    path = tmp_path / "long"
    path.write_bytes(data if tail == "whole" else data[: len(data) // 2])
    os.truncate(path, 3_000_000_000)
    start = time.process_time()
    try:
        seen = open_image(path, max_side=32)
    except BadPicture:
        assert tail == "cut"
    else:
        assert tail == "cut" or np.array_equal(pixels(seen), pixels(open_image(data, max_side=32)))
    assert time.process_time() - start < 2


DEEP = {
    "floats": ((32, 32, 32), {"t339": 3}),
    "half floats": ((16, 16, 16), {"t339": 3}),
    "double floats": ((64, 64, 64), {"t339": 3}),
    "32 bits": ((32, 32, 32), {}),
    "signed 32 bits": ((32, 32, 32), {"t339": 2}),
    "floats with alpha": ((32, 32, 32, 32), {"t339": 3, "t338": 2}),
    "grey half floats": (16, {"t339": 3}),
    "grey double floats": (64, {"t339": 3}),
    "grey 64 bits": (64, {}),
    "complex": (64, {"t339": 6}),
    "nine channels": ((8,) * 9, {"t262": 1}),
    "packed as JPEG XL": ((8, 8, 8), {"t259": 50002}),
    "packed as LERC": ((8, 8, 8), {"t259": 34887}),
}


@pytest.mark.parametrize("name", DEEP)
def test_a_kind_of_tiff_that_is_not_read_is_named_and_not_called_damaged(name):
    bits, tags = DEEP[name]
    deep = tiff_of(bytes(4 * 4 * 8 * 9), 4, 4, bits, **tags)
    with pytest.raises(BadPicture, match=r"^this kind of TIFF is not read \(.+\); save it as RGB of 8 or 16 bits$"):
        open_image(deep)


def test_deep_colours_in_separate_planes_keep_their_places():
    """Pillow reads them as noise."""
    values = np.repeat(np.array([0, 128, 255], np.uint16), 16 * 16) * 257
    head = len(tiff_of(b"", 16, 16, (16, 16, 16), t284=2, t273=(1, 2, 3), t279=(512, 512, 512)))
    offsets = (head, head + 512, head + 1024)
    data = tiff_of(values.tobytes(), 16, 16, (16, 16, 16), t284=2, t273=offsets, t279=(512, 512, 512))
    assert close(open_image(data).getpixel((8, 8)), (0, 128, 255), 1)


def test_white_may_be_nought_in_a_deep_tiff():
    values = np.linspace(0, 65535, 256).astype("<u2")
    seen = pixels(open_image(tiff_of(values.tobytes(), 16, 16, 16, t262=0)))[..., 0]
    assert np.array_equal(seen.ravel(), np.arange(255, -1, -1))


def test_layers_of_a_tiff_are_passed_over():
    layers = b"Adobe Photoshop Document Data Block\0" + bytes(40_000_000)
    whole = tiff_of(bytes(16 * 16 * 3), 16, 16, (8, 8, 8), t37724=(0, 0))
    entry = whole.index(struct.pack("<HH", 37724, 4))
    data = whole[: entry + 2] + struct.pack("<HII", 7, len(layers), len(whole)) + whole[entry + 12 :] + layers
    assert open_image(data).size == (16, 16)


def test_decoders_print_nothing(tmp_path):
    """Past Python, straight to the terminal: libtiff is known for it."""
    made = encoded(noise(), "TIFF", compression="tiff_lzw"), encoded(noise(), "TIFF", compression="tiff_adobe_deflate")
    files = [*kinds().values(), *made, tiff_of(bytes(48), 4, 4, (8, 8, 8), t259=50001)]
    for i, data in enumerate(files):
        (tmp_path / f"{i}").write_bytes(data[: len(data) // 3] + b"\xaa" * 40 + data[len(data) // 3 + 40 :])
        (tmp_path / f"{i}-cut").write_bytes(data[: -len(data) // 4])
    program = (
        "import sys, pathlib, beholder.images as images, beholder.errors as errors\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    try: images.open_image(path)\n"
        "    except errors.BadPicture: pass\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, timeout=120)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


@pytest.mark.parametrize("name", ["DSC00001.HIF", "a.hif", "b.HEIF", "c.HeIc"])
def test_the_endings_of_cameras_for_heif_are_found_and_opened(tmp_path, name):
    pytest.importorskip("pillow_heif", reason="HEIC needs an extra: pip install 'beholder[heif]'")
    (tmp_path / name).write_bytes(heic(picture())["heic"])
    (found,) = FolderSource(tmp_path).find()
    assert close(quarters(open_image(found.locator)), [RED, GREEN, BLUE, WHITE], 20)


@pytest.mark.skipif(not Path("/proc/self/pagemap").exists(), reason="Linux")
@pytest.mark.parametrize("path", ["/proc/self/pagemap", "/dev/zero", "/dev/null", "/proc/self/fd", "/dev/tty"])
def test_what_is_no_real_file_is_refused(path):
    for open_it in (open_image, size_of):
        with pytest.raises(BadPicture, match=r"not a regular file|a folder|empty|not there|cannot be read"):
            open_it(Path(path))


def test_a_socket_and_what_became_a_pipe_are_refused(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX) as one:
        monkeypatch.chdir(tmp_path)
        one.bind("s.jpg")
        with pytest.raises(BadPicture, match="not a regular file"):
            open_image(tmp_path / "s.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "real.jpg").write_bytes(kinds()["jpeg"])
    real = os.stat(tmp_path / "real.jpg")
    monkeypatch.setattr(os, "stat", lambda *_, **__: real)  # what it was a moment ago
    with pytest.raises(BadPicture, match="not a regular file"):
        open_image(tmp_path / "pipe.jpg")


def test_a_fingerprint_can_be_stopped_and_bounded(tmp_path):
    (tmp_path / "long").write_bytes(b"")
    os.truncate(tmp_path / "long", 10**12)
    ticks = []

    def stop() -> None:
        ticks.append(1)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        fingerprint(tmp_path / "long", tick=stop)
    assert len(ticks) == 1
    with pytest.raises(BadPicture, match=r"a file of 1000.0 GB; more than 2.1 GB are not read"):
        fingerprint(tmp_path / "long", most=MAX_FILE_BYTES)


def test_what_is_no_file_says_so(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "x.jpg").mkdir()
    for name, reason in {"pipe.jpg": "not a regular file", "x.jpg": "a folder", "no.jpg": "is not there"}.items():
        with pytest.raises(BadPicture, match=reason):
            open_image(tmp_path / name)


def test_heic_keeps_its_colours_where_the_extra_is_installed():
    pytest.importorskip("pillow_heif", reason="HEIC needs an extra: pip install 'beholder[heif]'")
    assert close(quarters(open_image(heic(picture())["heic"])), [RED, GREEN, BLUE, WHITE], 20)


def test_heic_without_the_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(BadPicture, match=r"pip install 'beholder\[heif\]'"):
        open_image(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40)


def carelessly(data: bytes) -> None:
    image = Image.open(io.BytesIO(data))
    image.getexif()
    image.convert("RGB")


def test_threads_open_pictures_without_a_warning_and_alike():
    """Warnings are errors here, and each of these makes Pillow warn."""
    palette = encoded(noise().quantize(16), "PNG", transparency=b"\x00\x80\xff")
    cut_exif = encoded(noise(), "JPEG", exif=exif(6)[:-9])
    for data in (palette, cut_exif):
        with pytest.warns(UserWarning, match=r"Corrupt EXIF|Palette images"):
            carelessly(data)
    jobs = [palette, cut_exif, encoded(noise(), "JPEG", icc_profile=p3_profile())] * 30
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda data: open_image(data).tobytes(), jobs))
    assert len(set(seen)) == 3


def test_endings_are_lower_case_and_hold_the_formats():
    assert {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif", ".heic", ".heif", ".hif"} <= SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)
