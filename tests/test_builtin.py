"""The encoder that ships: small, pinned, the same everywhere, and hard to fool by how a picture is saved."""

import shutil
from io import BytesIO

import numpy as np
import onnxruntime
import pytest
from PIL import Image, ImageCms

import beholder.features.builtin as builtin
from beholder.errors import BadInput
from beholder.features import load_encoder
from beholder.features.measures import MeasuresRuntime
from beholder.images import open_image
from helpers.makers import encoded, exif

GOLDEN = {
    "first": [0.09663, -0.08693, 0.08718, 0.05891, -0.02519, 0.09137, -0.01392, 0.02366],
    "length": 1.53802,
}  # of a picture by arithmetic


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("builtin", threads=1)


@pytest.fixture(scope="module")
def pictures(gallery):
    """Twelve of the sample gallery, one of each family, at their full size."""
    items = gallery.collection("sample").items[:12]
    return [Image.open(item.locator.path).convert("RGB") for item in items]


def by_arithmetic():
    """A picture that needs no file and no library's filter."""
    y, x = np.mgrid[0:160, 0:160] / 160
    waves = np.stack([np.sin(9 * x + 4 * y * y), np.cos(7 * y + x), np.sin(25 * x * y)], axis=2)
    return Image.fromarray(np.rint(127.5 + 127.5 * waves).astype(np.uint8))


def cosines(A, B):
    return (A * B).sum(1) / np.linalg.norm(A, axis=1) / np.linalg.norm(B, axis=1)


def test_it_is_small_and_says_what_it_is(encoder):
    assert builtin.MODEL.stat().st_size <= 10e6
    assert 256 <= encoder.row.dimension <= 512
    assert (encoder.row.name, encoder.row.licence) == ("builtin", "Apache-2.0")
    assert encoder.row.source == "beholder.features.builtin"


def test_a_file_of_another_version_is_refused(tmp_path, monkeypatch):
    for path in builtin.MODEL.parent.glob("student.*"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(builtin, "MODEL", tmp_path / "student.onnx")
    load_encoder("builtin", threads=1)
    with (tmp_path / "student.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(BadInput, match="install it again"):
        load_encoder("builtin", threads=1)


def test_the_numbers_are_the_same_on_every_machine(encoder):
    row = encoder.encode([by_arithmetic()])[0]
    np.testing.assert_allclose(row[:8], GOLDEN["first"], atol=1e-3)
    assert np.linalg.norm(row) == pytest.approx(GOLDEN["length"], abs=1e-3)


@pytest.mark.parametrize(
    "saved",
    [
        lambda p: encoded(p, "PNG"),
        lambda p: encoded(p, "JPEG", quality=85),
        lambda p: encoded(p, "WEBP", quality=85),
        lambda p: encoded(p.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif(6)),
        lambda p: encoded(p, "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
        lambda p: encoded(p.resize((p.width // 2, p.height // 2), Image.Resampling.BICUBIC), "PNG"),
    ],
    ids=["PNG", "JPEG", "WEBP", "turned by EXIF", "with a profile", "half the size"],
)
def test_a_picture_is_the_same_however_it_is_saved(encoder, pictures, saved):
    again = [open_image(BytesIO(saved(p)), max_side=encoder.row.max_side) for p in pictures]
    whole = [open_image(BytesIO(encoded(p, "PNG")), max_side=encoder.row.max_side) for p in pictures]
    assert cosines(encoder.encode(whole), encoder.encode(again)).min() >= 0.98


def test_the_file_says_its_numbers_and_a_style(encoder, pictures):
    session = onnxruntime.InferenceSession(str(builtin.MODEL), providers=["CPUExecutionProvider"])
    embedding, style = session.run(["embedding", "style"], {"image": encoder._preprocessing(pictures)})
    np.testing.assert_allclose(encoder.encode(pictures), embedding, atol=1e-4)
    rows = np.hstack([embedding, MeasuresRuntime().encode(pictures)])
    assert encoder.vocabulary.probabilities(rows).shape == (len(pictures), len(encoder.vocabulary.names))
    assert np.isfinite(style).all()


def test_nothing_is_said_of_how_a_person_looks(encoder):
    said = " ".join(encoder.vocabulary.names).lower()
    for word in ("beauty", "hair", "skin", "lip", "muscle", "fat", "bald", "smile", "model", "girl", "boy", "man"):
        assert word not in said.split()
