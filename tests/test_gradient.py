"""The way back through an encoder, written as ONNX."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from beholder.create.gradient import Gradient, with_gradient
from beholder.errors import BadInput
from beholder.features.builtin import MODEL
from beholder.features.onnx import open_session


def relative(a, b):
    return np.abs(a - b).max() / np.abs(b).max()


def test_the_gradient_of_the_builtin_encoder_is_autograds():
    torch = pytest.importorskip("torch", reason="needs the extra torch: make test-all")
    from beholder.features.networks.builtin import Builtin

    torch.manual_seed(0)
    gradient = Gradient.open(MODEL)
    head = {t.name: numpy_helper.to_array(t).copy() for t in onnx.load(MODEL).graph.initializer}
    weight, bias = (torch.from_numpy(head[f"embedding.{name}"]) for name in ("weight", "bias"))
    network, x = Builtin.made(None).eval(), torch.randn(2, 3, 160, 160, requires_grad=True)
    rows = torch.nn.functional.linear(network.layers(x), weight, bias)
    slope = torch.randn_like(rows)
    rows.backward(slope)
    found, back = gradient(x.detach().numpy(), lambda rows: slope.numpy())
    assert relative(found, rows.detach().numpy()) < 1e-5
    assert relative(back, x.grad.numpy()) < 1e-5


def test_a_step_along_the_gradient_changes_the_score_as_it_says():
    gradient, rng = Gradient.open(MODEL), np.random.default_rng(0)
    x = rng.normal(size=(1, 3, 160, 160)).astype(np.float32)
    rows, _ = gradient(x, np.zeros_like)
    slope = rng.normal(size=rows.shape)
    _, back = gradient(x, lambda rows: slope)
    step = (1e-3 * back / np.abs(back).max()).astype(np.float32)
    risen = float(((gradient.forward(x + step) - gradient.forward(x - step)) @ slope[0])[0])
    assert risen == pytest.approx(2 * float((back * step).sum()), rel=0.05)


def model_of(nodes, weights, shape, width):
    held = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", *shape])],
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["batch", width])],
        held,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def by_differences(model, x, slope, step=1e-2):
    session = open_session(model.SerializeToString(), 1)
    found = np.empty(x.size)
    for k in range(x.size):
        moved = [x.copy(), x.copy()]
        for sign, each in zip((1, -1), moved, strict=True):
            each.ravel()[k] += sign * step
        up, down = (float((session.run(None, {"image": each})[0] * slope).sum()) for each in moved)
        found[k] = (up - down) / (2 * step)
    return found.reshape(x.shape)


@pytest.mark.parametrize(
    ("strides", "pads", "group", "dilation"),
    [(1, 0, 1, 1), (2, 1, 1, 1), (2, 0, 2, 1), (3, 1, 1, 1), (1, 2, 2, 2)],
)
def test_every_convolution_leads_back(strides, pads, group, dilation):
    rng = np.random.default_rng(0)
    conv = {"strides": [strides] * 2, "pads": [pads] * 4, "group": group, "dilations": [dilation] * 2}
    nodes = [
        helper.make_node("Conv", ["image", "w"], ["y"], **conv),
        helper.make_node("GlobalAveragePool", ["y"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("MatMul", ["flat", "m"], ["rows"]),
    ]
    weights = {"w": rng.normal(size=(4, 2 // group, 3, 3)), "m": rng.normal(size=(4, 3))}
    model = model_of(nodes, weights, (2, 8, 7), 3)
    x, slope = rng.normal(size=(1, 2, 8, 7)).astype(np.float32), rng.normal(size=(1, 3)).astype(np.float32)
    session = open_session(with_gradient(model, "image", "rows").SerializeToString(), 1)
    back = session.run(["beholder.gradient"], {"image": x, "beholder.slope": slope})[0]
    assert back == pytest.approx(by_differences(model, x, slope), abs=2e-3)


def test_ways_that_part_and_meet_are_summed():
    rng = np.random.default_rng(0)
    nodes = [
        helper.make_node("Relu", ["image"], ["r"]),
        helper.make_node("Add", ["image", "r"], ["sum"]),
        helper.make_node("ReduceMean", ["sum"], ["rows"], axes=[2, 3], keepdims=0),
    ]
    model = model_of(nodes, {}, (2, 3, 3), 2)
    x, slope = rng.normal(size=(1, 2, 3, 3)).astype(np.float32), np.array([[1.0, -2.0]], np.float32)
    session = open_session(with_gradient(model, "image", "rows").SerializeToString(), 1)
    back = session.run(["beholder.gradient"], {"image": x, "beholder.slope": slope})[0]
    assert back == pytest.approx((1 + (x > 0)) * slope[:, :, None, None] / 9)


def test_a_layer_without_a_known_way_back_is_named():
    nodes = [
        helper.make_node("Softmax", ["image"], ["s"]),
        helper.make_node("ReduceMean", ["s"], ["rows"], axes=[2, 3], keepdims=0),
    ]
    with pytest.raises(BadInput, match="Softmax is not known"):
        with_gradient(model_of(nodes, {}, (2, 3, 3), 2), "image", "rows")
