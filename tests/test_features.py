"""What every encoder promises, what the numbers of `classic` obey, and embedding many pictures."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageOps

from beholder.errors import BadInput, BadPicture, UnknownName
from beholder.features.canvas import oklab
from beholder.features.classic import BLOCKS, ClassicRuntime
from beholder.features.embed import CHUNK, embed
from beholder.features.encoder_row import EncoderRow, Runtime
from beholder.features.registry import BUILT_IN, encoder_names, load_encoder

ENDS = np.cumsum([block.numbers for block in BLOCKS]).tolist()
WHERE = {block.name: slice(end - block.numbers, end) for block, end in zip(BLOCKS, ENDS, strict=True)}


def scene(seed=0, size=(200, 140)):
    """A picture with something of everything: soft colour, shapes, a little texture."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (7, 9, 3), np.uint8)
    soft = np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC), np.float32)
    soft[40:100, 30:80] = rng.integers(0, 256, 3)
    return Image.fromarray(np.clip(soft + rng.normal(0, 6, soft.shape), 0, 255).astype(np.uint8))


def classic(*pictures):
    return ClassicRuntime().encode(pictures)


def blocks(row):
    return {name: row[where] for name, where in WHERE.items()}


def row_of(**changes):
    told = {"name": "a", "dimension": 2, "licence": "", "bytes": 0, "source": "", "revision": "1", "preprocessing": {}}
    return EncoderRow(**told | changes)


# one contract for every encoder without weights (those with weights: test_onnx, test_hub)


@pytest.fixture(params=BUILT_IN)
def encoder(request) -> Runtime:
    return load_encoder(request.param)


def test_rows_are_float32_finite_and_of_the_promised_dimension(encoder):
    rows = encoder.encode(
        [scene(0), scene(1, (90, 160)), Image.new("RGB", (1, 900)), Image.new("RGB", (3, 2), "white")]
    )
    assert rows.shape == (4, encoder.row.dimension)
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()


def test_a_batch_gives_what_single_pictures_give(encoder):
    pictures = [scene(seed, (120 + 30 * seed, 100)) for seed in range(3)]
    singly = np.concatenate([encoder.encode([picture]) for picture in pictures])
    np.testing.assert_allclose(encoder.encode(pictures), singly, atol=1e-5)


def test_the_same_picture_twice_gives_the_same_numbers(encoder):
    np.testing.assert_array_equal(encoder.encode([scene()]), encoder.encode([scene()]))


def test_several_threads_at_once_get_the_numbers_of_one(encoder):
    pictures = [scene(seed) for seed in range(6)]
    with ThreadPoolExecutor(3) as threads:
        several = list(threads.map(lambda picture: encoder.encode([picture]), pictures))
    np.testing.assert_array_equal(np.concatenate(several), np.concatenate([encoder.encode([p]) for p in pictures]))


def test_no_pictures_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, encoder.row.dimension)


def test_a_picture_is_left_as_it_was(encoder):
    picture = scene()
    encoder.encode([picture])
    assert picture.tobytes() == scene().tobytes()


# the registry


@pytest.mark.parametrize("change", [{"name": "b"}, {"revision": "2"}, {"preprocessing": {"side": 2}}, {"max_side": 9}])
def test_whatever_changes_the_numbers_changes_the_key(change):
    assert row_of(**change).key != row_of().key


def test_what_leaves_the_numbers_alone_leaves_the_key_alone():
    assert row_of(licence="MIT", source="elsewhere", bytes=3).key == row_of().key


def test_a_key_is_safe_as_a_file_name():
    key = row_of(name="../..\\my model:é/x").key
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not key.startswith(".")


def test_an_unknown_encoder_is_answered_with_the_nearest_name():
    with pytest.raises(UnknownName, match="did you mean 'clip-vit-b32'"):
        load_encoder("clip-b32")


def test_every_name_is_said_once():
    assert len(set(encoder_names())) == len(encoder_names()) == 10


# classic: laws


def test_blocks_fill_the_row_as_they_say():
    from beholder.features.canvas import canvas

    seen = canvas(scene())
    for block in BLOCKS:
        assert block.of(seen).shape == (block.numbers,), block.name
    assert 150 <= sum(block.numbers for block in BLOCKS) <= 250


def test_the_numbers_change_only_with_the_revision():
    ramps = (np.indices((90, 120)).sum(0)[..., None] * np.array([1, 2, 3]) % 256).astype(np.uint8)
    means = [values.mean() for values in blocks(classic(Image.fromarray(ramps))[0]).values()]
    stored = [0.158, 0.187, 0.353, -0.006, 0.057, 0, -0.891, 0.197, -1.882, 0.165, -2.219, 0.465, -0.02, 0.587, -0.483]
    assert ClassicRuntime.row.revision == "1"
    np.testing.assert_allclose(means, stored, atol=3e-3)


def test_a_mirror_changes_only_what_is_said_to_have_a_place_or_direction():
    straight, mirrored, other = (blocks(row) for row in classic(scene(), ImageOps.mirror(scene()), scene(1)))
    for block in BLOCKS:
        change = np.abs(straight[block.name] - mirrored[block.name])
        if block.placed:
            assert change.max() > 0.01, block.name
        else:  # not quite nothing, since Pillow's resampling is not quite symmetric
            assert np.linalg.norm(change) < 0.1 * np.linalg.norm(straight[block.name] - other[block.name]), block.name


def test_a_mirror_swaps_the_left_and_right_of_the_layout():
    straight, mirrored = (blocks(row)["layout"].reshape(3, 3, 3) for row in classic(scene(), ImageOps.mirror(scene())))
    np.testing.assert_allclose(straight[:, :, ::-1], mirrored, atol=1e-3)


def test_grey_has_no_hue_and_no_coloured_edges():
    grey = blocks(classic(ImageOps.grayscale(scene()))[0])
    assert np.abs(grey["hues"]).max() < 0.02
    assert np.abs(grey["colour_edges"]).max() < 0.01
    assert np.abs(grey["layout"][9:]).max() < 1e-3  # a and b; L comes first


def test_a_grey_picture_keeps_its_form():
    colour, grey = (blocks(row) for row in classic(scene(), ImageOps.grayscale(scene())))
    assert np.abs(colour["symmetry"] - grey["symmetry"]).max() < 0.3
    assert np.abs(colour["hues"] - grey["hues"]).max() > 0.05


def test_a_picture_beside_its_mirror_image_is_symmetric():
    half = scene()
    whole = Image.new("RGB", (400, 140))
    whole.paste(half, (0, 0))
    whole.paste(ImageOps.mirror(half), (200, 0))
    assert blocks(classic(whole)[0])["symmetry"][0] > 0.99


def test_the_size_of_the_file_hardly_matters():
    large = scene().resize((800, 560), Image.Resampling.BICUBIC)
    small = large.resize((400, 280), Image.Resampling.BOX)
    a, b = (blocks(row) for row in classic(large, small))
    for name in ("colour_moments", "hues", "tones", "layout", "edge_directions", "symmetry"):
        np.testing.assert_allclose(a[name], b[name], atol=0.05, err_msg=name)


def test_noise_is_more_complex_than_a_plain_wall():
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (140, 200, 3), np.uint8))
    wall, scattered = (blocks(row)["complexity"] for row in classic(Image.new("RGB", (200, 140), "teal"), noise))
    assert scattered[0] > 5 * wall[0]
    assert scattered[3] > wall[3] == 0


def test_turning_a_grating_moves_its_edges_to_another_direction():
    stripes = np.zeros((160, 160, 3), np.uint8)
    stripes[:, np.arange(160) // 8 % 2 == 0] = 255
    upright, lying = (
        blocks(row)["edge_directions"][:6] for row in classic(*map(Image.fromarray, (stripes, stripes.swapaxes(0, 1))))
    )
    assert upright.argmax() == 0
    assert lying.argmax() == 3


def test_oklab_gives_white_black_and_red_their_published_values():
    lab = oklab(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]], np.uint8))
    np.testing.assert_allclose(lab, [[1, 0, 0], [0, 0, 0], [0.628, 0.2249, 0.1258]], atol=1e-3)


# embedding many pictures


class Mean:
    """Mean colour; remembers what it saw, how often at once, and can be told to be slow or to refuse a colour."""

    def __init__(self, max_side=448, slow=0.0, refuse=None, bytes=0):
        self.row = row_of(dimension=3, max_side=max_side, bytes=bytes)
        self.slow, self.refuse, self.sizes, self.seen = slow, refuse, set(), 0
        self.running = self.most = 0
        self.before = lambda: time.sleep(self.slow)

    def encode(self, pictures):
        self.running += 1
        self.most = max(self.most, self.running)
        self.before()
        self.running -= 1
        self.seen += len(pictures)
        self.sizes |= {picture.size for picture in pictures}
        rows = np.array([np.asarray(picture).mean((0, 1)) for picture in pictures], np.float32).reshape(-1, 3)
        if self.refuse is not None and (rows[:, 0] == self.refuse).any():
            raise BadInput("numbers that are not finite")
        return rows


@pytest.fixture
def pictures(tmp_path):
    """Thirty grey pictures of rising lightness, large enough to be shrunk."""
    paths = [tmp_path / f"{k:02}.png" for k in range(30)]
    for k, path in enumerate(paths):
        Image.new("RGB", (600, 300), (k, k, k)).save(path)
    return paths


@pytest.mark.parametrize("threads", [1, 3])
def test_vectors_come_in_order_whatever_the_threads(pictures, threads):
    found = list(embed(pictures, [Mean(), Mean()], threads=threads))
    assert [index for index, _ in found] == list(range(30))
    assert [vectors[1][0] for _, vectors in found] == list(range(30))


def test_a_broken_picture_is_reported_in_its_place_and_the_rest_goes_on(pictures):
    pictures[4].write_bytes(b"not a picture")
    pictures[20].unlink()
    found = dict(embed(pictures, [Mean()], threads=2))
    assert [k for k, outcome in found.items() if isinstance(outcome, BadPicture)] == [4, 20]
    assert found[21][0][0] == 21


def test_a_picture_that_the_encoder_refuses_spoils_no_other(pictures):
    found = dict(embed(pictures, [Mean(), Mean(refuse=11)], threads=2))
    assert [k for k, outcome in found.items() if isinstance(outcome, BadPicture)] == [11]
    assert "not finite" in str(found[11])


def test_a_vector_does_not_depend_on_its_company(pictures):
    alone, beside = Mean(), Mean()
    list(embed(pictures[:2], [alone], threads=1))
    list(embed(pictures[:2], [Mean(max_side=600), beside], threads=1))
    assert alone.sizes == beside.sizes == {(448, 224)}


def test_each_picture_is_opened_once_for_encoders_that_ask_alike(pictures, monkeypatch):
    opened = []
    monkeypatch.setattr(
        sys.modules["beholder.features.embed"],
        "open_image",
        lambda path, max_side: opened.append(path) or Image.new("RGB", (8, 8)),
    )
    list(embed(pictures, [Mean(), Mean(), Mean()], threads=2))
    assert sorted(opened) == pictures


def test_one_network_runs_at_a_time_and_pixels_are_measured_meanwhile(pictures):
    network, measures, two = Mean(slow=0.01, bytes=1), Mean(), threading.Barrier(2)
    measures.before = lambda: two.wait(timeout=60)
    list(embed(pictures[: 4 * CHUNK - 2], [network, measures], threads=2))
    assert (network.most, measures.most) == (1, 2)


def test_few_pictures_are_held_at_a_time(pictures):
    encoder = Mean()
    stream = embed(pictures * 20, [encoder], threads=2)
    next(stream)
    time.sleep(0.3)
    assert encoder.seen <= 6 * CHUNK
    stream.close()


def test_stopping_early_leaves_no_thread_behind(pictures):
    encoder = Mean(slow=0.02)
    stream = embed(pictures * 20, [encoder], threads=2)
    next(stream)
    stream.close()
    seen = encoder.seen
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("embed")]
    assert seen == encoder.seen < 200


def test_an_error_that_is_no_pictures_fault_comes_through(pictures):
    def fail(pictures):
        raise RuntimeError("out of order")

    with pytest.raises(RuntimeError, match="out of order"):
        list(embed(pictures, [SimpleNamespace(row=row_of(), encode=fail)], threads=2))


def test_nothing_to_embed_yields_nothing():
    assert list(embed([], [Mean()], threads=2)) == []
