"""Every backbone keeps one contract; those with weights of their own say what the same weights say elsewhere."""

import numpy as np
import onnxruntime
import pytest

from beholder.errors import BadInput, BeholderError, ShapeError, UnknownName, UserError

torch = pytest.importorskip("torch", reason="needs the extra torch: make test-all")
onnx = pytest.importorskip("onnx")
transformers = pytest.importorskip("transformers", reason="needs the extra torch: make test-all")

from beholder.features.builtin import MODEL, load_builtin  # noqa: E402
from beholder.features.networks import (  # noqa: E402
    Network,
    backbone_names,
    load_network,
    make_backbone,
    save_network,
    state_of,
)
from beholder.features.networks.network import in_batches, squares_of  # noqa: E402
from beholder.features.networks.ren2017 import Ren2017  # noqa: E402
from beholder.features.tensors import write_tensors  # noqa: E402

TINY = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 2}
TINY |= {"image_size": 64, "patch_size": 16, "projection_dim": 24}
NAMES = ["mobilenet-v2", "builtin", "clip-vit-b32", "ren2017"]
BLOCKS = {"mobilenet-v2": 19, "builtin": 13, "clip-vit-b32": 1 + 3, "ren2017": 11}


@pytest.fixture
def clip(tmp_path):
    """A folder with a tiny CLIP, both of its towers, as transformers saves it."""
    torch.manual_seed(0)
    text = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    shape = transformers.CLIPConfig(text_config=text, vision_config=TINY, projection_dim=24)
    transformers.CLIPModel(shape).eval().save_pretrained(tmp_path / "clip")
    return tmp_path / "clip"


@pytest.fixture(params=NAMES)
def backbone(request, clip):
    torch.manual_seed(0)
    return make_backbone(request.param, clip if request.param == "clip-vit-b32" else None).eval()


def pictures(side, n=3):
    return np.random.default_rng(0).integers(0, 256, (n, side, side, 3), np.uint8)


def test_every_backbone_is_tested():
    assert backbone_names() == NAMES
    with pytest.raises(UnknownName, match="did you mean 'builtin'"):
        make_backbone("buildin")


def test_a_feature_is_a_row_of_the_width(backbone):
    network = Network(backbone, 64).eval()
    X = in_batches(network.backbone, network, pictures(64))
    assert X.shape == (3, backbone.width)
    assert np.ptp(X, axis=0).max() > 0
    np.testing.assert_allclose(in_batches(network.backbone, network, pictures(64)[1:2]), X[1:2], rtol=1e-4, atol=1e-5)


def test_every_parameter_is_in_a_block_and_blocks_follow_one_another(backbone):
    seen = [backbone.block_of(name) for name, _ in backbone.named_parameters()]
    assert list(dict.fromkeys(seen)) == [f"layers.{k}" for k in range(BLOCKS[backbone.name])]
    assert seen == sorted(seen, key=lambda block: int(block.removeprefix("layers.")))


def test_the_last_block_makes_the_feature_of_what_the_others_gave(backbone):
    network = Network(backbone, 64)
    with torch.no_grad():
        x = network.pixels(pictures(64))
        assert torch.equal(backbone.layers[-1](backbone.layers[:-1](x)), backbone(x))


def test_a_network_is_the_same_after_saving_what_it_remembers_of_pictures_included(backbone, tmp_path):
    network = Network(backbone, 64).train()
    with torch.no_grad():
        network(network.pixels(pictures(64)))  # batch normalisations see some
    network.eval()
    save_network(network, tmp_path / "network.safetensors")
    again = load_network(tmp_path / "network.safetensors")
    assert (again.side, again.backbone.name) == (64, backbone.name)
    given, back = (in_batches(n.score, n, pictures(64)) for n in (network, again))
    np.testing.assert_allclose(back, given, atol=1e-6)


def test_weights_of_another_network_are_refused_in_a_sentence(backbone, tmp_path):
    other = tmp_path / "other.safetensors"
    write_tensors(other, {"conv_1_weight": np.zeros((2, 2), np.float32)}, {})
    with pytest.raises(BeholderError, match=r"other\.safetensors") as fault:
        make_backbone(backbone.name, other)
    assert len(str(fault.value)) < 300


def test_a_network_of_another_backbone_is_refused(tmp_path):
    network = Network(make_backbone("builtin"), 64)
    said = {"network": {"backbone": "mobilenet-v2", "side": 64}}
    write_tensors(tmp_path / "network.safetensors", state_of(network), said)
    with pytest.raises(ShapeError, match="does not fit mobilenet-v2"):
        load_network(tmp_path / "network.safetensors")
    write_tensors(tmp_path / "nothing.safetensors", state_of(network), {})
    with pytest.raises(BadInput, match="no network of ours"):
        load_network(tmp_path / "nothing.safetensors")


def test_builtin_says_what_its_onnx_file_says():
    network = Network(make_backbone("builtin"))
    held = {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(MODEL).graph.initializer}
    feature = in_batches(network.backbone, network, pictures(160))
    with torch.no_grad():
        x = network.pixels(pictures(160)).numpy()
    (embedding,) = onnxruntime.InferenceSession(str(MODEL)).run(["embedding"], {"image": x})
    mine = feature @ held["embedding.weight"].T + held["embedding.bias"]
    np.testing.assert_allclose(mine, embedding, atol=1e-4)
    assert np.abs(embedding).max() > 0.05


@pytest.mark.parametrize("blocks", [None, (0, 0, 1, 3, 3)], ids=["a file of the first version", "more blocks"])
def test_a_network_keeps_its_own_shape_whatever_ships(tmp_path, blocks):
    from beholder.features.networks.builtin import Builtin

    network = Network(Builtin(blocks) if blocks else Builtin(), 64)
    network.eval()
    save_network(network, tmp_path / "network.safetensors")
    if blocks is None:  # as it was written then
        said = {"network": {"backbone": "builtin", "side": 64, "config": {}}}
        write_tensors(tmp_path / "network.safetensors", state_of(network), said)
    again = load_network(tmp_path / "network.safetensors")
    x = network.pixels(pictures(64))
    with torch.no_grad():
        torch.testing.assert_close(again.score(x), network.score(x))


def test_a_picture_is_prepared_as_the_description_of_the_network_says(painted):
    from PIL import Image

    network = Network(make_backbone("builtin"))
    some = [Image.open(path) for path in sorted(painted.iterdir())[:3]]
    x = network.pixels(squares_of(some, network.side)).numpy()
    np.testing.assert_allclose(network.preprocessing(some), x, atol=1e-5)
    assert network.preprocessing == load_builtin(threads=1)._preprocessing


def test_mobilenet_says_what_its_onnx_file_says(shared):
    folder = shared / "weights" / "mobilenet_v2"
    if not folder.is_dir():
        pytest.skip(f"needs the weights of MobileNetV2, which are not part of the project, at {folder}")
    network = Network(make_backbone("mobilenet-v2", folder / "weights.npz"))
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    x = network.pixels(pictures(224)).contiguous().numpy()
    (feature,) = session.run(None, {session.get_inputs()[0].name: x})
    mine = in_batches(network.backbone, network, pictures(224))
    np.testing.assert_allclose(mine, feature.reshape(3, -1), atol=1e-3)


def test_mobilenet_reads_its_weights_from_safetensors_too(tmp_path):
    first, tensors = make_backbone("mobilenet-v2"), {}
    for number, conv in enumerate(m for m in first.modules() if isinstance(m, torch.nn.Conv2d)):
        tensors |= {f"conv_{number}_{part}": getattr(conv, part).detach().numpy() for part in ("weight", "bias")}
    write_tensors(tmp_path / "weights.safetensors", tensors, {})
    np.savez(tmp_path / "weights.npz", **tensors)
    for file in ("weights.safetensors", "weights.npz"):
        again = make_backbone("mobilenet-v2", tmp_path / file)
        assert all(torch.equal(p, q) for p, q in zip(first.parameters(), again.parameters(), strict=True))


def test_clip_says_what_transformers_says(clip):
    network = Network(make_backbone("clip-vit-b32", clip)).eval()
    theirs = transformers.CLIPVisionModelWithProjection.from_pretrained(clip).eval()
    with torch.no_grad():
        x = network.pixels(pictures(64))
        np.testing.assert_allclose(network.backbone(x), theirs(x).image_embeds, atol=1e-5)


def test_clip_sees_pictures_of_one_side_alone(clip):
    with pytest.raises(UserError, match="side 64 and no other, got 96"):
        Network(make_backbone("clip-vit-b32", clip), 96)


def test_a_clip_that_cannot_be_fetched_or_is_not_there_says_what_to_do(tmp_path, monkeypatch):
    def nobody(url, timeout):
        raise ConnectionError

    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.get_hf_file_metadata", nobody)
    with pytest.raises(UserError, match="hf download openai/clip-vit-base-patch32"):
        make_backbone("clip-vit-b32")
    with pytest.raises(UserError, match=r"no config\.json"):
        make_backbone("clip-vit-b32", tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "clip", "vision_config": {"hidden_size": "many"}}')
    with pytest.raises(BadInput, match="describes no CLIP"):
        make_backbone("clip-vit-b32", tmp_path)


def test_the_last_inception_is_that_of_the_paper():
    last = make_backbone("ren2017").layers[-1][0]
    assert [type(m).__name__ for m in last.pool][:1] == ["MaxPool2d"]
    shapes = [tuple(m.weight.shape[:2]) for m in last.modules() if isinstance(m, torch.nn.Conv2d)]
    assert shapes == [(88, 1024), (192, 1024), (224, 192), (56, 224), (32, 1024)]
    with torch.no_grad():
        assert last.eval()(torch.zeros(1, 1024, 7, 7)).shape == (1, 176, 7, 7)


def test_an_inception_bn_without_the_trimmed_block_is_taken_and_half_of_one_refused(tmp_path):
    torch.manual_seed(0)
    state = {k: v for k, v in state_of(Ren2017()).items() if not k.startswith("layers.10.")}
    write_tensors(tmp_path / "whole.safetensors", state, {})
    taken = state_of(make_backbone("ren2017", tmp_path / "whole.safetensors"))
    assert all((taken[name] == values).all() for name, values in state.items())
    del state["layers.4.one.0.weight"]
    write_tensors(tmp_path / "half.safetensors", state, {})
    with pytest.raises(ShapeError, match=r"'layers\.4\.one\.0\.weight'"):
        make_backbone("ren2017", tmp_path / "half.safetensors")


def test_half_of_the_feature_is_dropped_while_the_network_of_the_paper_learns():
    network = Network(make_backbone("ren2017"), 64).train()
    feature = torch.ones(4, 176)
    assert not torch.equal(network.from_feature(feature), network.from_feature(feature))
    network.eval()
    assert torch.equal(network.from_feature(feature), network.from_feature(feature))
