"""ONNX models, their descriptions and saved tastes: changed in places, opened as the product opens them."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from attacks.mutations import TEXTS, changed, json_of, replaced, written
from attacks.watched import Trial, Wrong
from beholder.features import onnx as encoders
from beholder.taste import load_model, make_model

TOLD = {
    "name": "tiny", "input": "image", "output": "feature", "layout": "NCHW", "size": 8, "fit": "squash",
    "interpolation": "box", "scale": 1 / 255, "mean": [0.5, 0.25, 0.0], "std": [0.5, 1.0, 2.0], "dimension": 3,
    "licence": "MIT",
}  # fmt: skip
SETTINGS = {
    "fit": ("squash", "crop", "pad"), "layout": ("NCHW", "NHWC"), "size": (1, 7, 2**15, 2**31),
    "dimension": (1, 4, 10**5), "scale": (0, -1, 1e300), "std": ([1e-300] * 3, [0, 1, 1]), "shortest": (1, 8, 10**6),
    "interpolation": ("bicubic", "no"),
}  # fmt: skip


def graph(rng: random.Random | None = None) -> bytes:
    """A tiny network: the mean of each channel, weighed; with `rng` one that does something else, or never ends."""
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(np.array([1, 2, 3], np.float32), "weight")
    mean = helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0)
    last: list[Any] = [helper.make_node("Mul", ["mean", "weight"], ["feature"])]
    batch: Any = "n"
    if rng is not None:
        big = numpy_helper.from_array(np.array([1, rng.choice((3, 0, -1, 10**6, 2**31, 2**40, 2**62))]), "shape")
        constant = helper.make_node("Constant", [], ["shape"], value=big)
        batch = rng.choice(("n", 1, 3, 1000, 2**31, 0, -1))
        kinds: tuple[Callable[[], list[Any]], ...] = (
            lambda: [constant, helper.make_node("Expand", ["mean", "shape"], ["feature"])],
            lambda: [constant, helper.make_node("Reshape", ["mean", "shape"], ["feature"])],
            lambda: [constant, helper.make_node("Tile", ["mean", "shape"], ["feature"])],
            lambda: [constant, helper.make_node("ConstantOfShape", ["shape"], ["feature"])],
            lambda: [helper.make_node("Div", ["mean", "mean"], ["feature"])],
            lambda: [helper.make_node("Mul", ["mean", "nowhere"], ["feature"])],
            lambda: [helper.make_node(rng.choice(("Nothing", "Einsum", "Loop", "If")), ["mean"], ["feature"])],
            lambda: [helper.make_node("RandomNormalLike", ["mean"], ["feature"])],
            endless,
        )
        last = rng.choice(kinds)()
    made = helper.make_graph(
        [mean, *last], "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch, 3, 8, 8])],
        [helper.make_tensor_value_info("feature", TensorProto.FLOAT, None)], [weight],
    )  # fmt: skip
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    data: bytes = model.SerializeToString()
    return data


def endless() -> list[Any]:
    """A loop without end."""
    from onnx import TensorProto, helper, numpy_helper

    value = helper.make_tensor_value_info
    number, truth, any_shape = (TensorProto.INT64, []), (TensorProto.BOOL, []), (TensorProto.FLOAT, None)
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Identity", ["before"], ["after"])],
        "body",
        [value("i", *number), value("go", *truth), value("before", *any_shape)],
        [value("on", *truth), value("after", *any_shape)],
    )
    yes = helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True)))
    return [yes, helper.make_node("Loop", ["", "yes", "mean"], ["feature"], body=body)]


def networks(folder: Path) -> Trial:
    """An ONNX model that is damaged or made to harm; one that opens gives finite rows of the size that it tells."""
    good, picture = graph(), Image.new("RGB", (20, 10), (200, 60, 40))
    path = folder / "tiny.onnx"
    path.with_suffix(".json").write_text(json.dumps(TOLD))
    encoders.PATIENCE = 0.5  # else each endless one takes half a minute

    def trial(rng: random.Random, _: Path) -> str:
        data = graph(rng) if rng.random() < 0.5 else good
        path.write_bytes(changed(rng, data, [good]) if data is good or rng.random() < 0.3 else data)
        return _encoded(path, picture)

    return trial


def _encoded(path: Path, picture: Image.Image) -> str:
    runtime = encoders.OnnxRuntime.open(path, threads=1)
    row = runtime.encode([picture])
    if row.shape != (1, runtime.row.dimension) or not np.isfinite(row).all():
        raise Wrong(f"gave {row.shape} where {runtime.row.dimension} were told, finite: {np.isfinite(row).all()}")
    return "opened"


def descriptions(folder: Path) -> Trial:
    """The description beside a model."""
    picture = Image.new("RGB", (20, 10), (200, 60, 40))
    path = folder / "tiny.onnx"
    path.write_bytes(graph())
    encoders.PATIENCE = 0.5

    def trial(rng: random.Random, _: Path) -> str:
        if rng.random() < 0.4:
            field = rng.choice(list(SETTINGS))
            text = written(TOLD | {field: rng.choice(SETTINGS[field])}).encode()
        else:
            text = json_of(rng, TOLD)
        path.with_suffix(".json").write_bytes(text)
        return _encoded(path, picture)

    return trial


SAVED = ("gp", "ridge", "bradley-terry", "logistic", "mixture")


def tastes(folder: Path) -> Trial:
    """A saved taste model: it is refused in a sentence, or scores each picture with a number."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 6)).astype(np.float32)
    y, rows, choices = np.arange(1.0, 7.0), np.arange(6), np.array([[0, 1], [2, 3], [4, 5], [6, 7]])
    good: dict[str, tuple[dict[str, Any], bytes]] = {}
    for name in SAVED:
        model = make_model(name)
        answers = {"y": y, "rows": rows} if "ratings" in model.learns_from else {}
        model.fit(X, **answers, **({"choices": choices} if "choices" in model.learns_from else {}))
        model.save(folder / name)
        config = json.loads((folder / name / "config.json").read_text())
        good[name] = (config, (folder / name / "model.safetensors").read_bytes())

    def trial(rng: random.Random, _: Path) -> str:
        config, arrays = good[rng.choice(SAVED)]
        text = written(config).encode()
        if (part := rng.random()) < 0.4:
            text = json_of(rng, config)
        elif part < 0.7:
            arrays = changed(rng, arrays)
        else:
            arrays = _other_arrays(rng, arrays)
        here = folder / "taste"
        here.mkdir(exist_ok=True)
        (here / "config.json").write_bytes(text)
        (here / "model.safetensors").write_bytes(arrays)
        return _scored(here, X)

    return trial


def _scored(folder: Path, X: Any) -> str:
    with np.errstate(all="ignore"):  # numbers that are changed may be any
        scores = np.asarray(load_model(folder).predict(X))
    if scores.shape != (len(X),):
        raise Wrong(f"scores of shape {scores.shape} for {len(X)} pictures")
    return "loaded"


def _other_arrays(rng: random.Random, data: bytes) -> bytes:
    """The same file of arrays with something else in its head."""
    length = int.from_bytes(data[:8], "little")
    head, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    text = written(replaced(rng, head)).encode()
    if rng.random() < 0.5:
        name = rng.choice(list(head))
        one = head.pop(name)
        if rng.random() < 0.5 and isinstance(one, dict):
            shape = rng.choice(([1], [], one["shape"][::-1], [0]))
            head[rng.choice((name, rng.choice(TEXTS[:8])))] = one | {"shape": shape}
        text = written(head).encode()
    return struct.pack("<Q", len(text)) + text + body
