"""The flow: a small model that makes pictures from noise. The one of most tests here is trained for a moment."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run
from beholder.errors import BadInput, UserError

torch = pytest.importorskip("torch", reason="needs the extra torch: make test-all")
pytest.importorskip("onnx")

from beholder.create.flow import SIDE, Flow, _joined  # noqa: E402
from beholder.create.novelty import nearest  # noqa: E402
from beholder.features.onnx import open_session  # noqa: E402
from beholder.research.training.flow import train_flow  # noqa: E402
from beholder.research.training.flow_export import halved, write_halved  # noqa: E402
from beholder.research.training.flow_fitting import FlowFitting  # noqa: E402
from beholder.research.training.flow_network import Gaussian, SmallFlow, split_haar  # noqa: E402
from beholder.research.training.flow_views import Condition, FlowRecipe, split, views, zooms  # noqa: E402

TINY = FlowRecipe(minutes=0.02, views=2, components=4, gaussian=8, widths=(16, 16, 32), batch=4, large=1.0, samples=2)


def quiet(stage, done, total):
    pass


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A folder of thirty small pictures."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for n in range(30):
        coarse = rng.integers(0, 256, (4, 5, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((96, 80), Image.Resampling.BICUBIC).save(folder / f"{n:02}.png")
    return folder


@pytest.fixture(scope="module")
def trained(pictures, tmp_path_factory):
    """Where the flow lies, and its card."""
    out = tmp_path_factory.mktemp("flow")
    return out, train_flow(pictures, out, encoder="classic", recipe=TINY)


def test_the_same_seed_makes_the_same_bytes_and_another_seed_another_picture(trained):
    flow, again = Flow.open(trained[0]), Flow.open(trained[0])
    condition = np.ones(flow.condition_count, np.float32)
    first = flow.small(7, condition, steps=3)
    assert first.shape == (3, SIDE, SIDE)
    assert first.tobytes() == again.small(7, condition, steps=3).tobytes()
    assert (first != flow.small(8, condition, steps=3)).any()
    large = flow.large(first, 7)
    assert large.shape == (2 * SIDE, 2 * SIDE, 3)
    assert large.min() >= 0
    assert large.max() <= 1


def test_a_large_picture_is_the_small_one_with_detail():
    rng = np.random.default_rng(0)
    picture = torch.from_numpy(rng.uniform(-1, 1, (1, 3, 64, 64)).astype(np.float32))
    small, fine = split_haar(picture)
    assert np.allclose(_joined(small[0].numpy(), fine[0].numpy()), (picture[0].permute(1, 2, 0) + 1) / 2, atol=1e-6)
    assert torch.allclose(small, torch.nn.functional.avg_pool2d(picture, 2), atol=1e-6)


def test_onnx_says_what_torch_says(tmp_path):
    torch.manual_seed(0)
    gaussian = Gaussian.of(torch.randn(40, 3, SIDE, SIDE), 8)
    network = SmallFlow(gaussian, 5, (16, 16, 32))
    for p in network.parameters():
        p.data += 0.05 * torch.randn_like(p)
    made = halved(network)
    one = torch.ones(1)
    inputs = (torch.zeros(1, 3, SIDE, SIDE), one, torch.zeros(1, 5), one, one)
    write_halved(made, inputs, "x t condition keep zoom", tmp_path / "small.onnx")
    write_halved(made, inputs, "x t condition keep zoom", tmp_path / "large.onnx")
    session = open_session(tmp_path / "small.onnx", 1)
    flow = Flow(session, session, {"mean": np.zeros(5, np.float32), "axes": np.eye(5, dtype=np.float32)})
    condition = np.linspace(-1, 1, 5).astype(np.float32)

    @torch.no_grad()
    def step(x, t):
        told = torch.from_numpy(condition)[None], torch.ones(1), torch.zeros(1)
        return made(torch.from_numpy(x), torch.full((1,), t), *told).numpy()

    class Torch(Flow):
        def velocity(self, x, t, condition, weight=1.0):
            return step(x, t)

    by_torch = Torch(session, session, {"mean": np.zeros(5), "axes": np.eye(5)})
    apart = flow.small(3, condition, steps=6, weight=1.0) - by_torch.small(3, condition, steps=6)
    assert np.abs(apart).max() < 1e-3


def test_the_closed_form_leads_noise_to_the_distribution_it_was_made_of():
    torch.manual_seed(0)
    root = torch.randn(12, 12) * 0.5
    data = torch.randn(4000, 12) @ root + 1
    gaussian = Gaussian.of(data.view(-1, 3, 2, 2), 12)
    x, steps = torch.randn(4000, 3, 2, 2), 100
    for k in range(steps):
        x = x + gaussian(x, torch.full((4000,), (k + 0.5) / steps)) / steps
    found = x.flatten(1)
    assert torch.allclose(found.mean(0), data.mean(0), atol=0.2)
    assert torch.allclose(found.T.cov(), data.T.cov(), atol=0.5)


def test_training_goes_on_where_it_was_and_starts_anew_from_other_pictures(pictures, trained, tmp_path):
    out, card = trained
    before = json.loads((out / "card.json").read_text())
    assert before["steps"] == card["steps"] > 0
    assert before["losses"][-1]["held_gaussian"] > 0
    longer = train_flow(pictures, out, encoder="classic", recipe=replace(TINY, minutes=0.04))
    assert longer["steps"] > card["steps"]
    assert longer["minutes"] >= card["minutes"]
    other = train_flow(pictures, tmp_path, encoder="attributes", recipe=replace(TINY, minutes=0.01), start=out)
    assert 0 < other["steps"] < longer["steps"]


def test_a_flow_learns(pictures, tmp_path):
    files = sorted(pictures.iterdir())
    seen, told = views(files, tmp_path / "v.npy", 2, 0, quiet), np.zeros((30, 4), np.float32)
    fitting = FlowFitting(seen, told, split(30), replace(TINY, minutes=0.2), tmp_path / "flow.pt", 1)
    fitting.run(quiet)
    assert fitting.losses[-1]["small"] < fitting.losses[0]["held_gaussian"]


def test_a_view_is_kept_and_the_first_is_the_middle_of_the_whole(pictures, tmp_path):
    files = sorted(pictures.iterdir())[:3]
    first = np.array(views(files, tmp_path / "v.npy", 4, 0, quiet))
    assert first.shape == (3, 4, 64, 64, 3)
    assert (views(files, tmp_path / "v.npy", 4, 0, quiet) == first).all()
    assert zooms(4)[0] == 0
    assert zooms(4).max() == 1


def test_the_condition_is_even_in_all_its_numbers():
    rows = np.random.default_rng(0).normal(size=(500, 6)).astype(np.float32) * [5, 4, 3, 2, 1, 0.1]
    condition = Condition.of(rows.astype(np.float32), 3)
    told = condition(rows.astype(np.float32))
    assert told.shape == (500, 3)
    assert np.allclose(told.std(0), 1, atol=0.05)


def test_a_copy_of_a_picture_is_found_mirrored_and_by_its_quarter():
    rng = np.random.default_rng(0)
    learned = rng.uniform(-1, 1, (20, 3, 32, 32)).astype(np.float32)
    other = rng.uniform(-1, 1, (1, 3, 32, 32)).astype(np.float32)
    made = np.concatenate([learned[3:4] * 0.5 + 0.2, learned[4:5, ..., ::-1], other])
    whole = nearest(made, learned, 1)
    assert (whole[:2] < 0.01).all()
    assert whole[2] > 1
    made[2, :, :16, :16] = learned[5, :, :16, :16]
    assert nearest(made, learned, 2).reshape(3, 4)[2, 0] < 0.01


def test_what_is_missing_is_said(tmp_path, capsys):
    with pytest.raises(BadInput, match=r"small\.onnx.*train flow"):
        Flow.open(tmp_path)
    with pytest.raises(UserError, match="needs 20 or more"):
        train_flow(tmp_path, tmp_path / "out")
    assert run(["train", "flow", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 2
    assert "no folder" in capsys.readouterr().err
