"""Ten attributes learned beside a score, on a miniature of AADB whose pictures have some of them planted."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run
from beholder.collection import Library
from beholder.config import Settings
from beholder.errors import BadInput, UserError
from beholder.features import load_encoder
from beholder.features.attributes import ATTRIBUTES
from beholder.features.onnx import read_description
from beholder.research.bench import run as bench
from beholder.research.bench import runner
from beholder.research.bench.methods import RatedTable
from helpers import miniature_aadb

torch = pytest.importorskip("torch", reason="needs the extra torch: make test-all")
pytest.importorskip("onnx")

from beholder.features.networks import load_network  # noqa: E402
from beholder.features.networks.attributes import load_attribute_network  # noqa: E402
from beholder.features.networks.network import in_batches, squares_of  # noqa: E402
from beholder.research.datasets import load_plain  # noqa: E402
from beholder.research.training.attributes import train_attributes  # noqa: E402
from beholder.research.training.generic import train_generic  # noqa: E402

QUICK = {"steps": 12, "batch": 8}
RUNS = Path(__file__).resolve().parents[1] / "runs"
PLANTED = ("vivid colour", "good lighting", "shallow depth of field")


@pytest.fixture(scope="module", autouse=True)
def _heads_learn_for_a_moment():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("beholder.research.training.fine_tuning.HEAD_STEPS", 60)
        yield


@pytest.fixture(scope="module")
def aadb(tmp_path_factory):
    return miniature_aadb.converted(tmp_path_factory.mktemp("aadb"))


@pytest.fixture(scope="module")
def start(aadb, tmp_path_factory):
    """Where a network lies that knows the score."""
    out = tmp_path_factory.mktemp("start")
    train_generic(aadb, out, side=64, **QUICK)
    return out


@pytest.fixture(scope="module")
def trained(aadb, start, tmp_path_factory):
    """Where the network lies, and its card."""
    out = tmp_path_factory.mktemp("out")
    return out, train_attributes(aadb, out, start=start, steps=40)


@pytest.fixture(scope="module")
def seen(aadb):
    """Some of the pictures."""
    return [Image.open(path) for path in load_plain(aadb).files[:4]]


@pytest.mark.parametrize("way", ["alone", "jointly"])
def test_planted_attributes_are_foretold_on_unseen_pictures(trained, way):
    _, card = trained
    found = card["attributes"][way]
    assert set(found) == {attribute.name for attribute in ATTRIBUTES}
    assert all(found[name] > 0.75 for name in PLANTED)
    assert found["symmetry"] > 0.15
    assert abs(found["rule of thirds"]) < 0.35, "nothing of it is in the pictures"


def test_the_score_stays_what_it_was_and_the_lower_blocks_too(trained, start):
    out, card = trained
    before, after = load_network(start / "network.safetensors"), load_attribute_network(out / "attributes.safetensors")
    assert all(torch.equal(p, q) for p, q in zip(before.parameters(), after.network.parameters(), strict=True)), (
        "frozen"
    )
    last = after.network.backbone.layers[-1]
    assert any(not torch.equal(p, q) for p, q in zip(last.parameters(), after.last.parameters(), strict=True))
    assert card["score"]["generic"] == json.loads((start / "card.json").read_text())["spearman"]["five_crops"]
    assert card["score"]["jointly"] > 0.7


def test_learning_jointly_changes_what_is_said_of_attributes(trained):
    """The stream has one last block for both, else the two losses would not meet."""
    _, card = trained
    assert card["attributes"]["alone"] != card["attributes"]["jointly"]


def test_only_the_last_block_and_the_heads_are_tuned(trained):
    out, _ = trained
    network = load_attribute_network(out / "attributes.safetensors").train()
    tuned = {name.split(".")[0] for name, p in network.named_parameters() if p.requires_grad}
    assert tuned == {"last", "joint_head", "heads"}
    assert not network.network.training


def test_the_card_is_table_3_in_words(trained, start, monkeypatch):
    out, card = trained
    page = (out / "README.md").read_text()
    assert f"{card['attributes']['jointly']['vivid colour']:.3f}" in page
    assert "licence: unstated" in page
    monkeypatch.syspath_prepend(RUNS)
    import table_3

    rows = table_3.figures(str(out))
    assert len(rows) == 22
    assert "| jointly, here | " in table_3.table(rows)
    with pytest.raises(BadInput, match="of a generic score alone"):
        table_3.figures(str(start))


def test_the_encoder_gives_feature_attributes_and_score(trained, seen):
    out, _ = trained
    network = load_attribute_network(out / "attributes.safetensors")
    runtime, squares = load_encoder(f"onnx:{out / 'encoder.onnx'}"), squares_of(seen, 64)
    rows = runtime.encode(seen)
    assert runtime.attribute_columns == tuple(range(1024, 1034))
    feature = in_batches(network.network.backbone, network.network, squares)
    np.testing.assert_allclose(rows[:, :1024], feature, atol=1e-4)
    attributes = in_batches(network.attributes, network.network, squares)
    np.testing.assert_allclose(rows[:, 1024:1034], attributes, atol=1e-4)
    np.testing.assert_allclose(rows[:, 1034], in_batches(network.network.score, network.network, squares), atol=1e-4)


def test_a_training_that_was_cut_off_ends_where_it_would_have(aadb, start, tmp_path, monkeypatch):
    jointly = []

    def cut(stage, done, total):
        jointly.append(stage == "learning attributes and score jointly")
        if any(jointly) and done > 7:
            raise KeyboardInterrupt

    monkeypatch.setattr("beholder.research.training.tuning.KEPT_EVERY", 3)
    whole = train_attributes(aadb, tmp_path / "whole", start=start, **QUICK)
    with pytest.raises(KeyboardInterrupt):
        train_attributes(aadb, tmp_path / "cut", start=start, **QUICK, progress=cut)
    told = []
    again = train_attributes(
        aadb, tmp_path / "cut", start=start, **QUICK, progress=lambda stage, *_: told.append(stage)
    )
    assert sum(stage.startswith("training on") for stage in told) == 12 - 6, "the first is whole, of the second a half"
    assert again == whole
    one, other = ((tmp_path / name / "attributes.safetensors").read_bytes() for name in ("whole", "cut"))
    assert one == other


def test_scores_of_another_set_are_learned_jointly(aadb, start, tmp_path):
    other = miniature_aadb.converted(tmp_path, pictures=60, seed=5)
    card = train_attributes(aadb, tmp_path / "out", start=start, scores=other, **QUICK)
    assert [s["pictures"]["held_out"] for s in card["data"]] == [60, 18]
    assert card["score"]["generic"] > 0.7


def test_other_pictures_held_out_than_by_the_start_are_refused(aadb, start, tmp_path):
    folder = start if start.is_dir() else start.parent
    with pytest.raises(UserError, match=r"was learned with seed 0, this call has 7: .* give --seed 0"):
        train_attributes(aadb, tmp_path / "out", start=folder, scores=aadb, **(QUICK | {"seed": 7}))


def test_without_a_start_a_backbone_learns_the_score_first(aadb, tmp_path):
    card = train_attributes(aadb, tmp_path, side=32, **QUICK)
    assert card["side"] == 32
    assert card["score"]["generic"] > 0.5


def test_what_cannot_be_learned_from_is_refused(aadb, start, tmp_path):
    with pytest.raises(UserError, match="a side of its own"):
        train_attributes(aadb, tmp_path, start=start, side=32)
    with pytest.raises(UserError, match="no file"):
        train_attributes(aadb, tmp_path, start=tmp_path / "none.safetensors")
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "items.csv").write_text("item,file,score\n1,1.jpg,2\n2,2.jpg,3\n")
    for name in "12":
        Image.new("RGB", (8, 8)).save(plain / f"{name}.jpg")
    with pytest.raises(BadInput, match="wanted are the ten attributes"):
        train_attributes(plain, tmp_path / "out")


def ratings_by_vividness(aadb, folder):
    """The pictures of the set, rated by people of whom each likes or dislikes vivid colours; the score is the same."""
    data, rng = load_plain(aadb), np.random.default_rng(0)
    vivid = np.array(data.columns["vivid colour"], float)
    folder.mkdir()
    items = "".join(f"{i},{file}\n" for i, file in zip(data.items, data.files, strict=True))
    (folder / "items.csv").write_text("item,file\n" + items)
    lines = ["rater,item,score\n"]
    for rater in range(6):
        likes = 1 if rater % 2 else -1
        for i in rng.permutation(len(data.items))[:60]:
            score = 5.5 + 3 * likes * vivid[i] + rng.normal(0, 0.3)
            lines.append(f"r{rater},{data.items[i]},{np.clip(score, 1, 10):.2f}\n")
    (folder / "ratings.csv").write_text("".join(lines))
    return folder


def test_x_of_the_bench_and_of_the_app_ends_in_the_learned_attributes(trained, aadb, tmp_path):
    out, _ = trained
    encoder = f"onnx:{out / 'encoder.onnx'}"
    table, _ = runner.embed_set(load_plain(aadb), encoder, lambda stage, done, total: None)
    X = table.X
    np.testing.assert_array_equal(X[:, -10:], X[:, 1024:1034])
    assert X.shape[1] == 1035 + 10
    library = Library(tmp_path / "app", config=Settings(home=tmp_path / "app"))
    collection = library.open(load_plain(aadb).files[0].parent, encoder=encoder)
    np.testing.assert_array_equal(collection.X[:, -10:], collection.X[:, 1024:1034])
    measured = library.shards("attributes").get([item.sha256 for item in collection.items], 10)[0]
    np.testing.assert_array_equal(collection.attributes, measured)
    assert not np.array_equal(collection.attributes, collection.X[:, -10:]), "words stay with what is measured"
    library.close()


def test_pam_in_the_bench_uses_learned_attributes(trained, aadb, tmp_path, monkeypatch):
    """The same encoder, its attributes degraded, does worse: it is they that PAM learns from."""
    monkeypatch.setenv("BEHOLDER_THREADS", "1")
    out, _ = trained
    data = ratings_by_vividness(aadb, tmp_path / "rated")

    def gain(degraded):
        real = runner.embed_set

        def embed(dataset, encoder, say, networks):
            table, key = real(dataset, encoder, say, networks)
            X = np.array(table.X)
            if degraded:
                X[:, -10:] = np.random.default_rng(0).permutation(X[:, -10:])
            return RatedTable.of(X), key

        with monkeypatch.context() as patched:
            patched.setattr(runner, "embed_set", embed)
            rows = bench(data, ["generic", "pam"], encoder=f"onnx:{out / 'encoder.onnx'}", shots=[25], repeats=2)
        (row,) = [r for r in rows if (r["method"], r["versus"], r["metric"]) == ("pam", "generic", "spearman")]
        return row["mean"]

    assert gain(degraded=False) > gain(degraded=True) + 0.1


def test_a_description_with_wrong_attributes_is_refused_with_all_its_faults(trained, tmp_path):
    out, _ = trained
    told = json.loads((out / "encoder.json").read_text())
    names = told["attributes"]["names"]
    for wrong, said in (
        ({"first": 0, "names": names[:9]}, "these ten in any order"),
        ({"first": "a", "names": names}, "the column of the first name, got 'a'"),
        ({"first": 1030, "names": names}, "end in column 1039, but a row has 1035"),
        (["vivid colour"], "these ten in any order"),
    ):
        (tmp_path / "x.json").write_text(json.dumps(told | {"attributes": wrong}))
        with pytest.raises(BadInput, match=said):
            read_description(tmp_path / "x.json")
    turned = {"first": 1024, "names": names[::-1]}
    (tmp_path / "x.json").write_text(json.dumps(told | {"attributes": turned}))
    assert read_description(tmp_path / "x.json").attributes == tuple(range(1033, 1023, -1))


def test_other_columns_of_attributes_are_another_encoder(trained, tmp_path):
    out, _ = trained
    told = json.loads((out / "encoder.json").read_text())
    (tmp_path / "encoder.onnx").write_bytes((out / "encoder.onnx").read_bytes())
    keys = set()
    for attributes in (told["attributes"], {"first": 0, "names": told["attributes"]["names"]}, None):
        (tmp_path / "encoder.json").write_text(json.dumps(told | {"attributes": attributes}))
        keys.add(load_encoder(f"onnx:{tmp_path / 'encoder.onnx'}").row.key)
    assert len(keys) == 3


def test_the_command_trains_and_shows_the_table(aadb, start, tmp_path, capsys):
    out = tmp_path / "made"
    call = ["train", "attributes", str(aadb), "--out", str(out), "--start", str(start), "--steps", "2"]
    assert run(call) == 0
    said = capsys.readouterr().out
    assert f"onnx:{out / 'encoder.onnx'}" in said
    assert "shallow depth of field" in said
    assert run([*call, "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["attributes"]) == {"start", "alone", "jointly"}
