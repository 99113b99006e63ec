"""The network that finds artworks learns from made photos, goes on where it was cut off, and is written small."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run
from beholder.errors import BadInput, UserError
from beholder.features.artworks.looking import Looker
from beholder.research.training.scenes import Scene

torch = pytest.importorskip("torch", reason="needs the extra torch: make test-all")
onnx = pytest.importorskip("onnx")

from beholder.research.training import artworks, scene_store  # noqa: E402
from beholder.research.training.artwork_fitting import ArtworkFitting  # noqa: E402
from beholder.research.training.artwork_network import ArtworkNetwork, Said  # noqa: E402
from beholder.research.training.artworks import ArtworkRecipe, train_artworks  # noqa: E402
from beholder.research.training.scene_views import batch_of, target_of, view_of  # noqa: E402

QUICK = ArtworkRecipe(minutes=0.02, scenes=4, growing=((1.0, (64,)),), batch=2)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(scene_store, "CHUNK", 4)
    monkeypatch.setattr(artworks, "_JUDGED", 4)
    monkeypatch.setattr(artworks, "_CLEAN", 2)
    for name in ("paintings", "photos"):
        (tmp_path / name).mkdir()
        for i in range(6):
            pixels = np.random.default_rng(i).integers(0, 255, (12, 16, 3)).astype(np.uint8)
            Image.fromarray(pixels).resize((160, 120)).save(tmp_path / name / f"{i}.png")
    return tmp_path


def test_a_network_is_trained_and_written_with_its_card(folders):
    out = folders / "out"
    card = train_artworks([str(folders / "paintings")], [str(folders / "photos")], out, recipe=QUICK)
    assert card["paintings"] == card["photos"] == 5
    assert card["views"] >= 2
    assert json.loads((out / "card.json").read_text())["unseen"].keys() >= {"canvas", "precision", "cut_paintings"}
    size = (out / "finder.onnx").stat().st_size
    assert size < 8e6
    maps = Looker(out / "finder.onnx").look([Image.new("RGB", (96, 96))])[0]
    assert maps.masks.shape == (2, 48, 48)
    assert maps.corners.shape == (2, 4, 2, 24, 24)


def test_what_is_written_says_what_the_network_says(folders):
    out = folders / "out"
    train_artworks([str(folders / "paintings")], [], out, recipe=QUICK)
    scenes = scene_store.SceneStore(out / "work" / "scenes", [], [], 0)
    scenes.make(4, lambda *_: None)
    fitting = ArtworkFitting(scenes, QUICK, out / "work" / "checkpoint.pt")
    x = np.random.default_rng(0).uniform(0, 255, (1, 3, 64, 96)).astype(np.float32)
    with torch.no_grad():
        mine = Said(fitting.mean_network).eval()(torch.from_numpy(x))
    written = Looker(out / "finder.onnx")._session.run(None, {"picture": x})
    for a, b in zip(mine, written, strict=True):
        assert np.abs(a.numpy() - b).max() < 0.02  # weights in half precision


def test_training_goes_on_where_it_was(folders):
    arguments = [str(folders / "paintings")], [], folders / "out"
    first = train_artworks(*arguments, recipe=QUICK)
    longer = train_artworks(*arguments, recipe=replace(QUICK, minutes=0.04))
    assert longer["steps"] > first["steps"]
    again = train_artworks(*arguments, recipe=replace(QUICK, minutes=0.04))
    assert again["steps"] == longer["steps"]


def test_training_goes_on_from_a_network_that_was_written(folders):
    first, second = folders / "first", folders / "second"
    train_artworks([str(folders / "paintings")], [], first, recipe=QUICK)
    written = first / "finder.onnx"
    recipe = replace(QUICK, start=written, minutes=0)
    card = train_artworks([str(folders / "paintings")], [], second, recipe=recipe)
    assert (card["steps"], card["recipe"]["start"]) == (0, "finder.onnx")
    x = np.random.default_rng(0).uniform(0, 255, (1, 3, 64, 96)).astype(np.float32)
    a, b = (Looker(folder / "finder.onnx")._session.run(None, {"picture": x}) for folder in (first, second))
    assert max(np.abs(one - other).max() for one, other in zip(a, b, strict=True)) < 0.01  # weights in half precision


def test_another_network_is_no_start(folders):
    from beholder.features.builtin import MODEL

    recipe = replace(QUICK, start=MODEL)
    with pytest.raises(BadInput, match="not a network that finds artworks"):
        train_artworks([str(folders / "paintings")], [], folders / "out", recipe=recipe)


def test_too_few_paintings_are_refused(folders):
    for i in range(2, 6):
        (folders / "paintings" / f"{i}.png").unlink()
    with pytest.raises(UserError, match="at least 5 paintings"):
        train_artworks([str(folders / "paintings")], [], folders / "out", recipe=QUICK)


def test_the_command_says_what_came_out(folders, capsys):
    out = folders / "out"
    sources = [str(folders / "paintings"), "--photos", str(folders / "photos"), "--out", str(out)]
    assert run(["train", "artworks", *sources, "--minutes", "0.02", "--scenes", "4"]) == 0
    assert "paintings wrongly cut" in capsys.readouterr().out


def one_work():
    canvas = np.array([(60, 40), (140, 45), (138, 120), (62, 118)], float)
    outer = canvas.mean(0) + 1.2 * (canvas - canvas.mean(0))
    return Scene(np.zeros((160, 200, 3), np.uint8), canvas[None], outer[None])


def test_targets_point_at_the_corners_from_every_cell_near_the_middle():
    rng, seen = np.random.default_rng(0), 0
    for _ in range(30):
        view = view_of(one_work(), 64, rng)
        target = target_of(view)
        assert target.shows == float(target.middles.max() == 1)
        if not target.shows:
            continue
        for y, x in zip(*np.nonzero(target.near[0]), strict=True):
            corners = target.corners[:, y, x].reshape(2, 4, 2) + (np.array([x, y]) + 0.5) / 16
            assert np.allclose(corners, view.corners[:, 0], atol=1e-5)
            seen += 1
    assert seen > 20


def test_a_view_that_is_all_canvas_asks_for_nothing():
    rng = np.random.default_rng(1)
    full = np.array([[(-5, -5), (205, -5), (205, 165), (-5, 165)]], float)
    scene = Scene(np.zeros((160, 200, 3), np.uint8), full, full)
    batch = batch_of([view_of(scene, 64, rng) for _ in range(10)])
    assert not batch["masks"].any()
    assert not batch["shows"].any()


def test_the_body_is_that_of_the_builtin_encoder():
    from beholder.features.networks.builtin import Builtin

    body = Builtin.made(None)
    network = ArtworkNetwork(body)
    assert torch.equal(network.body[0][0].weight, body.layers[0][0].weight)
    assert sum(p.numel() for p in network.parameters()) < 2.5e6
