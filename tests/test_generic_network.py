"""A network is fine-tuned on one rated set: what it learns, what it leaves behind, that it goes on after a cut."""

import json

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run
from beholder.errors import BadInput, UnknownName, UserError
from beholder.features import load_encoder
from helpers import miniature_aadb

torch = pytest.importorskip("torch", reason="needs the extra torch: make test-all")
pytest.importorskip("onnx")

from beholder.features.networks import Network, load_network, make_backbone  # noqa: E402
from beholder.features.networks.network import in_batches, squares_of  # noqa: E402
from beholder.research.datasets import load_plain  # noqa: E402
from beholder.research.training.generic import train_generic  # noqa: E402
from beholder.research.training.network_export import write_encoder  # noqa: E402
from beholder.research.training.scored import scored_set  # noqa: E402
from beholder.research.training.tuning import REN2017, TuningRecipe, five_crop_scores, rate_at, recipe_of  # noqa: E402

QUICK = {"side": 64, "steps": 12, "batch": 8}


@pytest.fixture(scope="module", autouse=True)
def _heads_learn_for_a_moment():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("beholder.research.training.fine_tuning.HEAD_STEPS", 60)
        yield


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    return miniature_aadb.converted(tmp_path_factory.mktemp("rated"), pictures=80)


@pytest.fixture(scope="module")
def trained(rated, tmp_path_factory):
    """Where a network lies that was trained for a moment, and its card."""
    out = tmp_path_factory.mktemp("out")
    return out, train_generic(rated, out, **QUICK)


def test_unseen_pictures_are_scored_as_people_scored_them(trained):
    _, card = trained
    assert card["data"]["pictures"] == {"learned": 56, "held_out": 24}
    assert card["spearman"]["five_crops"] > 0.7
    assert card["spearman"]["whole_picture"] > 0.7


def test_the_card_says_what_was_learned_from_and_how(trained, rated):
    out, card = trained
    assert json.loads((out / "card.json").read_text()) == card
    assert card["data"]["revision"] == load_plain(rated).revision
    assert (card["seed"], card["side"], card["recipe"]["loss"], card["recipe"]["steps"]) == (0, 64, "plcc", 12)
    page = (out / "README.md").read_text()
    for told in ("AADB", "licence: unstated", "12 steps", f"{card['spearman']['five_crops']:.3f}"):
        assert told in page


def test_nothing_but_safetensors_and_onnx_is_left(trained):
    out, _ = trained
    left = {path.name for path in out.iterdir()}
    assert left == {"network.safetensors", "encoder.onnx", "encoder.json", "card.json", "README.md", "work"}


def test_the_encoder_gives_feature_and_score_of_the_network(trained, rated):
    out, _ = trained
    network, runtime = load_network(out / "network.safetensors"), load_encoder(f"onnx:{out / 'encoder.onnx'}")
    some = [Image.open(path) for path in load_plain(rated).files[:3]]
    rows, squares = runtime.encode(some), squares_of(some, 64)
    np.testing.assert_allclose(rows[:, :-1], in_batches(network.backbone, network, squares), atol=1e-4)
    np.testing.assert_allclose(rows[:, -1], in_batches(network.score, network, squares), atol=1e-4)
    assert runtime.row.dimension == 1025
    assert runtime.attribute_columns == ()


def test_a_training_that_was_cut_off_ends_where_it_would_have(rated, tmp_path, monkeypatch):
    def cut(stage, done, total):
        if stage.startswith("training on") and done > 7:
            raise KeyboardInterrupt

    monkeypatch.setattr("beholder.research.training.tuning.KEPT_EVERY", 3)
    whole = train_generic(rated, tmp_path / "whole", **QUICK)
    with pytest.raises(KeyboardInterrupt):
        train_generic(rated, tmp_path / "cut", **QUICK, progress=cut)
    assert not (tmp_path / "cut" / "card.json").exists()
    told = []
    again = train_generic(rated, tmp_path / "cut", **QUICK, progress=lambda stage, done, total: told.append(stage))
    assert sum(stage.startswith("training on") for stage in told) == 12 - 6
    assert again == whole
    one, other = ((tmp_path / name / "network.safetensors").read_bytes() for name in ("whole", "cut"))
    assert one == other


def test_another_recipe_begins_anew(rated, tmp_path):
    train_generic(rated, tmp_path, **QUICK)
    told = []
    train_generic(rated, tmp_path, **{**QUICK, "steps": 4}, progress=lambda stage, *_: told.append(stage))
    assert sum(stage.startswith("training on") for stage in told) == 4


def test_the_network_of_the_paper_comes_with_its_recipe(rated, tmp_path):
    assert recipe_of("ren2017", seed=3, steps=None) == TuningRecipe(**{**REN2017.__dict__, "seed": 3})
    assert (REN2017.loss, REN2017.rate, REN2017.decay) == ("l2", 1e-3, 2e-4)
    assert [rate_at(REN2017, step, 64) for step in (0, 1, 2, 4)] == pytest.approx([1e-3, 1e-3, 0.96e-3, 0.96**2 * 1e-3])
    read = load_plain(rated)
    score = scored_set(read, 32, lowest=0.2).score
    assert (score.min(), score.max()) == pytest.approx((0.2, 1), abs=0.05)
    card = train_generic(rated, tmp_path, backbone="ren2017", side=32, steps=2, batch=4)
    assert card["recipe"]["optimiser"] == "sgd"
    again = load_network(tmp_path / "network.safetensors")
    norm = again.backbone.layers[0][0][1]
    assert norm.running_mean.abs().max() > 0, "what batch normalisation remembers is kept"
    squares = scored_set(read, 32).squares
    assert np.ptp(five_crop_scores(again, squares)) > 0


@pytest.mark.parametrize("name", ["mobilenet-v2", "ren2017"])
def test_every_backbone_of_convolutions_can_be_exported(name, tmp_path, painted):
    torch.manual_seed(0)
    agrees_with_its_export(Network(make_backbone(name), 64).eval(), tmp_path, painted)


def test_a_clip_can_be_exported(tmp_path, painted):
    pytest.importorskip("transformers", reason="needs the extra torch: make test-all")
    shape = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
    shape |= {"image_size": 64, "patch_size": 16, "projection_dim": 24}
    torch.manual_seed(0)
    agrees_with_its_export(Network(make_backbone("clip-vit-b32", config=shape)).eval(), tmp_path, painted)


def agrees_with_its_export(network, folder, painted):
    write_encoder(network, folder / "encoder.onnx", name="some", licence="MIT")
    runtime = load_encoder(f"onnx:{folder / 'encoder.onnx'}")
    some = [Image.open(path) for path in sorted(painted.iterdir())[:3]]
    mine = in_batches(network.backbone, network, squares_of(some, 64))
    np.testing.assert_allclose(runtime.encode(some)[:, :-1], mine, rtol=1e-3, atol=1e-4)
    assert (runtime.row.name, runtime.row.licence) == ("some", "MIT")


def test_what_cannot_be_learned_from_is_refused(rated, tmp_path):
    with pytest.raises(UnknownName, match="unknown loss 'l3'"):
        train_generic(rated, tmp_path / "a", **QUICK, loss="l3")
    with pytest.raises(UserError, match="no weights at"):
        train_generic(rated, tmp_path / "a", backbone="mobilenet-v2", weights=tmp_path / "none.npz")
    with pytest.raises(BadInput):
        train_generic(tmp_path, tmp_path / "a")


def test_the_command_trains_and_says_where_the_encoder_is(rated, tmp_path, capsys):
    out = tmp_path / "made"
    assert run(["train", "generic", str(rated), "--out", str(out), "--side", "32", "--steps", "2"]) == 0
    said = capsys.readouterr().out
    assert f"onnx:{out / 'encoder.onnx'}" in said
    assert "Spearman on 24 others" in said
    assert run(["train", "generic", str(rated), "--out", str(out), "--side", "32", "--steps", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["name"] == "AADB"
