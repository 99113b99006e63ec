"""The hub's encoders: the real loading code, on tiny networks and a tiny tokenizer laid out as the hub's cache is."""

import json
import socket
import time

import numpy as np
import onnx
import pytest
from huggingface_hub import constants
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tokenizers import Tokenizer, models, pre_tokenizers

from beholder.errors import BadInput, UserError
from beholder.features import hub
from beholder.features.encoder_row import Runtime, TextRuntime
from beholder.features.hub import MODELS
from beholder.features.registry import HUB, load_encoder

VOCAB = {"<pad>": 0, "<|endoftext|>": 1, "[UNK]": 2, "a": 3, "cat": 4, "sea": 5, "Cat": 6, "!": 7}
CROP = {
    "do_center_crop": True,
    "size": {"shortest_edge": 224},
    "crop_size": {"height": 224, "width": 224},
    "resample": 3,
    "rescale_factor": 1 / 255,
    "image_mean": [0.0, 0.0, 0.0],
    "image_std": [1.0, 1.0, 1.0],
}
SQUASH = {"size": {"height": 224, "width": 224}, "resample": 2, "image_mean": [0.0] * 3, "image_std": [1.0] * 3}
PROCESSORS = dict.fromkeys(HUB, CROP) | {
    "siglip2-base": SQUASH, "siglip2-so400m": SQUASH, "dinov2-small": CROP | {"size": {"shortest_edge": 256}},
}  # fmt: skip


def save(path, nodes, weights, input_name, kind, shape, output):
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(input_name, kind, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def eye(rows, columns):
    return np.eye(rows, columns, dtype=np.float32)


def write_image_tower(path, model):
    """The mean colour as the first three numbers, of the first token where the vector is a token."""
    nodes = [
        helper.make_node("ReduceMean", ["pixel_values"], ["colour"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["colour", "weights"], ["vector" if model.first_token else model.output]),
    ]
    weights = {"weights": eye(3, model.dimension)}
    if model.first_token:
        weights |= {"one": np.array([1]), "rest": np.full((1, 4, model.dimension), 9, np.float32)}
        nodes += [
            helper.make_node("Unsqueeze", ["vector", "one"], ["token"]),
            helper.make_node("Concat", ["token", "rest"], [model.output], axis=1),
        ]
    batch = 1 if model.first_token else "n"  # one of them takes a fixed batch
    save(path, nodes, weights, "pixel_values", TensorProto.FLOAT, [batch, 3, 224, 224], model.output)


def write_text_tower(path, model):
    """How often each token came, as the first numbers."""
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["tokens"]),
        helper.make_node("ReduceSum", ["tokens", "one"], [model.text.output], keepdims=0),
    ]
    weights = {"table": eye(len(VOCAB), model.dimension), "one": np.array([1])}
    save(path, nodes, weights, "input_ids", TensorProto.INT64, ["n", "t"], model.text.output)


@pytest.fixture
def snapshot(tmp_path, monkeypatch):
    """Lays a model into an empty hub cache and cuts the network off; gives its folder."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    def lay(name):
        model = MODELS[name]
        folder = tmp_path / "hub" / f"models--{model.repo.replace('/', '--')}" / "snapshots" / model.commit
        write_image_tower(folder / model.file, model)
        (folder / model.processor).write_text(json.dumps(PROCESSORS[name]))
        if model.text:
            write_text_tower(folder / model.text.file, model)
            tokenizer = Tokenizer(models.WordLevel(VOCAB, unk_token="[UNK]"))
            tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
            tokenizer.save(str(folder / "tokenizer.json"))
        return folder

    return lay


@pytest.fixture(params=HUB)
def encoder(request, snapshot) -> Runtime:
    snapshot(request.param)
    return load_encoder(request.param, threads=1)


def test_every_hub_encoder_keeps_the_contract(encoder):
    pictures = [Image.new("RGB", (300, 200), colour) for colour in ("red", "navy", "gold")]
    rows = encoder.encode(pictures)
    assert rows.shape == (3, encoder.row.dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, np.concatenate([encoder.encode([p]) for p in pictures]), atol=1e-5)
    np.testing.assert_array_equal(rows, encoder.encode(pictures))
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, encoder.row.dimension)


def test_every_hub_encoder_is_pinned_to_a_commit(encoder):
    assert len(encoder.row.revision) == 40
    assert set(encoder.row.revision) <= set("0123456789abcdef")


def test_the_class_token_is_the_vector_of_dinov2(snapshot):
    snapshot("dinov2-small")
    (row,) = load_encoder("dinov2-small").encode([Image.new("RGB", (300, 200), "blue")])
    np.testing.assert_allclose(row[:4], [0, 0, 1, 0], atol=1e-5)


def striped():
    """Red in the middle third, blue at both ends: only a squash sees the blue."""
    picture = Image.new("RGB", (672, 224), "blue")
    picture.paste("red", (210, 0, 462, 224))
    return picture


def test_clip_crops_and_siglip_squashes(snapshot):
    for name in ("clip-vit-b32", "siglip2-base"):
        snapshot(name)
    (clip,) = load_encoder("clip-vit-b32").encode([striped()])
    (siglip,) = load_encoder("siglip2-base").encode([striped()])
    np.testing.assert_allclose(clip[:3], [1, 0, 0], atol=0.01)
    np.testing.assert_allclose(siglip[2] / siglip[0], (672 - 252) / 252, rtol=0.02)


def test_only_the_encoders_with_words_place_words(encoder):
    assert isinstance(encoder, TextRuntime) == encoder.row.words == (encoder.row.name != "dinov2-small")


@pytest.mark.parametrize("name", [name for name in HUB if MODELS[name].text])
def test_words_are_filled_up_to_the_trained_length(snapshot, name):
    snapshot(name)
    text = MODELS[name].text
    (row,) = load_encoder(name).encode_text(["a sea"])
    counts = np.zeros(len(VOCAB))
    counts[[VOCAB["a"], VOCAB["sea"]]] = 1
    counts[VOCAB[text.pad]] = text.length - 2
    np.testing.assert_allclose(row[: len(VOCAB)], counts / np.linalg.norm(counts), atol=1e-6)


def test_long_texts_are_cut_to_the_trained_length(snapshot):
    snapshot("siglip2-base")
    encoder = load_encoder("siglip2-base")
    rows = encoder.encode_text(["cat " * 300, "cat " * 64, "cat"])
    np.testing.assert_array_equal(rows[0], rows[1])
    assert not np.allclose(rows[1], rows[2])


def test_siglip_reads_lower_case_and_clip_leaves_that_to_its_tokenizer(snapshot):
    for name, same in (("siglip2-base", True), ("clip-vit-b32", False)):
        snapshot(name)
        upper, lower = load_encoder(name).encode_text(["a Cat", "a cat"])
        assert np.allclose(upper, lower) == same


def test_words_are_unit_rows_in_the_space_of_the_pictures(snapshot):
    snapshot("clip-vit-b32")
    encoder = load_encoder("clip-vit-b32")
    rows = encoder.encode_text(["cat", "sea"])
    assert rows.shape == (2, encoder.row.dimension)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert encoder.encode_text([]).shape == (0, encoder.row.dimension)


def test_the_text_tower_is_not_fetched_for_pictures(snapshot):
    folder = snapshot("siglip2-base")
    (folder / "onnx" / "text_model.onnx").unlink()
    encoder = load_encoder("siglip2-base")
    assert encoder.encode([striped()]).shape == (1, 768)
    with pytest.raises(UserError, match=r"cannot fetch onnx/text_model\.onnx"):
        encoder.encode_text(["cat"])


@pytest.mark.parametrize("name", HUB)
def test_an_unreachable_hub_is_answered_with_what_to_do(name, snapshot):
    with pytest.raises(UserError) as told:
        load_encoder(name)
    model = MODELS[name]
    for part in (model.repo, model.commit, model.file, "hf download", "HF_HOME", "cannot be reached"):
        assert part in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("answers", [False, True])
def test_a_hub_that_is_not_there_is_given_up_at_once_and_in_one_sentence(answers, tmp_path, monkeypatch, capfd, caplog):
    """Nobody listens at the address, or somebody who says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as border:
        address = f"http://127.0.0.1:{border.getsockname()[1]}"
        if not answers:
            border.close()
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(hub, "PATIENCE", 0.3)
        start = time.monotonic()
        with pytest.raises(UserError, match="cannot be reached, and the file is not in its cache"):
            load_encoder("clip-vit-b32")
    assert time.monotonic() - start < 5
    assert capfd.readouterr().err == ""
    assert caplog.records == []


def test_a_strange_processor_is_told_with_all_its_faults(snapshot):
    folder = snapshot("clip-vit-b32")
    strange = CROP | {"resample": 99, "crop_size": {"height": 224, "width": 112}, "image_std": [0, 1, 1]}
    (folder / "preprocessor_config.json").write_text(json.dumps(strange))
    with pytest.raises(BadInput, match=r"size must be.*interpolation must be.*std must be"):
        load_encoder("clip-vit-b32")


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_damaged_processor_is_refused_in_words(snapshot, text):
    folder = snapshot("clip-vit-b32")
    (folder / "preprocessor_config.json").write_text(text)
    with pytest.raises(BadInput, match="cannot be read as JSON"):
        load_encoder("clip-vit-b32")


def test_a_damaged_tokenizer_is_refused_in_words(snapshot):
    folder = snapshot("clip-vit-b32")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(BadInput, match="is not a tokenizer"):
        load_encoder("clip-vit-b32").encode_text(["cat"])
