"""Local ONNX models: preprocessing against arithmetic by hand, faults told together, batches, real weights."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from safetensors.numpy import save_file

from beholder.collection import Library
from beholder.errors import BadInput, UserError
from beholder.features import onnx as onnx_module
from beholder.features.external_data import external_files, sha256
from beholder.features.onnx import OnnxRuntime
from beholder.features.preprocess import Preprocessing, from_processor
from beholder.features.registry import load_encoder

TOLD = {
    "name": "tiny",
    "input": "image",
    "output": "feature",
    "layout": "NCHW",
    "size": 4,
    "fit": "squash",
    "interpolation": "box",
    "scale": 1 / 255,
    "mean": [0.5, 0.25, 0.0],
    "std": [0.5, 1.0, 2.0],
    "dimension": 3,
    "licence": "MIT",
}


def write_model(path, *, batch="n", layout="NCHW", ops=None, kind=TensorProto.FLOAT, size=4, feature=None):
    """A network that gives the mean of each channel (or what `ops` make of `image`)."""
    axes, shape = ([2, 3], [batch, 3, size, size]) if layout == "NCHW" else ([1, 2], [batch, size, size, 3])
    ops = ops or [helper.make_node("ReduceMean", ["image"], ["feature"], axes=axes, keepdims=0)]
    graph = helper.make_graph(
        ops,
        "tiny",
        [helper.make_tensor_value_info("image", kind, shape)],
        [feature or helper.make_tensor_value_info("feature", kind, None)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


@pytest.fixture
def tiny(tmp_path):
    """Makes a model and its description; keywords change the description, `model` what is in the file."""

    def make(model=None, **changes):
        path = write_model(tmp_path / "tiny.onnx", layout=changes.get("layout", "NCHW"), **model or {})
        path.with_suffix(".json").write_text(json.dumps(TOLD | changes))
        return path

    return make


def opened(path):
    return OnnxRuntime.open(path, threads=1)


def halves(left, right, size=(12, 4)):
    """Left half of one colour, right half of another: squash, crop and pad all see it differently."""
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture


def prepared(fit, picture, size=4, **changes):
    told = {"shortest": size, "interpolation": "box", "scale": 1 / 255, "mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}
    return Preprocessing(size=size, fit=fit, **told | changes)([picture])[0]


# preprocessing, against arithmetic


def test_values_are_scaled_then_centred_then_divided(tiny):
    (row,) = opened(tiny()).encode([Image.new("RGB", (9, 7), (255, 127, 51))])
    np.testing.assert_allclose(row, [(1 - 0.5) / 0.5, 127 / 255 - 0.25, 0.2 / 2], atol=1e-6)


def test_both_layouts_give_the_same_numbers(tiny):
    picture = halves("red", "blue")
    first = opened(tiny()).encode([picture])
    np.testing.assert_allclose(opened(tiny(layout="NHWC")).encode([picture]), first, atol=1e-6)


def test_squash_sees_the_whole_picture_whatever_its_aspect():
    red = prepared("squash", halves("red", "black"))[0]
    np.testing.assert_array_equal(red, [[1, 1, 0, 0]] * 4)


def test_crop_sees_the_middle_of_the_longer_side():
    picture = Image.new("RGB", (12, 4))
    picture.paste("red", (4, 0, 8, 4))
    assert (prepared("crop", picture)[0] == 1).all()
    assert (prepared("crop", picture.transpose(Image.Transpose.ROTATE_90))[0] == 1).all()
    assert prepared("squash", picture)[0].mean() < 0.5


def test_crop_resizes_the_shorter_side_first():
    picture = Image.new("RGB", (16, 8))
    picture.paste("red", (6, 2, 10, 6))  # a quarter of the height in the middle: 2 of 4 pixels where shortest is 8 -> 4
    assert prepared("crop", picture, size=2, shortest=4)[0].mean() == 1
    assert prepared("crop", picture, size=4, shortest=4)[0].mean() == 0.25


def test_pad_keeps_the_aspect_and_fills_with_the_mean_colour():
    values = prepared("pad", Image.new("RGB", (12, 6), "white"), mean=(0.5, 0.5, 0.5))[0]
    np.testing.assert_allclose(values, [[0] * 4, [0.5] * 4, [0.5] * 4, [0] * 4])


def test_pillows_bicubic_is_what_a_description_means_by_bicubic():
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 50, 3), np.uint8))
    expected = np.asarray(picture.resize((8, 8), Image.Resampling.BICUBIC), np.float32) / 255
    values = prepared("squash", picture, size=8, interpolation="bicubic")
    np.testing.assert_allclose(values.transpose(1, 2, 0), expected, atol=1e-6)


@pytest.mark.parametrize("size", [(224, 225), (1000, 333), (333, 1000), (5, 400)])
@pytest.mark.parametrize("fit", ["squash", "crop", "pad"])
def test_every_shape_of_picture_fits(fit, size):
    assert prepared(fit, Image.new("RGB", size), size=32, shortest=36).shape == (3, 32, 32)


def test_a_processor_with_a_plain_size_squashes():
    faults = []
    told = {"size": {"height": 224, "width": 224}, "resample": 2, "rescale_factor": 1 / 255}
    read = from_processor(told | {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}, faults)
    assert faults == []
    assert (read.fit, read.size, read.interpolation) == ("squash", 224, "bilinear")


def test_a_processor_with_a_shortest_edge_crops():
    told = {"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "do_center_crop": True}
    read = from_processor(told | {"resample": 3, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}, [])
    assert (read.fit, read.size, read.shortest, read.interpolation) == ("crop", 224, 256, "bicubic")


def test_a_processor_that_does_not_normalise_changes_nothing():
    read = from_processor({"size": 32, "do_rescale": False, "do_normalize": False}, [])
    assert (read.scale, read.mean, read.std) == (1, (0, 0, 0), (1, 1, 1))


# the contract


@pytest.mark.parametrize("batch", ["n", 1, 3])
def test_a_batch_gives_what_single_pictures_give_even_where_the_model_takes_a_fixed_number(tiny, batch):
    runtime = opened(tiny({"batch": batch}))
    pictures = [halves((40 * k, 9, 250 - 6 * k), (k, k, k), (12 + k, 7)) for k in range(5)]
    rows = runtime.encode(pictures)
    assert rows.shape == (5, 3)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, np.concatenate([runtime.encode([p]) for p in pictures]), atol=1e-5)


def test_more_pictures_than_a_batch_come_back_in_order(tiny):
    rows = opened(tiny()).encode([Image.new("RGB", (5, 5), (k, 0, 0)) for k in range(40)])
    assert (np.diff(rows[:, 0]) > 0).all()


def test_no_pictures_give_no_rows(tiny):
    assert opened(tiny()).encode([]).shape == (0, 3)


def test_the_row_says_what_the_description_says(tiny):
    row = opened(tiny()).row
    assert (row.name, row.dimension, row.licence) == ("tiny", 3, "MIT")
    assert len(row.revision) == 16


@pytest.mark.parametrize("change", [{"fit": "crop"}, {"mean": [0.5, 0.25, 0.1]}, {"interpolation": "bicubic"}])
def test_another_preprocessing_is_another_key(tiny, change):
    assert opened(tiny()).row.key != opened(tiny(**change)).row.key


def test_other_weights_are_another_key(tiny):
    ops = [helper.make_node("ReduceMax", ["image"], ["feature"], axes=[2, 3], keepdims=0)]
    assert opened(tiny()).row.key != opened(tiny({"ops": ops})).row.key


def test_the_file_is_found_by_its_name_in_the_registry(tiny):
    assert load_encoder(f"onnx:{tiny()}", threads=1).row.name == "tiny"


def test_a_pooled_map_of_one_pixel_is_a_vector(tiny):
    ops = [helper.make_node("ReduceMean", ["image"], ["feature"], axes=[2, 3], keepdims=1)]
    assert opened(tiny({"ops": ops})).encode([halves("red", "blue")]).shape == (1, 3)


def test_half_precision_models_take_half_precision_pixels(tiny):
    runtime = opened(tiny({"kind": TensorProto.FLOAT16}))
    assert runtime.encode([halves("red", "blue")]).dtype == np.float32


# faults


def test_every_fault_of_a_description_is_told_in_one_sentence(tiny):
    wrong = {
        "fit": "stretch",
        "size": "big",
        "std": [1, 0, 1],
        "mean": [1],
        "dimension": 0,
        "layout": "CHW",
        "input": 3,
    }
    with pytest.raises(BadInput) as told:
        opened(tiny(**wrong))
    for field in wrong:
        assert f"{field} must be" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"output": "logits"}, "no output 'logits'; it has: feature"),
        ({"input": "pixels"}, "no input 'pixels'; it has: image"),
        ({"dimension": 7}, r"shape \(1, 3\); wanted \(b, 7\)"),
        ({"size": 8}, "failed to run"),
    ],
)
def test_a_description_of_another_model_is_found_out_at_once(tiny, change, told):
    with pytest.raises(BadInput, match=told):
        opened(tiny(**change))


def test_numbers_that_are_not_finite_are_refused(tiny):
    ops = [
        helper.make_node("Log", ["image"], ["logs"]),
        helper.make_node("ReduceMean", ["logs"], ["feature"], axes=[2, 3], keepdims=0),
    ]
    with pytest.raises(BadInput, match="not finite"):
        opened(tiny({"ops": ops}, mean=[1.0, 1.0, 1.0]))


@pytest.mark.parametrize("field", ["input", "output"])
def test_a_name_that_cannot_be_printed_is_not(tiny, field):
    with pytest.raises(BadInput, match=f"no {field}") as told:
        opened(tiny(**{field: "a\0\x1b[31m\u202e"}))
    assert str(told.value).isprintable()


def test_what_onnx_runtime_says_of_a_broken_model_is_raised_and_not_printed(tiny, capfd):
    path = tiny()
    good = path.read_bytes()
    huge = [
        helper.make_node("Constant", [], ["shape"], value=numpy_helper.from_array(np.array([1, 2**62]))),
        helper.make_node("ConstantOfShape", ["shape"], ["feature"]),
    ]
    broken = [good.replace(b"ReduceMean", b"Reduce\x08\xff\xfen"), good[:-9], tiny({"ops": huge}).read_bytes()]
    for data in broken:
        path.write_bytes(data)
        with pytest.raises(BadInput) as told:
            opened(path)
        assert str(told.value).isprintable()
    assert capfd.readouterr() == ("", "")


def test_a_model_that_is_none_is_refused_in_words(tiny):
    path = tiny()
    path.write_bytes(b"no protobuf at all")
    with pytest.raises(BadInput, match="not a model that ONNX Runtime can load"):
        opened(path)


@pytest.mark.parametrize("text", ["{", "[1]", "\xff"])
def test_a_description_that_is_no_object_is_refused_in_words(tiny, text):
    path = tiny()
    path.with_suffix(".json").write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput, match=r"tiny\.json"):
        opened(path)


def test_missing_files_are_named(tiny, tmp_path):
    path = tiny()
    path.with_suffix(".json").unlink()
    with pytest.raises(UserError, match=r"no tiny\.json beside the model"):
        opened(path)
    with pytest.raises(UserError, match="no model at"):
        opened(tmp_path / "nothing.onnx")


MEAN = ("ReduceMean", {"axes": [2, 3], "keepdims": 0})
WRONG_IN_A_BATCH = {
    "one row for all": ([("ReduceMean", {"axes": [0, 2, 3]}), ("Reshape", {}, "row")], "1 row of .* for 8 pictures"),
    "one number": ([("ReduceMean", {"keepdims": 0})], r"of shape \(\); wanted"),
    "another axis": ([("ReduceMean", {"axes": [1, 2], "keepdims": 0})], r"of shape \(1, 4\); wanted"),
    "two rows each": ([MEAN, ("Concat", {"axis": 0}, "again")], "2 rows of .* for 1 picture;"),
    "no batch of one": ([MEAN, ("Squeeze", {})], r"of shape \(3,\); wanted"),
    "what the others are": ([MEAN, ("Sub", {}, "mean")], "other numbers among others than alone"),
    "chance": ([MEAN, ("RandomNormalLike", {})], "other numbers among others than alone"),
    "nothing": ([MEAN, ("Mul", {}, "zero")], "the same numbers for every picture"),
    "infinite": ([MEAN, ("Div", {}, "zero")], "not finite"),
}


@pytest.mark.parametrize(("ops", "told"), WRONG_IN_A_BATCH.values(), ids=WRONG_IN_A_BATCH)
def test_what_a_model_does_with_a_batch_is_found_out_at_opening(tiny, ops, told):
    nodes, now = [], "image"
    for number, (kind, settings, *more) in enumerate(ops):
        other = {"again": now, "mean": "middle"}.get(more[0], more[0]) if more else None
        if other == "middle":
            nodes.append(helper.make_node("ReduceMean", [now], ["middle"], axes=[0], keepdims=1))
        if other in ("zero", "row"):
            value = np.zeros(1, np.float32) if other == "zero" else np.array([1, 3])
            nodes.append(helper.make_node("Constant", [], [other], value=numpy_helper.from_array(value)))
        out = "feature" if number == len(ops) - 1 else f"step{number}"
        nodes.append(helper.make_node(kind, [now, *([other] if other else [])], [out], **settings))
        now = out
    with pytest.raises(BadInput, match=told):
        opened(tiny({"ops": nodes}))


@pytest.mark.parametrize(
    ("last", "feature", "told"),
    [
        (helper.make_node("Cast", ["mean"], ["feature"], to=TensorProto.INT64), TensorProto.INT64, r"tensor\(int64\)"),
        (helper.make_node("Cast", ["mean"], ["feature"], to=TensorProto.STRING), TensorProto.STRING, r"tensor\(string"),
        (helper.make_node("Cast", ["mean"], ["feature"], to=TensorProto.BOOL), TensorProto.BOOL, r"tensor\(bool\)"),
        (helper.make_node("SequenceConstruct", ["mean"], ["feature"]), None, r"seq\("),
    ],
)
def test_a_model_that_gives_no_numbers_is_refused_at_opening(tiny, last, feature, told):
    mean = helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0)
    if feature is None:
        given = helper.make_tensor_sequence_value_info("feature", TensorProto.FLOAT, None)
    else:
        given = helper.make_tensor_value_info("feature", feature, None)
    with pytest.raises(BadInput, match=f"gives {told}"):
        opened(tiny({"ops": [mean, last], "feature": given}))


def test_a_model_that_wants_a_thousand_pictures_at_once_is_refused(tiny):
    with pytest.raises(BadInput, match="wants 1000 pictures at once"):
        opened(tiny({"batch": 1000}))


def test_a_model_that_says_any_number_and_takes_one_is_given_one(tiny):
    shape = helper.make_node("Constant", [], ["one"], value=numpy_helper.from_array(np.array([1, 3, 4, 4])))
    ops = [
        shape,
        helper.make_node("Reshape", ["image", "one"], ["single"]),
        helper.make_node("ReduceMean", ["single"], ["feature"], axes=[2, 3], keepdims=0),
    ]
    pictures = [halves("red", "blue"), halves("green", "white"), halves("blue", "black")]
    rows = opened(tiny({"ops": ops})).encode(pictures)
    np.testing.assert_allclose(rows, opened(tiny()).encode(pictures), atol=1e-6)


def endless():
    """A loop without end round the mean of each channel."""
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Identity", ["before"], ["after"])],
        "body",
        [
            value("i", TensorProto.INT64, []),
            value("go", TensorProto.BOOL, []),
            value("before", TensorProto.FLOAT, None),
        ],
        [value("on", TensorProto.BOOL, []), value("after", TensorProto.FLOAT, None)],
    )
    return [
        helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True))),
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Loop", ["", "yes", "mean"], ["feature"], body=body),
    ]


def test_a_model_that_does_not_return_is_refused(tiny, monkeypatch):
    monkeypatch.setattr(onnx_module, "PATIENCE", 0.3)
    with pytest.raises(BadInput, match=r"did not return within 0\.3 seconds for 1 picture"):
        opened(tiny({"ops": endless()}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_description_is_read_in_every_encoding_of_unicode(tiny, encoding):
    path = tiny()
    path.with_suffix(".json").write_bytes(json.dumps(TOLD | {"name": "été"}, ensure_ascii=False).encode(encoding))
    assert opened(path).row.name == "été"


@pytest.mark.parametrize("field", ["scale", "dimension", "size"])
def test_numbers_beyond_all_measure_are_a_sentence(tiny, field):
    with pytest.raises(BadInput, match=f"{field} must be"):
        opened(tiny(**{field: 10**250}))


# external data


def write_with_data(folder, weight, location="tiny.onnx.data", inner=False):
    """A model that weighs the means of the channels by what is in another file; inner: inside the branch of an If."""
    folder.mkdir(parents=True, exist_ok=True)
    tensor = numpy_helper.from_array(np.array(weight, np.float32), "weight")
    onnx.external_data_helper.set_external_data(tensor, location)
    if ".." not in location and not location.startswith("/"):
        (folder / location).parent.mkdir(exist_ok=True)
        (folder / location).write_bytes(tensor.raw_data)
    tensor.ClearField("raw_data")
    value = helper.make_tensor_value_info
    ops = [helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0)]
    last = helper.make_node("Mul", ["mean", "weight"], ["feature"])
    if inner:
        constant = helper.make_node("Constant", [], ["weight"], value=tensor)
        branch = helper.make_graph([constant, last], "branch", [], [value("feature", TensorProto.FLOAT, None)])
        yes = helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True)))
        ops += [yes, helper.make_node("If", ["yes"], ["feature"], then_branch=branch, else_branch=branch)]
    else:
        ops.append(last)
    graph = helper.make_graph(
        ops,
        "tiny",
        [value("image", TensorProto.FLOAT, ["n", 3, 4, 4])],
        [value("feature", TensorProto.FLOAT, None)],
        [] if inner else [tensor],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (folder / "tiny.onnx").write_bytes(model.SerializeToString())
    (folder / "tiny.json").write_text(json.dumps(TOLD))
    return folder / "tiny.onnx"


@pytest.mark.parametrize("location", ["tiny.onnx.data", "./weights/part-1.bin"])
def test_other_external_data_is_another_key(tmp_path, location):
    first, second = (opened(write_with_data(tmp_path, w, location)) for w in ([1, 2, 3], [3, 2, 1]))
    assert (tmp_path / "tiny.onnx").read_bytes() == write_with_data(tmp_path / "b", [1, 1, 1], location).read_bytes()
    assert first.row.key != second.row.key
    assert first.row.key == opened(write_with_data(tmp_path, [1, 2, 3], location)).row.key


@pytest.mark.parametrize("inner", [False, True])
def test_external_data_is_found_wherever_a_tensor_stands(tmp_path, inner):
    path = write_with_data(tmp_path, [1, 2, 3], inner=inner)
    assert external_files(path) == [tmp_path / "tiny.onnx.data"]


def test_all_pictures_are_read_anew_where_the_external_data_changed(tmp_path, painted, home):
    rows = []
    for weight in ([1, 2, 3], [3, 2, 1]):
        library = Library(home)
        library.import_source(painted, "art", encoder=f"onnx:{write_with_data(tmp_path / 'm', weight)}")
        rows.append(library.collection("art").X[:, :3])
        library.close()
    np.testing.assert_allclose(rows[0] / [1, 2, 3], rows[1] / [3, 2, 1], rtol=1e-5)


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/hostname", "link.bin", "sub/../../secret.bin"])
def test_external_data_from_outside_the_folder_is_refused(tmp_path, location):
    (tmp_path / "secret.bin").write_bytes(np.ones(3, np.float32).tobytes())
    path = write_with_data(tmp_path / "m", [1, 2, 3], location)
    if location == "link.bin":
        (tmp_path / "m" / "link.bin").unlink()
        (tmp_path / "m" / "link.bin").symlink_to(tmp_path / "secret.bin")
    with pytest.raises(BadInput, match="external data from outside its folder"):
        opened(path)


def test_missing_external_data_is_named(tmp_path):
    path = write_with_data(tmp_path, [1, 2, 3])
    (tmp_path / "tiny.onnx.data").unlink()
    with pytest.raises(BadInput, match=r"needs its external data 'tiny\.onnx\.data' beside it"):
        opened(path)


def test_a_model_and_its_data_may_be_links_into_one_folder_as_in_a_hubs_cache(tmp_path):
    real = write_with_data(tmp_path / "blobs", [1, 2, 3])
    (tmp_path / "snapshot").mkdir()
    for file in real.parent.iterdir():
        (tmp_path / "snapshot" / file.name).symlink_to(file)
    assert external_files(tmp_path / "snapshot" / "tiny.onnx") == [tmp_path / "blobs" / "tiny.onnx.data"]


def test_a_model_without_external_data_keeps_its_key(tiny):
    path = tiny()
    assert opened(path).row.revision == sha256(path)[:16]


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_half_a_model_is_refused_in_words(tiny, cut):
    path = tiny()
    path.write_bytes(path.read_bytes()[: int(cut * path.stat().st_size)])
    with pytest.raises(BadInput, match="not a model that ONNX Runtime can load"):
        opened(path)


# real weights


def test_mobilenet_agrees_with_its_preprocessing_done_by_hand(shared):
    import onnxruntime

    path = shared / "weights" / "mobilenet_v2" / "model.onnx"
    files = sorted((shared / "data" / "famous102" / "images").iterdir())[:3]
    pictures = [Image.open(file).convert("RGB") for file in files]
    rows = load_encoder(f"onnx:{path}", threads=1).encode(pictures)
    session = onnxruntime.InferenceSession(path)
    for picture, row in zip(pictures, rows, strict=True):
        pixels = np.asarray(picture.resize((224, 224), Image.Resampling.BICUBIC)) / 255
        pixels = ((pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).transpose(2, 0, 1)
        (expected,) = session.run(None, {"image": pixels[None].astype(np.float32)})
        np.testing.assert_allclose(row, expected[0], atol=1e-3, rtol=1e-3)
    assert rows.shape == (3, 1280)


# words


@pytest.fixture
def spoken(tiny):
    """A model that calls a picture "red" from a mean of .6 on, and "dusk" where all channels are dark."""

    def make(weight=((10.0, 0, 0), (-9.0, -9.0, -9.0)), **changes):
        words = [{"word": "red", "group": "palette", "from": 0.5}, {"word": "dusk", "group": "light", "from": 0.9}]
        path = tiny(mean=[0.0] * 3, std=[1.0] * 3, **{"words": words} | changes)
        held = {"weight": np.array(weight, np.float32), "bias": np.array([-6.0, 6.0], np.float32)}
        save_file(held, path.with_suffix(".safetensors"))
        return path

    return make


def test_words_are_read_off_the_row_of_numbers(spoken):
    runtime = opened(spoken())
    X = runtime.encode([Image.new("RGB", (9, 9), colour) for colour in ("red", "black", "white")])
    assert runtime.vocabulary.names == ("red", "dusk")
    assert runtime.vocabulary.said(X).tolist() == [[True, False], [False, True], [True, False]]
    np.testing.assert_allclose(runtime.vocabulary.probabilities(X)[0, 0], 1 / (1 + np.exp(-4.0)), rtol=1e-5)


def test_a_model_without_words_has_none(tiny):
    assert opened(tiny()).vocabulary is None


def test_words_that_do_not_fit_their_model_are_refused(spoken):
    with pytest.raises(BadInput, match=r"weight \(2, 3\)"):
        opened(spoken(weight=((1.0, 2.0), (3.0, 4.0))))
    with pytest.raises(BadInput, match=r"words of tiny\.onnx cannot be read"):
        opened(spoken(words=[{"word": "red"}]))
    path = spoken()
    path.with_suffix(".safetensors").unlink()
    with pytest.raises(BadInput, match=r"words of tiny\.onnx cannot be read"):
        opened(path)
