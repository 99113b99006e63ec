"""Task vectors: arithmetic, the networks between a start and its vectors, and what a person's mixture is."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch: make test-all")

from PIL import Image  # noqa: E402

from beholder.errors import BadInput, ShapeError, UserError  # noqa: E402
from beholder.features.networks import Network, make_backbone, state_of  # noqa: E402
from beholder.features.networks.merged import Merged, blocks_of  # noqa: E402
from beholder.features.networks.network import in_batches  # noqa: E402
from beholder.features.registry import load_encoder  # noqa: E402
from beholder.features.task_vectors import TaskVector, TaskVectors, similarity  # noqa: E402
from beholder.research.bench.tvc import Tvc  # noqa: E402
from beholder.table import PictureTable, place_of  # noqa: E402
from beholder.taste import ExpertNetworks, TangentProcess, UniformMix, ZeroShotBest, load_model  # noqa: E402
from beholder.taste.network_mixture import agreement  # noqa: E402
from beholder.types import Answers  # noqa: E402

SIDE = 32
SETS = ("colour", "detail", "light")


def network(seed):
    """A small picture's network at random, whose signal lives through all its layers."""
    torch.manual_seed(seed)
    made = Network(make_backbone("mobilenet-v2"), SIDE).eval()
    for module in made.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return made


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    """A start, and three networks that were moved a little from it in every tensor; kept in a folder."""
    rng = np.random.default_rng(5)
    start = network(0)
    before = state_of(start)
    vectors = []
    for name in SETS:
        moved = {k: v + 0.05 * v.std() * rng.normal(size=v.shape).astype(np.float32) for k, v in before.items()}
        vectors.append(TaskVector.between(before, moved, backbone="mobilenet-v2", name=name))
    blocks = blocks_of(start, list(before))
    folder = tmp_path_factory.mktemp("family")
    TaskVectors(before, tuple(vectors), blocks, "mobilenet-v2", SIDE).save(folder)
    return TaskVectors.load(folder)


@pytest.fixture(scope="module")
def squares():
    rng = np.random.default_rng(2)
    rough = rng.integers(0, 256, (60, 4, 4, 3), dtype=np.uint8)
    return np.stack([np.asarray(Image.fromarray(r).resize((SIDE, SIDE), Image.Resampling.BICUBIC)) for r in rough])


@pytest.fixture(scope="module")
def files(squares, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    paths = [folder / f"{i:02}.png" for i in range(len(squares))]
    for path, square in zip(paths, squares, strict=True):
        Image.fromarray(square).save(path)
    return paths


@pytest.fixture(scope="module")
def prior(family, squares, files):
    """What the encoder of this folder says of the pictures, and the pictures."""
    X = load_encoder(f"task-vectors:{family.folder}", threads=1).encode([Image.open(f) for f in files])
    return PictureTable.of_array(X, files=files).X, ExpertNetworks(family.columns, family.folder)


def test_a_start_and_a_vector_make_the_tuned_network(family):
    tuned = family.vectors[0].applied(family.start)
    again = TaskVector.between(family.start, tuned, backbone="mobilenet-v2", name="again")
    assert all(np.allclose(again.tensors[k], v, atol=1e-6) for k, v in family.vectors[0].tensors.items())


def test_vectors_add_subtract_scale_and_negate(family):
    a, b, _ = family.vectors
    zero = (a + b) - b - a
    assert max(np.abs(v).max() for v in zero.tensors.values()) < 1e-6
    assert (2 * a).cosine(a) == pytest.approx(1, abs=1e-6)
    assert (-a).cosine(a) == pytest.approx(-1, abs=1e-6)


def test_similarity_is_the_cosine_of_all_tensors_together(family):
    found = similarity(family.vectors)
    flat = [np.concatenate([t.ravel() for t in v.tensors.values()]) for v in family.vectors]
    assert found == pytest.approx(np.corrcoef(flat), abs=0.01)  # their means are about nothing
    assert np.diag(found) == pytest.approx(1)


def test_vectors_of_another_backbone_are_refused(family):
    other = TaskVector(family.vectors[0].tensors, "clip-vit-b32", "strange")
    with pytest.raises(ShapeError, match="of clip-vit-b32: only vectors of one start"):
        family.vectors[0] + other
    with pytest.raises(ShapeError, match="'strange' is of clip-vit-b32, the start mobilenet-v2"):
        TaskVectors(family.start, (other,), family.blocks, "mobilenet-v2", SIDE)


def test_vectors_of_another_shape_are_refused(family):
    name = next(iter(family.start))
    cut = dict(family.vectors[0].tensors) | {name: np.zeros(3, np.float32)}
    with pytest.raises(ShapeError, match=f"are not of one network: 1 tensors differ, first '{name}'"):
        family.vectors[0] + TaskVector(cut, "mobilenet-v2", "cut")


def test_a_folder_of_something_else_is_a_sentence(tmp_path):
    with pytest.raises(UserError, match="holds no task vectors; wanted a folder that `beholder train task-vectors`"):
        TaskVectors.load(tmp_path)
    (tmp_path / "start.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(BadInput, match="is not a safetensors file of ours"):
        TaskVectors.load(tmp_path)


def test_no_coefficients_are_the_start_and_one_is_the_tuned_network(family, squares):
    merged = Merged(family)
    start = network(0)
    assert merged.scores(squares, [0, 0, 0]) == pytest.approx(in_batches(start.score, start, squares), abs=1e-5)
    for i in range(3):
        tuned = Network(make_backbone("mobilenet-v2"), SIDE).eval()
        state = {k: torch.from_numpy(v) for k, v in family.vectors[i].applied(family.start).items()}
        tuned.load_state_dict(state)
        given = merged.scores(squares, np.eye(3)[i])
        assert given == pytest.approx(in_batches(tuned.score, tuned, squares), abs=1e-5)


def test_a_coefficient_for_each_tensor_changes_that_tensor_alone(family):
    a = np.zeros((3, len(family.tensors)))
    a[1, 4] = 0.5
    changed = family.mixed(a)
    name = family.tensors[4]
    assert [n for n in family.tensors if not np.array_equal(changed[n], family.start[n])] == [name]
    assert changed[name] == pytest.approx(family.start[name] + 0.5 * family.vectors[1].tensors[name], abs=1e-7)
    with pytest.raises(ShapeError, match="coefficients must be"):
        family.mixed(np.zeros((2, 2)))


def test_the_tangent_is_the_change_of_the_score(family, squares):
    merged, step = Merged(family), 5e-3
    tangents = merged.tangents(squares[:6], family.uniform)
    blocks = list(family.blocks.values())
    for i, b in ((0, 0), (1, 7), (2, len(blocks) - 1)):
        a = np.repeat(family.uniform[:, None], len(family.tensors), 1)
        of_block = [family.tensors.index(name) for name in blocks[b]]
        up, down = a.copy(), a.copy()
        up[i, of_block] += step
        down[i, of_block] -= step
        change = (merged.scores(squares[:6], up) - merged.scores(squares[:6], down)) / (2 * step)
        assert tangents[:, i, b] == pytest.approx(change, abs=0.1 * np.abs(change).max() + 1e-4)


def test_a_row_of_the_encoder_holds_scores_and_tangents(family, prior, squares):
    X, networks = prior
    columns, merged = networks.columns, Merged(family)
    assert X.shape == (60, columns.width)
    assert columns.mix(X) == pytest.approx(merged.scores(squares, family.uniform), abs=1e-5)
    assert columns.scores(X)[:, 2] == pytest.approx(merged.scores(squares, [0, 0, 1]), abs=1e-5)
    tangents = merged.tangents(squares, family.uniform)
    assert columns.tangents(X) == pytest.approx(tangents.reshape(60, -1), abs=1e-4)


def test_rows_of_a_table_know_their_pictures_and_others_have_none(prior):
    X, networks = prior
    model = Tvc(prior=networks, steps=2).fit(X, np.arange(10.0), rows=np.arange(10))
    some = place_of(X)[0].rows([7, 3, 7])
    assert model.predict(some) == pytest.approx(model.predict(X)[[7, 3, 7]])
    with pytest.raises(UserError, match="looks at the pictures themselves"):
        model.predict(np.array(X))


def test_a_picture_that_is_gone_is_scored_by_what_is_known_of_it(prior, files, tmp_path):
    X, networks = prior
    lost = PictureTable.of_array(X, files=[tmp_path / "gone.png", *files[1:]]).X
    rows, y = rater_of(1, X, networks.columns)
    whole, part = (Tvc(prior=networks, steps=3).fit(rows_of, y, rows=rows).predict(rows_of) for rows_of in (X, lost))
    assert part[1:] == pytest.approx(whole[1:], abs=0.5)
    assert part[0] == pytest.approx(whole[0], abs=1.0)


def rater_of(database, X, columns, n=40):
    """Somebody whose ratings are what one database's network says."""
    score = columns.scores(X)[:, database].astype(float)
    return np.arange(n), 5 + 2 * (score[:n] - score.mean()) / score.std()


@pytest.mark.parametrize("database", range(3))
def test_the_database_that_agrees_is_found(prior, database):
    X, networks = prior
    rows, y = rater_of(database, X, networks.columns)
    model = ZeroShotBest(prior=networks).fit(X, y, rows=rows)
    assert np.argmax(model.coefficients_) == database
    assert np.corrcoef(model.predict(X)[rows], y)[0, 1] == pytest.approx(1)
    assert model.predict(X)[rows].mean() == pytest.approx(y.mean())


def test_agreement_counts_ratings_and_choices_alike():
    scores = np.array([[1.0, 3], [2, 2], [3, 1]])
    assert agreement(scores, Answers()) == pytest.approx([0, 0])
    rated = Answers(rows=np.arange(3), ratings=np.array([1.0, 2, 3]))
    assert agreement(scores, rated) == pytest.approx([1, -1])
    chosen = Answers(choices=np.array([[2, 0], [0, 1]]), weights=np.array([3.0, 1.0]))
    assert agreement(scores, chosen) == pytest.approx([0.5, -0.5])


def test_the_uniform_mixture_asks_nobody(prior):
    X, networks = prior
    assert UniformMix(prior=networks).fit(X).predict(X) == pytest.approx(networks.columns.mix(X), abs=1e-6)


def test_tvc_of_no_steps_is_where_it_starts(prior, family, squares):
    X, networks = prior
    rows, y = rater_of(1, X, networks.columns)
    model = Tvc(prior=networks, steps=0).fit(X, y, rows=rows)
    assert model.start_.argmax() == 1
    assert model._raw(X) == pytest.approx(Merged(family).scores(squares, model.start_), abs=1e-5)


def test_tvc_learns_a_person(prior):
    X, networks = prior
    rows, y = rater_of(0, X, networks.columns)
    y = -y  # nobody's network: the start agrees with no database
    start = Tvc(prior=networks, steps=0).fit(X, y, rows=rows)
    model = Tvc(prior=networks, steps=40, pull=0.0).fit(X, y, rows=rows)
    before, after = (np.corrcoef(m.predict(X)[rows], y)[0, 1] for m in (start, model))
    assert after > before + 0.3


def test_few_answers_leave_tvc_near_its_start_and_many_do_not(prior):
    X, networks = prior
    rows, y = rater_of(0, X, networks.columns)

    def moved(n):
        model = Tvc(prior=networks, steps=15).fit(X, -y[:n], rows=rows[:n])
        return np.abs(model.coefficients_ - model.start_[:, None]).mean()

    assert moved(4) < moved(40)


def test_tvc_learns_from_choices_and_says_how_sure(prior):
    X, networks = prior
    score = networks.columns.scores(X)[:, 2]
    pairs = np.array([np.random.default_rng(i).choice(60, 2, replace=False) for i in range(30)])
    won = np.where((score[pairs[:, 0]] > score[pairs[:, 1]])[:, None], pairs, pairs[:, ::-1])
    model = Tvc(prior=networks, steps=10).fit(X, choices=won, ties=[(0, 1)])
    chance = model.pair_probability(X, won)
    assert np.mean(chance > 0.5) > 0.9
    assert model.pair_probability(X, won[:, ::-1]) == pytest.approx(1 - chance)


def test_two_pictures_rated_alike_teach_tvc_nothing(prior):
    X, networks = prior
    alike = Tvc(prior=networks, steps=20).fit(X, np.full(10, 4.0), rows=np.arange(10))
    assert alike.coefficients_ == pytest.approx(1 / 3)


def test_a_tvc_taste_is_a_few_kilobytes(prior, tmp_path):
    X, networks = prior
    rows, y = rater_of(1, X, networks.columns)
    model = Tvc(prior=networks, steps=2).fit(X, y, rows=rows)
    model.save(tmp_path)
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) < 16_000
    loaded = load_model(tmp_path)
    with pytest.raises(UserError, match="looks at the pictures themselves"):
        loaded.predict(np.array(X))
    assert loaded.predict(X) == pytest.approx(model.predict(X), abs=1e-4)


def test_a_planted_mixture_is_recovered(prior, family, squares):
    """0.7 of one database's model and 0.3 of another's, 500 noiseless answers, one coefficient a database."""
    X, networks = prior
    truth = Merged(family).scores(squares, [0.7, 0.0, 0.3])
    rng = np.random.default_rng(1)
    pairs = np.array([rng.choice(60, 2, replace=False) for _ in range(500)])
    won = np.where((truth[pairs[:, 0]] > truth[pairs[:, 1]])[:, None], pairs, pairs[:, ::-1])
    model = Tvc(prior=networks, steps=300, rate=0.1, shared=True).fit(X, choices=won)
    assert model.coefficients_[:, 0] == pytest.approx([0.7, 0.0, 0.3], abs=0.1)


def test_the_tangent_model_learns_a_mixture_without_a_network(prior, family, squares):
    X, networks = prior
    y = Merged(family).scores(squares, [0.8, -0.6, 0.3])
    y = 5 + 2 * (y - y.mean()) / y.std()
    model = TangentProcess(prior=networks).fit(X, y[:40], rows=np.arange(40))
    mean, std = model.predict(X, return_std=True)
    assert np.corrcoef(mean[40:], y[40:])[0, 1] > 0.6
    assert (std > 0).all()
