"""`beholder train task-vectors`: sets as scores, one start, one vector a set; then a person on a collection."""

import csv
import json

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra torch: make test-all")

from PIL import Image

from beholder.cli import run as command
from beholder.errors import BadInput, UserError
from beholder.features.task_vectors import TaskVectors
from beholder.features.tensors import read_tensors
from beholder.research.datasets import load_plain
from beholder.research.training import fine_tuning
from beholder.research.training.distortions import KINDS, LEVELS, distorted
from beholder.research.training.fine_tuning import train_task_vectors
from beholder.research.training.scored import kept_side, quality_set, read_set, scored_set
from beholder.research.training.tuning import TuningRecipe

N, SIDE = 60, 32
QUICK = TuningRecipe(loss="plcc", steps=60, batch=16, rate=1e-3)


def square(red, light, rng):
    """A blotchy picture, as red and as light as told, from 0 to 1."""
    rough = rng.normal(0, 25, (4, 4, 3)) + 40 + 160 * light
    rough[..., 0] += 80 * (red - 0.5)
    rough[..., 2] -= 80 * (red - 0.5)
    small = Image.fromarray(np.clip(rough, 0, 255).astype(np.uint8))
    return small.resize((48, 48), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module", autouse=True)
def quick_head():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fine_tuning, "HEAD_STEPS", 60)
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Pictures with a column `light`, ratings by redness of four people, choices by darkness of two others."""
    folder, rng = tmp_path_factory.mktemp("sets"), np.random.default_rng(0)
    red, light = rng.random(N), rng.random(N)
    for kind in ("rated", "chosen"):
        (folder / kind).mkdir()
        for i in range(N):
            square(red[i], light[i], np.random.default_rng(i)).save(folder / kind / f"{i}.png")
        with (folder / kind / "items.csv").open("w", newline="") as file:
            rows = [(f"i{i}", f"{i}.png", f"{light[i]:.4f}", "warm" if red[i] > 0.5 else "cold") for i in range(N)]
            csv.writer(file).writerows([("item", "file", "light", "tone"), *rows])
    with (folder / "rated" / "ratings.csv").open("w", newline="") as file:
        rows = [(f"r{r}", f"i{i}", round(1 + 8 * red[i] + rng.normal(0, 0.3), 2)) for r in range(4) for i in range(N)]
        csv.writer(file).writerows([("rater", "item", "score"), *rows])
    with (folder / "chosen" / "choices.csv").open("w", newline="") as file:
        pairs = [(r, *rng.choice(N, 2, replace=False)) for r in range(2) for _ in range(300)]
        rows = [(f"c{r}", f"i{a}", f"i{b}", "left" if light[a] < light[b] else "right") for r, a, b in pairs]
        csv.writer(file).writerows([("rater", "left", "right", "choice"), *rows])
    return folder, red, light


@pytest.fixture(scope="module")
def trained(world, tmp_path_factory):
    """A folder of three vectors, and what was told of them."""
    folder = world[0]
    out = tmp_path_factory.mktemp("vectors")
    sets = [read_set(f"{folder}/{name}", SIDE) for name in ("rated", "rated#light", "chosen")]
    return out, train_task_vectors(sets, out, backbone="builtin", side=SIDE, recipe=QUICK)


def correlation(a, b):
    return np.corrcoef(a, b)[0, 1]


def test_ratings_choices_and_columns_all_become_scores(world):
    folder, red, light = world
    rated, column, chosen = (read_set(f"{folder}/{spec}", SIDE) for spec in ("rated", "rated#light", "chosen"))
    assert [s.name for s in (rated, column, chosen)] == ["rated", "light", "chosen"]
    assert correlation(rated.score, red) > 0.95
    assert correlation(column.score, light) > 0.95
    assert correlation(chosen.score, light) < -0.8
    assert rated.squares.shape == (N, kept_side(SIDE), kept_side(SIDE), 3)
    assert 0.1 < rated.held_out.mean() < 0.35


def test_a_set_may_be_a_part_of_another(world):
    folder, red, _ = world
    warm = read_set(f"{folder}/rated?tone=warm", SIDE)
    assert warm.name == "warm"
    assert len(warm.score) == (red > 0.5).sum()


def test_test_raters_and_test_pictures_teach_nothing(world):
    folder, _, _ = world
    data = load_plain(folder / "rated")
    object.__setattr__(data, "rater_is_test", np.array([False, False, True, True]))
    object.__setattr__(data, "item_is_test", np.arange(N) < 20)
    before = scored_set(data, SIDE)
    data.ratings.score[data.ratings.rater >= 2] = 1.0
    after = scored_set(data, SIDE)
    assert after.score == pytest.approx(before.score)
    assert after.held_out.tolist() == (np.arange(N) < 20).tolist()


def test_what_scores_nothing_is_a_sentence(world):
    folder, _, _ = world
    with pytest.raises(BadInput, match=r"has no column 'beauty'; there are: .*light"):
        read_set(f"{folder}/rated#beauty", SIDE)
    with pytest.raises(BadInput, match="the tone of item 'i0' must be a number or empty, got 'warm'"):
        read_set(f"{folder}/rated#tone", SIDE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_level_spoils_a_picture_more(kind):
    grain = np.random.default_rng(1).normal(0, 12, (146, 146, 3))
    smooth = np.asarray(square(0.8, 0.5, np.random.default_rng(1)).resize((146, 146)))
    clean = np.clip(smooth + grain, 0, 255).astype(np.uint8)
    rng = [np.random.default_rng(3) for _ in range(LEVELS)]
    far = [
        np.abs(distorted(clean, kind, level, rng[level - 1]).astype(float) - clean).mean()
        for level in range(1, LEVELS + 1)
    ]
    assert far == sorted(far)
    assert far[-1] > 1.4 * far[0] > 0


def test_a_quality_set_holds_out_whole_pictures(world):
    folder, _, _ = world
    made = quality_set(sorted((folder / "rated").glob("*.png")), SIDE, pictures=100)
    assert made.squares.shape[0] == made.score.shape[0] == 100
    assert (np.diff(made.score.reshape(-1, LEVELS), axis=1) < 0).all()
    assert (made.held_out.reshape(-1, LEVELS).sum(1) % LEVELS == 0).all()


def test_fine_tuning_finds_what_a_set_scores(trained):
    _, card = trained
    for row in card["sets"]:
        assert row["tuned"] > 0.5, row
    assert {row["name"] for row in card["sets"]} == {"rated", "light", "chosen"}


def test_opposite_sets_have_opposite_vectors(trained):
    vectors = TaskVectors.load(trained[0])
    light, chosen = (next(v for v in vectors.vectors if v.name == name) for name in ("light", "chosen"))
    assert light.cosine(chosen) < 0


def test_a_run_that_was_cut_off_goes_on_to_the_same_end(world, trained, tmp_path, monkeypatch):
    from beholder.research.training import tuning

    monkeypatch.setattr(tuning, "KEPT_EVERY", 5)
    folder = world[0]
    sets = [read_set(f"{folder}/{name}", SIDE) for name in ("rated", "rated#light", "chosen")]

    def stop(stage, done, total):
        if stage == "training on light" and done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_task_vectors(sets, tmp_path, backbone="builtin", side=SIDE, recipe=QUICK, progress=stop)
    train_task_vectors(sets, tmp_path, backbone="builtin", side=SIDE, recipe=QUICK)
    for name in ("start", "rated", "light", "chosen"):
        mine, first = (read_tensors(f / f"{name}.safetensors")[0] for f in (tmp_path, trained[0]))
        assert all(np.array_equal(values, first[tensor]) for tensor, values in mine.items()), name


def test_sets_of_one_name_are_refused(world, tmp_path):
    one = read_set(f"{world[0]}/rated", SIDE)
    with pytest.raises(UserError, match="wanted are sets of different names"):
        train_task_vectors([one, one], tmp_path, backbone="builtin", side=SIDE, recipe=QUICK)


@pytest.fixture
def collection(world, trained, home, capsys):
    """The pictures imported by what these networks see; the person Ann likes light ones."""
    folder, _, light = world
    out = trained[0]
    pictures = folder / "rated"
    assert command(["import", str(pictures), "--into", "wall", "--encoder", f"task-vectors:{out}"]) == 0
    rows = [("person", "kind", "item", "other", "value", "at")]
    rows += [("ann", "rating", f"i{i}", "", 1 + round(9 * light[i]), "") for i in range(24)]
    labels = home / "ann.csv"
    with labels.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert command(["labels", "import", str(labels), "--collection", "wall"]) == 0
    capsys.readouterr()
    return light


@pytest.mark.parametrize("model", ["tvc-tangent", "tvc", "zero-shot-best", "uniform-mix"])
def test_every_model_of_networks_works_on_a_collection(collection, model, capsys):
    assert command(["fit", "wall", "--person", "ann", "--model", model, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == model
    assert command(["rank", "wall", "--person", "ann", "--model", model, "--json"]) == 0
    places = json.loads(capsys.readouterr().out)
    score = {p["item"]: p["score"] for p in places}
    unseen = list(range(24, N))
    found = correlation([score[f"i{i}"] for i in unseen], collection[unseen])
    assert found > (0.5 if model != "uniform-mix" else -1)


def test_explain_names_the_set_that_a_persons_taste_is_closest_to(collection, capsys):
    assert command(["explain", "wall", "--person", "ann"]) == 0
    said = capsys.readouterr().out
    assert "your taste is closest to “light”" in said
    assert "you tend to the opposite of “chosen”" in said


def test_a_relative_folder_of_networks_is_found_from_anywhere(world, trained, home, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(trained[0].parent)
    call = ["import", str(world[0] / "rated"), "--into", "near", "--encoder", f"task-vectors:{trained[0].name}"]
    assert command(call) == 0
    monkeypatch.chdir(tmp_path)
    assert command(["rank", "near", "--model", "uniform-mix", "--json"]) == 1  # nobody has answered
    assert "has answered nothing in 'near' yet" in capsys.readouterr().err


def test_networks_that_never_saw_a_collection_are_refused(painted, home, capsys):
    assert command(["import", str(painted), "--into", "other", "--encoder", "classic"]) == 0
    for model in ("tvc", "tvc-tangent"):
        assert command(["fit", "other", "--model", model]) == 2
        assert "import it with --encoder task-vectors:FOLDER" in capsys.readouterr().err


def test_the_bench_asks_for_the_folder(world, capsys):
    assert command(["bench", str(world[0] / "rated"), "--methods", "tvc-tangent", "--encoder", "classic"]) == 2
    assert "tvc-tangent: made of task vectors; name their folder (--task-vectors FOLDER)" in capsys.readouterr().err


def test_the_bench_compares_them_with_the_others(world, trained, home, capsys):
    methods = "uniform-mix,zero-shot-best,tvc-tangent,tvc,population-gp,population-gp+tangent,ridge"
    call = ["bench", str(world[0] / "rated"), "--methods", methods, "--encoder", "classic"]
    assert command([*call, "--shots", "10", "--repeats", "1", "--task-vectors", str(trained[0]), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    means = {(f["method"], f["shots"]): f["mean"] for f in figures if f["versus"] is None and f["metric"] == "spearman"}
    assert min(means[m, 10] for m in ("zero-shot-best", "tvc-tangent", "tvc")) > 0.7


def test_train_task_vectors_on_the_command_line(world, tmp_path, capsys):
    folder = world[0]
    call = ["train", "task-vectors", f"{folder}/rated#light", f"{folder}/chosen", "--quality", f"{folder}/rated"]
    assert command([*call, "--out", str(tmp_path), "--side", "32", "--steps", "2"]) == 0
    told = capsys.readouterr().out
    assert "quality" in told
    assert f"the encoder is task-vectors:{tmp_path}" in told
    assert TaskVectors.load(tmp_path).names == ("light", "chosen", "quality")
