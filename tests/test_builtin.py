"""The encoder that the package carries: the same numbers whatever the file, and words for what is seen."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from beholder.errors import BadInput, ShapeError
from beholder.features import builtin, load_encoder
from beholder.images import open_image
from beholder.sources.sample import paint

pytestmark = pytest.mark.skipif(not builtin.MODEL.is_file(), reason="no student is packed yet: docs/log.md")
GOLDEN = Path(__file__).parent / "golden_builtin.json"
PICTURES = [paint(index)[0] for index in (1, 4, 9, 11)]


@pytest.fixture(scope="module")
def runtime():
    return load_encoder("builtin", threads=1)


def plain_pictures() -> list[Image.Image]:
    """Made of whole numbers alone, so that they are the same under every version of every library."""
    y, x = np.mgrid[:160, :160]
    waves = [np.stack([(x * k + y) % 256, (x + y * k) % 256, (x * y // k) % 256], axis=-1) for k in (1, 3, 7)]
    return [Image.fromarray(wave.astype(np.uint8)) for wave in waves]


def cosine(a, b) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def written(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "half size":
        picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS).save(out, "PNG")
    elif kind == "turned":
        exif = Image.Exif()
        exif[0x0112] = 6
        picture.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", quality=92, exif=exif)
    elif kind == "with a profile":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        picture.save(out, "JPEG", quality=92, icc_profile=profile)
    else:
        picture.save(out, kind, quality=90)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "turned", "with a profile", "half size"])
def test_the_same_picture_in_another_file_gets_nearly_the_same_numbers(runtime, kind):
    for picture in PICTURES:
        one, other = runtime.encode([picture, open_image(written(picture, kind), max_side=runtime.row.max_side)])
        assert cosine(one, other) >= 0.98


def test_the_numbers_are_those_of_the_build_that_was_measured(runtime):
    golden = np.array(json.loads(GOLDEN.read_text()), np.float32)
    np.testing.assert_allclose(runtime.encode(plain_pictures()), golden, atol=1e-3)


def test_it_is_small_and_says_what_it_is(runtime):
    row = runtime.row
    assert (row.name, row.dimension, row.licence) == ("builtin", 384, "Apache-2.0")
    assert row.bytes <= 8_000_000
    assert row.revision == builtin.SHA256[:16]


def test_its_words_are_those_of_the_networks_own_output(runtime):
    words = builtin.words()
    X = runtime.encode(PICTURES)
    told = words.of(X)
    assert told.shape == (len(PICTURES), len(words.names))
    assert len(set(words.names)) == len(words.names)
    pixels = runtime._preprocessing(PICTURES)
    (concepts,) = runtime._tower.session.run(["concepts"], {"image": pixels})
    np.testing.assert_allclose(told, concepts, atol=1e-3)


def test_words_of_another_encoders_rows_are_refused():
    with pytest.raises(ShapeError, match="384"):
        builtin.words().of(np.zeros((2, 10), np.float32))


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "student.onnx").write_bytes(builtin.MODEL.read_bytes()[:-1])
    monkeypatch.setattr(builtin, "MODEL", tmp_path / "student.onnx")
    with pytest.raises(BadInput, match="install Beholder anew"):
        load_encoder("builtin")
