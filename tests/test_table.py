"""One table: named blocks, made in one way, mapped where it is large, shared, and forgotten when nobody has it."""

import gc
import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.collection import Library
from beholder.config import Settings
from beholder.errors import ShapeError, UserError
from beholder.locator import Locator
from beholder.session import Session
from beholder.store import NewItem
from beholder.table import ATTRIBUTES, NETWORKS, Layout, PictureTable, assembly, derived, place_of, table_of
from beholder.table.kept import Kept
from beholder.taste import FeatureMap, GaussianProcess, Population, TasteMixture, load_model
from beholder.taste.generic import GenericScore, fit_generic
from beholder.taste.priors import SHIPPED
from beholder.types import Answers, Judgement

WHOLE = Layout((("builtin", 4), ("clip", 3), (NETWORKS, 2), (ATTRIBUTES, 1)))


@pytest.fixture
def table():
    return PictureTable.of_array(np.arange(50, dtype=np.float32).reshape(5, 10), WHOLE)


def test_a_layout_names_columns_and_counts_those_that_mean_something_by_themselves():
    assert (WHOLE.width, WHOLE.vectors, WHOLE.attributes) == (10, 7, 3)
    assert WHOLE.columns("clip", ATTRIBUTES) == [4, 5, 6, 9]
    assert Layout.of(5).blocks == (("vectors", 5),)
    with pytest.raises(UserError, match="attributes must be from 0 to 3"):
        Layout.of(4, 4)
    with pytest.raises(ShapeError, match="builtin 4, clip 3"):
        WHOLE.check(np.zeros((2, 9)))


def test_x_is_a_plain_array_that_knows_its_table_and_what_is_made_of_it_does_not(table):
    X = table.X
    assert table_of(X) is table
    assert place_of(table.rows([3, 1]))[1].tolist() == [3, 1]
    assert table_of(table.rows([3, 1])) is None, "not all of it"
    for made in (X[:3], X[[0]], X + 1, X @ X.T, X.mean(0), np.asarray(X), np.hstack([X]), X.astype(float), X.copy()):
        assert place_of(made) == (None, None)
    for plain in (X[:3], X + 1, X @ X.T, X.mean(0), X.sum()):
        assert type(plain).__module__ == "numpy"
    assert type(pickle.loads(pickle.dumps(X)).table) is type(None)


def test_some_blocks_are_a_table_of_the_same_pictures_made_once(table):
    part = table.only("builtin", NETWORKS)
    assert part is table.only("builtin", NETWORKS)
    assert part.X.tolist() == table.X[:, [0, 1, 2, 3, 7, 8]].tolist()
    assert np.shares_memory(table.only("clip", "builtin").numbers, table.numbers), "side by side: no copy"
    assert (part.whole, table.only(*(name for name, _ in WHOLE.blocks))) == (table.whole, table)
    assert len({part.key, table.key, table.only("clip").key}) == 3


def test_what_is_derived_of_a_table_is_made_once_and_of_bare_rows_each_time(table):
    made = []
    for X in (table.X, table.X, np.array(table.X), np.array(table.X)):
        derived(X, "it", lambda: made.append(1) or np.zeros(3))
    assert len(made) == 3
    assert FeatureMap.learned(table.X, layout=WHOLE) is FeatureMap.learned(table.X, layout=WHOLE)


def test_what_is_derived_stays_within_the_budget_and_goes_with_its_table():
    kept = Kept(100)
    first = kept.get("a", 1, lambda: np.zeros(10))
    assert kept.get("a", 1, lambda: np.ones(10)) is first
    kept.get("b", 1, lambda: np.zeros(5))
    assert (kept.known("a", 1), kept.total) == (None, 40), "used longest ago, forgotten first"
    kept.forget("b")
    assert kept.total == 0


def test_the_map_of_a_table_is_that_of_the_same_table_in_another_process(table):
    features = FeatureMap.learned(table.X, layout=WHOLE)
    sent, again = pickle.loads(pickle.dumps((features, table)))
    assert sent.made_of(again.X)
    assert not sent.made_of(np.array(again.X))


def test_two_encoders_see_one_collection(home, painted):
    library = Library(home)
    library.import_source(painted, "art", encoder="builtin")
    items = library.collection("art").items
    hashes, files = [item.sha256 for item in items], [item.locator for item in items]
    library.embed(files, hashes, "classic")
    both, there = library.table(["builtin", "classic"], hashes, files)
    assert there.all()
    assert [name for name, _ in both.layout.blocks] == ["builtin", "classic", ATTRIBUTES]
    one = library.collection("art").table
    assert np.array_equal(both.only("builtin", ATTRIBUTES).X, one.X)
    choices = [(0, 1), (2, 3)]
    model = GaussianProcess(layout=both.layout).fit(both.X, choices=choices)
    assert np.isfinite(model.predict(both.X)).all()
    library.close()


def test_a_collection_is_seen_by_several_encoders_from_then_on(home, painted):
    library = Library(home)
    library.import_source(painted, "art", encoder="builtin")
    library.store.add_person("Ada")
    before = np.array(library.collection("art").X)
    Image.open(painted / "00.png").rotate(90).save(painted / "new.png")
    library.add_encoder("art", "classic")
    library.import_source(painted, "art")
    library.close()
    art = (library := Library(home)).collection("art")
    assert [name for name, _ in art.layout.blocks] == ["builtin", "classic", ATTRIBUTES]
    assert len(art) == 13
    assert np.array_equal(art.table.only("builtin", ATTRIBUTES).X[:12], before)
    session = Session(library, "art", "Ada", seed=0)
    session.record([Judgement("choice", (art.items[3].id, art.items[0].id), "an-answer-0001")])
    ranking = session.reading().ranking
    assert len(ranking) == 13
    session.close()
    library.close()


def test_a_picture_without_all_its_numbers_is_left_out(home, painted):
    library = Library(home)
    library.import_source(painted, "art")
    hashes = [item.sha256 for item in library.collection("art").items]
    unknown = hashlib.sha256(b"nothing").hexdigest()
    table, there = library.table([library.settings.encoder], [hashes[0], unknown, hashes[1]], ids=np.array([4, 5, 9]))
    assert (there.tolist(), table.ids.tolist(), table.hashes) == ([True, False, True], [4, 9], tuple(hashes[:2]))
    library.close()


def test_a_large_table_is_one_file_that_all_map_made_anew_where_it_is_damaged(home, painted, monkeypatch):
    monkeypatch.setattr(assembly, "LARGE", 1)
    library = Library(home)
    library.import_source(painted, "art")
    X = np.array(library.collection("art").X)
    (file,) = (home / "tables").rglob("*.npy")
    for damage in (b"", file.read_bytes()[:-1], b"\x93NUMPY", file.read_bytes()[:-4] + b"\xff\xff\xff\x7f"):
        file.write_bytes(damage)
        again = Library(home)
        assert np.array_equal(again.collection("art").X, X)
        again.close()
    assert isinstance(library.collection("art").table.numbers.base, np.memmap)
    library.import_source(painted, "art", encoder="classic")
    assert library.collection("art").X.shape != X.shape
    assert len(list((home / "tables").rglob("*.*"))) == 1, "what was before is gone"
    library.close()


def test_a_full_disk_leaves_the_table_in_memory(home, painted, monkeypatch):
    monkeypatch.setattr(assembly, "LARGE", 1)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(assembly, "_write", full)
    library = Library(home)
    library.import_source(painted, "art")
    assert len(library.collection("art").X)
    assert not (home / "tables").exists()
    library.close()


def test_everybody_who_opens_a_collection_has_the_same_table(home, painted):
    library = Library(home)
    library.import_source(painted, "art")
    one, other = library.collection("art"), library.shared("art")
    assert one.table is other.table
    assert one.features is other.features
    library.close()


@pytest.mark.parametrize("attributes", [0, 2])
def test_models_saved_before_layouts_had_names_are_read(attributes, tmp_path):
    rng = np.random.default_rng(0)
    X, choices = rng.normal(size=(40, 8)), [(0, 1), (3, 2), (5, 6)]
    layout = Layout.of(8, attributes)
    others = [Answers(rows=np.arange(20), ratings=rng.random(20)) for _ in range(4)]
    prior = TasteMixture.learn_prior(X, others, generic=fit_generic(X, others, layout), layout=layout)
    for model in (GaussianProcess(layout=layout), TasteMixture(layout=layout, prior=prior)):
        model.fit(X, choices=choices).save(tmp_path / "taste")
        file = tmp_path / "taste" / "config.json"
        config = json.loads(file.read_text())
        for part in (config, *([config["prior"]["generic"]] if config.get("prior") else [])):
            assert part.pop("layout")
            part["measured"] = attributes
        file.write_text(json.dumps(config))
        loaded = load_model(tmp_path / "taste")
        assert loaded.layout.attributes == attributes
        assert loaded.predict(X) == pytest.approx(model.predict(X), abs=1e-6)


@pytest.mark.parametrize("encoder", sorted(folder.parent.name for folder in SHIPPED.glob("*/config.json")))
def test_shipped_priors_are_read_as_they_are(encoder):
    told = json.loads((SHIPPED / encoder / "config.json").read_text())["generic"]
    assert ("layout" in told) == (encoder == "builtin")  # the other one is from before it was written down
    generic = Population.load(SHIPPED / encoder).generic
    assert isinstance(generic, GenericScore)
    assert generic.layout.attributes == 10


# What a person costs

PICTURES, PEOPLE, MOST_MB = 100_000, 20, 2.0


def resident():
    """MB of memory of this process that no file stands behind."""
    said = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(said["RssAnon"].split()[0]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="needs Linux's /proc")
def test_twenty_people_on_a_hundred_thousand_pictures_share_one_table(home):
    library, rng = Library(home, config=Settings(home=home, encoder="attributes")), np.random.default_rng(0)
    row = library.store.add_collection("many", str(home), "attributes")
    hashes = [hashlib.sha256(str(i).encode()).hexdigest() for i in range(PICTURES)]
    library.shards("attributes").add(hashes, rng.random((PICTURES, 10), np.float32))
    items = [NewItem(f"{i}.jpg", Locator.of(home / f"{i}.jpg"), sha, 1200, 900, {}) for i, sha in enumerate(hashes)]
    library.store.keep_files(row.id, [], items)
    sessions = []

    def sits_down(name):
        library.store.add_person(name)
        session = Session(library, "many", name, seed=0)
        (grid,) = session.questions("grid", 1)
        session.record([Judgement("grid", grid.items, f"{name}-00000000", picked=grid.items[:2])])
        session.settle()
        session.reading().ranking[:20]
        sessions.append(session)

    sits_down("First")
    gc.collect()
    before = resident()
    for n in range(PEOPLE):
        sits_down(f"Person {n}")
    gc.collect()
    assert len({id(session.collection.table) for session in sessions}) == 1
    assert all(session.reading().model.features_ is sessions[0].reading().model.features_ for session in sessions)
    assert (resident() - before) / PEOPLE <= MOST_MB
    for session in sessions:
        session.close()
    library.close()
