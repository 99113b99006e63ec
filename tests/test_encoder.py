"""A small encoder learns to answer as a larger network does. The teachers here are tiny and made by the tests."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from beholder.cli import run
from beholder.errors import UserError
from beholder.research.training.views import SIDE, kept, view

torch = pytest.importorskip("torch", reason="needs the extra torch: make test-all")
onnx = pytest.importorskip("onnx")

from beholder.features import load_encoder  # noqa: E402
from beholder.research.training import EncoderRecipe, train_encoder  # noqa: E402
from beholder.research.training.encoder import leave_out  # noqa: E402
from beholder.research.training.export import Shipped, head_of, load_student, pooled_of, style_head, turning  # noqa: E402
from beholder.research.training.fitting import Fitting  # noqa: E402
from beholder.research.training.parts import Parts  # noqa: E402
from beholder.research.training.student import MEAN, STD  # noqa: E402
from beholder.research.training.teacher_answers import TeacherAnswers  # noqa: E402
from beholder.research.training.teachers import OnnxTeacher, find_teachers  # noqa: E402

QUICK = EncoderRecipe(minutes=None, epochs=2, views=3, side=64, batch=4, growing=(), seed=1)
MANY = replace(QUICK, epochs=100, views=2, batch=12, average=0.9, seed=0)


def quiet(stage, done, total):
    pass


@pytest.fixture
def teachers(tmp_path):
    """A network of two layers, their sum, and a mean over the picture: eight numbers, and eight of an inner layer."""
    rng, helper = np.random.default_rng(0), onnx.helper
    floats = {"a": rng.normal(size=(8, 3, 5, 5)) / 5, "b": rng.normal(size=(8, 8, 3, 3)) / 5}
    nodes = [
        helper.make_node("Conv", ["image", "a"], ["x"], strides=[4, 4]),
        helper.make_node("Relu", ["x"], ["y"]),
        helper.make_node("Conv", ["y", "b"], ["z"], pads=[1, 1, 1, 1]),
        helper.make_node("Add", ["y", "z"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["last"]),
        helper.make_node("GlobalAveragePool", ["last"], ["feature"]),
    ]
    tensor = lambda name, *shape: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)  # noqa: E731
    held = [onnx.numpy_helper.from_array(v.astype(np.float32), k) for k, v in floats.items()]
    graph = helper.make_graph(nodes, "tiny", [tensor("image", "n", 3, 64, 64)], [tensor("feature", "n", 8, 1, 1)], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder = tmp_path / "teachers" / "tiny"
    folder.mkdir(parents=True)
    onnx.save(model, folder / "model.onnx")
    told = {"name": "tiny", "input": "image", "output": "feature", "layout": "NCHW", "size": 64, "fit": "squash"}
    told |= {"interpolation": "bilinear", "scale": 1 / 255, "mean": [0.5] * 3, "std": [0.25] * 3, "dimension": 8}
    (folder / "model.json").write_text(json.dumps(told))
    return folder.parent


@pytest.fixture
def student(painted, teachers, tmp_path):
    """Trained for a moment; where it lies."""
    train_encoder([painted], teachers, tmp_path / "out", recipe=QUICK)
    return tmp_path / "out"


def weights(folder):
    return torch.load(folder / "checkpoint.pt", weights_only=True)["mean"]


def test_a_view_depends_on_its_number_and_the_seed_alone(painted):
    pictures = [kept(path) for path in sorted(painted.iterdir())]
    assert (view(pictures, 3, 0, seed=0) == view(pictures, 3, 0, seed=9)).all(), "the first is the whole picture"
    assert (view(pictures, 3, 2, seed=0) == view(pictures, 3, 2, seed=0)).all()
    assert (view(pictures, 3, 2, seed=0) != view(pictures, 3, 2, seed=1)).any()
    assert all(view(pictures, 0, n, seed=0).shape == (SIDE, SIDE, 3) for n in range(40))


def test_a_teacher_tells_its_output_and_the_means_of_its_inner_layers(teachers, painted):
    (teacher,) = find_teachers(teachers, every=1)
    picture = Image.open(sorted(painted.iterdir())[0]).convert("RGB")
    assert (teacher.kind, teacher.dimension, teacher.inner, teacher.maps) == ("embedding", 16, 8, ((15, 15, 8),))
    alone = load_encoder(f"onnx:{teacher.path}").encode([picture])
    np.testing.assert_allclose(teacher.open()([picture])[0][:, :8], alone, rtol=1e-4, atol=1e-5)


@pytest.fixture
def two_teachers(teachers):
    """The tiny one, and a second that names five classes from eight numbers of its own."""
    rng, helper = np.random.default_rng(1), onnx.helper
    floats = {"a": rng.normal(size=(8, 3, 9, 9)) / 9, "w": rng.normal(size=(5, 8)), "c": rng.normal(size=5)}
    nodes = [
        helper.make_node("Conv", ["image", "a"], ["x"], strides=[8, 8]),
        helper.make_node("Relu", ["x"], ["y"]),
        helper.make_node("GlobalAveragePool", ["y"], ["feature"]),
        helper.make_node("Flatten", ["feature"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w", "c"], ["logits"], transB=1),
    ]
    tensor = lambda name, *shape: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)  # noqa: E731
    held = [onnx.numpy_helper.from_array(v.astype(np.float32), k) for k, v in floats.items()]
    outs = [tensor("feature", "n", 8, 1, 1), tensor("logits", "n", 5)]
    graph = helper.make_graph(nodes, "second", [tensor("image", "n", 3, 64, 64)], outs, held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder = teachers / "second"
    folder.mkdir()
    onnx.save(model, folder / "model.onnx")
    told = json.loads((teachers / "tiny" / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(told | {"name": "second"}))
    return teachers, floats


def test_of_several_teachers_the_smallest_says_what_its_inner_layers_see(two_teachers):
    folder, floats = two_teachers
    first, second = find_teachers(folder, every=4)
    assert (first.name, first.first, first.every, first.inner) == ("tiny-model", True, 1, 8)
    assert (second.name, second.first, second.every, second.inner, second.maps) == ("second-model", False, 4, 0, ())
    weight, bias = second.open().classifier
    np.testing.assert_allclose(weight, floats["w"], rtol=1e-6)
    np.testing.assert_allclose(bias, floats["c"], rtol=1e-6)
    assert first.open().classifier is None


def test_the_student_learns_from_several_teachers_at_once(two_teachers, painted, tmp_path):
    told = train_encoder([painted], two_teachers[0], tmp_path / "out", recipe=replace(MANY, parts=0.0))
    for name in ("tiny-model", "second-model", "classes"):
        assert told["losses"][-1][name] < 0.3 * told["losses"][0][name]


def test_a_folder_without_a_teacher_is_refused(tmp_path):
    with pytest.raises(UserError, match="no teacher of embeddings"):
        find_teachers(tmp_path, every=1)


@pytest.mark.parametrize(("parts", "loss"), [(0.0, "tiny-model"), (1.0, "part")])
def test_the_student_learns_what_the_teacher_says(painted, teachers, tmp_path, parts, loss):
    told = train_encoder([painted], teachers, tmp_path / "out", recipe=replace(MANY, parts=parts))
    assert told["losses"][-1][loss] < 0.3 * told["losses"][0][loss]
    pictures = [Image.open(p).convert("RGB") for p in sorted(painted.iterdir())]
    X = load_encoder(f"onnx:{tmp_path / 'out' / 'student.onnx'}").encode(pictures)
    Y = load_encoder(f"onnx:{teachers / 'tiny' / 'model.onnx'}").encode(pictures)
    apart = lambda Z: np.linalg.norm(Z[:, None] - Z[None], axis=2)[np.triu_indices(len(Z), 1)]  # noqa: E731
    assert np.corrcoef(apart(X), apart(Y / (Y.std(0) + np.median(Y.std(0)))))[0, 1] > 0.7


def test_a_training_that_was_cut_off_ends_where_it_would_have(painted, teachers, tmp_path):
    def cut(stage, done, total):
        if stage == "training" and done > total / 2:
            raise KeyboardInterrupt

    train_encoder([painted], teachers, tmp_path / "whole", recipe=QUICK)
    with pytest.raises(KeyboardInterrupt):
        train_encoder([painted], teachers, tmp_path / "cut", recipe=QUICK, progress=cut)
    train_encoder([painted], teachers, tmp_path / "cut", recipe=QUICK)
    whole, resumed = weights(tmp_path / "whole"), weights(tmp_path / "cut")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_a_training_that_begins_with_another_asks_nothing_twice(painted, teachers, tmp_path, student, monkeypatch):
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted(painted.iterdir())[:2]:
        (few / f"other-{path.name}").write_bytes(as_jpeg(path))
    asked = []
    original = OnnxTeacher.__call__
    monkeypatch.setattr(OnnxTeacher, "__call__", lambda self, p: asked.extend(p) or original(self, p))
    told = train_encoder([painted, few], teachers, tmp_path / "more", recipe=QUICK, start=student)
    assert told["pictures"] == 14
    assert len(asked) == 1 + 3 * 2, "a blank one to see how many numbers there are, then three views of two pictures"


@pytest.mark.parametrize("threads", [1, 2])
def test_a_step_goes_against_the_gradient_in_every_layer(painted, teachers, tmp_path, threads):
    recipe = replace(QUICK, threads=threads)
    answers = TeacherAnswers(tmp_path, sorted(painted.iterdir()), find_teachers(teachers, 1), views=3, side=64, seed=0)
    answers.open_pictures(1, quiet)
    fitting = Fitting(answers, recipe, tmp_path / "checkpoint.pt", None)
    fitting._ask(quiet)
    fitting._learn_scales()
    before = [p.detach().clone() for p in fitting.parameters]
    fitting._step(np.arange(8), np.random.default_rng(0))
    for old, new in zip(before, fitting.parameters, strict=True):
        felt = new.grad.abs() > 1e-6
        assert ((old - new) * new.grad)[felt].ge(0).float().mean() > 0.99 or not felt.any()


def test_what_is_seen_in_a_part_is_what_its_place_in_the_map_holds():
    parts = Parts.drawn(6, 160, np.random.default_rng(0))
    ramp = (torch.arange(10) + 0.5) * 16  # the pixel in the middle of each column
    maps = torch.stack([ramp.expand(10, 10), ramp[:, None].expand(10, 10)]).expand(6, 2, 10, 10)
    assert parts.side == 96
    middles = (np.arange(3) + 0.5) * 32 + parts.corners[:, ::-1, None]  # of a part's three columns, then rows
    seen = parts.where(maps, 3).numpy()
    inside = (middles > 24) & (middles < 136)  # nearer to the border a map has nothing to blend with
    np.testing.assert_allclose(seen[:, 0].mean(1)[inside[:, 0]], middles[:, 0][inside[:, 0]], atol=0.01)
    np.testing.assert_allclose(seen[:, 1].mean(2)[inside[:, 1]], middles[:, 1][inside[:, 1]], atol=0.01)
    views = np.random.default_rng(1).integers(0, 256, (6, 160, 160, 3), np.uint8)
    y, x = parts.corners[4]
    assert (parts.cut(views)[4] == views[4, y : y + 96, x : x + 96]).all()


def test_the_file_says_what_the_network_in_training_said(student):
    network = load_student(student / "checkpoint.pt")
    seen = np.random.default_rng(0).integers(0, 256, (12, 64, 64, 3), np.uint8)
    pooled = pooled_of(network, seen)
    turn = turning(pooled)
    shipped = Shipped(network, turn, style_head(network, turn)).eval()
    mean, std = (np.array(v, np.float32) * 255 for v in (MEAN, STD))
    with torch.no_grad():
        embedding, _ = shipped(torch.from_numpy((seen - mean) / std).permute(0, 3, 1, 2))
    np.testing.assert_allclose(embedding.numpy(), turn(pooled), atol=1e-4)


def test_the_shipped_numbers_hold_all_that_the_channels_say_of_few_pictures(student):
    network = load_student(student / "checkpoint.pt")
    network.heads["concepts"] = torch.nn.Linear(384, 6)
    pooled = pooled_of(network, np.random.default_rng(0).integers(0, 256, (12, 64, 64, 3), np.uint8))
    turn = turning(pooled)
    weight, bias = head_of(network, turn, "concepts")
    with torch.no_grad():
        own = network.heads["concepts"](network.embedding(torch.from_numpy(pooled))).numpy()
    np.testing.assert_allclose(turn(pooled) @ weight.T + bias, own, atol=1e-4)


def test_copies_and_other_compressions_of_unseen_pictures_are_left_out(painted, teachers, tmp_path):
    files = sorted(painted.iterdir())
    unseen = tmp_path / "unseen.jpg"
    unseen.write_bytes(as_jpeg(files[4]))
    kept_, left = leave_out(files, [unseen], teachers / "tiny" / "model.onnx", 1, tmp_path, quiet)
    assert files[4] in left
    assert len(kept_) + len(left) == len(files)
    assert len(kept_) >= 6


def as_jpeg(path) -> bytes:
    out = io.BytesIO()
    Image.open(path).convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()


def test_the_command_trains_and_says_where_the_encoder_is(painted, teachers, tmp_path, capsys):
    out = tmp_path / "made"
    code = run(["train", "encoder", str(painted), "--teachers", str(teachers), "--out", str(out), "--epochs", "1"])
    assert code == 0
    assert f"onnx:{out / 'student.onnx'}" in capsys.readouterr().out
